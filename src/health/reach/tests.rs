use super::*;
use crate::domain::container::Attachment;
use crate::domain::fixtures;

fn published(host_address: &str, host_port: u16, container_port: u16) -> PublishedPort {
    PublishedPort {
        host_address: Some(host_address.parse().unwrap()),
        host_port: Some(host_port),
        container_port,
        protocol: "tcp".to_owned(),
    }
}

fn container(addresses: &[&str], ports: Vec<PublishedPort>) -> Container {
    let attachment = |address: &&str| Attachment {
        network: "net".to_owned(),
        address: (!address.is_empty()).then(|| address.parse().unwrap()),
        prefix: None,
    };
    Container {
        networks: addresses.iter().map(attachment).collect(),
        ports,
        network_owner: NetworkOwner::Itself,
        ..fixtures::container("web")
    }
}

fn told(container: &Container, near: bool) -> String {
    match way(container, 8000, |_| near) {
        Ok((address, port)) => format!("{address} {port}"),
        Err(why) => why,
    }
}

#[test]
fn its_own_address_goes_before_a_published_port() {
    let both = container(&["172.18.0.3"], vec![published("0.0.0.0", 32_768, 8000)]);
    assert_eq!(told(&both, true), "172.18.0.3 8000");
    assert_eq!(told(&both, false), "127.0.0.1 32768", "a rootless Docker's networks are nowhere near");
    let elsewhere = container(&[], vec![published("10.0.0.7", 80, 8000)]);
    assert_eq!(told(&elsewhere, true), "10.0.0.7 80");
    let six = container(&[], vec![published("::", 80, 8000)]);
    assert_eq!(told(&six, true), "::1 80");
}

#[test]
fn on_the_hosts_network_it_is_this_host() {
    let host = Container { network_owner: NetworkOwner::Host, ..container(&[], Vec::new()) };
    assert_eq!(told(&host, false), "127.0.0.1 8000");
}

#[test]
fn where_no_way_leads_the_cause_is_named() {
    let other_port = published("0.0.0.0", 80, 81);
    let alone = container(&[], vec![other_port]);
    assert_eq!(
        told(&alone, true),
        "it is in no network and does not publish port 8000: nothing can reach it"
    );
    assert_eq!(told(&container(&[""], Vec::new()), true), "it has no address in its networks yet");
    assert_eq!(
        told(&container(&["10.1.2.3"], Vec::new()), false),
        "this host is in none of its networks (net), and it does not publish port 8000"
    );
    let shared = Container { network_owner: NetworkOwner::Another, ..container(&[], Vec::new()) };
    assert!(told(&shared, true).starts_with("it has the network of another container"));
}

#[test]
fn this_host_is_near_itself_and_far_from_what_the_default_route_leads_to() {
    assert!(is_near("127.0.0.1".parse().unwrap()));
    assert!(!is_near("203.0.113.7".parse().unwrap()));
}
