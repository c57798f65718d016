//! What was wrong and is over, as far as others still tell of it: the daemon's events, which it keeps some hundred of,
//! and our own tasks.

use crate::app::State;
use crate::app::store::timeline::{Entry, Kind};
use crate::domain::{ContainerId, TaskState};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Past {
    pub what: String,
    pub who: String,
    pub first: Timestamp,
    pub last: Timestamp,
    pub times: usize,
}

impl Past {
    pub fn words(&self) -> String {
        let times = if self.times > 1 { format!(", {} times", self.times) } else { String::new() };
        format!("{}: {}{times}", self.who, self.what)
    }
}

/// Each kind of trouble of each container or stack once, the oldest first. What a finding tells of is not over.
pub fn past(state: &State, since: Timestamp, stack: Option<&str>) -> Vec<Past> {
    let mut kinds: BTreeMap<(String, String), Past> = BTreeMap::new();
    let entries: Vec<_> = state
        .timeline
        .entries()
        .filter(|(id, entry)| id.time >= since && super::concerns(&entry.about, stack))
        .collect();
    for (at, (id, entry)) in entries.iter().enumerate() {
        let asked = || entries[..at].iter().rev().take(20).any(|(_, before)| is_request(before, entry));
        if !is_trouble(state, entry) || (entry.kind == Kind::End && asked()) || is_present(state, entry) {
            continue;
        }
        let (what, who) = (entry.what.to_string(), entry.who.to_string());
        let past = kinds.entry((who.clone(), what.clone())).or_insert_with(|| Past {
            what,
            who,
            first: id.time,
            last: id.time,
            times: 0,
        });
        (past.last, past.times) = (id.time, past.times + 1);
    }
    let mut all: Vec<Past> = kinds.into_values().collect();
    all.sort_by_key(|past| past.last);
    all
}

fn is_trouble(state: &State, entry: &Entry) -> bool {
    match entry.kind {
        Kind::End => !entry.what.ends_with("exit code 0") && !entry.what.ends_with("as was asked for"),
        Kind::Event => matches!(&*entry.what, "oom" | "health_status: unhealthy"),
        Kind::Task => {
            let record = entry.of.as_ref().and_then(|id| state.tasks.get(&crate::domain::TaskId(id.clone())));
            let failed = record
                .is_some_and(|record| matches!(record.state, TaskState::Failed | TaskState::Interrupted));
            failed && !entry.what.ends_with(": begun")
        }
        Kind::Kernel => true,
        Kind::File | Kind::Check | Kind::Finding => false,
    }
}

/// Somebody sent the container a signal before it ended, as every stop does.
fn is_request(before: &Entry, end: &Entry) -> bool {
    before.kind == Kind::Event && &*before.what == "kill" && before.about.container == end.about.container
}

/// Whether a finding is about the same container, or the service that it belongs to.
fn is_present(state: &State, entry: &Entry) -> bool {
    let about = &entry.about;
    let same = |one: &Option<ContainerId>| one.is_some() && *one == about.container;
    state.findings.findings().iter().any(|finding| {
        let other = &finding.about;
        same(&other.container)
            || (about.service.is_some() && other.service == about.service && other.stack == about.stack)
    })
}
