use super::*;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use rstest::rstest;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn now() -> Timestamp {
    "2026-11-22T02:00:30Z".parse().unwrap()
}

fn candidate(seconds_ago: i64) -> Candidate {
    let created = now() - SignedDuration::from_secs(seconds_ago);
    Candidate {
        name: created.strftime("%Y%m%dT%H%M%SZ-0000").to_string(),
        created,
        pinned: false,
        safety: false,
        known: Known::Nothing,
    }
}

/// One each night, the newest now.
fn nights(count: i64) -> Vec<Candidate> {
    (0..count).map(|night| candidate(night * DAY)).collect()
}

fn kept(retention: &Retention, candidates: &[Candidate]) -> Vec<usize> {
    let decision = decide(retention, candidates, now(), &TimeZone::UTC);
    assert_eq!(decision.warning, None);
    let position = |(name, _): &(String, String)| {
        candidates.iter().position(|candidate| candidate.name == *name).unwrap()
    };
    decision.keep.iter().map(position).collect()
}

#[rstest]
#[case::seven_days_when_nothing_is_said(Retention::default(), &[0, 1, 2, 3, 4, 5, 6, 7])]
#[case::last(Retention { keep_last: Some(3), ..Retention::default() }, &[0, 1, 2])]
#[case::none_is_still_the_newest(Retention { keep_last: Some(0), ..Retention::default() }, &[0])]
#[case::daily(Retention { daily: Some(2), ..Retention::default() }, &[0, 1])]
// 2026-11-22 is a Sunday.
#[case::weekly(Retention { weekly: Some(3), ..Retention::default() }, &[0, 7, 14])]
#[case::monthly(Retention { monthly: Some(3), ..Retention::default() }, &[0, 22, 53])]
#[case::any_of_them(Retention { keep_last: Some(2), weekly: Some(2), ..Retention::default() }, &[0, 1, 7])]
fn each_rule_keeps_its_own(#[case] retention: Retention, #[case] expected: &[usize]) {
    assert_eq!(kept(&retention, &nights(60)), expected);
}

#[test]
fn several_of_a_day_are_one_and_the_day_is_the_operators() {
    let several: Vec<Candidate> = (0..72).map(|hour| candidate(hour * HOUR)).collect();
    let daily = Retention { daily: Some(3), ..Retention::default() };
    assert_eq!(kept(&daily, &several), [0, 3, 27]);
    let zone = TimeZone::fixed(jiff::tz::offset(5));
    let decision = decide(&daily, &several, now(), &zone);
    assert_eq!(decision.keep.len(), 3);
    assert_eq!(decision.keep[1].0, several[8].name, "the newest of before the local midnight");
}

#[test]
fn what_failed_counts_for_nothing_and_the_last_good_one_stays() {
    let mut candidates = nights(20);
    candidates.iter_mut().take(10).for_each(|candidate| candidate.known = Known::Failed);
    let last = Retention { keep_last: Some(1), ..Retention::default() };
    // Ten nights of failures are an unusual gap: a clock that jumped would look the same.
    let decision = decide(&last, &candidates, now(), &TimeZone::UTC);
    assert!(decision.remove.is_empty() && decision.warning.is_some(), "{decision:?}");
    let two_failed: Vec<Candidate> = candidates.split_off(8);
    let decision = decide(&last, &two_failed, now() - SignedDuration::from_secs(8 * DAY), &TimeZone::UTC);
    assert_eq!(decision.keep.len(), 3, "two that failed and the newest good one: {decision:?}");
    assert_eq!(decision.remove.len(), 9);
}

#[test]
fn a_clock_that_jumped_stops_it() {
    let candidates = nights(20);
    let last = Retention { keep_last: Some(3), ..Retention::default() };
    for jump in [-2 * DAY, 30 * DAY, 3650 * DAY] {
        let then = now() + SignedDuration::from_secs(jump);
        let decision = decide(&last, &candidates, then, &TimeZone::UTC);
        assert!(decision.remove.is_empty() && decision.warning.is_some(), "{jump}: {decision:?}");
    }
    for late in [0, 2 * DAY] {
        let decision = decide(&last, &candidates, now() + SignedDuration::from_secs(late), &TimeZone::UTC);
        assert_eq!(decision.remove.len(), 17, "{late}");
    }
}

#[test]
fn what_came_before_a_jump_is_safe_until_several_have_come_after_it() {
    let week = Retention { keep_days: Some(7), ..Retention::default() };
    // The clock was put ahead by a year, and a backup is taken each night from then on.
    let before: Vec<Candidate> = (0..10).map(|night| candidate((365 + night) * DAY)).collect();
    for after in 1..=4 {
        let since = (0..after).map(|night| candidate(night * DAY));
        let all: Vec<Candidate> = since.chain(before.iter().cloned()).collect();
        let decision = decide(&week, &all, now(), &TimeZone::UTC);
        let is_safe = decision.remove.is_empty() && decision.warning.is_some();
        assert_eq!(is_safe, after <= 3, "{after} nights after: {decision:?}");
    }
}

#[test]
fn what_restores_took_takes_no_place_from_those_of_before_the_damage() {
    let mut all = nights(6);
    all.iter_mut().take(3).for_each(|taken| (taken.safety, taken.known) = (true, Known::Verified));
    all[4].known = Known::Verified;
    for retention in [
        Retention { keep_last: Some(2), ..Retention::default() },
        Retention { daily: Some(2), ..Retention::default() },
    ] {
        // The three themselves stay for a week.
        assert_eq!(kept(&retention, &all), [0, 1, 2, 3, 4]);
    }
    let last = Retention { keep_last: Some(1), ..Retention::default() };
    assert_eq!(kept(&last, &all), [0, 1, 2, 3, 4], "the newest that was verified is none of a restore's");
    let days = Retention { keep_days: Some(1), ..Retention::default() };
    assert_eq!(kept(&days, &all), [0, 1, 3, 4]);
    assert_eq!(kept(&days, &all[..3]), [0, 1], "better than none");
}

fn any_candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let known = prop_oneof![Just(Known::Nothing), Just(Known::Verified), Just(Known::Failed)];
    vec((-DAY..400 * DAY, any::<bool>(), known), 0..40).prop_map(|all| {
        let mut all: Vec<Candidate> = all
            .into_iter()
            .map(|(ago, pinned, known)| Candidate { pinned, known, ..candidate(ago) })
            .collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all.dedup_by(|one, other| one.name == other.name);
        all
    })
}

fn any_retention() -> impl Strategy<Value = Retention> {
    let number = || of(0..12_u32);
    (number(), of(0..60_u32), number(), number(), number()).prop_map(
        |(keep_last, keep_days, daily, weekly, monthly)| Retention {
            keep_last,
            keep_days,
            daily,
            weekly,
            monthly,
        },
    )
}

proptest! {
    #[test]
    fn whatever_the_policy_what_must_stay_stays(retention in any_retention(), candidates in any_candidates()) {
        let decision = decide(&retention, &candidates, now(), &TimeZone::UTC);
        let removed = |name: &String| decision.remove.contains(name);
        prop_assert_eq!(decision.keep.len() + decision.remove.len(), candidates.len());
        prop_assert!(!candidates.iter().any(|one| (one.pinned || one.known == Known::Failed) && removed(&one.name)));
        let good = || candidates.iter().filter(|one| one.known != Known::Failed);
        let newest = good().max_by_key(|one| one.created);
        prop_assert!(newest.is_none_or(|one| !removed(&one.name)));
        let verified = good().filter(|one| one.known == Known::Verified).max_by_key(|one| one.created);
        prop_assert!(verified.is_none_or(|one| !removed(&one.name)));
        let young = retention.keep_days.map(|days| now() - SignedDuration::from_secs(i64::from(days) * DAY));
        prop_assert!(!good().any(|one| young.is_some_and(|young| one.created >= young) && removed(&one.name)));
        let mut sorted: Vec<_> = good().collect();
        sorted.sort_by_key(|one| std::cmp::Reverse(one.created));
        let last = usize::try_from(retention.keep_last.unwrap_or(0)).unwrap();
        prop_assert!(!sorted.iter().take(last).any(|one| removed(&one.name)));
        if decision.warning.is_some() {
            prop_assert!(decision.remove.is_empty());
        }
        // To prune twice is to prune once.
        let left: Vec<Candidate> = candidates.iter().filter(|one| !removed(&one.name)).cloned().collect();
        let again = decide(&retention, &left, now(), &TimeZone::UTC);
        prop_assert_eq!(again.remove, Vec::<String>::new());
    }
}
