//! What a one-off container of a service needs before it can run: networks, volumes, and its dependencies, each in the
//! condition that the files name.

use super::card::new_plan;
use super::orphans::{orphans, remove_orphans};
use super::provision::provide;
use super::up::up;
use super::{Action, ActionPlan, Target, graph, objects, services};
use crate::compose::file::{Condition, Project};
use crate::compose::observe::Observed;
use crate::domain::{Fault, FaultKind, StepVerb, UpOptions};

pub fn prepare(
    project: &Project,
    observed: &Observed,
    name: &str,
    options: &UpOptions,
) -> Result<ActionPlan, Fault> {
    graph::known(&[name.to_owned()], Some(project), observed, "run")?;
    // A service that is named is meant, whether its profile is active or not.
    let service = project.service(name).or_else(|| project.disabled.get(name)).ok_or_else(|| {
        Fault::new(FaultKind::NotFound, "run", name)
            .because("its containers are still there, but the files have no such service any more")
    })?;
    let depends = service.depends_on.iter().filter(|(name, dependency)| {
        let there = project.services.contains_key(*name);
        !options.no_deps && (there || (dependency.required && project.disabled.contains_key(*name)))
    });
    let needed: Vec<String> = depends.clone().map(|(name, _)| name.clone()).collect();
    let head = new_plan("run", Some(project), observed, &[name.to_owned()]);
    let mut images = head.clone();
    provide(&mut images, project, &[service], observed, options)?;
    let mut plan = if needed.is_empty() {
        images
    } else {
        up(project, observed, &UpOptions { services: needed.clone(), ..options.clone() })?.following(&images)
    };
    plan.plan.title = head.plan.title;
    plan.plan.equivalent = head.plan.equivalent;
    if needed.is_empty() && options.remove_orphans {
        remove_orphans(&mut plan, &orphans(project, observed), options);
    }
    let mut own = ActionPlan::default();
    objects::add_networks(&mut own, project, &[service], observed)?;
    objects::add_volumes(&mut own, project, &[service], observed)?;
    plan.absorb(own);
    for (name, dependency) in depends {
        let (containers, started) = containers_of(&plan, observed, name);
        if dependency.condition == Condition::Started || containers.is_empty() {
            continue;
        }
        let word = if dependency.condition == Condition::Healthy { "healthy" } else { "completed" };
        let action =
            Action::Await { condition: dependency.condition, containers, required: dependency.required };
        let reason = format!("{} needs it {word}", service.name);
        let step = plan.add(StepVerb::Await, name, Some(name), &reason, action);
        plan.after(step, started);
    }
    Ok(plan)
}

/// The containers that a service ends with, and the steps that start them.
fn containers_of(plan: &ActionPlan, observed: &Observed, service: &str) -> (Vec<Target>, Vec<usize>) {
    let mut targets = Vec::new();
    let mut started = Vec::new();
    let steps = plan.plan.steps.iter().zip(&plan.actions).enumerate();
    for (number, (step, action)) in steps.filter(|(_, (step, _))| step.service.as_deref() == Some(service)) {
        if let Action::Start(target) = action {
            targets.push(target.clone());
            started.push(number);
        } else if *action == Action::Keep {
            let kept = observed.containers.iter().find(|container| container.name.as_str() == step.object);
            targets.extend(kept.map(services::target));
        }
    }
    (targets, started)
}
