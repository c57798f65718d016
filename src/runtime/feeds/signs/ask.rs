//! By asking the daemon.

use super::super::super::effects::Context;
use super::{Found, news};
use crate::domain::ContainerId;
use crate::engine::LogRequest;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// Between two questions: each costs the daemon about a millisecond.
const APART: Duration = Duration::from_millis(500);
/// As long as there are some that were never asked about.
const AT_FIRST: Duration = Duration::from_millis(20);
/// No container is asked about more often.
const ROUND: Duration = Duration::from_secs(3);
const LINES: u64 = 100;

pub(super) async fn run(context: Context, mut unread: watch::Receiver<Vec<(ContainerId, bool)>>) {
    let mut read: HashMap<ContainerId, Timestamp> = HashMap::new();
    let mut asked: HashSet<ContainerId> = HashSet::new();
    let mut found = Found::default();
    loop {
        let missed = unread.borrow_and_update().clone();
        if missed.is_empty() {
            read.clear();
            asked.clear();
            if unread.changed().await.is_err() {
                return;
            }
            continue;
        }
        read.retain(|id, _| missed.iter().any(|(known, _)| known == id));
        asked.retain(|id| missed.iter().any(|(known, _)| known == id));
        let began = tokio::time::Instant::now();
        for (id, tty) in missed {
            // A daemon that is away is asked again in the next round; the screen says that it is.
            let mut first = Vec::new();
            if let Ok(engine) = context.engine().await {
                let since = read.get(&id).copied();
                let request =
                    LogRequest { tail: Some(LINES), since, tty: Some(tty), ..LogRequest::default() };
                let mut lines = engine.logs(&id, request);
                while let Some(Ok(line)) = lines.next().await {
                    let Some(time) = line.time.filter(|time| since.is_none_or(|since| *time > since)) else {
                        continue;
                    };
                    found.look(&id, &line.line.text, time);
                    read.insert(id.clone(), time);
                }
                first.extend(asked.insert(id.clone()).then(|| id.clone()));
            }
            let apart = if first.is_empty() { APART } else { AT_FIRST };
            if let Some(news) = news(found.take(), Vec::new(), first)
                && context.facts.send(news).await.is_err()
            {
                return;
            }
            tokio::select! {
                () = sleep(apart) => {}
                () = context.facts.closed() => return,
            }
        }
        tokio::time::sleep_until(began + ROUND).await;
    }
}
