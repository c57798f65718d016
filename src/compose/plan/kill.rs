//! `kill`: a signal to what runs.

use super::card::{add_gpus, new_plan};
use super::services::{service_of, target};
use super::{Action, ActionPlan, graph};
use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::{Container, Fault, StepVerb};

/// One-off containers are meant as well, and where none runs nothing is to be done. Those of services that the files do not have only when `orphans` is set.
pub fn kill(
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
    signal: &str,
    orphans: bool,
) -> Result<ActionPlan, Fault> {
    let mut words = vec!["-s".to_owned(), signal.to_owned()];
    words.extend(orphans.then(|| "--remove-orphans".to_owned()));
    words.extend(services.iter().cloned());
    let mut plan = new_plan("kill", project, observed, &words);
    graph::known(services, project, observed, "kill")?;
    let declared = |container: &Container| {
        orphans || project.is_none_or(|project| project.service(service_of(container)).is_some())
    };
    let named = |container: &Container| {
        services.is_empty() || services.iter().any(|service| service == service_of(container))
    };
    let meant = observed.containers.iter().filter(|container| container.is_running());
    let mut meant: Vec<&Container> =
        meant.filter(|container| declared(container) && named(container)).collect();
    meant.sort_by_key(|container| container.name.to_string());
    for container in &meant {
        let action = Action::Kill { target: target(container), signal: signal.to_owned() };
        plan.add(StepVerb::KillContainer, &container.name, Some(service_of(container)), signal, action);
    }
    let held: Vec<String> = meant.iter().map(|container| service_of(container).to_owned()).collect();
    add_gpus(&mut plan, project, observed, &held);
    Ok(plan)
}
