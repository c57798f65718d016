use super::*;
use jiff::SignedDuration;
use proptest::prelude::*;
use rstest::rstest;

fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap().unwrap()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[rstest]
#[case::plain("02:00", "UTC", "2026-11-20T02:00:00Z")]
#[case::berlin("02:00", "Europe/Berlin", "2026-11-20T01:00:00Z")]
#[case::own_zone("02:00 Asia/Tokyo", "UTC", "2026-11-20T17:00:00Z")]
#[case::weekday("mon,thu 03:30", "UTC", "2026-11-23T03:30:00Z")]
#[case::weekdays("mon-fri 03:30 Europe/Berlin", "UTC", "2026-11-20T02:30:00Z")]
#[case::cron("30 3 * * *", "UTC", "2026-11-20T03:30:00Z")]
#[case::cron_sunday("0 2 * * 0", "UTC", "2026-11-22T02:00:00Z")]
#[case::cron_month("0 2 1 */3 *", "UTC", "2027-01-01T02:00:00Z")]
#[case::cron_either("0 2 25 * sun", "UTC", "2026-11-22T02:00:00Z")]
#[case::leap_day("0 2 29 2 *", "UTC", "2028-02-29T02:00:00Z")]
#[case::cron_zone("0 2 * * * Asia/Tokyo", "UTC", "2026-11-20T17:00:00Z")]
fn the_next_one_of_a_host_that_runs(#[case] text: &str, #[case] host: &str, #[case] next: &str) {
    let now = at("2026-11-20T00:30:00Z");
    let taken = [at("2026-11-19T18:00:00Z")];
    // Tokyo is on the 20th already when this one was taken there.
    assert_eq!(schedule(text).next(now, &zone(host), &taken), Some(at(next)), "{text}");
}

#[rstest]
#[case("25:00")]
#[case("2:7:1")]
#[case("02:00 Mars/Base")]
#[case("someday 02:00")]
#[case("*/5 * * * *")]
#[case("0 2,14 * * *")]
#[case("0 2 32 * *")]
#[case("0 2 * * fri-mon")]
#[case("")]
#[case("nightly")]
fn what_is_no_schedule_is_told(#[case] text: &str) {
    assert!(Schedule::parse(text).unwrap_err().contains('`'), "{text}");
    assert_eq!(Schedule::parse("off"), Ok(None));
}

/// The times, an hour apart, at which a host that looks each hour takes a backup.
fn taken(
    text: &str,
    host: &str,
    from: &str,
    hours: i64,
    is_on: impl Fn(Timestamp) -> bool,
) -> Vec<Timestamp> {
    let (schedule, host) = (schedule(text), zone(host));
    let mut taken = vec![at(from) - SignedDuration::from_hours(24)];
    for hour in 0..hours * 4 {
        let now = at(from) + SignedDuration::from_mins(hour * 15);
        if is_on(now) && schedule.is_due(now, &host, &taken[taken.len().saturating_sub(3)..]) {
            taken.push(now);
        }
    }
    taken.remove(0);
    taken
}

#[rstest]
// The clock goes from 02:00 to 03:00 on 29 March 2026.
#[case::gap("02:00", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z")]
#[case::in_the_gap("02:30", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z")]
// From 03:00 back to 02:00 on 25 October 2026: the first 02:30 is at 00:30 in UTC.
#[case::fold("02:30", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z")]
#[case::gap_at_midnight("00:00", "America/Havana", "2026-03-08T05:00:00Z", "2026-03-08T05:00:00Z")]
#[case::fold_at_midnight("00:30", "America/Havana", "2026-11-01T04:00:00Z", "2026-11-01T04:30:00Z")]
#[case::half_an_hour("02:15", "Australia/Lord_Howe", "2026-10-03T13:30:00Z", "2026-10-03T15:30:00Z")]
fn a_skipped_time_is_the_first_instant_after_it_and_a_repeated_one_comes_once(
    #[case] text: &str,
    #[case] host: &str,
    #[case] midnight: &str,
    #[case] expected: &str,
) {
    assert_eq!(taken(text, host, midnight, 22, |_| true), [at(expected)]);
}

#[test]
fn a_date_that_a_zone_leaves_out_is_none() {
    // Samoa went from 29 to 31 December 2011.
    let days = taken("02:00", "Pacific/Apia", "2011-12-28T10:00:00Z", 24 * 5, |_| true);
    let zone = zone("Pacific/Apia");
    let dates: Vec<i8> = days.iter().map(|time| zone.to_datetime(*time).date().day()).collect();
    assert_eq!(dates, [28, 29, 31, 1, 2]);
}

#[test]
fn what_was_missed_is_caught_up_once_when_the_host_is_on_again() {
    let on = at("2026-11-20T09:00:00Z");
    let days = taken("02:00", "UTC", "2026-11-18T00:00:00Z", 24 * 4, |now| {
        now < at("2026-11-18T01:00:00Z") || now >= on
    });
    assert_eq!(days, [on, at("2026-11-21T02:00:00Z")]);
    // It comes on before 02:00: the day has one, for the day before too.
    let on = at("2026-11-20T01:00:00Z");
    let days = taken("02:00", "UTC", "2026-11-18T00:00:00Z", 24 * 4, |now| {
        now < at("2026-11-18T03:00:00Z") || now >= on
    });
    assert_eq!(days, [at("2026-11-18T02:00:00Z"), on, at("2026-11-21T02:00:00Z")]);
    // And where there never was a backup, the first one waits for its time.
    assert!(!schedule("02:00").is_due(at("2026-11-18T01:00:00Z"), &TimeZone::UTC, &[]));
    assert!(schedule("02:00").is_due(at("2026-11-18T02:00:00Z"), &TimeZone::UTC, &[]));
}

#[test]
fn a_clock_that_is_a_day_off_and_comes_back_brings_no_second_one() {
    let (daily, utc) = (schedule("02:00"), TimeZone::UTC);
    let mut all = vec![at("2026-11-19T02:00:00Z")];
    for (now, due) in [
        ("2026-11-20T02:00:00Z", true),
        // A day ahead, and back.
        ("2026-11-21T02:10:00Z", true),
        ("2026-11-20T02:20:00Z", false),
        ("2026-11-21T02:00:00Z", false),
        // A day behind, and back.
        ("2026-11-20T03:00:00Z", false),
        ("2026-11-21T03:00:00Z", false),
        ("2026-11-22T02:00:00Z", true),
    ] {
        assert_eq!(daily.is_due(at(now), &utc, &all), due, "{now}");
        if due {
            all.push(at(now));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// A year of a host that is off now and then.
    #[test]
    fn no_date_has_two_and_none_is_left_out_on_which_the_host_ran_after_the_time(
        host in prop::sample::select(vec![
            "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu",
        ]),
        hour in 0i8..24,
        minute in 0i8..60,
        off in prop::collection::vec((0i64..365 * 24, 1i64..80), 0..40),
    ) {
        let start = at("2027-12-31T12:00:00Z");
        let is_on = |now: Timestamp| {
            let hours = now.duration_since(start).as_hours();
            !off.iter().any(|(from, length)| (*from..from + length).contains(&hours))
        };
        let text = format!("{hour:02}:{minute:02}");
        let days = taken(&text, host, "2027-12-31T12:00:00Z", 367 * 24, is_on);
        let (zone, schedule) = (zone(host), schedule(&text));
        let dates: Vec<Date> = days.iter().map(|time| zone.to_datetime(*time).date()).collect();
        let unique: BTreeSet<Date> = dates.iter().copied().collect();
        prop_assert_eq!(unique.len(), dates.len(), "a date has two: {:?}", dates);
        for quarter in 0..366 * 24 * 4 {
            let now = start + SignedDuration::from_mins(quarter * 15);
            let date = zone.to_datetime(now).date();
            if is_on(now) && schedule.slot(date, &zone).is_some_and(|slot| slot <= now) {
                prop_assert!(unique.contains(&date), "{} has none", date);
            }
        }
    }
}
