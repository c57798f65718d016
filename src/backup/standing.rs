//! How a stack stands with its backups. Pure.

use super::schedule::{DEFAULT, Schedule};
use crate::domain::StackFile;
use crate::domain::stack::{BackupEntry, BackupStanding, OffsiteLack, OffsitePlace, OffsiteStanding};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `entries` are those of all stacks, the newest first, and `made` is when the oldest container of this one was.
pub fn standing(
    stack: &StackFile,
    entries: &[BackupEntry],
    made: Option<Timestamp>,
    host: &TimeZone,
) -> BackupStanding {
    let project = stack.reference.project.clone();
    let mut own = entries.iter().filter(|entry| entry.stack == project && !entry.safety);
    let bad = own.clone().next().and_then(|newest| newest.proof.failed.clone());
    let last_good = own.find(|entry| entry.proof.failed.is_none()).map(|entry| entry.created);
    let schedule = stack.backup_policy.schedule.as_deref().unwrap_or(DEFAULT);
    let (due, wrong) = match (Schedule::parse(schedule), made) {
        (Ok(Some(wanted)), Some(made)) => (wanted.due_after(last_good.unwrap_or(made), host), None),
        (Ok(_), _) => (None, None),
        (Err(wrong), _) => (None, Some(wrong)),
    };
    let offsite = stack.backup_policy.offsite.as_ref().map(|place| copies(place, &project, entries));
    BackupStanding { project, last_good, bad, schedule: schedule.to_owned(), due, wrong, offsite }
}

/// What a restore took of what it replaced is not copied, and neither is what is known to be bad.
fn copies(place: &OffsitePlace, project: &str, entries: &[BackupEntry]) -> OffsiteStanding {
    let of_stack =
        |entry: &&BackupEntry| entry.stack == project && !entry.safety && entry.proof.failed.is_none();
    let mut own = entries.iter().filter(of_stack);
    let last = own.clone().find(|entry| place.holds(entry)).map(|entry| entry.created);
    let newest = own.next().filter(|entry| !place.holds(entry));
    let lacking = newest.map(|entry| OffsiteLack {
        name: entry.name.clone(),
        created: entry.created,
        failed: entry.offsite.as_ref().and_then(|copy| copy.failed.clone()),
    });
    OffsiteStanding { place: place.words(), last, lacking }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stack::{BackupPolicy, OffsiteCopy, OffsiteFailure, ProofFailure};
    use crate::domain::{StackOrigin, StackRef, fixtures};
    use rstest::rstest;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn taken(stack: &str, time: &str) -> BackupEntry {
        fixtures::backup(stack, time, at(time))
    }

    fn of(schedule: Option<&str>, entries: &[BackupEntry], made: Option<&str>) -> BackupStanding {
        let schedule = schedule.map(str::to_owned);
        by(BackupPolicy { schedule, ..BackupPolicy::default() }, entries, made)
    }

    fn by(backup_policy: BackupPolicy, entries: &[BackupEntry], made: Option<&str>) -> BackupStanding {
        let stack = StackFile {
            reference: StackRef::named("shop"),
            origin: StackOrigin::Directory,
            title: None,
            services: Vec::new(),
            checks: Vec::new(),
            backup: Vec::new(),
            backup_policy,
            addresses: Vec::new(),
            overlays: Vec::new(),
            profiles: Vec::new(),
        };
        standing(&stack, entries, made.map(at), &TimeZone::UTC)
    }

    #[rstest]
    #[case::each_night(None, "2026-11-18T15:00:00Z", Some("2026-11-19T02:00:00Z"))]
    #[case::that_night_s(None, "2026-11-18T02:00:01Z", Some("2026-11-19T02:00:00Z"))]
    #[case::each_week(Some("sun 03:00"), "2026-11-18T15:00:00Z", Some("2026-11-22T03:00:00Z"))]
    #[case::never(Some("off"), "2026-11-18T15:00:00Z", None)]
    fn the_next_one_is_due_on_the_first_date_after_the_last(
        #[case] schedule: Option<&str>,
        #[case] last: &str,
        #[case] due: Option<&str>,
    ) {
        let entries = [taken("other", "2026-11-20T02:00:00Z"), taken("shop", last)];
        let told = of(schedule, &entries, Some("2026-01-01T00:00:00Z"));
        assert_eq!((told.last_good, told.due), (Some(at(last)), due.map(at)));
        assert_eq!(of(schedule, &entries, None).due, None, "what is not deployed is not backed up");
        let made = of(schedule, &[], Some(last));
        assert_eq!((made.last_good, made.due), (None, due.map(at)), "a new stack has a day");
    }

    #[test]
    fn one_that_was_found_bad_is_no_good_one() {
        let mut newest = taken("shop", "2026-11-20T02:00:00Z");
        let failure = ProofFailure { at: at("2026-11-20T09:00:00Z"), what: "cut".to_owned() };
        newest.proof.failed = Some(failure.clone());
        let told = of(None, &[newest, taken("shop", "2026-11-19T02:00:00Z")], Some("2026-01-01T00:00:00Z"));
        assert_eq!(told.last_good, Some(at("2026-11-19T02:00:00Z")));
        assert_eq!((told.bad, told.due), (Some(failure), Some(at("2026-11-20T02:00:00Z"))));
    }

    #[test]
    fn it_is_overdue_once_it_had_time_enough() {
        let told = of(None, &[], Some("2026-11-18T15:00:00Z"));
        assert!(!told.is_overdue(at("2026-11-19T03:59:59Z")));
        assert!(told.is_overdue(at("2026-11-19T04:00:00Z")));
        let wrong = of(Some("25:00"), &[], Some("2026-11-18T15:00:00Z"));
        assert!(wrong.wrong.is_some() && !wrong.is_overdue(at("2026-12-01T00:00:00Z")));
    }

    #[test]
    fn a_copy_elsewhere_is_none_and_a_newer_backup_lacks_one() {
        let place = OffsitePlace::of_url("s3://backups/a").unwrap();
        let policy = BackupPolicy { offsite: Some(place), ..BackupPolicy::default() };
        let mut older = taken("shop", "2026-11-19T02:00:00Z");
        let copy = |url: &str| OffsiteCopy {
            url: url.to_owned(),
            endpoint: None,
            copied: Some(at("2026-11-19T02:01:00Z")),
            failed: None,
        };
        older.offsite = Some(copy("s3://backups/a/shop/2026-11-19T02:00:00Z"));
        let told = by(policy.clone(), std::slice::from_ref(&older), None).offsite.unwrap();
        assert_eq!((told.last, told.lacking), (Some(older.created), None));

        let mut newer = taken("shop", "2026-11-20T02:00:00Z");
        newer.offsite = Some(copy("s3://other/a/shop/2026-11-20T02:00:00Z"));
        let standing = by(policy.clone(), &[newer.clone(), older.clone()], None);
        assert!(!standing.lacks_copy(at("2026-11-20T03:59:59Z")), "it may be under way");
        assert!(standing.lacks_copy(at("2026-11-20T04:00:00Z")));
        let told = standing.offsite.unwrap();
        assert_eq!((told.last, told.lacking.unwrap().created), (Some(older.created), newer.created));

        let failure = OffsiteFailure { at: newer.created, what: "no such bucket".to_owned(), hint: None };
        newer.offsite = Some(OffsiteCopy { copied: None, failed: Some(failure), ..copy("s3://backups/a") });
        let standing = by(policy.clone(), &[newer.clone(), older.clone()], None);
        assert!(standing.lacks_copy(newer.created), "what failed is told at once");
        newer.safety = true;
        assert!(!by(policy, &[newer, older], None).lacks_copy(at("2026-12-01T00:00:00Z")));
    }
}
