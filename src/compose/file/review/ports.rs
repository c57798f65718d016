//! Ports that two services want, and ports that nobody will ever reach.

use super::{Findings, Variant};
use crate::compose::file::{Port, Project, Service, address};
use std::ops::RangeInclusive;

pub(super) fn look(variant: &Variant<'_>, findings: &mut Findings) {
    let published: Vec<_> = published(variant.project).collect();
    for (index, (service, place, port, range)) in published.iter().enumerate() {
        let taken = published[..index].iter().find(|(other, _, earlier, taken)| {
            other.name != service.name && meet(earlier, port) && overlap(taken, range)
        });
        if let Some((other, ..)) = taken {
            let key = format!("services.{}.ports[{place}]", service.name);
            let text = format!("port {} is {}'s already", port.published, other.name);
            findings.error(variant.sources.fault(&key, &text).hint("publish one of them at another port"));
        }
    }
    for service in variant.project.services.values() {
        unreachable(variant, service, findings);
    }
}

/// All ports of the host that the project's services ask for, with their places in the service.
fn published(project: &Project) -> impl Iterator<Item = (&Service, usize, &Port, RangeInclusive<u16>)> {
    project.services.values().flat_map(|service| {
        let ports = service.ports.iter().enumerate();
        ports.filter_map(move |(place, port)| Some((service, place, port, range(&port.published)?)))
    })
}

/// Whether one of the services publishes this port.
pub(super) fn publishes(project: &Project, wanted: u16) -> bool {
    published(project).any(|(_, _, _, range)| range.contains(&wanted))
}

fn range(published: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = published.split_once('-').unwrap_or((published, published));
    Some(first.parse().ok()?..=last.parse().ok()?)
}

fn overlap(left: &RangeInclusive<u16>, right: &RangeInclusive<u16>) -> bool {
    left.start() <= right.end() && right.start() <= left.end()
}

/// Whether both are at one address of the host.
fn meet(left: &Port, right: &Port) -> bool {
    left.protocol == right.protocol && address::meet(left.host_address(), right.host_address())
}

/// Nothing outside reaches a container all of whose networks are closed.
fn unreachable(variant: &Variant<'_>, service: &Service, findings: &mut Findings) {
    let mut networks = service.networks.keys().filter_map(|key| variant.project.networks.get(key)).peekable();
    let closed = networks.peek().is_some() && networks.all(|network| network.internal);
    if closed && !service.ports.is_empty() {
        let key = format!("services.{}.ports", service.name);
        let fault =
            variant.sources.fault(&key, "nobody will reach them: all networks of the service are `internal`");
        findings.warning(fault.hint("join it to a network that is not, or take the ports away"));
    }
}
