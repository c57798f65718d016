//! Brings a restore to its end: one that was interrupted to all old or all new, one that is done to what was decided.

use super::may_die_at;
use super::order::{Needs, concerned, starting};
use super::site::Site;
use super::state::{Pending, Phase, Way};
use crate::backup::workshop::Workshop;
use crate::domain::{Container, Fault, FaultKind, Plan, PlannedStep, StepVerb, TaskEvent};
use crate::engine::Engine;
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
    /// The old side goes.
    Accept,
    /// The old side is put back.
    Undo,
    /// Nothing was decided: only what was interrupted is brought to an end.
    Neither,
}

/// What was decided or, where that is due first, the end of what was interrupted. One step.
pub fn decision_plan(pending: &Pending, decision: Decision) -> Plan {
    let Pending { stack, bundle, .. } = pending;
    let (verb, object, reason, title) = match (pending.phase.way(), decision) {
        (Way::Decide, Decision::Accept) | (Way::Clear, _) => (
            StepVerb::RemoveVolume,
            format!("old side of {stack}"),
            format!("what was there before {bundle} was restored goes for good"),
            format!("accept the restore of {stack}"),
        ),
        (Way::Decide, Decision::Undo) | (Way::Back, _) => (
            StepVerb::Switch,
            format!("old side of {stack}"),
            format!("what was there before {bundle} was restored comes back"),
            format!("undo the restore of {stack}"),
        ),
        (Way::On, _) | (Way::Decide, Decision::Neither) => (
            StepVerb::StartContainer,
            stack.clone(),
            format!("the restore of {bundle} was interrupted when all was switched"),
            format!("finish the restore of {stack}"),
        ),
    };
    let step = PlannedStep { verb, object, service: None, reason, after: Vec::new(), downtime: None };
    let labels = pending.targets.iter().map(super::target::Target::label);
    Plan {
        title,
        steps: vec![step],
        warnings: vec![labels.collect::<Vec<_>>().join(", ")],
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
    let here = engine.endpoint().to_string();
    if pending.endpoint != here {
        return Err(Fault::new(FaultKind::Conflict, "restore", &pending.stack)
            .because(format!(
                "the restore that is not over is one on {}, and this is {here}",
                pending.endpoint
            ))
            .hint("ask again with that DOCKER_HOST or context"));
    }
    let workshop = Workshop::open(engine, root).await?;
    let site = Site { engine, workshop: &workshop, containers };
    let containers = site.wake(&pending.targets).await?;
    let site = Site { engine, workshop: &workshop, containers: &containers };
    let mut say = |text: String| told(TaskEvent::Output { text });
    let done = match (pending.phase.way(), decision) {
        (Way::Decide, Decision::Neither) => Ok(Some(Phase::Waiting)),
        (Way::Decide, Decision::Accept) | (Way::Clear, _) => {
            clear(&site, root, &mut pending).await.map(|()| None)
        }
        (Way::Decide, Decision::Undo) => {
            to_be_stopped(&mut pending, needs, &containers);
            well_back(back(&site, root, &mut pending, &mut say).await?)
        }
        (Way::Back, _) => {
            to_be_stopped(&mut pending, needs, &containers);
            let down = back(&site, root, &mut pending, &mut say).await?;
            say(format!("the restore of {} that was interrupted is undone", pending.bundle));
            well_back(down)
        }
        (Way::On, _) => match site.start(&pending.ran, &mut say).await {
            Ok(()) => pending.enter(root, Phase::Waiting).map(|()| {
                say(format!("the restore of {} that was interrupted is done", pending.bundle));
                Some(Phase::Waiting)
            }),
            Err(fault) => {
                to_be_stopped(&mut pending, needs, &containers);
                match back(&site, root, &mut pending, &mut say).await {
                    Ok(None) => Err(fault.because("all is as it was before the restore")),
                    Ok(Some(down)) => Err(fault.because("all data is as it was before the restore").and(down)),
                    Err(other) => Err(fault.because(other.sentence())),
                }
            }
        },
    };
    workshop.clear_own().await;
    done
}

/// Whoever would write while things change places, by what the stack is like now: what was down at the restore may have
/// been brought up since, and what was stopped for it may have been made anew.
fn to_be_stopped(pending: &mut Pending, needs: &Needs, containers: &[Container]) {
    let ran = pending.ran.iter().map(|ran| ran.service.clone()).collect();
    let services = concerned(&pending.targets, &ran, needs, containers);
    pending.ran = starting(&services, needs, containers, &pending.ran);
}

/// The data is back; whoever does not run again is the operator's.
fn well_back(down: Option<Fault>) -> Result<Option<Phase>, Fault> {
    match down {
        None => Ok(None),
        Some(fault) => Err(fault.because("all data is as it was before the restore")),
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
    site.discard(&pending.targets).await?;
    pending.remove(root)?;
    Ok(down)
}

/// The old side goes.
pub async fn clear(site: &Site<'_>, root: &Path, pending: &mut Pending) -> Result<(), Fault> {
    pending.enter(root, Phase::Accepting)?;
    may_die_at("accepting");
    site.accept(&pending.targets).await?;
    pending.remove(root)
}
