//! `ports` and `expose`.

use super::Context;
use super::scalars::scalar;
use crate::compose::file::service::Port;
use crate::domain::yaml::{Reader, Value};
use std::collections::HashSet;
use std::net::IpAddr;

/// Ports of all services together; one short line can ask for all that an address has.
const MOST_PORTS: usize = 100_000;

pub fn ports(reader: &Reader<'_>, context: &Context<'_>) -> Vec<Port> {
    let mut ports: Vec<Port> = Vec::new();
    // Merged files may publish one port twice; it is published once.
    let mut seen: HashSet<(String, u16, String, String)> = HashSet::new();
    for item in reader.list() {
        if context.ports.get() > MOST_PORTS {
            break;
        }
        let found = match item.node().value {
            Value::Mapping(_) => long(&item).into_iter().collect(),
            _ => scalar(&item).map_or_else(Vec::new, |text| {
                short(&text).unwrap_or_else(|why| {
                    item.complain(format!(
                        "{why}; expected [ADDRESS:][HOST_PORT:]CONTAINER_PORT[/PROTOCOL], found `{text}`"
                    ));
                    Vec::new()
                })
            }),
        };
        let before = context.ports.replace(context.ports.get() + found.len());
        if before + found.len() > MOST_PORTS {
            item.complain(format!("all services together publish more than {MOST_PORTS} ports"));
            break;
        }
        for port in found {
            let key = (port.host_ip.clone(), port.target, port.published.clone(), port.protocol.clone());
            if seen.insert(key) {
                ports.push(port);
            }
        }
    }
    ports
}

fn long(reader: &Reader<'_>) -> Option<Port> {
    reader.only(&["name", "mode", "host_ip", "target", "published", "protocol", "app_protocol"]);
    let text = |key: &str| reader.get(key).and_then(|value| scalar(&value)).unwrap_or_default();
    let Some(target) = reader.get("target") else {
        reader.complain("expected `target`, the container's port");
        return None;
    };
    let number = scalar(&target).and_then(|text| text.parse::<u16>().ok()).filter(|port| *port > 0);
    if number.is_none() {
        target.expected("a port from 1 to 65535");
    }
    let published = text("published");
    if !published.is_empty() && host_range(&published).is_err() {
        reader.get("published").inspect(|value| value.expected("a port or a range of ports"));
    }
    Some(Port {
        name: text("name"),
        mode: Some(text("mode")).filter(|mode| !mode.is_empty()).unwrap_or_else(|| "ingress".to_owned()),
        host_ip: text("host_ip"),
        target: number?,
        published,
        protocol: protocol(&text("protocol")),
        app_protocol: text("app_protocol"),
    })
}

fn protocol(text: &str) -> String {
    if text.is_empty() { "tcp".to_owned() } else { text.to_ascii_lowercase() }
}

/// `[ADDRESS:][HOST_PORT:]CONTAINER_PORT[/PROTOCOL]`
pub fn short(text: &str) -> Result<Vec<Port>, String> {
    let (ports, proto) = text.split_once('/').unwrap_or((text, ""));
    let proto = protocol(proto);
    if !matches!(proto.as_str(), "tcp" | "udp" | "sctp") {
        return Err(format!("the protocol `{proto}` is none of tcp, udp, sctp"));
    }
    let (head, target) = ports.rsplit_once(':').map_or((None, ports), |(head, target)| (Some(head), target));
    let (address, published) = match head {
        None => ("", ""),
        Some(head) => match head.rsplit_once(':') {
            // An address in brackets has colons of its own.
            Some((address, published)) if !published.ends_with(']') => (address, published),
            _ if head.starts_with('[') => (head, ""),
            _ => ("", head),
        },
    };
    let address = address.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(address);
    if !address.is_empty() && address.parse::<IpAddr>().is_err() {
        return Err(format!("`{address}` is no IP address"));
    }
    let (first, last) = range(target)?;
    let published_range = if published.is_empty() { None } else { Some(host_range(published)?) };
    let make = |target: u16, published: String| Port {
        mode: "ingress".to_owned(),
        host_ip: address.to_owned(),
        target,
        published,
        protocol: proto.clone(),
        ..Port::default()
    };
    match published_range {
        None => Ok((first..=last).map(|port| make(port, String::new())).collect()),
        // A range for one port: the Engine takes the first that is free.
        Some(_) if first == last => Ok(vec![make(first, published.to_owned())]),
        Some((from, to)) if to - from == last - first => {
            Ok((first..=last).zip(from..=to).map(|(target, host)| make(target, host.to_string())).collect())
        }
        Some(_) => Err("the two ranges differ in length".to_owned()),
    }
}

/// Ports of the host, where 0 is any that is free.
fn host_range(text: &str) -> Result<(u16, u16), String> {
    if text == "0" { Ok((0, 0)) } else { range(text) }
}

fn range(text: &str) -> Result<(u16, u16), String> {
    let port = |text: &str| {
        text.parse::<u16>()
            .ok()
            .filter(|port| *port > 0)
            .ok_or(format!("`{text}` is no port from 1 to 65535"))
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (port(first)?, port(last)?);
    if first > last { Err(format!("the range `{text}` runs backwards")) } else { Ok((first, last)) }
}

/// Compose takes whatever stands there; what is no port is told when containers are made.
pub fn expose(reader: &Reader<'_>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut exposed: Vec<String> = reader.list().iter().filter_map(scalar).collect();
    exposed.retain(|text| seen.insert(text.clone()));
    exposed
}
