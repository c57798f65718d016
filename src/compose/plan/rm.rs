//! `rm`: containers of services that do not run are removed.

use super::card::{add_gpus, new_plan};
use super::removal::stop_and_remove;
use super::services::{dependents, named_or_all};
use super::{Action, ActionPlan, graph};
use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::{Fault, StepVerb};
use std::collections::BTreeMap;

/// With `stop` those that run are stopped first, with `volumes` anonymous volumes go too.
pub fn rm(
    project: Option<&Project>,
    observed: &Observed,
    services: &[String],
    stop: bool,
    volumes: bool,
) -> Result<ActionPlan, Fault> {
    let mut words = vec!["-f".to_owned()];
    words.extend(stop.then(|| "-s".to_owned()));
    words.extend(volumes.then(|| "-v".to_owned()));
    words.extend(services.iter().cloned());
    let mut plan = new_plan("rm", project, observed, &words);
    graph::known(services, project, observed, "rm")?;
    let edges = graph::edges(project, observed);
    let order = graph::ordered(&named_or_all(observed, services), &edges);
    let mut removed: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for service in order.iter().rev() {
        let declared = project.and_then(|project| project.service(service));
        let earlier = dependents(&removed, service, &edges);
        for container in observed.of_service(service) {
            if container.is_running() && !stop {
                plan.add(StepVerb::Keep, &container.name, Some(service), "runs", Action::Keep);
                continue;
            }
            let (first, last) = stop_and_remove(&mut plan, container, declared, "asked for", volumes);
            plan.after(first, earlier.iter().copied());
            removed.entry(service.clone()).or_default().push(last);
        }
    }
    if stop {
        add_gpus(&mut plan, project, observed, &order);
    }
    Ok(plan)
}
