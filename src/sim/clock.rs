//! The simulated world's own time: real time by default; tests hold it and advance it.

use jiff::Timestamp;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i64);

impl Moment {
    pub fn from_timestamp(time: Timestamp) -> Self {
        Self(i64::try_from(time.as_nanosecond()).unwrap_or(i64::MAX))
    }

    pub fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    pub fn nanoseconds(self) -> i64 {
        self.0
    }

    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)))
    }

    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)))
    }

    /// Zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or_default()
    }

    /// As Go writes it: trailing zeros of the fraction left out.
    pub fn rfc3339(self) -> String {
        self.timestamp().to_string()
    }

    /// Nine digits always, as in logs.
    pub fn rfc3339_fixed(self) -> String {
        format!("{:.9}", self.timestamp())
    }
}

/// The zero time of Go, which Docker writes for "never".
pub const NEVER: &str = "0001-01-01T00:00:00Z";

pub fn rfc3339_or_never(moment: Option<Moment>) -> String {
    moment.map_or_else(|| NEVER.to_owned(), Moment::rfc3339)
}

#[derive(Debug)]
pub struct Clock {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    base: Moment,
    /// Since when real time is added; `None` while the clock is held.
    running_since: Option<Instant>,
}

impl State {
    fn now(&self) -> Moment {
        self.running_since.map_or(self.base, |since| self.base.after(since.elapsed()))
    }
}

impl Clock {
    pub(super) fn new(start: Moment, held: bool) -> Self {
        Self { state: Mutex::new(State { base: start, running_since: (!held).then(Instant::now) }) }
    }

    fn with<R>(&self, action: impl FnOnce(&mut State) -> R) -> R {
        action(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn now(&self) -> Moment {
        self.with(|state| state.now())
    }

    pub fn time(&self) -> Timestamp {
        self.now().timestamp()
    }

    /// Stops the clock; from here on only `Server::advance` moves it.
    pub fn hold(&self) {
        self.with(|state| {
            state.base = state.now();
            state.running_since = None;
        });
    }

    /// Lets real time flow again.
    pub fn release(&self) {
        self.with(|state| {
            state.base = state.now();
            state.running_since = Some(Instant::now());
        });
    }

    pub(super) fn advance(&self, duration: Duration) {
        self.with(|state| state.base = state.base.after(duration));
    }

    /// How long to sleep in real time until `moment`; `None` when the clock is held and sleeping would not help.
    pub(super) fn real_delay(&self, moment: Moment) -> Option<Duration> {
        self.with(|state| {
            let now = state.now();
            (state.running_since.is_some() || moment <= now).then(|| moment.since(now))
        })
    }
}
