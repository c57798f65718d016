//! A proxy whose upstream is not there: it went on with the address of a container that was recreated, or the service
//! behind it is down.

use crate::domain::{Container, Operation};
use crate::triage::finding::request;
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
            (Some(address), None) => finding(format!("{tag} sends to an address that nobody has any more"))
                .confidence(Confidence::Likely)
                .seen(
                    Origin::Inspect,
                    None,
                    format!(
                        "no running container has the address {address}: the one that had it was recreated"
                    ),
                )
                .fix(
                    "restart it, so that it asks for the address anew (`nginx -s reload` does too)",
                    request(container, |services| Operation::Restart {
                        services,
                        timeout: None,
                        no_deps: true,
                    }),
                ),
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
