//! Brings a restore to its end: one that was interrupted to all old or all new, one that is done to what was decided.

use super::may_die_at;
use super::order::{Needs, concerned, starting};
use super::site::Site;
use super::state::{Pending, Phase, Way};
use super::target::Target;
use crate::backup::workshop::Workshop;
use crate::domain::{Container, Fault, FaultKind, Plan, PlannedStep, StepVerb, TaskEvent};
use crate::engine::Engine;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::path::Path;

/// The stack that it is about.
pub struct World<'run> {
    pub project: &'run str,
    /// Inspected.
    pub containers: &'run [Container],
    pub needs: &'run Needs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The side that is not in use goes.
    Accept,
    /// The side that is not in use is put back, and the other one is kept.
    Undo,
    /// Nothing was decided: only what was interrupted is brought to an end.
    Neither,
}

/// What was decided or, where that is due first, the end of what was interrupted. One step.
pub fn decision_plan(pending: &Pending, decision: Decision) -> Plan {
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
    let step = PlannedStep { verb, object, service: None, reason, after: Vec::new(), downtime: None };
    let labels = pending.targets.iter().map(super::target::Target::label);
    let mut warnings = vec![labels.collect::<Vec<_>>().join(", ")];
    if let (Way::Decide, Decision::Undo, Some(since)) =
        (pending.phase.way(), decision, pending.undone.or(pending.switched))
    {
        warnings.push(format!(
            "all that was written since {since} goes out of use; it is kept, and `backup undo` brings it back until \
             `backup accept` removes it"
        ));
    }
    Plan {
        title,
        steps: vec![step],
        warnings,
        equivalent: format!(
            "mcp-tui -s {stack} backup {}",
            if verb == StepVerb::RemoveVolume { "accept" } else { "undo" }
        ),
        ..Plan::default()
    }
}

/// Says what it does; the phase that is left afterwards, `None` when the restore is over.
pub async fn settle(
    engine: &Engine,
    root: &Path,
    world: &World<'_>,
    decision: Decision,
    told: &mut dyn FnMut(TaskEvent),
) -> Result<Option<Phase>, Fault> {
    let World { project, containers, needs } = world;
    let Some(mut pending) = Pending::read(root, project)? else { return Ok(None) };
    pending.must_be_of(&engine.endpoint().to_string())?;
    let workshop = Workshop::open(engine, root).await?;
    let site = Site { engine, workshop: &workshop, containers };
    let containers = site.wake(&pending.targets).await?;
    let site = Site { engine, workshop: &workshop, containers: &containers };
    let mut say = |text: String| told(TaskEvent::Output { text });
    let done = outcome(&site, root, &mut pending, (needs, decision), &mut say).await;
    if matches!(done, Ok(Some(Phase::Waiting))) && decision != Decision::Neither {
        say(pending.sentence(Timestamp::now()));
    }
    workshop.clear_own().await;
    done
}

async fn outcome(
    site: &Site<'_>,
    root: &Path,
    pending: &mut Pending,
    (needs, decision): (&Needs, Decision),
    say: &mut dyn FnMut(String),
) -> Result<Option<Phase>, Fault> {
    match (pending.phase.way(), decision) {
        (Way::Decide, Decision::Neither) => Ok(Some(Phase::Waiting)),
        (Way::Decide, Decision::Accept) | (Way::Clear, _) => clear(site, root, pending).await.map(|()| None),
        (Way::Decide, Decision::Undo) => {
            site.nobody_else(&pending.targets).await?;
            to_be_stopped(pending, needs, site.containers);
            if pending.undone.is_some() {
                let done = again(site, root, pending, say).await;
                return or_back(done, site, root, pending, say).await;
            }
            // All that was written since the restore lies in what goes out of use now.
            pending.undone = Some(Timestamp::now());
            let down = back(site, root, pending, say).await?;
            well_back(down, pending)
        }
        (Way::Back, _) => {
            site.nobody_else(&pending.targets).await?;
            to_be_stopped(pending, needs, site.containers);
            let down = back(site, root, pending, say).await?;
            say(format!("the restore of {} that was interrupted is undone", pending.bundle));
            well_back(down, pending)
        }
        (Way::On, _) => {
            let done = site.start(&pending.ran, say).await;
            to_be_stopped(pending, needs, site.containers);
            match done {
                Ok(()) => {
                    pending.enter(root, Phase::Waiting)?;
                    say(format!("the restore of {} that was interrupted is done", pending.bundle));
                    Ok(Some(Phase::Waiting))
                }
                Err(fault) => or_back(Err(fault), site, root, pending, say).await,
            }
        }
    }
}

/// Whoever would write while things change places, by what the stack is like now: what was down at the restore may have
/// been brought up since, and what was stopped for it may have been made anew.
fn to_be_stopped(pending: &mut Pending, needs: &Needs, containers: &[Container]) {
    let ran: BTreeSet<String> = pending.ran.iter().map(|ran| ran.service.clone()).collect();
    let services = concerned(&pending.targets, &ran, needs, containers);
    pending.ran = starting(&services, needs, containers, &pending.ran);
}

/// The data is back; whoever does not run again is the operator's.
fn well_back(down: Option<Fault>, pending: &Pending) -> Result<Option<Phase>, Fault> {
    match down {
        None => Ok(pending.undone.map(|_| Phase::Waiting)),
        Some(fault) => Err(fault.because("all data is as it was before the restore")),
    }
}

/// To all new once more, after it was undone.
async fn again(
    site: &Site<'_>,
    root: &Path,
    pending: &mut Pending,
    say: &mut dyn FnMut(String),
) -> Result<(), Fault> {
    pending.enter(root, Phase::Stopping)?;
    site.stop(&pending.ran).await?;
    pending.enter(root, Phase::Switching)?;
    may_die_at("switching again");
    site.switch(&pending.targets.iter().collect::<Vec<_>>(), &pending.targets).await?;
    (pending.switched, pending.undone) = (Some(Timestamp::now()), None);
    pending.enter(root, Phase::Starting)?;
    site.start(&pending.ran, say).await?;
    pending.enter(root, Phase::Waiting)
}

/// All new and waiting, or back. The new side was in use, be it for a moment: it is kept.
async fn or_back(
    done: Result<(), Fault>,
    site: &Site<'_>,
    root: &Path,
    pending: &mut Pending,
    say: &mut dyn FnMut(String),
) -> Result<Option<Phase>, Fault> {
    let Err(fault) = done else { return Ok(Some(Phase::Waiting)) };
    pending.undone.get_or_insert_with(Timestamp::now);
    match back(site, root, pending, say).await {
        Ok(down) => {
            say(pending.sentence(Timestamp::now()));
            let fault = fault.because("all data is as it was before the restore");
            Err(down.into_iter().fold(fault, Fault::and))
        }
        Err(other) => Err(fault.because(other.sentence())),
    }
}

/// To all old, from wherever it is: it can be cut off anywhere and be done again. The fault that it returns is of those
/// who did not come up again although all is as it was.
pub async fn back(
    site: &Site<'_>,
    root: &Path,
    pending: &mut Pending,
    say: &mut dyn FnMut(String),
) -> Result<Option<Fault>, Fault> {
    let touched = pending.phase != Phase::Staging;
    pending.enter(root, Phase::Reverting)?;
    may_die_at("reverting");
    let mut down = None;
    if touched {
        site.stop(&pending.ran).await?;
        site.switch_back(&pending.targets).await?;
        may_die_at("reverted");
        down = site.start(&pending.ran, say).await.err();
    }
    if pending.undone.is_some() {
        // Somebody may have written to it.
        pending.enter(root, Phase::Waiting)?;
    } else {
        discard(site, pending).await?;
        pending.unpin(root)?;
        pending.end(root)?;
    }
    Ok(down)
}

/// The new side goes, and what was made to hold it.
async fn discard(site: &Site<'_>, pending: &Pending) -> Result<(), Fault> {
    site.discard(&pending.targets).await?;
    for name in &pending.made {
        match site.engine.remove_volume(name).await {
            // Somebody has it mounted by now, and what is in it is theirs.
            Err(fault) if !matches!(fault.kind, FaultKind::NotFound | FaultKind::Conflict) => {
                return Err(fault);
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

async fn clear(site: &Site<'_>, root: &Path, pending: &mut Pending) -> Result<(), Fault> {
    // As long as it cannot be done the decision stays open: from here on there is no way back.
    reachable(site, pending)?;
    pending.enter(root, Phase::Accepting)?;
    may_die_at("accepting");
    let_go(site, pending).await?;
    pending.unpin(root)?;
    pending.remove(root)
}

/// Whether there is a server for each of the databases whose other side is to go.
fn reachable(site: &Site<'_>, pending: &Pending) -> Result<(), Fault> {
    pending.targets.iter().try_for_each(|target| match target {
        Target::Database(database) => site.server(database, &pending.targets).map(drop),
        Target::Directory(_) => Ok(()),
    })
}

/// The side that is not in use goes.
async fn let_go(site: &Site<'_>, pending: &Pending) -> Result<(), Fault> {
    match pending.undone {
        None => site.accept(&pending.targets).await,
        Some(_) => discard(site, pending).await,
    }
}

/// What the restore before left goes, now that this one is sure to come about.
pub async fn let_previous_go(site: &Site<'_>, root: &Path, pending: &mut Pending) -> Result<(), Fault> {
    let Some(mut previous) = pending.previous.clone() else { return Ok(()) };
    let containers = site.wake(&previous.targets).await?;
    let site = Site { containers: &containers, ..*site };
    reachable(&site, &previous)?;
    // Half of it gone is of no use to anybody: from here on it does not wait any more.
    previous.phase = Phase::Accepting;
    pending.previous = Some(previous.clone());
    pending.write(root)?;
    may_die_at("accepting the last one");
    let_go(&site, &previous).await?;
    previous.unpin(root)?;
    pending.previous = None;
    pending.write(root)
}
