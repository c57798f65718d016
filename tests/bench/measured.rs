//! What the programs share that the scripts beside them run.

use std::time::Duration;

/// `cargo bench` runs every bench, with a filter that these have no use for; they measure when a script asks them.
pub fn is_left_to_the_scripts() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// The value, in milliseconds, that so many of a hundred stay below; `None` of none.
pub fn quantile(values: &mut [Duration], of_hundred: usize) -> Option<f64> {
    values.sort_unstable();
    let index = (values.len() * of_hundred / 100).min(values.len().saturating_sub(1));
    values.get(index).map(|value| value.as_secs_f64() * 1e3)
}
