//! By asking the daemon.

use super::super::super::effects::Context;
use super::news;
use crate::app::store::signs::Sightings;
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

/// How far a container's log was read.
#[derive(Clone, Copy)]
struct Mark {
    /// The last line's time, by the daemon's clock.
    last: Timestamp,
    /// When it was read, by this host's.
    heard: Timestamp,
}

impl Mark {
    /// Whether the clock was put back since then: what is written now would be older than what was read. A daemon's
    /// clock may be ahead of this host's all the time; that alone is none.
    fn is_to_come(self, now: Timestamp) -> bool {
        now < self.last.min(self.heard)
    }
}

/// The lines that come after the one that was read last. Their order says so and not their times, as a clock may have
/// been put back between them; only where that line is not among them its time has to do.
fn behind<T>(
    mark: Option<Mark>,
    since: Option<Timestamp>,
    mut told: Vec<(Timestamp, T)>,
) -> Vec<(Timestamp, T)> {
    if let Some(at) = mark.and_then(|mark| told.iter().rposition(|(time, _)| *time == mark.last)) {
        return told.split_off(at + 1);
    }
    told.retain(|(time, _)| since.is_none_or(|since| *time > since));
    told
}

pub(super) async fn run(context: Context, mut unread: watch::Receiver<Vec<(ContainerId, bool)>>) {
    let mut read: HashMap<ContainerId, Mark> = HashMap::new();
    let mut asked: HashSet<ContainerId> = HashSet::new();
    let mut found = Sightings::default();
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
                let mark = read.get(&id).copied();
                let now = Timestamp::now();
                let since = mark.filter(|mark| !mark.is_to_come(now)).map(|mark| mark.last);
                let request =
                    LogRequest { tail: Some(LINES), since, tty: Some(tty), ..LogRequest::default() };
                let mut lines = engine.logs(&id, request);
                let mut told = Vec::new();
                while let Some(Ok(line)) = lines.next().await {
                    told.extend(line.time.map(|time| (time, line.line.text)));
                }
                for (time, text) in behind(mark, since, told) {
                    found.look(&id, &text, time);
                    read.insert(id.clone(), Mark { last: time, heard: now });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn lines(seconds: &[i64]) -> Vec<(Timestamp, i64)> {
        seconds.iter().map(|second| (at(*second), *second)).collect()
    }

    fn told(mark: Mark, since: Option<Timestamp>, seconds: &[i64]) -> Vec<i64> {
        behind(Some(mark), since, lines(seconds)).into_iter().map(|(_, line)| line).collect()
    }

    #[test]
    fn a_clock_that_was_put_back_is_noticed_and_one_that_is_ahead_is_left() {
        let mark = Mark { last: at(1000), heard: at(1001) };
        assert!(mark.is_to_come(at(900)));
        assert!(!mark.is_to_come(at(1004)));
        let ahead = Mark { last: at(1000), heard: at(500) };
        assert!(!ahead.is_to_come(at(503)), "the daemon's clock is ahead");
        assert!(ahead.is_to_come(at(400)));
    }

    #[test]
    fn each_line_is_looked_at_once_even_where_times_go_back() {
        let mark = Mark { last: at(1000), heard: at(1001) };
        assert_eq!(told(mark, Some(mark.last), &[1000, 1003]), [1003]);
        assert_eq!(told(mark, Some(mark.last), &[1003, 1004]), [1003, 1004]);
        assert_eq!(told(mark, None, &[998, 1000, 903, 904]), [903, 904], "the clock was put back");
        let later = Mark { last: at(904), heard: at(905) };
        assert_eq!(told(later, Some(later.last), &[998, 1000, 904, 906]), [906]);
    }
}
