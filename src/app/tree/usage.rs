//! What a row uses: one container's figures, or the sum over several.

use super::{Subject, Tree};
use crate::app::store::figures::Known;
use crate::domain::figures::{FigureSource, Stall};

/// Rates are bytes a second. What is unknown of all of them is unknown of the sum.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Percent of one core; not clamped.
    pub cpu_percent: Option<f64>,
    /// In cores; of several only when each has a quota.
    pub cpu_limit_cores: Option<f64>,
    /// The part of the time in which the quota held it back; of several, that of the one that waits most.
    pub throttled_percent: Option<f64>,
    pub memory_bytes: Option<u64>,
    /// Of several only when each has a limit: else nothing keeps the sum below it.
    pub memory_limit_bytes: Option<u64>,
    /// The most that one container ever used; the peaks of several were at different times.
    pub memory_peak_bytes: Option<u64>,
    /// The part of the last ten seconds in which something waited for it, in percent; of several, the most.
    pub cpu_pressure: Option<f64>,
    pub memory_pressure: Option<f64>,
    pub io_pressure: Option<f64>,
    pub source: Option<FigureSource>,
    /// Processes killed for want of memory.
    pub oom_kills: Option<u64>,
    /// What several share by `network_mode` is counted with the one that it belongs to, and with no other.
    pub received: Option<u64>,
    pub sent: Option<u64>,
    pub read: Option<u64>,
    pub written: Option<u64>,
    pub pids: Option<u64>,
}

impl Usage {
    pub(super) fn of(known: &Known) -> Self {
        let (figures, rates) = (&known.figures, &known.rates);
        let some = |stall: Option<Stall>| stall.map(|stall| stall.some_percent);
        Self {
            cpu_percent: figures.cpu_percent,
            cpu_limit_cores: figures.cpu_limit_cores,
            throttled_percent: known.held_back.percent(),
            memory_bytes: figures.memory_bytes,
            memory_limit_bytes: figures.memory_limit_bytes,
            memory_peak_bytes: figures.memory_peak_bytes,
            cpu_pressure: some(figures.pressure.cpu),
            memory_pressure: some(figures.pressure.memory),
            io_pressure: some(figures.pressure.io),
            source: Some(figures.source),
            oom_kills: figures.oom_kills,
            received: rates.received,
            sent: rates.sent,
            read: rates.read,
            written: rates.written,
            pids: figures.pids,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            cpu_percent: either(self.cpu_percent, other.cpu_percent, |one, other| one + other),
            cpu_limit_cores: self.cpu_limit_cores.zip(other.cpu_limit_cores).map(|(one, other)| one + other),
            throttled_percent: either(self.throttled_percent, other.throttled_percent, f64::max),
            memory_peak_bytes: None,
            cpu_pressure: either(self.cpu_pressure, other.cpu_pressure, f64::max),
            memory_pressure: either(self.memory_pressure, other.memory_pressure, f64::max),
            io_pressure: either(self.io_pressure, other.io_pressure, f64::max),
            source: self.source.or(other.source),
            oom_kills: sum(self.oom_kills, other.oom_kills),
            memory_bytes: sum(self.memory_bytes, other.memory_bytes),
            memory_limit_bytes: self
                .memory_limit_bytes
                .zip(other.memory_limit_bytes)
                .map(|(one, other)| one.saturating_add(other)),
            received: sum(self.received, other.received),
            sent: sum(self.sent, other.sent),
            read: sum(self.read, other.read),
            written: sum(self.written, other.written),
            pids: sum(self.pids, other.pids),
        }
    }

    /// What is in use of the limit, as a part of 1; more than 1 where several limits are one container's no more.
    pub fn memory_part(&self) -> Option<f64> {
        let limit = self.memory_limit_bytes.filter(|limit| *limit > 0)?;
        #[expect(clippy::cast_precision_loss, reason = "a part for a bar")]
        let part = self.memory_bytes? as f64 / limit as f64;
        Some(part)
    }
}

impl Tree {
    /// What the subject's row says; the containers without a stack have no sum of their own.
    pub fn usage_of(&self, subject: &Subject) -> Option<Usage> {
        match subject {
            Subject::Stack(project) => Some(self.stack(project)?.usage),
            Subject::Service { project, service } => Some(self.service(project, service)?.usage),
            Subject::Container(id) => Some(self.container(id)?.usage),
            Subject::Loose => None,
        }
    }
}

impl Tree {
    /// What the subjects use together; what stands for the same container counts once.
    pub fn usage_of_all(&self, subjects: &[Subject]) -> Usage {
        if let [subject] = subjects {
            return self.usage_of(subject).unwrap_or_default();
        }
        let mut sum = Sum::default();
        let running = self.containers_of_all(subjects).into_iter().filter(|node| node.status.is_running());
        running.for_each(|node| sum.add(node.usage));
        sum.total()
    }
}

/// A sum under way: without a summand there is none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum(Option<Usage>);

impl Sum {
    pub(super) fn add(&mut self, usage: Usage) {
        self.0 = Some(self.0.map_or(usage, |sum| sum.plus(usage)));
    }

    pub(super) fn add_all(&mut self, other: Self) {
        if let Some(usage) = other.0 {
            self.add(usage);
        }
    }

    pub(super) fn total(self) -> Usage {
        self.0.unwrap_or_default()
    }
}

fn either<T>(one: Option<T>, other: Option<T>, both: impl FnOnce(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(both(one, other)),
        (one, other) => one.or(other),
    }
}

fn sum(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    either(one, other, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(cpu: Option<f64>, limit: Option<u64>) -> Usage {
        Usage { cpu_percent: cpu, memory_bytes: Some(10), memory_limit_bytes: limit, ..Usage::default() }
    }

    fn total(of: &[Usage]) -> Usage {
        let mut sum = Sum::default();
        for usage in of {
            sum.add(*usage);
        }
        sum.total()
    }

    #[test]
    fn unknown_stays_unknown_and_is_never_zero() {
        assert_eq!(total(&[]), Usage::default());
        assert_eq!(total(&[usage(None, None), usage(None, None)]).cpu_percent, None);
        let known = total(&[usage(None, None), usage(Some(412.0), None)]);
        assert_eq!((known.cpu_percent, known.memory_bytes, known.received), (Some(412.0), Some(20), None));
    }

    #[test]
    fn several_have_a_limit_only_when_each_has_one() {
        assert_eq!(total(&[usage(None, Some(40)), usage(None, Some(60))]).memory_limit_bytes, Some(100));
        assert_eq!(total(&[usage(None, Some(40)), usage(None, None)]).memory_limit_bytes, None);
        assert_eq!(usage(None, Some(40)).memory_part(), Some(0.25));
        assert_eq!(usage(None, Some(0)).memory_part(), None);
    }
}
