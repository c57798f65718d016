//! Services of an earlier deploy that have no container any more. A way back makes them of that deploy's files and
//! images, and has them up before anything that runs is replaced.

use super::super::converge::{Convergence, Converging, Recreate, Replica, Wish};
use super::super::orphans::orphans;
use super::super::starting::{await_all, start_in_order};
use super::super::{conflicts, graph, on_scale};
use super::slots::replicas;
use super::{ActionPlan, towards};
use crate::compose::body::referred;
use crate::compose::file::{Project, Service};
use crate::compose::observe::Observed;
use crate::domain::task::UpdateOptions;
use crate::domain::{DeployState, Fault};
use std::collections::{BTreeMap, BTreeSet};

/// To what the project was: its services as they were, those that are gone made again. What it has no service for stays,
/// since nobody knows here whose it is, and is told.
pub fn roll_back(project: &Project, observed: &Observed) -> Result<ActionPlan, Fault> {
    let (present, absent): (BTreeSet<String>, BTreeSet<String>) = project
        .services
        .values()
        .filter(|service| service.replicas() > 0 || !observed.of_service(&service.name).is_empty())
        .map(|service| service.name.clone())
        .partition(|name| !observed.of_service(name).is_empty());
    let edges = graph::edges(Some(project), observed);
    let ordered = |names: &BTreeSet<String>| -> Vec<&Service> {
        graph::ordered(names, &edges).iter().filter_map(|name| project.service(name)).collect()
    };
    let options = UpdateOptions::default();
    let mut plan = towards(project, observed, &options, &ordered(&present), &ordered(&absent))?;
    for orphan in orphans(project, observed) {
        let service = orphan.compose.as_ref().map_or("", |labels| labels.service.as_str());
        plan.warn(format!(
            "that deploy has no service {service}, and {} stays as it is; `mcp-tui -p {} rm --stop {service}` takes it \
             away",
            orphan.name, project.name
        ));
    }
    Ok(plan)
}

/// The steps that make and start them, after those given. The last of them are to be over before anything else is done.
pub(super) fn bring_back(
    plan: &mut ActionPlan,
    project: &Project,
    services: &[&Service],
    observed: &Observed,
    after: &[usize],
) -> Result<Vec<usize>, Fault> {
    let begun = plan.actions().len();
    let mut states: BTreeMap<&str, Convergence> = BTreeMap::new();
    for service in services {
        conflicts::replicas(service, service.replicas())?;
        conflicts::ports(service, observed, &|_| false)?;
        let replicas = |name: &str| -> Vec<Replica> {
            states.get(name).map_or_else(|| replicas(observed, name), |state| state.replicas.clone())
        };
        let wish = Wish {
            replicas: service.replicas(),
            recreate: Recreate::Changed,
            renew_anonymous_volumes: false,
            image_pending: false,
        };
        let converging = Converging { project, service, observed, wish, replicas: &replicas };
        let state = converging.converge(plan)?;
        let shared =
            referred(service).filter_map(|name| states.get(name)).flat_map(|state| state.made.clone());
        let shared: Vec<usize> = shared.collect();
        for step in &state.made {
            plan.after(*step, after.iter().copied().chain(shared.iter().copied()));
            plan.reaches(*step, DeployState::GreenCreated);
        }
        states.insert(&service.name, state);
    }
    start_in_order(plan, services, &mut states, &[]);
    let dependents: Vec<&Service> = project.services.values().collect();
    await_all(plan, services, &dependents, &states);
    on_scale::add(plan, project, services, &states, &BTreeSet::new(), observed);
    Ok((begun..plan.actions().len()).collect())
}
