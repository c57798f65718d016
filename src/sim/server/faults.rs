//! Faults of the wire, for tests.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Which of the matching requests a rule strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Counted from 1.
    Nth(u64),
    Every,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Answers, but later.
    Delay(Duration),
    /// Answers with this status and message instead.
    Status(u16, String),
    /// Ends the connection in the middle of the body, after so many of its bytes.
    CutAfter(usize),
    /// Takes the request and never answers.
    Silence,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRule {
    /// A part of `GET /containers/json`: the method, the path without its version.
    pub request: String,
    pub occasion: Occasion,
    pub effect: Effect,
}

#[derive(Debug, Default)]
struct Counted {
    rules: Vec<(FaultRule, u64)>,
}

/// What is to go wrong. Empty at first.
#[derive(Debug)]
pub struct Faults {
    rules: Mutex<Counted>,
    dropped: watch::Sender<u64>,
    outage: watch::Sender<Option<Duration>>,
}

impl Default for Faults {
    fn default() -> Self {
        Self { rules: Mutex::default(), dropped: watch::Sender::new(0), outage: watch::Sender::new(None) }
    }
}

impl Faults {
    pub fn add(&self, rule: FaultRule) {
        self.with(|counted| counted.rules.push((rule, 0)));
    }

    /// From now on all goes well again.
    pub fn clear(&self) {
        self.with(|counted| counted.rules.clear());
    }

    /// Ends every connection at once, streams included; new ones are served.
    pub fn drop_connections(&self) {
        self.dropped.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// The daemon restarts: every connection ends, and none is taken for as long as `outage` (real time).
    pub fn restart(&self, outage: Duration) {
        self.outage.send_replace(Some(outage));
        self.drop_connections();
    }

    fn with<R>(&self, action: impl FnOnce(&mut Counted) -> R) -> R {
        action(&mut self.rules.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(in crate::sim) fn dropped(&self) -> watch::Receiver<u64> {
        self.dropped.subscribe()
    }

    pub(super) fn outages(&self) -> watch::Receiver<Option<Duration>> {
        self.outage.subscribe()
    }

    /// Counts a request, and gives what is to go wrong with it.
    pub(super) fn strike(&self, request: &str) -> Vec<Effect> {
        self.with(|counted| {
            let mut effects = Vec::new();
            for (rule, seen) in &mut counted.rules {
                if request.contains(&rule.request) {
                    *seen += 1;
                    let strikes = match rule.occasion {
                        Occasion::Nth(number) => *seen == number,
                        Occasion::Every => true,
                    };
                    if strikes {
                        effects.push(rule.effect.clone());
                    }
                }
            }
            effects
        })
    }
}
