//! In the daemon's own files; and what the kernel says of troubles, which is heard on the same thread.

use super::super::fleet::{Known, LogFile};
use super::news;
use crate::app::Msg;
use crate::app::store::signs::Sightings;
use crate::domain::ContainerId;
use crate::probe::json_log::{Entry, JsonLogs};
use crate::probe::kernel::KernelLog;
use crate::triage::Sign;
use jiff::Timestamp;
use std::collections::HashMap;
use std::thread;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

const APART: Duration = Duration::from_secs(2);
const AT_FIRST: Duration = Duration::from_millis(200);
/// From this size on a file's length is worth telling, and then at each multiple of a step.
const LARGE: u64 = 64 << 20;
const STEP: u64 = 16 << 20;

/// Runs until the console is over. Says whose files cannot be read here.
pub(super) fn run(
    known: &Known,
    files: bool,
    unread: &watch::Sender<Vec<(ContainerId, bool)>>,
    facts: &mpsc::Sender<Msg>,
) {
    let mut changes = known.changes();
    changes.mark_changed();
    let (mut logs, mut found, mut told) = (JsonLogs::default(), Sightings::default(), HashMap::new());
    // Of another host's kernel nothing can be heard here, and of ours only with the right to.
    let opened = files.then(|| KernelLog::open(Timestamp::now()));
    let mut kernel = opened.and_then(|opened| {
        opened.inspect_err(|error| log::info!("the kernel's messages cannot be read: {error}")).ok()
    });
    let mut targets: Vec<LogFile> = Vec::new();
    while !facts.is_closed() {
        let anew = changes.has_changed().unwrap_or_default();
        if anew {
            changes.mark_unchanged();
            targets = known.log_files();
            logs.retain(|id| targets.iter().any(|target| target.id == *id));
            told.retain(|id, _| targets.iter().any(|target| target.id == *id));
        }
        let (mut sizes, mut missed, mut looked_through) = (Vec::new(), Vec::new(), Vec::new());
        for target in &targets {
            // What ended writes no more.
            if !target.open && !anew {
                continue;
            }
            match files.then_some(target.path.as_ref()).flatten().map(|path| logs.read(&target.id, path)) {
                Some(Ok(Some(news))) => {
                    look(&mut found, &target.id, &news.bytes);
                    if has_grown(&mut told, &target.id, news.size) {
                        sizes.push((target.id.clone(), news.size));
                    }
                }
                Some(Ok(None)) => {}
                Some(Err(_)) | None => {
                    missed.push((target.id.clone(), target.tty));
                    continue;
                }
            }
            if anew {
                looked_through.push(target.id.clone());
            }
        }
        unread.send_if_modified(|before| {
            // Those that ended are looked at only after a change; they are not read twice for it.
            let differs = anew && *before != missed;
            if differs {
                *before = missed;
            }
            differs
        });
        let told = kernel.as_mut().map(KernelLog::read).unwrap_or_default();
        if !told.is_empty() && facts.blocking_send(Msg::Kernel(told)).is_err() {
            return;
        }
        if let Some(news) = news(found.take(), sizes, looked_through)
            && facts.blocking_send(news).is_err()
        {
            return;
        }
        // Until something is known there is nothing to look at, and somebody may wait for it.
        thread::sleep(if targets.is_empty() { AT_FIRST } else { APART });
    }
}

fn look(found: &mut Sightings, id: &ContainerId, bytes: &[u8]) {
    Sign::candidates(bytes, |range| {
        if let Some(entry) = bytes.get(range).and_then(Entry::parse) {
            found.look(id, entry.text(), entry.time);
        }
    });
}

/// Whether the file is of another size than was told of it last. One that was large is told of once more when it has
/// become small.
fn has_grown(told: &mut HashMap<ContainerId, u64>, id: &ContainerId, size: u64) -> bool {
    let before = told.get(id).copied();
    let news = match before {
        Some(before) => before / STEP != size / STEP,
        None => size >= LARGE,
    };
    if news && size < LARGE {
        told.remove(id);
    } else if news {
        told.insert(id.clone(), size);
    }
    news
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_of_when_it_is_large_and_then_at_each_step() {
        let (mut told, id) = (HashMap::new(), ContainerId("a".repeat(64)));
        let mut at = |mebibytes: u64| has_grown(&mut told, &id, mebibytes << 20);
        assert!(!at(63));
        assert!(at(70));
        assert!(!at(79));
        assert!(at(255), "just below what is told of as a trouble");
        assert!(at(256), "and just above it");
        assert!(at(3), "it was emptied");
        assert!(!at(60));
        assert!(at(64));
    }
}
