//! While the old containers of an update are kept until it is accepted, the service is its new ones: the old ones are
//! neither started nor removed nor counted by anything but the decision itself, and what would make that decision
//! impossible has to wait for it.

use super::places::{Place, places};
use crate::compose::file::Project;
use crate::compose::observe::{Kept, Observed};
use crate::compose::plan::{Action, ActionPlan};
use crate::domain::succession::{is_under_way, preceding};
use crate::domain::{Container, ContainerId, Fault, FaultKind, Operation};
use std::borrow::Cow;

/// What there is but for the old containers, which keep their names: to the plan they are somebody else's, also where
/// the new ones do not run, for a `stop` is no decision. One that somebody has started again is there to be stopped.
pub fn hidden(observed: &Observed) -> Cow<'_, Observed> {
    let old = preceding(&observed.containers, |_| true);
    if observed.kept.is_none() || old.is_empty() {
        return Cow::Borrowed(observed);
    }
    let is_hidden = |container: &Container| !container.is_running() && old.contains(&container.id);
    let (old, rest): (Vec<_>, Vec<_>) = observed.containers.iter().cloned().partition(is_hidden);
    let mut hidden = Observed { containers: rest, ..observed.clone() };
    hidden.others.extend(old);
    Cow::Owned(hidden)
}

/// Refuses a plan that makes, removes or renames containers while a decision about others is due: there would be a
/// third version, and no way to tell what accepting and going back mean.
pub fn check(operation: &Operation, plan: &ActionPlan, observed: &Observed) -> Result<(), Fault> {
    let Some(kept) = &observed.kept else { return Ok(()) };
    if matches!(operation, Operation::Down(_) | Operation::Accept) {
        return Ok(());
    }
    let deploys = matches!(
        operation,
        Operation::Up(_)
            | Operation::Create(_)
            | Operation::Scale { .. }
            | Operation::Update(_)
            | Operation::Rollback { .. }
    );
    let old = preceding(&observed.containers, |_| true);
    let waits =
        |service: &str| observed.of_service(service).iter().any(|container| old.contains(&container.id));
    let meddles = plan.actions().iter().zip(&plan.plan().steps).find(|(action, step)| {
        let changes = matches!(
            action,
            Action::Create(_) | Action::Recreate { .. } | Action::Remove { .. } | Action::Rename { .. }
        );
        changes && (deploys || step.service.as_deref().is_some_and(waits))
    });
    let Some((_, step)) = meddles else { return Ok(()) };
    Err(undecided(operation.verb(), &observed.project, kept).because(format!(
        "it would {} {}",
        step.verb.words(),
        step.object
    )))
}

/// Refuses what is done to one container by itself, where it would bring back an old one beside its successor or leave
/// nothing to decide between. `others` are all containers of its project.
pub fn check_one(
    verb: &str,
    id: &ContainerId,
    removes: bool,
    kept: &Kept,
    others: &[Container],
) -> Result<(), Fault> {
    let Some(container) = others.iter().find(|other| other.id == *id) else { return Ok(()) };
    let is_old = preceding(others, |_| true).contains(id);
    let is_new = is_under_way([container]);
    let project = container.compose.as_ref().map_or("", |labels| labels.project.as_str());
    if is_old || (is_new && removes) { Err(undecided(verb, project, kept)) } else { Ok(()) }
}

fn undecided(verb: &str, project: &str, kept: &Kept) -> Fault {
    Fault::new(FaultKind::Conflict, verb, project)
        .because(format!("deploy {} waits to be accepted, and its old containers are kept meanwhile", kept.deploy))
        .hint(format!(
            "decide first: `mcp-tui -p {project} accept` removes the old ones, `mcp-tui -p {project} rollback` takes \
             them back"
        ))
}

/// What is to be known beside the plan of something else.
pub fn standing(operation: &Operation, observed: &Observed) -> Option<String> {
    let (kept, project) = (observed.kept?, &observed.project);
    match operation {
        Operation::Down(_) => {
            Some(format!("deploy {} was not accepted yet: its old containers go as well", kept.deploy))
        }
        Operation::Up(_) | Operation::Update(_) | Operation::Scale { .. } | Operation::Create(_) => {
            Some(format!("deploy {} waits to be accepted: {}", kept.deploy, promise(project)))
        }
        _ => None,
    }
}

/// The last sentence on the card of an update that keeps them.
pub fn promise(project: &str) -> String {
    format!(
        "the old containers stay, stopped, until `mcp-tui -p {project} accept` removes them or `mcp-tui -p {project} \
         rollback` takes them back"
    )
}

/// Whether there is still an old container in each place where a new one has not got its name yet. Where one is gone
/// there is only the way forward.
pub fn can_be_kept(project: &Project, observed: &Observed) -> bool {
    let of = |service| places(service, observed).into_values();
    !project.services.values().flat_map(of).any(|place: Place<'_>| place.is_committed)
}
