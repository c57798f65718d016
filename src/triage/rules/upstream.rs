//! A proxy whose upstream is not there: it went on with the address of a container that was recreated, or the service
//! behind it is down.

use crate::domain::Container;
use crate::triage::finding::restart;
use crate::triage::{Confidence, Facts, Finding, Origin, Sign};
use std::net::IpAddr;

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for (container, told) in facts.with_sign(Sign::UpstreamRefused) {
        let tag = container.tag();
        let severity = super::log_sign::severity(container);
        let address = upstream(&told.line);
        let owner = address.and_then(|address| owner(facts, address));
        let finding = |title: String| Finding::on("upstream", container, severity, title).signed(told);
        findings.push(match (address, owner) {
            (Some(address), Some(owner)) => finding(format!(
                "{tag} {} {}",
                if told.line.contains("timed out") { "cannot connect to" } else { "is refused by" },
                owner.tag()
            ))
            .symptom()
            .seen(Origin::Inspect, None, format!("{address} is {}", owner.name))
            .blames(format!("{}/{}", "port-inside", owner.id.0))
            .advise(format!("see why {} does not listen: its log, and its health", owner.tag())),
            (Some(address), None) if is_of_its_networks(container, address) => finding(format!(
                "{tag} sends to an address that nobody has any more"
            ))
            .confidence(Confidence::Likely)
            .seen(
                Origin::Inspect,
                None,
                format!("no running container has the address {address}: the one that had it was recreated"),
            )
            .fix(
                "restart it, so that it asks for the address anew (`nginx -s reload` does too)",
                restart(facts, container, true),
            ),
            // The container itself, or another machine: whoever it is, it was not recreated.
            (Some(address), None) => finding(format!("{tag} has no upstream that answers"))
                .symptom()
                .confidence(Confidence::Possible)
                .seen(Origin::Inspect, None, format!("{address} is in none of its networks"))
                .advise(format!("see what is to listen at {address}, and whether it runs")),
            (None, _) => finding(format!("{tag} has no upstream that answers"))
                .symptom()
                .confidence(Confidence::Possible)
                .advise("see which of the services behind it is down"),
        });
    }
}

/// `upstream: "http://172.18.0.5:8000/x"`
fn upstream(line: &str) -> Option<IpAddr> {
    let (_, rest) = line.split_once("upstream: \"")?;
    let rest = rest.split_once("://").map_or(rest, |(_, rest)| rest);
    let host = match rest.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None => rest.split([':', '/', '"']).next()?,
    };
    host.parse().ok()
}

fn owner<'facts>(facts: &Facts<'facts>, address: IpAddr) -> Option<&'facts Container> {
    let mut running = facts.containers.iter().copied().filter(|container| container.state.serves());
    running.find(|container| container.networks.iter().any(|network| network.address == Some(address)))
}

/// Whether it is an address that Docker gives to its neighbours.
fn is_of_its_networks(container: &Container, address: IpAddr) -> bool {
    container.networks.iter().any(|network| match (network.address, network.prefix) {
        (Some(own), Some(prefix)) => common_bits(own, address) >= Some(u32::from(prefix)),
        (_, _) => false,
    })
}

fn common_bits(one: IpAddr, other: IpAddr) -> Option<u32> {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => Some((one.to_bits() ^ other.to_bits()).leading_zeros()),
        (IpAddr::V6(one), IpAddr::V6(other)) => Some((one.to_bits() ^ other.to_bits()).leading_zeros()),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Safe, container::Attachment, fixtures};
    use crate::triage::LogSign;
    use jiff::Timestamp;
    use rstest::rstest;

    #[rstest]
    #[case::of_its_network("172.18.7.5", true)]
    #[case::itself("127.0.0.1", false)]
    #[case::another_network("172.19.0.5", false)]
    #[case::another_machine("10.0.0.5", false)]
    #[case::of_another_kind("[fd00::5]", false)]
    fn only_a_neighbour_was_recreated(#[case] address: &str, #[case] recreated: bool) {
        let now: Timestamp = "2026-11-20T03:00:00Z".parse().unwrap();
        let own = Some("172.18.0.2".parse().unwrap());
        let network = Attachment { network: "mcp_default".to_owned(), address: own, prefix: Some(16) };
        let proxy = Container { networks: vec![network], ..fixtures::replica("mcp", "proxy", 1) };
        let line = format!(
            "connect() failed (111: Connection refused) while connecting to upstream, upstream: \"http://{address}:80/\""
        );
        let sign = LogSign {
            container: proxy.id.clone(),
            sign: Sign::UpstreamRefused,
            count: 1,
            first: now,
            last: now,
            times: vec![now],
            line: Safe::new(line),
        };
        let mut found = Vec::new();
        let facts = Facts { containers: vec![&proxy], signs: vec![&sign], now, ..Facts::default() };
        find(&facts, &mut found);
        assert_eq!(found.len(), 1);
        let says_so = found[0].evidence.iter().any(|line| line.text.contains("was recreated"));
        let restarts = found[0].fix.as_ref().is_some_and(|fix| fix.request.is_some());
        assert_eq!((says_so, restarts), (recreated, recreated), "{found:?}");
    }
}
