//! From what the files ask for and what there is to steps: objects first, then services in the order of their
//! dependencies, then what is to be started.

use super::card::add_gpus;
use super::converge::{Convergence, Converging, Recreate, Replica, Wish};
use super::objections::object;
use super::orphans::{orphans, remove_orphans};
use super::provision::{provide, wait_for_images};
use super::starting::{self, start_in_order};
use super::up::check_options;
use super::{ActionPlan, Target, conflicts, graph, hooks, leftovers, missing, objects, on_scale, steer};
use crate::compose::body::referred;
use crate::compose::file::{Project, Service};
use crate::compose::observe::{Observed, number};
use crate::domain::{Container, Fault, UpOptions};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub fn bring_up(
    mut plan: ActionPlan,
    verb: &str,
    project: &Project,
    observed: &Observed,
    options: &UpOptions,
) -> Result<ActionPlan, Fault> {
    check_options(verb, options)?;
    graph::known(&options.named(), Some(project), observed, verb)?;
    plan.wait_timeout = options.wait_timeout.map(|seconds| Duration::from_secs(seconds.into()));
    plan.stop_timeout = options.timeout.map(|seconds| Duration::from_secs(seconds.into()));
    let edges = graph::edges(Some(project), observed);
    let chosen: BTreeSet<String> = if options.services.is_empty() {
        project.services.keys().cloned().collect()
    } else if options.no_deps {
        options.services.iter().cloned().collect()
    } else {
        graph::closure(&options.services, &edges)
    };
    let order = graph::ordered(&chosen, &edges);
    let services: Vec<&Service> = order.iter().filter_map(|name| project.service(name)).collect();
    object(&mut plan, verb, project, &services)?;
    let wanted = |service: &Service| -> u32 {
        options.scale.get(&service.name).copied().unwrap_or_else(|| service.replicas())
    };
    let orphans = orphans(project, observed);
    for service in &services {
        conflicts::replicas(service, wanted(service))?;
    }
    let running: Vec<&Service> = services.iter().copied().filter(|service| wanted(service) > 0).collect();
    let images = provide(&mut plan, project, &running, observed, options)?;
    let (observed, mut before) = leftovers::repair(&mut plan, project, &services, observed);
    let observed = observed.as_ref();
    before.extend(remove_orphans(&mut plan, &orphans, options));
    let objects = Objects {
        networks: objects::add_networks(&mut plan, project, &services, observed)?,
        volumes: objects::add_volumes(&mut plan, project, &services, observed)?,
        before,
    };
    let mut states: BTreeMap<&str, Convergence> = BTreeMap::new();
    for service in &services {
        let replicas = |name: &str| match states.get(name) {
            Some(state) => state.replicas.clone(),
            None => observed.of_service(name).into_iter().map(present).collect(),
        };
        let wish = Wish {
            replicas: wanted(service),
            recreate: recreation(service, options),
            renew_anonymous_volumes: options.renew_anon_volumes,
            image_pending: images.is_pending(&service.image_name(&project.name)),
        };
        let converging = Converging { project, service, observed, wish, replicas: &replicas };
        let state = converging.converge(&mut plan)?;
        let shared: Vec<usize> = referred(service)
            .filter_map(|name| states.get(name))
            .flat_map(|state| state.made.clone())
            .collect();
        for step in &state.made {
            plan.after(*step, objects.before(project, service));
            plan.after(*step, shared.iter().copied());
        }
        states.insert(&service.name, state);
    }
    let made = services
        .iter()
        .copied()
        .filter(|service| states.get(service.name.as_str()).is_some_and(|state| !state.made.is_empty()));
    missing::check(&mut plan, verb, project, made, observed)?;
    if !options.no_start {
        let starting = services.iter().filter(|service| {
            states.get(service.name.as_str()).is_some_and(|state| !state.to_start.is_empty())
        });
        let taken_away = plan.taken_away();
        for service in starting {
            conflicts::ports(service, observed, &|container| taken_away.contains(container.id.0.as_str()))?;
        }
        let removals: Vec<usize> = states.values().flat_map(|state| state.removed.clone()).collect();
        let steered = steer::leave(&mut plan, &services, &states, observed);
        starting::stop_dependents(&mut plan, &services, &mut states, observed);
        // What goes may hold the port of anything that is started.
        let gone: Vec<usize> = objects.before.iter().copied().chain(removals).collect();
        start_in_order(&mut plan, &services, &mut states, &gone);
        if options.wait {
            starting::await_all(&mut plan, &services, &services, &states);
        }
        hooks::add(&mut plan, &services, &states, observed);
        on_scale::add(&mut plan, project, &services, &states, &steered, observed);
    }
    add_gpus(&mut plan, Some(project), observed, &order);
    wait_for_images(&mut plan);
    Ok(plan)
}

/// The steps of what containers need, by the objects' names.
struct Objects {
    networks: BTreeMap<String, usize>,
    volumes: BTreeMap<String, usize>,
    /// The ends of orphans and leftovers, which may have what new containers need.
    before: Vec<usize>,
}

impl Objects {
    fn before(&self, project: &Project, service: &Service) -> Vec<usize> {
        let networks = service.networks.keys().filter_map(|key| project.networks.get(key));
        let networks = networks.filter_map(|network| self.networks.get(&network.name));
        let mounted = project.volumes_of(std::iter::once(service));
        let volumes = mounted.values().filter_map(|volume| self.volumes.get(&volume.name));
        networks.chain(volumes).chain(&self.before).copied().collect()
    }
}

fn present(container: &Container) -> Replica {
    let target = Target::Existing { id: container.id.clone(), name: container.name.to_string() };
    Replica { target, number: number(container) }
}

/// Dependencies of the named services are made anew only when they are asked for too.
fn recreation(service: &Service, options: &UpOptions) -> Recreate {
    let named = options.services.is_empty() || options.services.contains(&service.name);
    if options.no_recreate {
        Recreate::Never
    } else if if named { options.force_recreate } else { options.always_recreate_deps } {
        Recreate::Always
    } else {
        Recreate::Changed
    }
}
