//! Facts in the words and symbols of the screen; used by all panes, so that one thing has one look.

use crate::app::store::notices::Severity;
use crate::config::theme::Theme;
use crate::domain::figures::FigureSource;
use crate::domain::safe::TextStyle;
use crate::domain::task::StepState;
use crate::domain::{Drift, Health, TaskState, Verdict, units};
use jiff::Timestamp;
use std::time::Duration;

/// What stands for a figure that is not known.
pub(super) const ABSENT: &str = "–";

/// A symbol and its style. The symbols differ, so that states are told apart without colours too.
pub(super) type Mark = (&'static str, TextStyle);

pub(super) fn verdict(verdict: Verdict, theme: &Theme) -> Mark {
    match verdict {
        Verdict::Up => ("✓", theme.good),
        Verdict::Degraded => ("⚠", theme.warning),
        Verdict::Down => ("✗", theme.bad),
        Verdict::Starting => ("◐", theme.starting),
        Verdict::Unknown => ("?", theme.dim),
    }
}

/// Docker's verdict, in the signs of ours.
pub(super) fn health(health: Health, theme: &Theme) -> Mark {
    match health {
        Health::Healthy => verdict(Verdict::Up, theme),
        Health::Starting => verdict(Verdict::Starting, theme),
        Health::Unhealthy => verdict(Verdict::Down, theme),
    }
}

pub(super) fn drift(drift: Drift, theme: &Theme) -> Mark {
    match drift {
        Drift::InSync => ("=", theme.dim),
        Drift::Changed => ("≠", theme.warning),
        Drift::ImageNewer => ("↑", theme.info),
        Drift::Unknown => ("?", theme.dim),
        Drift::Orphan => ("∅", theme.warning),
    }
}

pub(super) fn task_state(state: TaskState, theme: &Theme) -> Mark {
    match state {
        TaskState::Pending => ("◌", theme.dim),
        TaskState::Running => ("↻", theme.starting),
        TaskState::Completed => ("✓", theme.good),
        TaskState::Failed => ("✗", theme.bad),
        TaskState::Cancelled => ("○", theme.dim),
        TaskState::Interrupted => ("⚠", theme.warning),
    }
}

pub(super) fn task_state_word(state: TaskState) -> &'static str {
    match state {
        TaskState::Pending => "pending",
        TaskState::Running => "running",
        TaskState::Completed => "completed",
        TaskState::Failed => "failed",
        TaskState::Cancelled => "cancelled",
        TaskState::Interrupted => "interrupted",
    }
}

pub(super) fn step_state(state: StepState, theme: &Theme) -> Mark {
    match state {
        StepState::Pending => ("·", theme.dim),
        StepState::Running => ("↻", theme.starting),
        StepState::Done => ("✓", theme.good),
        StepState::Failed => ("✗", theme.bad),
    }
}

pub(super) fn severity(severity: Severity, theme: &Theme) -> Mark {
    match severity {
        Severity::Info => ("·", theme.info),
        Severity::Good => ("✓", theme.good),
        Severity::Warning => ("⚠", theme.warning),
        Severity::Bad => ("✗", theme.bad),
    }
}

/// Where the figures of containers come from, which says how old they may be.
pub(super) fn figure_source(source: FigureSource) -> &'static str {
    match source {
        FigureSource::Cgroup => "by cgroup files",
        FigureSource::StatsApi => "by the stats API",
    }
}

pub(super) fn optional<T>(value: Option<T>, words: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| ABSENT.to_owned(), words)
}

pub(super) fn age(then: Option<Timestamp>, now: Timestamp) -> String {
    optional(then, |then| units::duration(units::since(then, now)))
}

/// `71/80G`: a part and its whole in the unit of the whole.
pub(super) fn part_of(used: Option<u64>, total: Option<u64>) -> String {
    const GIBIBYTE: u64 = 1 << 30;
    match (used, total) {
        (Some(used), Some(total)) if total >= GIBIBYTE => {
            let gibibytes = |bytes: u64| (bytes + GIBIBYTE / 2) / GIBIBYTE;
            format!("{}/{}G", gibibytes(used), gibibytes(total))
        }
        (used, total) => format!("{}/{}", optional(used, units::bytes), optional(total, units::bytes)),
    }
}

/// A part of 1.
pub(super) fn ratio(used: Option<u64>, total: Option<u64>) -> Option<f64> {
    let (used, total) = (used?, total.filter(|total| *total > 0)?);
    #[expect(clippy::cast_precision_loss, reason = "a ratio for a bar")]
    let ratio = used as f64 / total as f64;
    Some(ratio)
}

/// `1,204`
pub(super) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 line`, `2 lines`
pub(super) fn counted(value: usize, one: &str, many: &str) -> String {
    format!("{value} {}", if value == 1 { one } else { many })
}

/// `4.2s`, then as everywhere.
pub(super) fn took(value: Duration) -> String {
    match value.as_secs() {
        0 => format!("{}ms", value.as_millis()),
        1..10 => format!("{:.1}s", value.as_secs_f64()),
        10..60 => format!("{}s", value.as_secs()),
        60..3600 => format!("{}m{:02}s", value.as_secs() / 60, value.as_secs() % 60),
        _ => units::duration(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "0")]
    #[case(999, "999")]
    #[case(1204, "1,204")]
    #[case(12_345_678, "12,345,678")]
    fn thousands_are_grouped(#[case] value: u64, #[case] expected: &str) {
        assert_eq!(count(value), expected);
    }

    #[test]
    fn what_is_absent_is_never_zero() {
        assert_eq!(part_of(None, Some(80 << 30)), "–/80.0G");
        assert_eq!(part_of(Some(71 << 30), Some(80 << 30)), "71/80G");
        assert_eq!(part_of(None, None), "–/–");
        assert_eq!(ratio(Some(1), Some(0)), None);
        assert_eq!(age(None, Timestamp::UNIX_EPOCH), "–");
    }
}
