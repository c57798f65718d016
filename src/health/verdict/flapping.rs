//! Whether a check goes up and down so often that a single change says nothing.

use crate::domain::Verdict;

/// Results that count.
const LAST: usize = 20;
/// Changes among them, in percent of the results: on from here, off below there, and as before in between.
const ON: usize = 30;
const OFF: usize = 15;

pub(super) fn after(history: &[Verdict], flapping: bool) -> bool {
    let last = &history[history.len().saturating_sub(LAST)..];
    // Who starts is neither, and a slow answer is one.
    let mut alive =
        last.iter().filter(|result| **result != Verdict::Starting).map(|result| result.is_alive());
    let Some(mut before) = alive.next() else { return flapping };
    let changes = alive.filter(|now| std::mem::replace(&mut before, *now) != *now).count();
    // Of all results that count, there or not: two that differ are no flapping yet.
    let percent = changes * 100 / LAST;
    percent >= ON || flapping && percent >= OFF
}
