//! What several files ask for twice is one thing: a later item takes the place of an earlier one with the same key.

use crate::domain::yaml::{Node, Value};
use std::collections::HashMap;

/// What tells the items of a list apart.
#[derive(Clone, Copy)]
enum Identity {
    Text,
    /// What stands before the equals sign.
    Name,
    Path,
    /// Where it is mounted; where that is not said, what is mounted.
    Target,
    Device,
    Port,
}

const LISTS: [(&str, Identity); 13] = [
    ("cap_add", Identity::Text),
    ("cap_drop", Identity::Text),
    ("configs", Identity::Target),
    ("devices", Identity::Device),
    ("dns", Identity::Text),
    ("dns_opt", Identity::Text),
    ("dns_search", Identity::Text),
    ("env_file", Identity::Path),
    ("links", Identity::Text),
    ("ports", Identity::Port),
    ("profiles", Identity::Text),
    ("secrets", Identity::Target),
    ("tmpfs", Identity::Name),
];

/// Makes the lists of all services unique.
pub(super) fn unique(tree: &mut Node) {
    let Some(Value::Mapping(services)) = tree.get_mut("services").map(|services| &mut services.value) else {
        return;
    };
    for service in services {
        for (key, identity) in LISTS {
            if let Some(list) = service.node.get_mut(key) {
                reduce(list, identity);
            }
        }
        if let Some(list) = service.node.get_mut("build").and_then(|build| build.get_mut("tags")) {
            reduce(list, Identity::Text);
        }
        let networks = service.node.get_mut("networks").map(|networks| &mut networks.value);
        if let Some(Value::Mapping(networks)) = networks {
            for network in networks {
                for key in ["aliases", "link_local_ips"] {
                    if let Some(list) = network.node.get_mut(key) {
                        reduce(list, Identity::Text);
                    }
                }
            }
        }
    }
}

fn reduce(list: &mut Node, identity: Identity) {
    let Value::Sequence(items) = &mut list.value else { return };
    if items.len() < 2 {
        return;
    }
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Node> = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        let place = key(&item, identity).map(|key| *places.entry(key).or_insert(kept.len()));
        match place.and_then(|place| kept.get_mut(place)) {
            Some(known) => *known = item,
            None => kept.push(item),
        }
    }
    *items = kept;
}

/// What an item is known by; nothing where it is no item of such a list.
fn key(item: &Node, identity: Identity) -> Option<String> {
    let under = |name: &str| item.get(name).and_then(Node::text);
    let text = item.text();
    let key = match identity {
        Identity::Text => text?.to_owned(),
        Identity::Name => {
            let text = text?;
            text.split_once('=').map_or(text, |(name, _)| name).to_owned()
        }
        Identity::Path => text.or_else(|| under("path"))?.to_owned(),
        Identity::Target => text.or_else(|| under("target")).or_else(|| under("source"))?.to_owned(),
        Identity::Device => match text {
            Some(text) => text.split(':').nth(1).unwrap_or(text).to_owned(),
            None => under("target").or_else(|| under("source"))?.to_owned(),
        },
        Identity::Port => {
            if let Some(text) = text {
                short_port(text)
            } else {
                let address = under("host_ip").unwrap_or("0.0.0.0");
                let protocol = under("protocol").unwrap_or("tcp");
                format!(
                    "{address}:{}:{}/{protocol}",
                    under("published").unwrap_or_default(),
                    under("target")?
                )
            }
        }
    };
    Some(key)
}

fn short_port(text: &str) -> String {
    let (place, protocol) = text.rsplit_once('/').unwrap_or((text, "tcp"));
    let (host, target) = place.rsplit_once(':').unwrap_or(("", place));
    let (address, published) = host.rsplit_once(':').unwrap_or(("0.0.0.0", host));
    let address = address.trim_start_matches('[').trim_end_matches(']');
    format!("{address}:{published}:{target}/{protocol}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::yaml::parse;
    use rstest::rstest;

    #[rstest]
    #[case("dns: [a, b, a]", &["a", "b"])]
    #[case("tmpfs: ['/a:size=1', '/b', '/a:size=2']", &["/a:size=2", "/b"])]
    #[case("ports: ['80:80', 81, '0.0.0.0:80:80/tcp', '[::1]:80:80', '80:80/udp']", &["0.0.0.0:80:80/tcp", "81", "[::1]:80:80", "80:80/udp"])]
    #[case("devices: ['/a:/x', '/x:/y', '/b:/x:r']", &["/b:/x:r", "/x:/y"])]
    #[case("secrets: [s, t, s]", &["s", "t"])]
    #[case("security_opt: [a, a]", &["a", "a"])]
    #[case("dns: [a, [], a]", &["a", "list"])]
    fn later_items_take_the_place_of_earlier_ones(#[case] list: &str, #[case] expected: &[&str]) {
        let mut tree = parse(&format!("services:\n  web:\n    {list}\n")).unwrap().remove(0);
        unique(&mut tree);
        let web = &tree.get("services").unwrap().get("web").unwrap().entries()[0].node;
        let found: Vec<&str> = web.items().iter().map(|item| item.text().unwrap_or("list")).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn long_and_short_forms_are_known_by_the_same() {
        let text = "services:\n  web:\n    ports: ['127.0.0.1:80:81', {host_ip: 127.0.0.1, published: 80, target: 81}]\n    \
                    configs: [{source: a, target: /q}, {source: b, target: /q}]\n    env_file: [a, {path: a}]\n";
        let mut tree = parse(text).unwrap().remove(0);
        unique(&mut tree);
        let web = tree.get("services").unwrap().get("web").unwrap();
        for key in ["ports", "configs", "env_file"] {
            let items = web.get(key).unwrap().items();
            assert_eq!(items.len(), 1, "{key}");
            assert!(matches!(items[0].value, Value::Mapping(_)), "{key}");
        }
    }
}
