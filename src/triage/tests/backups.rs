//! Backups that were not made in time.

use super::tasks::task;
use super::*;
use crate::domain::stack::{BackupStanding, OffsiteFailure, OffsiteLack, OffsiteStanding, ProofFailure};
use crate::domain::task::BundleOperation;

const HOUR: Duration = Duration::from_hours(1);

/// Due so long ago; the last good one was taken a day before that.
fn due(back: Duration) -> BackupStanding {
    BackupStanding {
        project: "mcp".to_owned(),
        last_good: Some(ago(back + 24 * HOUR)),
        bad: None,
        schedule: "02:00".to_owned(),
        due: Some(ago(back)),
        wrong: None,
        offsite: None,
    }
}

fn found(standing: &BackupStanding, tasks: &[TaskRecord]) -> Vec<Finding> {
    let api = container("api");
    findings(&Facts {
        containers: vec![&api],
        backups: vec![standing],
        tasks: tasks.iter().collect(),
        now: now(),
        ..Facts::default()
    })
}

#[rstest]
#[case::it_has_time_until_then(119, 0)]
#[case::it_had_time_enough(120, 1)]
fn a_backup_is_missing_once_it_had_time_enough(#[case] minutes: u64, #[case] count: usize) {
    assert_eq!(found(&due(Duration::from_mins(minutes)), &[]).len(), count);
}

#[test]
fn nobody_tried_and_the_key_that_mends_it_starts_a_backup() {
    let found = found(&due(25 * HOUR), &[]);
    assert_eq!(
        told(&found),
        ["Warning: mcp has had no good backup for 2d [its schedule, 02:00, has asked for one | \
             nothing is known of any attempt since]"]
    );
    assert_eq!(found[0].began, Some(ago(25 * HOUR)));
    let fix = found[0].fix.as_ref().unwrap();
    assert!(fix.label.contains("(b)") && fix.label.contains("schedule install"), "{}", fix.label);
    let request = fix.request.as_ref().unwrap();
    assert_eq!(request.operation, Operation::Backup);
    let TaskTarget::Stack(stack) = &request.target else { panic!("{request:?}") };
    assert_eq!(stack.files, [std::path::PathBuf::from("/srv/mcp/compose.yaml")], "as it is deployed");
}

#[test]
fn a_failed_attempt_is_told_with_what_it_left_and_only_once() {
    let failed = task("mcp", TaskState::Failed, 3 * HOUR);
    let standing = due(4 * HOUR);
    let found = found(&standing, std::slice::from_ref(&failed));
    assert_eq!(
        told(&found),
        ["Warning: mcp has had no good backup for 1d [its schedule, 02:00, has asked for one | \
             the last attempt failed: write /backup: no space left]"]
    );
    let label = &found[0].fix.as_ref().unwrap().label;
    assert!(label.starts_with("make room") && label.ends_with("(b)"), "{label}");
    let in_time = BackupStanding { due: Some(ago(HOUR)), ..standing };
    let told = told(&super::backups::found(&in_time, &[failed]));
    assert!(told.len() == 1 && told[0].starts_with("Warning: backup of mcp failed"), "{told:?}");
}

#[rstest]
#[case::under_way(TaskState::Running, 0, "one is being taken", false)]
#[case::killed(TaskState::Interrupted, 1, "the last attempt was interrupted, its worker is gone", true)]
#[case::gone(
    TaskState::Completed,
    1,
    "the last one that was taken is no longer there, or no longer good",
    true
)]
#[case::before_the_last_good_one(TaskState::Failed, 60, "nothing is known of any attempt since", true)]
fn why_there_is_none(
    #[case] state: TaskState,
    #[case] hours: u64,
    #[case] why: &str,
    #[case] can_be_mended: bool,
) {
    let record = task("mcp", state, Duration::from_hours(hours));
    let found = found(&due(4 * HOUR), &[record]);
    assert_eq!(found.len(), 1, "{:?}", told(&found));
    assert_eq!(found[0].evidence.last().unwrap().text.as_str(), why);
    assert_eq!(found[0].fix.as_ref().unwrap().request.is_some(), can_be_mended);
}

#[test]
fn one_that_was_never_made_one_that_is_bad_and_a_schedule_that_says_nothing() {
    let failure = ProofFailure { at: ago(HOUR), what: "postgres/a.dump: it is cut".to_owned() };
    let bad = BackupStanding { bad: Some(failure), last_good: None, ..due(4 * HOUR) };
    assert_eq!(
        told(&found(&bad, &[])),
        ["Warning: mcp has no good backup [its schedule, 02:00, has asked for one | \
             the newest one was found bad: postgres/a.dump: it is cut | nothing is known of any attempt since]"]
    );
    let wrong = BackupStanding {
        due: None,
        schedule: "25:00".to_owned(),
        wrong: Some("there is no such time".to_owned()),
        ..due(HOUR)
    };
    assert_eq!(
        told(&found(&wrong, &[])),
        ["Warning: mcp is not backed up by itself: its schedule cannot be read \
             [x-mcp.backup.schedule: 25:00: there is no such time]"]
    );
}

/// Copies go to a bucket, and the newest backup is none of those there.
fn uncopied(taken: Duration, failed: Option<OffsiteFailure>) -> BackupStanding {
    let lack = OffsiteLack { name: "20261120T020000Z-3f9c".to_owned(), created: ago(taken), failed };
    BackupStanding {
        last_good: Some(ago(taken)),
        due: Some(ago(Duration::ZERO)),
        offsite: Some(OffsiteStanding {
            place: "s3://backups/a".to_owned(),
            last: Some(ago(taken + 24 * HOUR)),
            lacking: Some(lack),
        }),
        ..due(HOUR)
    }
}

#[test]
fn a_backup_that_is_not_off_site_is_told_with_its_cause_and_what_mends_it() {
    let failure = OffsiteFailure {
        at: ago(HOUR),
        what: "copy off site s3://backups/a: NoSuchBucket".to_owned(),
        hint: Some("create the bucket".to_owned()),
    };
    let found = found(&uncopied(HOUR, Some(failure)), &[]);
    assert_eq!(
        told(&found),
        [
            "Warning: mcp has nothing newer off site than a backup of 1d ago [its file wants copies in s3://backups/a | \
             copy off site s3://backups/a: NoSuchBucket]"
        ]
    );
    let fix = found[0].fix.as_ref().unwrap();
    assert!(
        fix.label.starts_with("create the bucket; then copy it: O in the backups (7), or `mcp-tui -s mcp"),
        "{}",
        fix.label
    );
    let push = BundleOperation::Push { name: "20261120T020000Z-3f9c".to_owned(), again: false };
    assert_eq!(fix.request.as_ref().unwrap().operation, Operation::Bundle(push));
}

#[rstest]
#[case::it_may_be_under_way(Duration::from_mins(119), 0)]
#[case::nobody_tried(2 * HOUR, 1)]
fn a_copy_that_nobody_tried_is_lacking_after_a_while(#[case] taken: Duration, #[case] count: usize) {
    assert_eq!(found(&uncopied(taken, None), &[]).len(), count);
}

#[rstest]
#[case::being_copied(TaskState::Running, "mcp", 0)]
#[case::about_to_be(TaskState::Pending, "mcp", 0)]
#[case::done_and_still_lacking(TaskState::Completed, "mcp", 1)]
#[case::another_stack(TaskState::Running, "other", 1)]
fn what_is_being_copied_is_not_told_as_lacking(
    #[case] state: TaskState,
    #[case] stack: &str,
    #[case] count: usize,
) {
    let mut push = task(stack, state, HOUR);
    for name in ["backup", "push"] {
        let found = found(&uncopied(3 * HOUR, None), &[push.clone()]);
        assert_eq!(found.len(), count, "{name}: {:?}", told(&found));
        push.spec.operation = Operation::Bundle(BundleOperation::Push { name: "x".to_owned(), again: false });
    }
}

#[test]
fn a_push_that_failed_is_told_with_that_alone() {
    let failure = OffsiteFailure { at: ago(HOUR), what: "no".to_owned(), hint: None };
    let mut failed = task("mcp", TaskState::Failed, HOUR);
    failed.spec.operation = Operation::Bundle(BundleOperation::Push { name: "x".to_owned(), again: false });
    assert_eq!(found(&uncopied(3 * HOUR, Some(failure)), &[failed]).len(), 1);
}
