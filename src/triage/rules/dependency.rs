//! A service that is not started because what it depends on is in trouble.

use crate::domain::ContainerState;
use crate::triage::{About, Facts, Finding, Origin, Severity, is_in_trouble, waiting};
use std::collections::BTreeSet;
use std::time::Duration;

/// A deployment under way has started everything by then, most likely.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let mut services = BTreeSet::new();
    for container in facts.containers.iter().filter(|container| container.state == ContainerState::Created) {
        let Some(labels) = container.compose.as_ref().filter(|labels| !labels.oneoff) else { continue };
        if !services.insert((labels.project.as_str(), labels.service.as_str())) {
            continue;
        }
        let Some(awaited) = waiting::of(facts, &labels.project, &labels.service) else { continue };
        let broken = |service: &String| {
            let mut containers = facts.of_service(&labels.project, service).peekable();
            containers.peek().is_none() || containers.any(|needed| is_in_trouble(needed, facts.now))
        };
        let waits_long = container.created.is_some_and(|created| created < facts.now - PATIENCE);
        if awaited.is_empty() || !(awaited.iter().any(broken) || waits_long) {
            continue;
        }
        let names = awaited.join(", ");
        let title = format!("{} was not started: it waits for {names}", labels.service);
        let about = About { container: Some(container.id.clone()), ..About::container(container) };
        let object = format!("{}/{}", labels.project, labels.service);
        findings.push(
            Finding::new("dependency", &object, Severity::Warning, title, about)
                .symptom()
                .seen(
                    Origin::Inspect,
                    container.created,
                    "its container was created and has not been started",
                )
                .advise(format!("mend {names}, then deploy the stack again")),
        );
    }
}
