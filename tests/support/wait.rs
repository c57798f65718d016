//! Waiting for a condition.

use std::thread;
use std::time::{Duration, Instant};

/// Long enough for a slow machine that runs many tests at once; a condition that holds ends the wait at once.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until there is an answer; says what never came.
pub fn eventually<T>(what: &str, deadline: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + deadline;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "{what}: not within {deadline:?}");
        thread::sleep(Duration::from_millis(20));
    }
}
