//! From answers to a verdict: a service falls after several failures and rises after several successes, so that one
//! lost packet is no alarm. Pure; the time is passed in.

use super::{Answer, Outcome};
use crate::domain::{CheckReport, CheckSpec, Safe, Verdict};
use jiff::Timestamp;
use std::time::Duration;

/// Results kept for the history.
const HISTORY: usize = 60;
/// Slow is what takes longer than this, and five times as long as usual.
const SLOW: Duration = Duration::from_secs(1);
const SLOW_FACTOR: u32 = 5;
/// So many answers make what is usual.
const USUAL: usize = 5;

#[derive(Debug, Clone)]
pub struct Tracker {
    report: CheckReport,
    interval: Duration,
    fall: u32,
    rise: u32,
    failures: u32,
    successes: u32,
    /// Times of the last answers, for what is usual.
    latencies: Vec<Duration>,
}

impl Tracker {
    pub fn new(spec: &CheckSpec) -> Self {
        let report = CheckReport {
            id: spec.id.clone(),
            label: Safe::new(spec.kind.label()),
            verdict: Verdict::Unknown,
            since: None,
            last_run: None,
            latency: None,
            message: Safe::default(),
            history: Vec::new(),
        };
        Self {
            report,
            interval: spec.interval,
            fall: spec.fall.max(1),
            rise: spec.rise.max(1),
            failures: 0,
            successes: 0,
            latencies: Vec::new(),
        }
    }

    pub fn report(&self) -> &CheckReport {
        &self.report
    }

    pub fn record(&mut self, outcome: Outcome, now: Timestamp) {
        let outcome = self.judge_time(outcome);
        match outcome.answer {
            Answer::Up | Answer::Degraded => self.remember(true),
            Answer::Down => self.remember(false),
            Answer::Starting | Answer::Unknown => (self.failures, self.successes) = (0, 0),
        }
        let verdict = self.next(outcome.answer);
        if verdict != self.report.verdict || self.report.since.is_none() {
            self.report.since = Some(now);
        }
        self.report.verdict = verdict;
        self.report.last_run = Some(now);
        self.report.latency = outcome.latency;
        self.report.message = outcome.message;
    }

    /// How long until the next run, before jitter: a fifth of the interval while things change, twice the interval
    /// once it is down.
    pub fn next_in(&self) -> Duration {
        let changing = match self.report.verdict {
            Verdict::Starting => true,
            Verdict::Up | Verdict::Degraded => self.failures > 0,
            Verdict::Down => self.successes > 0,
            Verdict::Unknown => false,
        };
        if changing {
            (self.interval / 5).max(Duration::from_secs(1)).min(self.interval)
        } else if self.report.verdict == Verdict::Down {
            self.interval * 2
        } else {
            self.interval
        }
    }

    fn next(&self, answer: Answer) -> Verdict {
        match (self.report.verdict, answer) {
            (_, Answer::Unknown) => Verdict::Unknown,
            (Verdict::Down, Answer::Up | Answer::Degraded) if self.successes < self.rise => Verdict::Down,
            (_, Answer::Up) => Verdict::Up,
            (_, Answer::Degraded) => Verdict::Degraded,
            (_, Answer::Down) if self.failures >= self.fall => Verdict::Down,
            // Nothing is known yet that could fall.
            (_, Answer::Starting) | (Verdict::Unknown, Answer::Down) => Verdict::Starting,
            (before, Answer::Down) => before,
        }
    }

    fn remember(&mut self, success: bool) {
        (self.failures, self.successes) = if success {
            (0, self.successes.saturating_add(1))
        } else {
            (self.failures.saturating_add(1), 0)
        };
        if self.report.history.len() == HISTORY {
            self.report.history.remove(0);
        }
        self.report.history.push(success);
    }

    /// An answer that takes far longer than usual is a degraded one.
    fn judge_time(&mut self, outcome: Outcome) -> Outcome {
        let Some(latency) = outcome.latency.filter(|_| outcome.answer == Answer::Up) else { return outcome };
        let usual = self.median();
        if self.latencies.len() == HISTORY {
            self.latencies.remove(0);
        }
        self.latencies.push(latency);
        match usual {
            Some(usual) if latency > SLOW.max(usual * SLOW_FACTOR) => Outcome {
                answer: Answer::Degraded,
                message: Safe::new(format!("{}, slow: usual are {}ms", outcome.message, usual.as_millis())),
                ..outcome
            },
            _ => outcome,
        }
    }

    fn median(&self) -> Option<Duration> {
        if self.latencies.len() < USUAL {
            return None;
        }
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests;
