//! Keeps the schedule: starts a backup whenever one is due, and again, a few times, where it failed.

use super::world::World;
use crate::backup;
use crate::cli::schedule::schedule_of;
use crate::domain::{Fault, LockWait, Operation, Safe, StackFile, TaskRecord};
use crate::task::{Keeping, Requester};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// How often the clock is looked at: it may jump.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// A date's backup is tried so often, with a pause before it is tried again.
const TRIES: usize = 3;
const PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// What was tried longer ago was for another date.
const A_DATE: SignedDuration = SignedDuration::from_hours(20);
/// Whom a scheduled backup is asked for by.
pub(super) const REQUESTER: &str = "schedule";
/// A deployment that is under way is let finish.
const LOCK_WAIT: LockWait = LockWait::Seconds(3600);

/// `keeping` tells others on this host whose schedules are kept, as long as this runs.
pub(super) async fn run(world: Arc<World>, mut keeping: Keeping) {
    let mut last = None;
    let mut unread = BTreeMap::new();
    loop {
        match look(&world, &mut keeping, &mut unread, Timestamp::now()).await {
            Ok(()) => last = None,
            // What goes on is told once.
            Err(fault) if last.as_ref() != Some(&fault) => {
                log::warn!("schedule: {}", Safe::new(fault.to_string()));
                last = Some(fault);
            }
            Err(_) => {}
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// `unread` is why stacks could not be read the last time.
async fn look(
    world: &World,
    keeping: &mut Keeping,
    unread: &mut BTreeMap<String, Fault>,
    now: Timestamp,
) -> Result<(), Fault> {
    let found = world.found().await?;
    for (stack, fault) in &found.unread {
        if unread.get(stack) != Some(fault) {
            log::warn!("schedule of {stack}, which is not backed up: {}", Safe::new(fault.to_string()));
        }
    }
    *unread = found.unread;
    let stacks = found.stacks;
    keeping.of(kept(&stacks, world.names_one()))?;
    for stack in stacks {
        // One stack that cannot be backed up must not keep the others from it.
        if let Err(fault) = look_at(world, &stack, now).await {
            log::warn!("schedule of {}: {}", stack.reference.project, Safe::new(fault.to_string()));
        }
    }
    Ok(())
}

/// The projects that are backed up by themselves.
pub(super) fn kept(stacks: &[StackFile], alone: bool) -> BTreeSet<String> {
    let kept =
        stacks.iter().filter(|stack| schedule_of(stack, alone).is_ok_and(|schedule| schedule.is_some()));
    kept.map(|stack| stack.reference.project.clone()).collect()
}

async fn look_at(world: &World, stack: &StackFile, now: Timestamp) -> Result<(), Fault> {
    let Some(schedule) = schedule_of(stack, world.names_one())? else { return Ok(()) };
    let project = &stack.reference.project;
    let taken = backup::good_times(&world.backups, project)?;
    if !schedule.is_due(now, &TimeZone::system(), &taken) {
        return Ok(());
    }
    let records = world.store.list()?;
    let backups = records.iter().filter(|record| {
        record.spec.target.name() == project && matches!(record.spec.operation, Operation::Backup)
    });
    if !may_try(backups, now) {
        return Ok(());
    }
    let requester = Requester { name: REQUESTER.to_owned(), address: None };
    let store = world.store.clone().with_wait(Some(LOCK_WAIT));
    let id = world.submit(store, requester, stack.reference.clone(), Operation::Backup).await?;
    log::info!("schedule of {project}: {}", id.0);
    Ok(())
}

/// Whether a backup that is due is tried now, by those of the stack that were tried before.
fn may_try<'r>(backups: impl Iterator<Item = &'r TaskRecord>, now: Timestamp) -> bool {
    let mut tries = 0;
    for record in backups {
        if !record.state.is_over() {
            return false;
        }
        if record.spec.requested_by != REQUESTER {
            continue;
        }
        // One that is good is listed, and then none is due: one that said so and is not listed is as good as failed.
        let ago = now.duration_since(record.ended());
        if ago >= SignedDuration::ZERO && ago < PAUSE {
            return false;
        }
        if ago < A_DATE {
            tries += 1;
        }
    }
    tries < TRIES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{StackRef, TaskId, TaskSpec, TaskState, TaskTarget, TaskTerms};

    fn record(state: TaskState, minutes_ago: i64, now: Timestamp) -> TaskRecord {
        let at = now - SignedDuration::from_mins(minutes_ago);
        let mut record = TaskRecord::new(TaskSpec {
            id: TaskId(String::new()),
            operation: Operation::Backup,
            target: TaskTarget::Stack(StackRef::named("shop")),
            requested_by: REQUESTER.to_owned(),
            requested_from: None,
            requested_at: at,
            endpoint: String::new(),
            terms: TaskTerms::default(),
        });
        record.state = state;
        record.finished = state.is_over().then_some(at);
        record
    }

    #[test]
    fn what_failed_is_tried_again_after_a_pause_and_not_for_ever() {
        let now: Timestamp = "2026-11-20T04:00:00Z".parse().unwrap();
        let may = |ago: &[(TaskState, i64)]| {
            let records: Vec<_> = ago.iter().map(|(state, ago)| record(*state, *ago, now)).collect();
            may_try(records.iter(), now)
        };
        assert!(may(&[]));
        assert!(!may(&[(TaskState::Running, 1)]), "one is under way");
        assert!(!may(&[(TaskState::Failed, 10)]), "a pause first");
        assert!(may(&[(TaskState::Failed, 16)]));
        assert!(
            !may(&[(TaskState::Completed, 1)]),
            "what says that it is done and is not there is no better"
        );
        assert!(may(&[(TaskState::Failed, 16), (TaskState::Interrupted, 40)]));
        assert!(!may(&[(TaskState::Failed, 16), (TaskState::Failed, 40), (TaskState::Failed, 60)]));
        assert!(
            may(&[(TaskState::Failed, 16), (TaskState::Failed, 1500), (TaskState::Failed, 1600)]),
            "another date's"
        );
    }
}
