//! `stop` of containers that run.

use super::card::{self, add_gpus, new_plan};
use super::services::{dependents, duration, named_or_all, target, timeout_words};
use super::{Action, ActionPlan, graph};
use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::{Fault, StepVerb};
use std::collections::BTreeMap;

pub fn stop(
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
    timeout: Option<u32>,
) -> Result<ActionPlan, Fault> {
    let words = [timeout_words(timeout), services.to_vec()].concat();
    let mut plan = new_plan("stop", project, observed, &words);
    plan.stop_timeout = duration(timeout);
    let edges = graph::edges(project, observed);
    // What has no container is stopped already.
    graph::known(services, project, observed, "stop")?;
    let order = graph::ordered(&named_or_all(observed, services), &edges);
    let mut stopped: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for service in order.iter().rev() {
        let declared = project.and_then(|project| project.service(service));
        let earlier = dependents(&stopped, service, &edges);
        for container in observed.of_service(service) {
            if !container.is_running() {
                plan.add(StepVerb::Keep, &container.name, Some(service), "does not run", Action::Keep);
                continue;
            }
            let action = Action::Stop(target(container));
            let step = plan.add(StepVerb::StopContainer, &container.name, Some(service), "asked for", action);
            plan.downtime(step, card::grace(container, declared));
            plan.after(step, earlier.iter().copied());
            stopped.entry(service.clone()).or_default().push(step);
        }
    }
    add_gpus(&mut plan, project, observed, &order);
    Ok(plan)
}
