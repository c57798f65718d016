//! What a decision about a restore comes to: who is stopped, what changes places or goes, and who is started. Pure.

use super::{Decision, World, to_be_stopped};
use crate::backup::restore::look::container_of;
use crate::backup::restore::state::{Pending, Way};
use crate::backup::restore::target::Target;
use crate::domain::{Plan, PlannedStep, StepVerb};

/// What is done with the side that is not in use, as one step of a plan, and what that plan is headed with.
pub fn decided(pending: &Pending, decision: Decision) -> (PlannedStep, String) {
    let Pending { stack, bundle, .. } = pending;
    let restored = format!("what was restored from {bundle}, and all that was written to it");
    let before = format!("what was there before {bundle} was restored");
    let (verb, object, reason, title) = match (pending.phase.way(), decision, pending.undone) {
        (Way::Decide, Decision::Accept, None) | (Way::Clear, _, None) => (
            StepVerb::RemoveVolume,
            format!("old side of {stack}"),
            format!("{before} goes for good"),
            format!("accept the restore of {stack}"),
        ),
        (Way::Decide, Decision::Accept, Some(_)) | (Way::Clear, _, Some(_)) => (
            StepVerb::RemoveVolume,
            format!("new side of {stack}"),
            format!("{restored}, goes for good"),
            format!("accept that the restore of {stack} was undone"),
        ),
        (Way::Decide, Decision::Undo, Some(_)) => (
            StepVerb::Switch,
            format!("new side of {stack}"),
            format!("{restored}, comes back"),
            format!("restore {stack} after all"),
        ),
        (Way::Decide, Decision::Undo, None) | (Way::Back, _, _) => (
            StepVerb::Switch,
            format!("old side of {stack}"),
            format!("{before} comes back"),
            format!("undo the restore of {stack}"),
        ),
        (Way::On, _, _) | (Way::Decide, Decision::Neither, _) => (
            StepVerb::StartContainer,
            stack.clone(),
            format!("the restore of {bundle} was interrupted when all was switched"),
            format!("finish the restore of {stack}"),
        ),
    };
    (PlannedStep::new(verb, object, reason), title)
}

/// What was decided or, where that is due first, the end of what was interrupted.
pub fn decision_plan(pending: &Pending, decision: Decision, world: &World<'_>) -> Plan {
    let stack = &pending.stack;
    let (decided, title) = decided(pending, decision);
    let verb = decided.verb;
    let way = pending.phase.way();
    let ran = match verb {
        StepVerb::Switch => to_be_stopped(pending, world.needs, world.containers),
        StepVerb::StartContainer => pending.ran.clone(),
        _ => Vec::new(),
    };
    let mut steps = asleep(pending, world);
    if verb == StepVerb::Switch {
        let reason = "it would write while things change places";
        let stopped = |ran: &super::Ran| {
            PlannedStep::new(StepVerb::StopContainer, &ran.name, reason).of(ran.service.as_str())
        };
        steps.extend(ran.iter().rev().map(stopped));
    }
    let starts = ran.iter().map(|ran| {
        let reason = if ran.well { "it ran before" } else { "it ran before, though not well" };
        PlannedStep::new(StepVerb::StartContainer, &ran.name, reason).of(ran.service.as_str())
    });
    if verb != StepVerb::StartContainer || ran.is_empty() {
        steps.push(decided);
    }
    steps.extend(starts);
    let labels = pending.targets.iter().map(Target::label);
    let mut warnings = vec![labels.collect::<Vec<_>>().join(", ")];
    if verb == StepVerb::RemoveVolume {
        warnings.push("no container is stopped for it".to_owned());
    }
    if let (Way::Decide, Decision::Undo, Some(since)) = (way, decision, pending.undone.or(pending.switched)) {
        warnings.push(format!(
            "all that was written since {since} goes out of use; it is kept, and `backup undo` brings it back until \
             `backup accept` removes it"
        ));
    }
    for (before, step) in steps.iter_mut().skip(1).enumerate() {
        step.after = vec![before];
    }
    let command = if verb == StepVerb::RemoveVolume { "accept" } else { "undo" };
    let equivalent = format!("mcp-tui -s {stack} backup {command}");
    Plan { title, steps, warnings, equivalent, ..Plan::default() }
}

/// The servers of databases that do not run: nothing can be said to them otherwise.
fn asleep(pending: &Pending, world: &World<'_>) -> Vec<PlannedStep> {
    let mut services: Vec<&str> = Vec::new();
    for target in &pending.targets {
        if let Target::Database(database) = target
            && !services.contains(&database.service.as_str())
        {
            services.push(&database.service);
        }
    }
    let server = |service: &&str| container_of(world.containers, service).filter(|one| !one.is_running());
    let asleep = services.iter().filter_map(|service| Some((*service, server(service)?)));
    asleep
        .map(|(service, container)| {
            let reason = "its databases are changed through it";
            PlannedStep::new(StepVerb::StartContainer, container.name.to_string(), reason).of(service)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::restore::needs;
    use crate::backup::restore::state::Phase;
    use crate::backup::restore::target::{DirectoryTarget, Place};
    use crate::domain::container::MountPoint;
    use crate::domain::{Container, ContainerState, fixtures};
    use jiff::Timestamp;

    fn directory() -> Target {
        Target::Directory(DirectoryTarget {
            part: String::new(),
            place: Place::Volume("shop_keys".to_owned()),
            below: String::new(),
            names: Vec::new(),
            image: String::new(),
            id: DirectoryTarget::numbered("1a2b", 0),
            label: "volume shop_keys".to_owned(),
        })
    }

    /// `web` needs `cache`, which has the volume; both run.
    fn containers() -> [Container; 2] {
        let mut cache = fixtures::replica("shop", "cache", 1);
        cache.mounts = vec![MountPoint {
            kind: "volume".to_owned(),
            source: "shop_keys".to_owned(),
            target: "/data".to_owned(),
            read_write: true,
        }];
        [cache, fixtures::replica("shop", "web", 1)]
    }

    fn told(pending: &Pending, decision: Decision, containers: &[Container]) -> Vec<String> {
        let on = ["cache".to_owned()];
        let needs = needs([("web", on.as_slice())], containers);
        let world = World { project: "shop", containers, needs: &needs };
        let plan = decision_plan(pending, decision, &world);
        plan.steps.iter().map(|step| format!("{} {}", step.verb.words(), step.object)).collect()
    }

    fn pending(phase: Phase) -> Pending {
        let began = Timestamp::UNIX_EPOCH;
        let pending = Pending::new("1a2b".to_owned(), "shop", "20261120T103104Z-3f9c", String::new(), began);
        Pending { phase, targets: vec![directory()], ..pending }
    }

    #[test]
    fn undoing_tells_whom_it_stops_and_starts_and_accepting_that_it_stops_nobody() {
        let undone = [
            "stop shop-web-1",
            "stop shop-cache-1",
            "switch old side of shop",
            "start shop-cache-1",
            "start shop-web-1",
        ];
        assert_eq!(told(&pending(Phase::Waiting), Decision::Undo, &containers()), undone);
        assert_eq!(told(&pending(Phase::Switching), Decision::Neither, &containers()), undone);
        let accepted = told(&pending(Phase::Waiting), Decision::Accept, &containers());
        assert_eq!(accepted, ["remove volume old side of shop"]);
    }

    #[test]
    fn a_restore_that_was_cut_off_when_all_was_new_only_starts_those_who_ran() {
        let mut containers = containers();
        let ran = to_be_stopped(
            &pending(Phase::Starting),
            &needs([("web", ["cache".to_owned()].as_slice())], &containers),
            &containers,
        );
        for container in &mut containers {
            container.state = ContainerState::Exited;
        }
        let pending = Pending { ran, ..pending(Phase::Starting) };
        let steps = told(&pending, Decision::Neither, &containers);
        assert_eq!(steps, ["start shop-cache-1", "start shop-web-1"]);
    }
}
