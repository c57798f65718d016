//! A backup and what follows it by the stack's policy: it is read again, and what is too old is let go.

use super::feed::Watch;
use super::offsite::{self, Copying};
use super::seal::Keys;
use super::take::{Order, take};
use super::{check, prune, read_manifest};
use crate::domain::stack::{BackupEntry, OffsitePlace};
use crate::domain::{Fault, FaultKind, TaskEvent};
use crate::engine::Engine;
use std::cell::RefCell;

/// What was taken stays taken, whatever comes of the copy and of the pruning. `leave_stack` is called once all of it is
/// taken: to read it again and to send it somewhere can take far longer, and nothing of the stack is needed for that.
pub async fn create(
    engine: &Engine,
    order: Order<'_>,
    leave_stack: &dyn Fn(),
    progress: &mut dyn FnMut(TaskEvent),
    is_cancelled: &dyn Fn() -> bool,
) -> Result<BackupEntry, Fault> {
    let Order { survey, root, now, .. } = order;
    let entry = take(engine, order, progress, is_cancelled).await?;
    leave_stack();
    if survey.policy.verify {
        let found = super::find(root, Some(&survey.stack), &entry.name)?;
        let keys = Keys::of(&found, &read_manifest(&found.directory)?, None);
        let watch = Watch { told: &|_| (), cancelled: is_cancelled };
        let text = if let Ok(keys) = keys {
            check::check(Some((engine, keys)), root, &found, &watch).await?;
            format!("backup {} was read through, and is good", entry.name)
        } else {
            // Who takes backups need not be able to read them.
            check::check(None, root, &found, &watch).await?;
            format!("backup {} was read again as it is, encrypted, and is whole", entry.name)
        };
        progress(TaskEvent::Output { text });
    }
    let copied = send(&order, &entry, progress, is_cancelled).await;
    if survey.policy.prune {
        let pruned =
            prune::by_policy(root, &survey.stack, &survey.policy.retention, now).and_then(|removal| {
                let warning = removal.decision.as_ref().and_then(|decision| decision.warning.clone());
                removal.carry_out_quietly().map(|removed| (removed, warning))
            });
        match pruned {
            Ok((removed, warning)) => {
                for text in removed {
                    progress(TaskEvent::Output { text });
                }
                if let Some(warning) = warning {
                    progress(TaskEvent::Output { text: format!("warning: {warning}") });
                }
            }
            Err(fault) => progress(TaskEvent::Output { text: format!("warning: {fault}") }),
        }
    }
    copied.map(|()| entry)
}

/// A copy that fails is told, by a warning here and by a finding; only who asks for an end gets one.
async fn send(
    order: &Order<'_>,
    entry: &BackupEntry,
    progress: &mut dyn FnMut(TaskEvent),
    cancelled: &dyn Fn() -> bool,
) -> Result<(), Fault> {
    let Order { survey, root, .. } = order;
    let Some(place) = &survey.policy.offsite else { return Ok(()) };
    let found = super::find(root, Some(&survey.stack), &entry.name)?;
    let progress = RefCell::new(progress);
    let tell = |event: TaskEvent| (progress.borrow_mut())(event);
    let copying =
        Copying { found: &found, place, again: false, first: survey.jobs.len(), progress: &tell, cancelled };
    let again = format!(
        "`mcp-tui -s {} backup push {}` tries again, and sends what is lacking",
        found.stack, found.name
    );
    match offsite::copy(&copying).await {
        Ok(()) => {
            tell(TaskEvent::Output { text: format!("it is off site, in {}", place.words()) });
            if place.prune {
                prune_copies(order, place, &tell, cancelled).await;
            }
        }
        Err(fault) if fault.kind == FaultKind::Cancelled => {
            return Err(fault.because("the backup itself is taken and whole").hint(again));
        }
        Err(fault) => {
            tell(TaskEvent::Output {
                text: format!("warning: the backup is good, but not off site: {}", fault.sentence()),
            });
            tell(TaskEvent::Output { text: again });
        }
    }
    Ok(())
}

async fn prune_copies(
    order: &Order<'_>,
    place: &OffsitePlace,
    tell: &dyn Fn(TaskEvent),
    cancelled: &dyn Fn() -> bool,
) {
    let Order { survey, root, .. } = order;
    match offsite::prune(place, &survey.stack, &survey.policy.retention, root, cancelled).await {
        Ok(done) => done.into_iter().for_each(|text| tell(TaskEvent::Output { text })),
        Err(fault) => tell(TaskEvent::Output { text: format!("warning: {fault}") }),
    }
}
