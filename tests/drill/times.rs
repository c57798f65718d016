//! How long each incident took to be told.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What an operator is promised.
const PROMISED: Duration = Duration::from_secs(5);

static TAKEN: Mutex<Vec<(&str, Duration)>> = Mutex::new(Vec::new());

pub fn note(incident: &'static str, taken: Duration) {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner).push((incident, taken));
}

/// On stderr, when the run is over.
pub fn tell() {
    let mut taken = std::mem::take(&mut *TAKEN.lock().unwrap_or_else(PoisonError::into_inner));
    taken.sort_by_key(|(_, taken)| *taken);
    let mut text = String::new();
    for (incident, taken) in &taken {
        let late = if *taken > PROMISED { "  later than promised" } else { "" };
        let _ = writeln!(text, "{:6.2} s  {incident}{late}", taken.as_secs_f64());
    }
    if let Some((_, longest)) = taken.last() {
        let _ =
            writeln!(text, "{} incidents told, the last after {:.2} s", taken.len(), longest.as_secs_f64());
    }
    std::io::stderr().write_all(text.as_bytes()).ok();
}
