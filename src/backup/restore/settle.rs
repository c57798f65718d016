//! Brings a restore to its end: one that was interrupted to all old or all new, one that is done to what was decided.

mod plan;
mod teller;

pub use plan::{decided, decision_plan};
pub use teller::Teller;

use super::may_die_at;
use super::order::{Needs, concerned, starting};
use super::site::Site;
use super::state::{Pending, Phase, Ran, Way};
use super::target::Target;
use crate::backup::workshop::Workshop;
use crate::domain::{Container, Fault, FaultKind, Plan, TaskEvent};
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

/// Says what it does; the phase that is left afterwards, `None` when the restore is over.
pub async fn settle(
    engine: &Engine,
    root: &Path,
    world: &World<'_>,
    decision: Decision,
    told: &mut dyn FnMut(TaskEvent),
) -> Result<Option<Phase>, Fault> {
    let Some(pending) = Pending::read(root, world.project)? else { return Ok(None) };
    pending.must_be_of(&engine.endpoint().to_string())?;
    let mut say = Teller::new(told, decision_plan(&pending, decision, world));
    let done = Box::pin(decide(engine, root, world, (pending, decision), &mut say)).await;
    say.end_all(done.as_ref().err());
    done
}

async fn decide(
    engine: &Engine,
    root: &Path,
    world: &World<'_>,
    (mut pending, decision): (Pending, Decision),
    say: &mut Teller<'_>,
) -> Result<Option<Phase>, Fault> {
    let World { containers, needs, .. } = world;
    let workshop = Workshop::open(engine, root).await?;
    let site = Site { engine, workshop: &workshop, containers };
    let containers = site.wake(&pending.targets, say).await?;
    let site = Site { engine, workshop: &workshop, containers: &containers };
    let done = outcome(&site, root, &mut pending, (needs, decision), say).await;
    if matches!(done, Ok(Some(Phase::Waiting))) && decision != Decision::Neither {
        say.line(pending.sentence(Timestamp::now()));
    }
    workshop.clear_own().await;
    done
}

async fn outcome(
    site: &Site<'_>,
    root: &Path,
    pending: &mut Pending,
    (needs, decision): (&Needs, Decision),
    say: &mut Teller<'_>,
) -> Result<Option<Phase>, Fault> {
    match (pending.phase.way(), decision) {
        (Way::Decide, Decision::Neither) => Ok(Some(Phase::Waiting)),
        (Way::Decide, Decision::Accept) | (Way::Clear, _) => clear(site, root, pending).await.map(|()| None),
        (Way::Decide, Decision::Undo) => {
            site.nobody_else(&pending.targets).await?;
            pending.ran = to_be_stopped(pending, needs, site.containers);
            if pending.undone.is_some() {
                let done = again(site, root, pending, say).await;
                return or_back(done, site, root, pending, say).await;
            }
            // All that was written since the restore lies in what goes out of use now.
            pending.undo(Timestamp::now());
            let down = back(site, root, pending, say).await?;
            well_back(down, pending)
        }
        (Way::Back, _) => {
            site.nobody_else(&pending.targets).await?;
            pending.ran = to_be_stopped(pending, needs, site.containers);
            let down = back(site, root, pending, say).await?;
            say.line(format!("the restore of {} that was interrupted is undone", pending.bundle));
            well_back(down, pending)
        }
        (Way::On, _) => {
            let done = site.start(&pending.ran, say).await;
            pending.ran = to_be_stopped(pending, needs, site.containers);
            match done {
                Ok(()) => {
                    pending.enter(root, Phase::Waiting)?;
                    say.line(format!("the restore of {} that was interrupted is done", pending.bundle));
                    Ok(Some(Phase::Waiting))
                }
                Err(fault) => or_back(Err(fault), site, root, pending, say).await,
            }
        }
    }
}

/// Whoever would write while things change places, by what the stack is like now: what was down at the restore may have
/// been brought up since, and what was stopped for it may have been made anew.
fn to_be_stopped(pending: &Pending, needs: &Needs, containers: &[Container]) -> Vec<Ran> {
    let ran: BTreeSet<String> = pending.ran.iter().map(|ran| ran.service.clone()).collect();
    let services = concerned(&pending.targets, &ran, needs, containers);
    starting(&services, needs, containers, &pending.ran)
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
    say: &mut Teller<'_>,
) -> Result<(), Fault> {
    pending.enter(root, Phase::Stopping)?;
    site.stop(&pending.ran, say).await?;
    pending.enter(root, Phase::Switching)?;
    may_die_at("switching again");
    say.begin_decided();
    site.switch(&pending.targets.iter().collect::<Vec<_>>(), &pending.targets).await?;
    say.end(None);
    pending.redo(Timestamp::now());
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
    say: &mut Teller<'_>,
) -> Result<Option<Phase>, Fault> {
    let Err(fault) = done else { return Ok(Some(Phase::Waiting)) };
    pending.undo(Timestamp::now());
    match back(site, root, pending, say).await {
        Ok(down) => {
            say.line(pending.sentence(Timestamp::now()));
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
    say: &mut Teller<'_>,
) -> Result<Option<Fault>, Fault> {
    let touched = pending.phase != Phase::Staging;
    let roles = pending.roles_stay();
    // Where nothing was switched yet that stays written down: whoever goes on after a failure must not take a database that
    // somebody has made meanwhile for one of this restore.
    if touched {
        pending.enter(root, Phase::Reverting)?;
    }
    if let Some(line) = roles {
        say.line(line);
    }
    may_die_at("reverting");
    let mut down = None;
    if touched {
        site.stop(&pending.ran, say).await?;
        say.begin_decided();
        site.switch_back(&pending.targets).await?;
        say.end(None);
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
    let mut nobody = |_| ();
    let mut say = Teller::new(&mut nobody, Plan::default());
    let containers = site.wake(&previous.targets, &mut say).await?;
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
