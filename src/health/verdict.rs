//! From answers to a verdict: a service falls after several failures and rises after several successes, so that one
//! lost packet is no alarm. Pure; the time is passed in.

mod flapping;

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
/// While something changes, and once it is down; an interval that is shorter by itself stays.
const CHANGING: Duration = Duration::from_secs(3);
const DOWN: Duration = Duration::from_secs(30);
/// With runs three seconds apart, three failures take more than six seconds. After a deploy or a restart that is too
/// long to be left in the dark: there was no success yet that a lost packet could interrupt, and a refusal is not lost
/// but given. Two of them are believed then, so that it is told within five seconds of the first.
const FALL_AT_FIRST: u32 = 2;

#[derive(Debug, Clone)]
pub struct Tracker {
    report: CheckReport,
    interval: Duration,
    /// Never closer together than this.
    apart: Duration,
    fall: u32,
    rise: u32,
    failures: u32,
    successes: u32,
    /// It has begun, or begun anew, and every answer since then was a refusal.
    refused_from_the_first: bool,
    /// Times of the last answers, for what is usual.
    latencies: Vec<Duration>,
}

impl Tracker {
    pub fn new(spec: &CheckSpec) -> Self {
        let report = CheckReport::new(spec.id.clone(), spec.kind.label());
        Self {
            report,
            interval: spec.interval,
            apart: spec.apart(),
            fall: spec.fall.max(1),
            rise: spec.rise.max(1),
            failures: 0,
            successes: 0,
            refused_from_the_first: true,
            latencies: Vec::new(),
        }
    }

    pub fn report(&self) -> &CheckReport {
        &self.report
    }

    /// The container was started anew: what it was before is over, and what it has done stays in the history.
    pub fn begin_anew(&mut self) {
        (self.failures, self.successes) = (0, 0);
        self.refused_from_the_first = true;
        self.report.verdict = Verdict::Unknown;
    }

    pub fn record(&mut self, outcome: Outcome, now: Timestamp) {
        let outcome = self.judge_time(outcome);
        match outcome.answer {
            Answer::Up | Answer::Degraded => {
                (self.failures, self.successes) = (0, self.successes.saturating_add(1));
            }
            Answer::Down => (self.failures, self.successes) = (self.failures.saturating_add(1), 0),
            Answer::Starting | Answer::Unknown => (self.failures, self.successes) = (0, 0),
        }
        self.refused_from_the_first &= outcome.refused;
        let verdict = self.next(outcome.answer);
        let flapped = self.report.flapping;
        self.remember(outcome.answer);
        // While it flaps, one more change is no news: what is told stands since the flapping began.
        let is_news = verdict != self.report.verdict && !(flapped && self.report.flapping);
        if is_news || self.report.since.is_none() {
            self.report.since = Some(now);
        }
        self.report.verdict = verdict;
        self.report.last_run = Some(now);
        self.report.latency = outcome.latency;
        self.report.message = outcome.message;
    }

    /// How long until the next run, before jitter.
    pub fn next_in(&self) -> Duration {
        let changing = match self.report.verdict {
            Verdict::Starting => true,
            Verdict::Up | Verdict::Degraded => self.failures > 0,
            Verdict::Down => self.successes > 0,
            Verdict::Unknown => false,
        };
        let next = if changing {
            (self.interval / 5).clamp(Duration::from_secs(1), CHANGING).min(self.interval)
        } else if self.report.verdict == Verdict::Down {
            self.interval.saturating_mul(2).min(DOWN)
        } else {
            self.interval
        };
        next.max(self.apart)
    }

    fn next(&self, answer: Answer) -> Verdict {
        let fall = if self.refused_from_the_first { self.fall.min(FALL_AT_FIRST) } else { self.fall };
        match (self.report.verdict, answer) {
            (_, Answer::Unknown) => Verdict::Unknown,
            (Verdict::Down, Answer::Up | Answer::Degraded) if self.successes < self.rise => Verdict::Down,
            (_, Answer::Up) => Verdict::Up,
            (_, Answer::Degraded) => Verdict::Degraded,
            (_, Answer::Down) if self.failures >= fall => Verdict::Down,
            // Nothing is known yet that could fall.
            (_, Answer::Starting) | (Verdict::Unknown, Answer::Down) => Verdict::Starting,
            (before, Answer::Down) => before,
        }
    }

    /// What was not asked is no result.
    fn remember(&mut self, answer: Answer) {
        let result = match answer {
            Answer::Up => Verdict::Up,
            Answer::Degraded => Verdict::Degraded,
            Answer::Starting => Verdict::Starting,
            Answer::Down => Verdict::Down,
            Answer::Unknown => return,
        };
        if self.report.history.len() == HISTORY {
            self.report.history.remove(0);
        }
        self.report.history.push(result);
        self.report.flapping = flapping::after(&self.report.history, self.report.flapping);
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
