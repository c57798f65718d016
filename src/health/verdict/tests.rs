use super::*;
use crate::domain::{CheckId, CheckKind};
use rstest::rstest;

fn spec(fall: u32, rise: u32) -> CheckSpec {
    CheckSpec {
        id: CheckId { stack: "s".to_owned(), service: "web".to_owned(), name: "n".to_owned() },
        kind: CheckKind::Tcp { host: "h".to_owned(), port: 5432 },
        interval: Duration::from_secs(15),
        timeout: Duration::from_secs(3),
        fall,
        rise,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// `u` up, `g` degraded, `s` starting, `d` down, `?` unknown; the verdicts after each, in the same letters.
fn verdicts(fall: u32, rise: u32, answers: &str) -> String {
    let mut tracker = Tracker::new(&spec(fall, rise));
    let step = |(second, letter)| {
        let answer = match letter {
            'u' => Answer::Up,
            'g' => Answer::Degraded,
            's' => Answer::Starting,
            'd' => Answer::Down,
            _ => Answer::Unknown,
        };
        tracker.record(Outcome::new(answer, "m"), at(second));
        match tracker.report().verdict {
            Verdict::Unknown => '?',
            Verdict::Starting => 's',
            Verdict::Up => 'u',
            Verdict::Degraded => 'g',
            Verdict::Down => 'd',
        }
    };
    (0..).zip(answers.chars()).map(step).collect()
}

#[rstest]
#[case::first_success_is_enough("u", "u")]
#[case::it_starts_before_it_falls("ddd", "ssd")]
#[case::one_lost_packet_is_no_alarm("uduuddu", "uuuuuuu")]
#[case::three_in_a_row_fall("uddd", "uuud")]
#[case::two_in_a_row_rise("dddudduu", "ssdddddu")]
#[case::degraded_is_alive("ugdgu", "ugggu")]
#[case::a_start_begins_anew("dddsddd", "ssdsssd")]
#[case::what_is_gone_is_unknown("u?dd", "u?ss")]
fn fall_three_rise_two(#[case] answers: &str, #[case] expected: &str) {
    assert_eq!(verdicts(3, 2, answers), expected);
}

#[test]
fn one_and_one_follow_every_answer() {
    assert_eq!(verdicts(1, 1, "udusg?d"), "udusg?d");
    assert_eq!(verdicts(0, 0, "ud"), "ud", "zero means one");
}

#[test]
fn since_is_when_the_verdict_began() {
    let mut tracker = Tracker::new(&spec(1, 1));
    assert_eq!(tracker.report().since, None);
    for (second, answer) in [(5, Answer::Up), (9, Answer::Up), (12, Answer::Down)] {
        tracker.record(Outcome::new(answer, "m"), at(second));
    }
    assert_eq!((tracker.report().since, tracker.report().last_run), (Some(at(12)), Some(at(12))));
    assert_eq!(tracker.report().history, [Verdict::Up, Verdict::Up, Verdict::Down]);
    assert_eq!(&*tracker.report().label, "tcp 5432");
}

#[test]
fn the_history_keeps_the_last_sixty() {
    let mut tracker = Tracker::new(&spec(3, 2));
    for second in 0..100 {
        let answer = if second < 50 { Answer::Down } else { Answer::Up };
        tracker.record(Outcome::new(answer, "m"), at(second));
    }
    assert_eq!(tracker.report().history, [vec![Verdict::Down; 10], vec![Verdict::Up; 50]].concat());
}

#[rstest]
#[case::steady("u", 15)]
#[case::one_failure("ud", 3)]
#[case::down("ddd", 30)]
#[case::coming_back("dddu", 3)]
#[case::starting("s", 3)]
#[case::not_deployed("?", 15)]
fn it_asks_more_often_while_things_change(#[case] answers: &str, #[case] seconds: u64) {
    let mut tracker = Tracker::new(&spec(3, 2));
    for letter in answers.chars() {
        let answer = match letter {
            'u' => Answer::Up,
            's' => Answer::Starting,
            'd' => Answer::Down,
            _ => Answer::Unknown,
        };
        tracker.record(Outcome::new(answer, "m"), at(0));
    }
    assert_eq!(tracker.next_in(), Duration::from_secs(seconds));
}

#[test]
fn an_interval_of_less_than_a_second_is_kept() {
    let short = CheckSpec { interval: Duration::from_millis(100), ..spec(3, 2) };
    let mut tracker = Tracker::new(&short);
    tracker.record(Outcome::new(Answer::Starting, "m"), at(0));
    assert_eq!(tracker.next_in(), Duration::from_millis(100));
}

#[test]
fn far_slower_than_usual_is_degraded() {
    let mut tracker = Tracker::new(&spec(3, 2));
    let mut after = |milliseconds| {
        let outcome = Outcome::new(Answer::Up, "200 OK").after(Duration::from_millis(milliseconds));
        tracker.record(outcome, at(0));
        (tracker.report().verdict, tracker.report().message.to_string())
    };
    assert_eq!(after(4000).0, Verdict::Up, "nothing is usual yet");
    for _ in 0..6 {
        assert_eq!(after(40).0, Verdict::Up);
    }
    assert_eq!(after(900).0, Verdict::Up, "under a second is never slow");
    assert_eq!(after(1200), (Verdict::Degraded, "200 OK, slow: usual are 40ms".to_owned()));
    assert_eq!(after(40).0, Verdict::Up);
}

/// When it is told that it is down, in seconds after the first run.
fn told_after(answer: impl Fn() -> Outcome) -> u64 {
    let mut tracker = Tracker::new(&spec(3, 2));
    let mut second = 0;
    loop {
        tracker.record(answer(), at(i64::try_from(second).unwrap()));
        if tracker.report().verdict == Verdict::Down {
            return second;
        }
        second += tracker.next_in().as_secs();
    }
}

#[test]
fn what_refuses_from_the_first_is_told_within_five_seconds() {
    assert_eq!(told_after(|| Outcome::refused("connection refused")), 3);
    assert_eq!(told_after(|| Outcome::down("no answer within 3s")), 6, "a silence may be a slow start");
}

#[test]
fn a_refusal_after_a_success_needs_three_like_any_failure() {
    let mut tracker = Tracker::new(&spec(3, 2));
    tracker.record(Outcome::up("200 OK"), at(0));
    for second in 1..3 {
        tracker.record(Outcome::refused("connection refused"), at(second));
        assert_eq!(tracker.report().verdict, Verdict::Up);
    }
    tracker.begin_anew();
    tracker.record(Outcome::refused("connection refused"), at(4));
    assert_eq!(tracker.report().verdict, Verdict::Starting, "the container was started anew");
    tracker.record(Outcome::refused("connection refused"), at(7));
    assert_eq!(tracker.report().verdict, Verdict::Down);
    assert_eq!(tracker.report().history.len(), 5, "what it has done before is not forgotten");
}

#[test]
fn what_flaps_is_marked_and_its_changes_are_no_news() {
    let mut tracker = Tracker::new(&spec(1, 1));
    let mut second = 0;
    let mut run = |answers: &str| {
        for letter in answers.chars() {
            second += 1;
            let answer = if letter == 'u' { Answer::Up } else { Answer::Down };
            tracker.record(Outcome::new(answer, "m"), at(second));
        }
        (tracker.report().flapping, tracker.report().since)
    };
    assert_eq!(run("uuuuuuuuuududud"), (false, Some(at(15))), "five changes");
    assert_eq!(run("u"), (true, Some(at(16))), "the sixth");
    assert_eq!(run("du"), (true, Some(at(16))), "one more change is no news");
    assert!(run("uuuuuuuuuuuu").0, "not quiet for long enough");
    assert!(!run("uuuuuu").0);
}

#[test]
fn a_command_in_a_container_is_never_run_more_than_once_a_minute() {
    let command = CheckKind::Exec { command: vec!["true".to_owned()] };
    let mut tracker = Tracker::new(&CheckSpec::new(spec(3, 2).id, command));
    for letter in "sdddu".chars() {
        let answer = match letter {
            's' => Answer::Starting,
            'd' => Answer::Down,
            _ => Answer::Up,
        };
        tracker.record(Outcome::new(answer, "m"), at(0));
        assert_eq!(tracker.next_in(), Duration::from_mins(1));
    }
}

#[test]
fn an_hourly_check_that_is_down_is_asked_again_soon() {
    let kind = CheckKind::Certificate { host: "h".to_owned(), port: 443, name: None };
    let mut tracker = Tracker::new(&CheckSpec { fall: 1, ..CheckSpec::new(spec(3, 2).id, kind) });
    tracker.record(Outcome::up("valid"), at(0));
    assert_eq!(tracker.next_in(), Duration::from_hours(1));
    tracker.record(Outcome::refused("expired"), at(0));
    assert_eq!(tracker.next_in(), Duration::from_secs(30));
}

#[test]
fn what_is_asked_once_in_ages_is_asked_soon_when_it_is_down() {
    let mut tracker = Tracker::new(&CheckSpec { interval: Duration::MAX, ..spec(1, 1) });
    tracker.record(Outcome::refused("m"), at(0));
    assert_eq!((tracker.report().verdict, tracker.next_in()), (Verdict::Down, DOWN));
}
