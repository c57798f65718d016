//! Ports of the host that are to be published: nobody else has them.

use super::Facts;
use crate::compose::file::{Project, Service, address};
use crate::compose::observe::Observed;
use crate::domain::{ChecklistLine, Container};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The fixed ports that are to be published, and where, without those that the project's own containers have: these
/// make room, as far as the plan says so.
pub fn wanted(services: &[&Service], observed: &Observed) -> BTreeSet<(u16, Option<IpAddr>)> {
    let fixed = services.iter().flat_map(|service| &service.ports).filter(|port| port.protocol == "tcp");
    let numbers = fixed.filter_map(|port| {
        let number: u16 = port.published.parse().ok()?;
        (!is_own(observed, number)).then_some((number, port.host_address()))
    });
    numbers.collect()
}

pub fn check(
    _project: &Project,
    services: &[&Service],
    observed: &Observed,
    facts: &Facts,
) -> Vec<ChecklistLine> {
    let mut lines = Vec::new();
    for service in services {
        for port in &service.ports {
            // Of a range, and of none, the Engine takes what is free.
            let Ok(number) = port.published.parse::<u16>() else { continue };
            let check = format!("port {number}");
            let holder = observed.others.iter().filter(|other| other.is_running()).find(|other| {
                other.ports.iter().any(|held| {
                    held.host_port == Some(number)
                        && held.protocol == port.protocol
                        && address::meet(held.host_address, port.host_address())
                })
            });
            lines.push(match (holder, facts.listeners.get(&number)) {
                (Some(holder), _) => {
                    let found =
                        format!("{} wants it, and the container {} has it", service.name, holder.name);
                    let mend =
                        format!("stop that one (docker stop {}), or publish another port", holder.name);
                    ChecklistLine::failed(check, found, mend)
                }
                (None, Some(listener)) => {
                    let found = format!("{} wants it, and {listener} listens on it", service.name);
                    ChecklistLine::failed(check, found, "stop that one, or publish another port")
                }
                (None, None) if is_own(observed, number) => {
                    ChecklistLine::ok(check, format!("{} has it", service.name))
                }
                (None, None) => ChecklistLine::ok(check, format!("free for {}", service.name)),
            });
        }
    }
    lines
}

/// Whether a container of the project has it.
fn is_own(observed: &Observed, number: u16) -> bool {
    let publishes = |container: &Container| container.ports.iter().any(|port| port.host_port == Some(number));
    observed.containers.iter().any(|container| container.is_running() && publishes(container))
}
