//! The replicas of a service summed up to one report: how many are up, and which one is not. Pure.

use crate::domain::{CheckReport, Safe, Verdict};

/// The sum, standing since when it first came to this. There is at least one replica.
pub(super) fn sum(before: &CheckReport, mut replicas: Vec<CheckReport>) -> CheckReport {
    replicas.sort_by(|one, other| name(one).cmp(name(other)));
    let verdict = verdict(&replicas);
    let worst = replicas.iter().min_by_key(|report| report.verdict.urgency());
    let mut sum = CheckReport {
        verdict,
        last_run: replicas.iter().filter_map(|report| report.last_run).max(),
        // The slowest is whom somebody waits for.
        latency: replicas.iter().filter_map(|report| report.latency).max(),
        message: worst.map(|worst| message(&replicas, worst)).unwrap_or_default(),
        history: worst.map(|worst| worst.history.clone()).unwrap_or_default(),
        flapping: replicas.iter().any(|report| report.flapping),
        ..CheckReport::new(before.id.clone(), before.label.clone())
    };
    sum.since = if verdict == before.verdict || sum.flapping && before.flapping {
        before.since
    } else {
        replicas.iter().filter_map(|report| report.since).max()
    };
    sum.since = sum.since.or_else(|| replicas.iter().filter_map(|report| report.since).max());
    sum.replicas = replicas;
    sum
}

/// As long as one of them answers, the service is not down.
fn verdict(replicas: &[CheckReport]) -> Verdict {
    let any = |verdict: Verdict| replicas.iter().any(|report| report.verdict == verdict);
    let alive = replicas.iter().any(|report| report.verdict.is_alive());
    match (any(Verdict::Down), alive) {
        (true, false) => Verdict::Down,
        (true, true) => Verdict::Degraded,
        (false, _) if any(Verdict::Degraded) => Verdict::Degraded,
        (false, _) if any(Verdict::Starting) => Verdict::Starting,
        (false, true) if !any(Verdict::Unknown) => Verdict::Up,
        // One that cannot be asked is not known to be well.
        (false, _) => Verdict::Unknown,
    }
}

fn message(replicas: &[CheckReport], worst: &CheckReport) -> Safe {
    if replicas.len() == 1 {
        return worst.message.clone();
    }
    let up = replicas.iter().filter(|report| report.verdict == Verdict::Up).count();
    let all = replicas.len();
    if up == all {
        return Safe::new(format!("{all} of {all} up"));
    }
    Safe::new(format!("{up} of {all} up: {}: {}", name(worst), worst.message))
}

fn name(report: &CheckReport) -> &str {
    report.replica.as_ref().map_or("", |replica| replica.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::Replica;
    use crate::domain::{CheckId, ContainerId};
    use jiff::Timestamp;
    use rstest::rstest;

    fn id() -> CheckId {
        CheckId { stack: "s".to_owned(), service: "api".to_owned(), name: "n".to_owned() }
    }

    /// A replica a letter, the last one first: `u` up, `g` degraded, `s` starting, `d` down, `?` unknown.
    fn replicas(letters: &str) -> Vec<CheckReport> {
        let replica = |(number, letter)| CheckReport {
            verdict: match letter {
                'u' => Verdict::Up,
                'g' => Verdict::Degraded,
                's' => Verdict::Starting,
                'd' => Verdict::Down,
                _ => Verdict::Unknown,
            },
            message: Safe::new(if letter == 'u' { "200 OK" } else { "connection refused" }),
            since: Timestamp::from_second(100).ok(),
            replica: Some(Replica {
                container: ContainerId(format!("c{number}")),
                name: Safe::new(format!("api-{number}")),
            }),
            ..CheckReport::new(id(), "http /")
        };
        let mut all: Vec<_> = (1..).zip(letters.chars()).map(replica).collect();
        all.reverse();
        all
    }

    #[rstest]
    #[case("u", Verdict::Up, "200 OK")]
    #[case("uuu", Verdict::Up, "3 of 3 up")]
    #[case("uud", Verdict::Degraded, "2 of 3 up: api-3: connection refused")]
    #[case("dud", Verdict::Degraded, "1 of 3 up: api-1: connection refused")]
    #[case("dd", Verdict::Down, "0 of 2 up: api-1: connection refused")]
    #[case("ug", Verdict::Degraded, "1 of 2 up: api-2: connection refused")]
    #[case("us", Verdict::Starting, "1 of 2 up: api-2: connection refused")]
    #[case("u?", Verdict::Unknown, "1 of 2 up: api-2: connection refused")]
    fn one_that_answers_keeps_the_service_up_and_the_one_that_fails_is_named(
        #[case] letters: &str,
        #[case] verdict: Verdict,
        #[case] message: &str,
    ) {
        let sum = sum(&CheckReport::new(id(), "http /"), replicas(letters));
        assert_eq!((sum.verdict, sum.message.as_str()), (verdict, message));
        let names: Vec<&str> = sum.replicas.iter().map(name).collect();
        assert!(names.is_sorted() && names.len() == letters.len(), "{names:?}");
    }

    #[test]
    fn it_stands_since_the_sum_came_to_this() {
        let first = sum(&CheckReport::new(id(), "http /"), replicas("ud"));
        let mut later = replicas("dud");
        for report in &mut later {
            report.since = Timestamp::from_second(500).ok();
        }
        assert_eq!(sum(&first, later.clone()).since, Timestamp::from_second(100).ok(), "another one fails");
        let mut well = replicas("uuu");
        well[0].since = Timestamp::from_second(700).ok();
        assert_eq!(sum(&first, well).since, Timestamp::from_second(700).ok());
    }
}
