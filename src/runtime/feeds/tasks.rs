//! The tasks' journals. Other consoles and the command line write them too, so the directory is looked at, not only
//! what this console has started; only journals of tasks that are not over are read again.

use crate::app::Msg;
use crate::domain::{Fault, Safe, TaskId, TaskRecord};
use crate::task::{Follower, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// While something runs, its progress should move.
const LOOK_WHILE_RUNNING: Duration = Duration::from_millis(150);
/// Older tasks are for `mcp-tui tasks`.
const SHOWN: usize = 200;

/// Looks again at once when it is notified: a task was just started.
pub async fn run(store: Store, started: Arc<Notify>, facts: mpsc::Sender<Msg>) {
    let mut board = Board::default();
    let mut last_fault = None;
    loop {
        let reader = store.clone();
        let Ok((read, looked)) = tokio::task::spawn_blocking(move || {
            let looked = board.look(&reader);
            (board, looked)
        })
        .await
        else {
            return;
        };
        board = read;
        match looked {
            Ok(news) => {
                last_fault = None;
                if let Some(msg) = news
                    && facts.send(msg).await.is_err()
                {
                    return;
                }
            }
            Err(fault) if last_fault.as_ref() != Some(&fault) => {
                log::warn!("{}", Safe::new(fault.to_string()));
                last_fault = Some(fault);
            }
            Err(_) => {}
        }
        let wait = if board.running.is_empty() { LOOK_EVERY } else { LOOK_WHILE_RUNNING };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = started.notified() => {}
            () = facts.closed() => return,
        }
    }
}

#[derive(Default)]
struct Board {
    over: BTreeMap<TaskId, TaskRecord>,
    running: BTreeMap<TaskId, Follower>,
    /// Tasks whose files cannot be read; said once, and no reason to hide the others.
    damaged: BTreeSet<TaskId>,
    seen: bool,
}

impl Board {
    /// One message when something is new: the tasks that changed, or all of them when some came or went.
    fn look(&mut self, store: &Store) -> Result<Option<Msg>, Fault> {
        let is_known = |id: &TaskId| self.over.contains_key(id) || self.running.contains_key(id);
        let ids = store.newest(SHOWN, is_known)?;
        let known = self.over.len() + self.running.len();
        self.over.retain(|id, _| ids.contains(id));
        self.running.retain(|id, _| ids.contains(id));
        let mut listed = !self.seen || self.over.len() + self.running.len() != known;
        self.seen = true;
        for id in ids {
            if self.over.contains_key(&id) || self.running.contains_key(&id) || self.damaged.contains(&id) {
                continue;
            }
            match store.follow(&id) {
                Ok(follower) => {
                    self.running.insert(id, follower);
                    listed = true;
                }
                Err(fault) => {
                    log::warn!("{}", Safe::new(fault.to_string()));
                    self.damaged.insert(id);
                }
            }
        }
        let mut changed = Vec::new();
        for (id, follower) in &mut self.running {
            let before = follower.record().state;
            let mut news = false;
            loop {
                match follower.poll() {
                    Ok(lines) if lines.is_empty() => break,
                    Ok(_) => news = true,
                    Err(fault) => {
                        if self.damaged.insert(id.clone()) {
                            log::warn!("{}", Safe::new(fault.to_string()));
                        }
                        break;
                    }
                }
            }
            if news || follower.record().state != before {
                changed.push(id.clone());
            }
        }
        // Of one that is over, whom its worker tells is still to come.
        let settled = self.running.iter().filter(|(_, follower)| follower.is_settled());
        for id in settled.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            if let Some(follower) = self.running.remove(&id) {
                self.over.insert(id, follower.into_record());
            }
        }
        Ok(match changed.as_slice() {
            _ if listed => Some(Msg::Tasks(self.records())),
            [] => None,
            [one] => self.record(one).map(|record| Msg::Task(Box::new(record))),
            _ => Some(Msg::Tasks(self.records())),
        })
    }

    fn record(&self, id: &TaskId) -> Option<TaskRecord> {
        self.over.get(id).or_else(|| self.running.get(id).map(Follower::record)).cloned()
    }

    /// Newest first.
    fn records(&self) -> Vec<TaskRecord> {
        let running = self.running.values().map(Follower::record);
        let mut records: Vec<_> = self.over.values().chain(running).cloned().collect();
        records.sort_unstable_by(|left, right| right.spec.id.cmp(&left.spec.id));
        records
    }
}
