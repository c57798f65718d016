//! How long each incident took to be told.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

/// What an operator is promised.
const PROMISED: Duration = Duration::from_secs(5);

static TAKEN: Mutex<Vec<(&str, Duration)>> = Mutex::new(Vec::new());

pub fn note(incident: &'static str, taken: Duration) {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner).push((incident, taken));
}

/// Until when it must be told: what was promised, and where more wants to run than there are processors, so much later.
pub fn deadline() -> Duration {
    PROMISED.mul_f64(crowd().max(1.0))
}

/// How many times over the processors are wanted.
fn crowd() -> f64 {
    let processors = available_parallelism().map_or(1, std::num::NonZero::get);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().and_then(|load| load.parse::<f64>().ok()).unwrap_or(0.0);
    load / f64::from(u32::try_from(processors).unwrap_or(1))
}

/// On stderr, when the run is over.
pub fn tell() {
    let mut taken = std::mem::take(&mut *TAKEN.lock().unwrap_or_else(PoisonError::into_inner));
    taken.sort_by_key(|(_, taken)| *taken);
    let mut text = String::new();
    for (incident, taken) in &taken {
        let _ = writeln!(text, "{:6.2} s  {incident}", taken.as_secs_f64());
    }
    if let Some((_, longest)) = taken.last() {
        let _ =
            writeln!(text, "{} incidents told, the last after {:.2} s", taken.len(), longest.as_secs_f64());
    }
    std::io::stderr().write_all(text.as_bytes()).ok();
}
