//! Docker's health checks: the verdict, and a record of the last results.

use super::World;
use super::schedule::Action;
use super::script::Running;
use crate::sim::clock::Moment;
use serde_json::{Value, json};
use std::time::Duration;

/// Docker keeps this many results.
const KEPT: i64 = 5;
const SHORTEST_INTERVAL: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Starting,
    Healthy,
    Unhealthy,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

#[derive(Debug, Clone)]
pub struct HealthState {
    pub verdict: Verdict,
    pub interval: Duration,
    /// Since when the verdict stands.
    pub since: Moment,
    /// What the check printed last.
    pub output: String,
    /// The check's command, where it is one that can be played.
    pub test: Option<Running>,
    pub retries: u64,
    /// Failures in a row of a played check.
    pub failures: u64,
}

impl HealthState {
    /// What stands behind `Up 3 days`.
    pub fn suffix(&self) -> &'static str {
        match self.verdict {
            Verdict::Starting => " (health: starting)",
            Verdict::Healthy => " (healthy)",
            Verdict::Unhealthy => " (unhealthy)",
        }
    }

    fn runs(&self, now: Moment) -> i64 {
        let passed = now.since(self.since).as_nanos() / self.interval.as_nanos().max(1);
        i64::try_from(passed).unwrap_or(i64::MAX).saturating_add(1)
    }

    pub fn json(&self, now: Moment) -> Value {
        let (runs, code) = match self.verdict {
            Verdict::Starting => (0, 0),
            Verdict::Healthy => (self.runs(now), 0),
            // The verdict fell with the third failure.
            Verdict::Unhealthy => (self.runs(now).saturating_add(2), 1),
        };
        let latest = now.since(self.since).as_nanos() % self.interval.as_nanos().max(1);
        let latest = now.before(Duration::from_nanos(u64::try_from(latest).unwrap_or(0)));
        let log: Vec<Value> = (0..runs.min(KEPT))
            .rev()
            .map(|back| {
                let start = latest.before(self.interval.saturating_mul(u32::try_from(back).unwrap_or(0)));
                let end = start.after(Duration::from_millis(42));
                json!({
                    "Start": start.rfc3339(),
                    "End": end.rfc3339(),
                    "ExitCode": code,
                    "Output": self.output,
                })
            })
            .collect();
        let streak = match (self.verdict, &self.test) {
            (_, Some(_)) => i64::try_from(self.failures).unwrap_or(i64::MAX),
            (Verdict::Unhealthy, None) => runs,
            (Verdict::Starting | Verdict::Healthy, None) => 0,
        };
        json!({ "Status": self.verdict.word(), "FailingStreak": streak, "Log": log })
    }
}

impl World {
    /// Health begins anew with every start.
    pub(super) fn begin_health(&mut self, id: &str) {
        let now = self.now;
        let Some(container) = self.containers.get_mut(id) else { return };
        let Some(health) = &mut container.health else { return };
        health.verdict = Verdict::Starting;
        health.since = now;
        health.output = String::new();
        health.failures = 0;
        // The engine runs the first check one interval after the start; a story should not have to wait that long.
        let after = container
            .behaviour
            .healthy_after
            .map_or_else(|| health.interval.min(Duration::from_millis(1500)), |span| span.0);
        let action = Action::Health { id: id.to_owned(), run: container.run };
        self.schedule.add(now.after(after), action);
    }

    pub(super) fn settle_health(&mut self, id: &str, run: u64) {
        let now = self.now;
        let container = self.containers.get_mut(id).filter(|container| container.run == run);
        let Some(container) = container.filter(|container| container.is_running()) else { return };
        let Some(health) = &mut container.health else { return };
        let Some(test) = &health.test else {
            // Nothing is known of the command: it is taken to succeed, unless the script says otherwise.
            if health.verdict == Verdict::Starting {
                self.set_health(id, Verdict::Healthy, String::new());
            }
            return;
        };
        let (code, output) = test.clone().run_through(&mut container.files);
        health.failures = if code == 0 { 0 } else { health.failures + 1 };
        let again = now.after(health.interval.max(SHORTEST_INTERVAL));
        let verdict = match code {
            0 => Verdict::Healthy,
            _ if health.failures >= health.retries => Verdict::Unhealthy,
            _ => health.verdict,
        };
        self.schedule.add(again, Action::Health { id: id.to_owned(), run });
        self.set_health(id, verdict, output);
    }

    pub(super) fn set_health(&mut self, id: &str, verdict: Verdict, output: String) {
        let now = self.now;
        let Some(container) = self.containers.get_mut(id).filter(|container| container.is_running()) else {
            return;
        };
        let Some(health) = &mut container.health else { return };
        let changed = health.verdict != verdict;
        health.output = output;
        if changed {
            health.verdict = verdict;
            health.since = now;
            self.emit_container(id, &format!("health_status: {}", verdict.word()), &[]);
        }
    }
}
