//! `pull`, `build` and `push`: images alone.

use super::card::new_plan;
use super::provision::{Build, Policy, Push, build, doubts, pull, stand_on};
use super::{Action, ActionPlan, graph};
use crate::compose::file::{Project, Service};
use crate::compose::observe::Observed;
use crate::domain::{BuildOptions, Fault, FaultKind, PullOptions, PushOptions, StepVerb, UpOptions};
use std::collections::{BTreeMap, BTreeSet};

/// The services that are meant, each after those it depends on.
fn chosen<'project>(
    verb: &str,
    project: &'project Project,
    observed: &Observed,
    named: &[String],
    dependencies: bool,
) -> Result<Vec<&'project Service>, Fault> {
    graph::known(named, Some(project), observed, verb)?;
    let edges = graph::edges(Some(project), observed);
    let meant: BTreeSet<String> = match (named, dependencies) {
        ([], _) => project.services.keys().cloned().collect(),
        (named, true) => graph::closure(named, &edges),
        (named, false) => named.iter().cloned().collect(),
    };
    Ok(graph::ordered(&meant, &edges).iter().filter_map(|name| project.service(name)).collect())
}

/// Pulls what the services are made from.
pub fn pull_images(
    project: &Project,
    observed: &Observed,
    options: &PullOptions,
) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("pull", Some(project), observed, &options.words());
    let services = chosen("pull", project, observed, &options.services, options.include_deps)?;
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for service in services {
        let reference = service.image_name(&project.name);
        let policy = match &options.policy {
            Some(word) => {
                Policy::of(service, &UpOptions { pull: Some(word.clone()), ..UpOptions::default() })?
            }
            None => Policy::declared(service)?,
        };
        let present = observed.images.get(&reference);
        let skipped = if service.image.is_empty() {
            Some("it has no image to pull")
        } else if options.ignore_buildable && service.build.is_some() {
            Some("it can be built")
        } else if matches!(policy, Policy::Never | Policy::Build) {
            Some("its pull_policy forbids it")
        } else if policy == Policy::Missing
            && (options.policy.is_some() || !service.pull_policy.is_empty())
            && present.is_some()
        {
            Some("it is on this server")
        } else if seen.contains(&reference) {
            Some("another service has the same image")
        } else {
            None
        };
        if let Some(reason) = skipped {
            plan.add(StepVerb::Keep, &reference, Some(&service.name), reason, Action::Keep);
            continue;
        }
        seen.insert(reference.clone());
        let mut order = pull(project, service);
        order.optional = service.build.is_some() || options.ignore_pull_failures;
        order.quiet = options.quiet;
        let action = Action::Pull(Box::new(order));
        plan.add(StepVerb::Pull, &reference, Some(&service.name), "asked for", action);
    }
    Ok(plan)
}

/// Builds what can be built.
pub fn build_images(
    project: &Project,
    observed: &Observed,
    options: &BuildOptions,
) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("build", Some(project), observed, &options.words());
    let services = chosen("build", project, observed, &options.services, options.with_dependencies)?;
    let edges = graph::edges(Some(project), observed);
    let mut steps: BTreeMap<&str, usize> = BTreeMap::new();
    for service in &services {
        if service.build.is_none() {
            continue;
        }
        let mut order = build(project, service, observed)?;
        order.args.extend(options.args.clone());
        order.no_cache |= options.no_cache;
        order.pull |= options.pull;
        order.memory = options.memory;
        order.quiet = options.quiet;
        for doubt in doubts(project, service, &order, observed) {
            plan.warn(doubt);
        }
        let reference = order.reference.clone();
        let pushed = pushes(service, &order, options.push);
        let action = Action::Build(Box::new(order));
        let step = plan.add(StepVerb::Build, &reference, Some(&service.name), "asked for", action);
        let needed = graph::closure(std::slice::from_ref(&service.name), &edges);
        plan.after(step, needed.iter().filter_map(|name| steps.get(name.as_str()).copied()));
        steps.insert(&service.name, step);
        for reference in pushed {
            let push = Push { reference: reference.clone(), optional: false, quiet: options.quiet };
            let action = Action::Push(Box::new(push));
            let pushed = plan.add(StepVerb::Push, &reference, Some(&service.name), "asked for", action);
            plan.after(pushed, [step]);
        }
    }
    for service in &services {
        stand_on(&mut plan, service, &steps);
    }
    if plan.actions().is_empty() && !options.services.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "build", options.services.join(", "))
            .because("no service that is named has a `build`")
            .hint("`pull` gets images that are not built"));
    }
    Ok(plan)
}

fn pushes(service: &Service, order: &Build, asked: bool) -> Vec<String> {
    if asked && !service.image.is_empty() { order.tags.clone() } else { Vec::new() }
}

/// Pushes what was built under a name of its own.
pub fn push_images(
    project: &Project,
    observed: &Observed,
    options: &PushOptions,
) -> Result<ActionPlan, Fault> {
    let mut plan = new_plan("push", Some(project), observed, &options.words());
    for service in chosen("push", project, observed, &options.services, options.include_deps)? {
        let reference = service.image_name(&project.name);
        let Some(build) = service.build.as_ref().filter(|_| !service.image.is_empty()) else {
            let reason =
                if service.build.is_none() { "it is not built" } else { "it has no name of its own" };
            plan.add(StepVerb::Keep, &reference, Some(&service.name), reason, Action::Keep);
            continue;
        };
        let tags = build.tags.iter().filter(|tag| **tag != reference);
        for tag in std::iter::once(&reference).chain(tags) {
            let push =
                Push { reference: tag.clone(), optional: options.ignore_push_failures, quiet: options.quiet };
            let action = Action::Push(Box::new(push));
            plan.add(StepVerb::Push, tag, Some(&service.name), "asked for", action);
        }
    }
    Ok(plan)
}
