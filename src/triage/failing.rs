//! Since when Docker's own health check fails.

use crate::domain::Container;
use crate::domain::container::HealthRun;
use jiff::{SignedDuration, Timestamp};

/// When the first of the failures was that go on until now. The daemon keeps the last five runs and a count of all; what
/// was before those five is reckoned from how far they are apart.
pub(super) fn since(container: &Container) -> Option<Timestamp> {
    let details = container.details.as_ref()?;
    let streak = i32::try_from(details.failing_streak).unwrap_or(i32::MAX);
    let began = |run: &HealthRun| run.began.or(run.ended);
    let failed: Vec<&HealthRun> =
        details.health_runs.iter().rev().take_while(|run| run.exit_code != 0).collect();
    let known = i32::try_from(failed.len()).ok()?.min(streak.max(1));
    let failed = &failed[..usize::try_from(known).ok()?];
    let (last, first) = (began(failed.first()?)?, began(failed.last()?)?);
    let apart = last.duration_since(first).checked_div(known - 1).unwrap_or(SignedDuration::ZERO);
    let before = apart.checked_mul(streak.saturating_sub(known).max(0))?;
    let since = first.checked_sub(before).ok()?;
    Some(details.started_at.map_or(since, |started| since.max(started.min(first))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container::ContainerDetails;
    use crate::domain::{Safe, fixtures};
    use rstest::rstest;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    #[rstest]
    #[case::all_are_kept(&[(0, 0), (10, 1), (20, 1)], 2, Some(10))]
    #[case::more_than_are_kept(&[(40, 1), (50, 1), (60, 1)], 6, Some(10))]
    #[case::more_than_there_was_time_for(&[(40, 1), (50, 1), (60, 1)], 60, Some(-5))]
    #[case::only_one(&[(7, 1)], 3, Some(7))]
    #[case::the_last_one_was_well(&[(0, 1), (10, 0)], 0, None)]
    #[case::none(&[], 0, None)]
    fn a_streak_began_with_its_first_failure(
        #[case] runs: &[(i64, i64)],
        #[case] failing_streak: u64,
        #[case] expected: Option<i64>,
    ) {
        let run = |&(at, exit_code): &(i64, i64)| HealthRun {
            began: Some(second(at)),
            ended: Some(second(at + 1)),
            exit_code,
            output: Safe::default(),
        };
        let details = ContainerDetails {
            health_runs: runs.iter().map(run).collect(),
            failing_streak,
            started_at: Some(second(-5)),
            ..fixtures::details()
        };
        let container = Container { details: Some(details), ..fixtures::container("api") };
        assert_eq!(since(&container), expected.map(second));
    }
}
