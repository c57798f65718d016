//! `up`, `create` and `scale`.

use super::card::{add_gpus, new_plan};
use super::converge::{Convergence, Recreate, converge};
use super::orphans::{orphans, remove_orphans};
use super::starting::start_in_order;
use super::{ActionPlan, conflicts, graph, hooks, objects, on_scale};
use crate::compose::body::container_name;
use crate::compose::file::{Objection, Project, Service};
use crate::compose::observe::Observed;
use crate::domain::{Container, Fault, FaultKind, MOST_REPLICAS, UpOptions};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Brings the stack to what its files say.
pub fn up(project: &Project, observed: &Observed, options: &UpOptions) -> Result<ActionPlan, Fault> {
    let words = std::iter::once("-d".to_owned()).filter(|_| !options.no_start);
    let words: Vec<String> = words.chain(options.words()).chain(options.services.iter().cloned()).collect();
    let plan = new_plan("up", Some(project), observed, &words);
    bring_up(plan, "up", project, observed, options)
}

/// Makes what an `up` would make, and starts none of it.
pub fn create(project: &Project, observed: &Observed, options: &UpOptions) -> Result<ActionPlan, Fault> {
    let words: Vec<String> = options.words().into_iter().chain(options.services.iter().cloned()).collect();
    let plan = new_plan("create", Some(project), observed, &words);
    let options = UpOptions { no_start: true, ..options.clone() };
    bring_up(plan, "create", project, observed, &options)
}

/// Gives services the numbers of replicas that were asked for, instead of those in the files.
pub fn scale(
    project: &Project,
    observed: &Observed,
    replicas: &BTreeMap<String, u32>,
    no_deps: bool,
) -> Result<ActionPlan, Fault> {
    let mut words: Vec<String> = no_deps.then(|| "--no-deps".to_owned()).into_iter().collect();
    words.extend(replicas.iter().map(|(name, count)| format!("{name}={count}")));
    let plan = new_plan("scale", Some(project), observed, &words);
    let services: Vec<String> = replicas.keys().cloned().collect();
    if services.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "scale", project.name.as_str())
            .because("no service is named")
            .hint("write SERVICE=NUMBER"));
    }
    // What a scale does not name stays as many as there are.
    let mut all = replicas.clone();
    for service in project.services.keys() {
        let present = u32::try_from(observed.of_service(service).len()).unwrap_or(u32::MAX);
        if present > 0 && !all.contains_key(service) {
            all.insert(service.clone(), present);
        }
    }
    let options = UpOptions { services, scale: all, no_deps, ..UpOptions::default() };
    bring_up(plan, "scale", project, observed, &options)
}

fn check_options(verb: &str, options: &UpOptions) -> Result<(), Fault> {
    let invalid = |object: String| Fault::new(FaultKind::Invalid, verb, object);
    if options.force_recreate && options.no_recreate {
        return Err(invalid("--no-recreate".to_owned())
            .because("it contradicts --force-recreate")
            .hint("leave one of them out"));
    }
    // Whoever wrote the task: the command line and the console ask for no more, a file on the disk might.
    match options.scale.iter().find(|(_, count)| **count > MOST_REPLICAS) {
        None => Ok(()),
        Some((name, count)) => Err(invalid(format!("{name}={count}"))
            .because(format!("a service has {MOST_REPLICAS} replicas at the most"))
            .hint(format!("write {name}=N, where N is a number from 0 to {MOST_REPLICAS}"))),
    }
}

/// A key that cannot be honoured ends the plan, one that is passed over is said on the card.
fn object(plan: &mut ActionPlan, verb: &str, project: &Project, services: &[&Service]) -> Result<(), Fault> {
    let objections = project.objections(services.iter().copied());
    let (refused, passed): (Vec<_>, Vec<_>) = objections.into_iter().partition(|objection| objection.refused);
    for objection in passed {
        plan.warn(format!("{}: {}", objection.path, objection.text));
    }
    let fault = |objection: &Objection| {
        Fault::new(FaultKind::Invalid, verb, objection.path.as_str()).because(objection.text.as_str())
    };
    match refused.as_slice() {
        [] => Ok(()),
        all => Err(Fault::merged(all.iter().map(fault).collect())),
    }
}

fn bring_up(
    mut plan: ActionPlan,
    verb: &str,
    project: &Project,
    observed: &Observed,
    options: &UpOptions,
) -> Result<ActionPlan, Fault> {
    check_options(verb, options)?;
    graph::known(&options.named(), Some(project), observed, verb)?;
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
        let replaced = |container: &Container| {
            let labels = container.compose.as_ref();
            let own = labels.is_some_and(|labels| {
                labels.project == project.name
                    && labels.config_hash.is_some()
                    && (labels.service == service.name || chosen.contains(&labels.service))
            });
            let orphan = options.remove_orphans && orphans.iter().any(|orphan| orphan.id == container.id);
            own || orphan
        };
        if wanted(service) > 0 {
            conflicts::ports(service, observed, &replaced)?;
        }
    }
    let networks = objects::add_networks(&mut plan, project, &services, observed)?;
    let volumes = objects::add_volumes(&mut plan, project, &services, observed)?;
    let removed = remove_orphans(&mut plan, &orphans, options.remove_orphans);

    let containers = |name: &str| -> Vec<String> {
        let first = |service: &Service| vec![container_name(&project.name, service, 1)];
        match observed.of_service(name).as_slice() {
            [] => project.service(name).map(first).unwrap_or_default(),
            present => present.iter().map(|container| container.name.to_string()).collect(),
        }
    };
    let mut states: BTreeMap<&str, Convergence> = BTreeMap::new();
    for service in &services {
        let shares_recreated = service
            .shared_with()
            .chain(service.volumes_from.iter().filter_map(|source| source.split(':').next()))
            .any(|name| states.get(name).is_some_and(|state| state.recreated));
        let state = converge(
            &mut plan,
            project,
            service,
            observed,
            &super::converge::Wish {
                replicas: wanted(service),
                recreate: recreation(service, options),
                renew_anonymous_volumes: options.renew_anon_volumes,
                shares_recreated,
                names: &containers,
            },
        )?;
        for step in &state.made {
            let needed = service.networks.keys().filter_map(|key| project.networks.get(key));
            let networks: Vec<usize> =
                needed.filter_map(|network| networks.get(&network.name).copied()).collect();
            let mounted = project.volumes_of(std::iter::once(*service));
            let volumes: Vec<usize> =
                mounted.values().filter_map(|volume| volumes.get(&volume.name).copied()).collect();
            let shared = service.depends_on.keys().filter_map(|name| states.get(name.as_str()));
            let shared: Vec<usize> = shared.flat_map(|state| state.made.iter().copied()).collect();
            plan.after(*step, networks.into_iter().chain(volumes).chain(removed.iter().copied()));
            if service.shared_with().next().is_some() || !service.volumes_from.is_empty() {
                plan.after(*step, shared);
            }
        }
        states.insert(&service.name, state);
    }
    if !options.no_start {
        start_in_order(&mut plan, &services, &mut states, observed);
        hooks::add(&mut plan, &services, &states, observed);
        on_scale::add(&mut plan, project, &services, &states, observed);
    }
    add_gpus(&mut plan, Some(project), observed, &order);
    pull_policies(&mut plan, &services);
    Ok(plan)
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

fn pull_policies(plan: &mut ActionPlan, services: &[&Service]) {
    for service in services {
        let policy = service.pull_policy.as_str();
        if !matches!(policy, "" | "missing" | "if_not_present" | "never") {
            plan.warn(format!(
                "services.{}.pull_policy: `{policy}` is not carried out by this version; the image that is there is used",
                service.name
            ));
        }
    }
}
