//! Ports of the host that are to be published: nobody else has them.

use super::Facts;
use crate::compose::file::{Project, Service, address};
use crate::compose::observe::Observed;
use crate::domain::{ChecklistLine, Container};
use std::collections::BTreeSet;

/// The fixed ports that are to be published, without those that the services' own containers have: these make room.
pub fn wanted(services: &[&Service], observed: &Observed) -> BTreeSet<u16> {
    let fixed = services.iter().flat_map(|service| service.ports.iter().map(move |port| (service, port)));
    let fixed = fixed.filter(|(_, port)| port.protocol == "tcp");
    let numbers = fixed.filter_map(|(service, port)| {
        let number: u16 = port.published.parse().ok()?;
        let own = observed.of_service(&service.name);
        let held = own.iter().any(|container| container.is_running() && publishes(container, number));
        (!held).then_some(number)
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
            let of_others = observed.others.iter().chain(&observed.containers).filter(|other| {
                let own = other.compose.as_ref().is_some_and(|labels| {
                    labels.project == observed.project && labels.service == service.name
                });
                other.is_running() && !own
            });
            let holder = of_others.into_iter().find(|other| {
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
                (None, None) => ChecklistLine::ok(check, format!("free for {}", service.name)),
            });
        }
    }
    lines
}

fn publishes(container: &Container, number: u16) -> bool {
    container.ports.iter().any(|port| port.host_port == Some(number))
}
