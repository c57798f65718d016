//! A backup and what follows it by the stack's policy: it is read again, and what is too old is let go.

use super::seal::Keys;
use super::take::{Order, take};
use super::{check, prune, read_manifest};
use crate::domain::stack::BackupEntry;
use crate::domain::{Fault, TaskEvent};
use crate::engine::Engine;

/// What was taken stays taken, whatever comes of the pruning.
pub async fn create(
    engine: &Engine,
    order: Order<'_>,
    progress: &mut dyn FnMut(TaskEvent),
    is_cancelled: &dyn Fn() -> bool,
) -> Result<BackupEntry, Fault> {
    let Order { survey, root, now, .. } = order;
    let entry = take(engine, order, progress, is_cancelled).await?;
    if survey.policy.verify {
        let found = super::find(root, Some(&survey.stack), &entry.name)?;
        let keys = Keys::of(&found, &read_manifest(&found.directory)?, None);
        let text = if let Ok(keys) = keys {
            check::check(Some((engine, keys)), root, &found, &|_| {}).await?;
            format!("backup {} was read through, and is good", entry.name)
        } else {
            // Who takes backups need not be able to read them.
            check::check(None, root, &found, &|_| {}).await?;
            format!("backup {} was read again as it is, encrypted, and is whole", entry.name)
        };
        progress(TaskEvent::Output { text });
    }
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
    Ok(entry)
}
