use super::*;
use crate::app::store::minutes::SECONDS;
use crate::domain::fixtures::container_id;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn start() -> Timestamp {
    "2026-11-20T03:00:00Z".parse().unwrap()
}

fn at(second: i64) -> Timestamp {
    start() + SignedDuration::from_secs(second)
}

fn reading(second: i64, cpu: f64) -> ContainerFigures {
    ContainerFigures {
        cpu_percent: Some(cpu),
        memory_bytes: Some(64 << 20),
        ..ContainerFigures::unknown(at(second), FigureSource::Cgroup)
    }
}

fn known(readings: impl IntoIterator<Item = ContainerFigures>) -> Known {
    let mut readings = readings.into_iter();
    let mut known = Known::new(&readings.next().unwrap());
    for figures in readings {
        known.take(&figures);
    }
    known
}

fn cpu_at(known: &Known, second: i64) -> Option<f64> {
    let second = at(second).as_second();
    known.course.mean(Channel::Cpu, second, second + 1)
}

#[test]
fn fifteen_minutes_are_kept_second_by_second_and_no_more() {
    let known = known((0..2000).map(|second| reading(second, f64::from(u32::try_from(second).unwrap()))));
    for second in [1100, 1500, 1999] {
        let kept = cpu_at(&known, second).unwrap();
        assert!((kept - f64::from(i32::try_from(second).unwrap())).abs() < 1.0, "{second}: {kept}");
    }
    assert_eq!(cpu_at(&known, 1099), None, "it is fifteen minutes ago");
    assert_eq!(cpu_at(&known, 2000), None, "it is not yet");
}

#[test]
fn a_second_without_a_reading_has_none() {
    let readings = [0, 5, 10, 40].map(|second| reading(second, 1.0));
    let known = known(readings);
    for second in 0..=40 {
        assert_eq!(cpu_at(&known, second).is_some(), [0, 5, 10, 40].contains(&second), "{second}");
    }
    // What stood there sixteen minutes before does not come back.
    let mut later = known;
    later.take(&reading(40 + 1000, 2.0));
    assert_eq!(cpu_at(&later, 1000), None);
    assert_eq!(cpu_at(&later, 1040), Some(2.0));
}

#[test]
fn figures_of_the_daemon_hold_until_the_next_are_due_and_those_of_this_host_do_not() {
    let of = |source| {
        let mut figures = reading(2, 40.0);
        figures.source = source;
        let known = known([figures]);
        let first = at(0).as_second() / STEP_SECONDS;
        (0..6).map(|step| known.step(Channel::Cpu, first + step)).collect::<Vec<_>>()
    };
    let shown = Some(40.0);
    // Nothing is said of the time after the newest reading of any container; the graph ends there.
    assert_eq!(of(FigureSource::StatsApi), [shown, shown, shown, shown, None, None]);
    assert_eq!(of(FigureSource::Cgroup), [shown, None, None, None, None, None]);
}

#[test]
fn rates_are_what_was_moved_by_the_time_and_start_anew_with_the_counter() {
    let moved = |second, received| ContainerFigures {
        network_received_bytes: Some(received),
        network_sent_bytes: Some(0),
        ..reading(second, 1.0)
    };
    let mut known = known([moved(0, 1_000)]);
    assert_eq!(known.rates, Rates::default(), "one reading says nothing of now");
    known.take(&moved(5, 11_000));
    assert_eq!((known.rates.received, known.rates.sent, known.rates.read), (Some(2_000), Some(0), None));
    known.take(&moved(6, 10));
    assert_eq!(known.rates.received, None, "the container was started again");
    known.take(&moved(7, 30));
    assert_eq!(known.rates.received, Some(20));
    known.take(&moved(1000, 3_000_000));
    assert_eq!(known.rates.received, None, "a mean of a quarter of an hour is no rate of now");
}

#[test]
fn a_clock_that_is_set_back_starts_a_new_course_and_a_late_reading_none() {
    let mut known = known((0..100).map(|second| reading(second, 1.0)));
    known.take(&reading(97, 9.0));
    assert_eq!(cpu_at(&known, 97), Some(1.0));
    known.take(&reading(-3600, 5.0));
    assert_eq!(cpu_at(&known, -3600), Some(5.0));
    assert_eq!(cpu_at(&known, 99), None);
}

#[test]
fn a_container_is_forgotten_with_what_it_used_and_kept_through_its_restart() {
    let mut store = FigureStore::default();
    let (api, other) = (container_id("api"), container_id("other"));
    let both = |second| vec![(api.clone(), reading(second, 1.0)), (other.clone(), reading(second, 1.0))];
    assert!(store.apply(both(0)));
    assert!(!store.apply(both(0)), "nothing new");
    store.apply(vec![(api.clone(), reading(60, 3.0))]);
    assert_eq!(cpu_at(store.known(&api).unwrap(), 0), Some(1.0), "from before");
    store.remove(&other);
    assert_eq!(store.known(&other), None);
    store.retain(|_| false);
    assert_eq!(store.known(&api), None);
}

/// A hundred containers take less than a megabyte, a thousand less than eight.
#[test]
fn a_container_takes_less_than_eight_kilobytes_and_a_young_one_less_than_one() {
    let young = known((0..30).map(|second| reading(second, 1.0)));
    assert!(young.course.size() < 1024, "{}", young.course.size());
    let old = known((0..10_000).map(|second| reading(second, 1.0)));
    assert!(old.course.size() < 8 * 1024, "{}", old.course.size());
}

proptest! {
    #[test]
    fn the_course_says_what_the_readings_said(
        steps in proptest::collection::vec((1i64..400, 0u32..400_000), 1..60)
    ) {
        let mut second = 0;
        let readings: Vec<_> = steps
            .iter()
            .map(|(passed, cpu)| {
                second += passed;
                (second, f64::from(*cpu) / 100.0)
            })
            .collect();
        let known = known(readings.iter().map(|(second, cpu)| reading(*second, *cpu)));
        for looked_at in second - SECONDS..=second {
            let said = readings.iter().find(|(at, _)| *at == looked_at).filter(|_| looked_at > second - SECONDS);
            match (said, cpu_at(&known, looked_at)) {
                (Some((_, cpu)), Some(kept)) => prop_assert!((cpu - kept).abs() <= cpu / 1000.0 + 0.01),
                (said, kept) => prop_assert_eq!(said.is_some(), kept.is_some(), "{}", looked_at),
            }
        }
    }
}
