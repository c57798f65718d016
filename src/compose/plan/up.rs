//! `up`, `create` and `scale`.

use super::ActionPlan;
use super::bring_up::bring_up;
use super::card::new_plan;
use crate::compose::file::Project;
use crate::compose::observe::Observed;
use crate::domain::{Fault, FaultKind, MOST_REPLICAS, UpOptions};
use std::collections::BTreeMap;

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

/// What no plan can be made of, whoever wrote it.
pub fn check_options(verb: &str, options: &UpOptions) -> Result<(), Fault> {
    let invalid = |object: String| Fault::new(FaultKind::Invalid, verb, object);
    if options.force_recreate && options.no_recreate {
        return Err(invalid("--no-recreate".to_owned())
            .because("it contradicts --force-recreate")
            .hint("leave one of them out"));
    }
    if options.remove_orphans && options.ignore_orphans {
        return Err(invalid("--remove-orphans".to_owned())
            .because("it contradicts COMPOSE_IGNORE_ORPHANS")
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
