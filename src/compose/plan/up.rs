//! `up` and `scale`.

use super::card::{add_gpus, new_plan};
use super::converge::{Convergence, converge};
use super::{Action, ActionPlan, Target, card, conflicts, graph, objects};
use crate::compose::body::container_name;
use crate::compose::file::{Condition, Project, Service};
use crate::compose::observe::Observed;
use crate::domain::{Container, Fault, FaultKind, MOST_REPLICAS, StepVerb};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpOptions {
    /// Empty: all whose profiles are active.
    pub services: Vec<String>,
    pub force_recreate: bool,
    pub remove_orphans: bool,
}

/// Brings the stack to what its files say.
pub fn up(project: &Project, observed: &Observed, options: &UpOptions) -> Result<ActionPlan, Fault> {
    let mut words = vec!["-d".to_owned()];
    words.extend(options.force_recreate.then(|| "--force-recreate".to_owned()));
    words.extend(options.remove_orphans.then(|| "--remove-orphans".to_owned()));
    words.extend(options.services.iter().cloned());
    let plan = new_plan("up", Some(project), observed, &words);
    bring_up(plan, "up", project, observed, options, &BTreeMap::new())
}

/// Gives services the numbers of replicas that were asked for, instead of those in the files.
pub fn scale(
    project: &Project,
    observed: &Observed,
    replicas: &BTreeMap<String, u32>,
) -> Result<ActionPlan, Fault> {
    let words: Vec<String> = replicas.iter().map(|(name, count)| format!("{name}={count}")).collect();
    let plan = new_plan("scale", Some(project), observed, &words);
    let options = UpOptions { services: replicas.keys().cloned().collect(), ..UpOptions::default() };
    if options.services.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "scale", project.name.as_str())
            .because("no service is named")
            .hint("write SERVICE=NUMBER"));
    }
    // Whoever wrote the task: the command line and the console ask for no more, a file on the disk might.
    if let Some((name, count)) = replicas.iter().find(|(_, count)| **count > MOST_REPLICAS) {
        return Err(Fault::new(FaultKind::Invalid, "scale", format!("{name}={count}"))
            .because(format!("a service has {MOST_REPLICAS} replicas at the most"))
            .hint(format!("write {name}=N, where N is a number from 0 to {MOST_REPLICAS}")));
    }
    bring_up(plan, "scale", project, observed, &options, replicas)
}

fn bring_up(
    mut plan: ActionPlan,
    verb: &str,
    project: &Project,
    observed: &Observed,
    options: &UpOptions,
    replicas: &BTreeMap<String, u32>,
) -> Result<ActionPlan, Fault> {
    graph::known(&options.services, Some(project), observed, verb)?;
    let edges = graph::edges(Some(project), observed);
    let chosen: BTreeSet<String> = if options.services.is_empty() {
        project.services.keys().cloned().collect()
    } else {
        graph::closure(&options.services, &edges)
    };
    let order = graph::ordered(&chosen, &edges);
    let services: Vec<&Service> = order.iter().filter_map(|name| project.service(name)).collect();
    let wanted = |service: &Service| -> u32 {
        // What a scale does not name stays as many as there are.
        let named = replicas.get(&service.name).copied();
        let present = u32::try_from(observed.of_service(&service.name).len()).unwrap_or(u32::MAX);
        let kept = (!replicas.is_empty() && present > 0).then_some(present);
        named.or(kept).unwrap_or_else(|| service.replicas())
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

    let names = |name: &str| -> Vec<String> {
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
                force: options.force_recreate
                    && (options.services.is_empty() || options.services.contains(&service.name)),
                shares_recreated,
                names: &names,
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
    start_in_order(&mut plan, &services, &mut states, observed);
    add_gpus(&mut plan, Some(project), observed, &order);
    pull_policies(&mut plan, &services);
    Ok(plan)
}

/// Containers of services that the files do not have.
fn orphans<'seen>(project: &Project, observed: &'seen Observed) -> Vec<&'seen Container> {
    let services = observed.services().into_iter().filter(|name| project.service(name).is_none());
    services.flat_map(|name| observed.of_service(name)).collect()
}

fn remove_orphans(plan: &mut ActionPlan, orphans: &[&Container], remove: bool) -> Vec<usize> {
    if !remove {
        if !orphans.is_empty() {
            let names: Vec<&str> = orphans.iter().map(|orphan| orphan.name.as_str()).collect();
            plan.warn(format!(
                "the files have no service for {}; --remove-orphans takes them away",
                names.join(", ")
            ));
        }
        return Vec::new();
    }
    orphans
        .iter()
        .map(|orphan| stop_and_remove(plan, orphan, None, "its service is not in the files", false).1)
        .collect()
}

/// A stop where it runs, and a removal; the steps, first and last.
pub(super) fn stop_and_remove(
    plan: &mut ActionPlan,
    container: &Container,
    service: Option<&Service>,
    reason: &str,
    volumes: bool,
) -> (usize, usize) {
    let name = container.name.as_str();
    let label = container.compose.as_ref().map(|labels| labels.service.as_str());
    let target = Target::Existing { id: container.id.clone(), name: name.to_owned() };
    let stopped = container.is_running().then(|| {
        let step = plan.add(StepVerb::StopContainer, name, label, reason, Action::Stop(target.clone()));
        plan.downtime(step, card::grace(container, service));
        step
    });
    let removed =
        plan.add(StepVerb::RemoveContainer, name, label, reason, Action::Remove { target, volumes });
    plan.after(removed, stopped);
    (stopped.unwrap_or(removed), removed)
}

/// Starts what does not run, each service after the conditions of its dependencies.
fn start_in_order(
    plan: &mut ActionPlan,
    services: &[&Service],
    states: &mut BTreeMap<&str, Convergence>,
    observed: &Observed,
) {
    let mut awaited: BTreeMap<(String, &'static str), usize> = BTreeMap::new();
    for service in services {
        let Some(state) = states.get(service.name.as_str()) else { continue };
        let restarted = restarted_with_dependencies(service, states);
        let pending: Vec<(Target, Option<usize>, String)> = state.to_start.clone();
        let running = state.running.clone();
        let idle = pending.is_empty() && (!restarted || running.is_empty());
        let mut conditions = Vec::new();
        for (name, dependency) in &service.depends_on {
            let Some(needed) = states.get(name.as_str()) else { continue };
            conditions.extend(needed.started.iter().copied());
            // Even for a service that runs already, what this plan starts must come to what it needs.
            let nothing_new = idle && needed.started.is_empty();
            if dependency.condition == Condition::Started || needed.targets.is_empty() || nothing_new {
                continue;
            }
            let key = (name.clone(), dependency.condition.word());
            let step = *awaited.entry(key).or_insert_with(|| {
                let word = match dependency.condition {
                    Condition::Healthy => "healthy",
                    Condition::Completed | Condition::Started => "completed",
                };
                let reason = format!("{} needs it {word}", service.name);
                let action = Action::Await {
                    condition: dependency.condition,
                    containers: needed.targets.clone(),
                    required: dependency.required,
                };
                let step = plan.add(StepVerb::Await, name, Some(name), &reason, action);
                plan.after(step, needed.started.iter().copied());
                step
            });
            conditions.push(step);
        }
        let mut started = Vec::new();
        for (target, made, reason) in pending {
            let step = plan.add(
                StepVerb::StartContainer,
                target.name(),
                Some(&service.name),
                &reason,
                Action::Start(target.clone()),
            );
            plan.after(step, made.into_iter().chain(conditions.iter().copied()));
            started.push(step);
        }
        if restarted {
            for (id, name) in running {
                let target = Target::Existing { id: id.clone(), name: name.clone() };
                let step = plan.add(
                    StepVerb::RestartContainer,
                    &name,
                    Some(&service.name),
                    "what it depends on was recreated",
                    Action::Restart(target),
                );
                if let Some(container) = observed.containers.iter().find(|container| container.id == id) {
                    plan.downtime(step, card::grace(container, Some(service)));
                }
                plan.after(step, conditions.iter().copied());
                started.push(step);
            }
        }
        if let Some(state) = states.get_mut(service.name.as_str()) {
            state.started = started;
        }
    }
}

fn restarted_with_dependencies(service: &Service, states: &BTreeMap<&str, Convergence>) -> bool {
    service.depends_on.iter().any(|(name, dependency)| {
        dependency.restart && states.get(name.as_str()).is_some_and(|state| state.recreated)
    })
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
