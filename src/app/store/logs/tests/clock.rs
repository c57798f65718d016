//! Clocks that jump.

use super::*;

const SECOND: i64 = 1_000_000_000;

/// `10:00:04` of the day that all this happens on.
fn clock(index: usize, time: &str, text: &str) -> LogLine {
    let mut line = at(index, 0, text);
    line.time = Some(format!("2026-11-20T{time}Z").parse().unwrap());
    line
}

fn told(store: &LogStore) -> Vec<String> {
    let line = |line: Line<'_>| match line.kind {
        LineKind::Note => format!("[{}]", line.text),
        LineKind::Written(_) | LineKind::Gap(_) => line.text.to_owned(),
    };
    store.lines_from(0).map(line).collect()
}

#[test]
fn what_comes_after_a_step_back_stands_at_the_end_behind_a_word_of_it() {
    let mut store = LogStore::default();
    store.apply(
        &batch(vec![clock(0, "09:59:58", "a"), clock(1, "10:00:00", "b"), clock(0, "10:00:01", "c")]),
        &[],
    );
    let shift = store.apply(&batch(vec![clock(0, "07:57:01", "d")]), &[]);
    assert!(shift.is_none(), "what was shown stays where it is");
    let back = "[the clock went back 2 h 3 min]";
    assert_eq!(told(&store), ["a", "b", "c", back, "d"]);
    // The other one sees it as well, and a third was silent or is new.
    store.apply(
        &batch(vec![clock(1, "07:57:00", "e"), clock(0, "07:57:03", "f"), clock(2, "07:57:02", "g")]),
        &[],
    );
    assert_eq!(told(&store), ["a", "b", "c", back, "e", "d", "g", "f"], "merged by the new time");
    store.apply(&batch(vec![clock(0, "11:00:00", "h"), clock(1, "11:00:01", "i")]), &[]);
    assert_eq!(told(&store)[8..], ["h", "i"], "the clock has caught up");
    let marker = store.line(ORIGIN + 3).unwrap();
    assert_eq!((marker.kind, marker.time), (LineKind::Note, None));
}

#[test]
fn what_was_written_before_the_step_and_comes_late_stands_before_it() {
    let mut store = LogStore::default();
    let long_ago = clock(1, "07:00:00", "long ago");
    store.apply(&batch(vec![long_ago, clock(0, "10:00:00", "a"), clock(0, "08:00:00", "b")]), &[]);
    store.apply(&batch(vec![clock(1, "09:59:59", "late"), clock(1, "08:00:01", "c")]), &[]);
    assert_eq!(told(&store), ["long ago", "late", "a", "[the clock went back 2 h]", "b", "c"]);
}

#[test]
fn a_history_that_has_the_step_in_it_is_merged_on_both_sides() {
    let mut store = LogStore::default();
    let of = |index: usize, name: &str| {
        let times = ["09:30:00", "10:00:00", "08:15:00", "09:30:30", "09:45:00"];
        times.map(|time| clock(index, time, &format!("{name} {time}"))).to_vec()
    };
    store.apply(&batch(of(0, "a")), &[]);
    store.apply(&batch(of(1, "b")), &[]);
    let back = "[the clock went back 1 h 45 min]";
    let expected = [
        "a 09:30:00",
        "b 09:30:00",
        "a 10:00:00",
        "b 10:00:00",
        back,
        "a 08:15:00",
        "b 08:15:00",
        "a 09:30:30",
        "b 09:30:30",
        "a 09:45:00",
        "b 09:45:00",
    ];
    assert_eq!(told(&store), expected);
}

#[test]
fn a_step_forward_holds_nothing_back_and_the_way_back_is_told() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![clock(0, "10:00:00", "a"), clock(1, "10:00:00", "b")]), &[]);
    store.apply(&batch(vec![clock(0, "15:00:00", "ahead")]), &[]);
    assert_eq!(told(&store), ["a", "b", "ahead"]);
    store.apply(&batch(vec![clock(0, "10:00:02", "c")]), &[]);
    store.apply(&batch(vec![clock(1, "10:00:03", "d")]), &[]);
    assert_eq!(told(&store), ["a", "b", "ahead", "[the clock went back 4 h 59 min]", "c", "d"]);
}

#[test]
fn stderr_that_was_stamped_a_little_earlier_stays_where_the_daemon_put_it() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![at(0, 2 * SECOND, "out"), at(0, 2 * SECOND - 50_000, "err")]), &[]);
    store.apply(&batch(vec![at(0, 2 * SECOND - 20_000, "out again"), at(1, SECOND, "other")]), &[]);
    assert_eq!(told(&store), ["other", "out", "err", "out again"]);
    let times: Vec<i128> =
        store.lines_from(0).skip(1).map(|line| line.time.unwrap().as_nanosecond()).collect();
    assert_eq!(times, [2_000_000_000, 1_999_950_000, 1_999_980_000], "each shows its own time");
}

#[test]
fn gaps_notes_and_lines_without_a_time_stay_with_their_stream() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![clock(0, "10:00:00", "a")]), &[]);
    let mut untimed = clock(0, "08:00:00", "untimed");
    untimed.time = None;
    let lines = vec![clock(0, "08:00:00", "b"), untimed].into();
    let missing = LogBatch { lines, dropped: vec![(container(0), 7)], ..LogBatch::default() };
    let time = Some("2026-11-20T08:00:00.5Z".parse().unwrap());
    store.apply(&missing, &[Note { container: container(0), time, text: Safe::new("started again") }]);
    let kinds: Vec<LineKind> = store.lines_from(0).map(|line| line.kind).collect();
    assert_eq!(kinds[2], LineKind::Gap(7));
    assert_eq!(told(&store), ["a", "[the clock went back 2 h]", "", "b", "untimed", "[started again]"]);
}

#[test]
fn a_time_is_found_on_both_sides_and_a_record_ends_at_the_step() {
    let mut store = LogStore::default();
    let more = LogLine { continues: true, ..clock(0, "08:00:00", "  of nothing") };
    store.apply(&batch(vec![clock(0, "10:00:00", "ERROR"), more, clock(0, "08:00:01", "b")]), &[]);
    assert!(store.is_shown(ORIGIN + 2) && store.head_of(ORIGIN + 2) == ORIGIN + 2);
    let since = |time: &str| store.since(format!("2026-11-20T{time}Z").parse().unwrap());
    assert_eq!(since("09:00:00"), Some(ORIGIN));
    assert_eq!(since("10:00:01"), None);
    store.apply(&batch(vec![clock(0, "10:00:05", "c")]), &[]);
    let since = store.since("2026-11-20T10:00:01Z".parse().unwrap());
    assert_eq!(since, Some(ORIGIN + 4));
}

#[test]
fn a_page_of_older_lines_may_have_a_step_in_it() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![clock(0, "08:10:00", "held")]), &[]);
    let page = vec![
        clock(0, "10:00:00", "a"),
        clock(0, "08:00:00", "c"),
        clock(1, "09:59:59", "b"),
        clock(1, "08:00:01", "d"),
    ];
    store.prepend(&page.into(), store.first());
    assert_eq!(told(&store), ["b", "a", "[the clock went back 2 h]", "c", "d", "held"]);
}

#[test]
fn a_page_may_end_where_the_clock_went_back() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![clock(0, "08:10:00", "held")]), &[]);
    store.prepend(&vec![clock(0, "10:00:00", "a"), clock(1, "10:00:01", "b")].into(), store.first());
    assert_eq!(told(&store), ["a", "b", "[the clock went back 1 h 50 min]", "held"]);
    store.prepend(&vec![clock(0, "09:00:00", "earlier")].into(), store.first());
    assert_eq!(told(&store)[..2], ["earlier", "a"]);
}

#[test]
fn records_of_stdout_and_of_stderr_do_not_break_each_other_up() {
    let mut store = LogStore::default();
    let of = |source, continues, time, text: &str| LogLine { source, continues, ..at(0, time, text) };
    let (out, err) = (crate::domain::LogSource::Stdout, crate::domain::LogSource::Stderr);
    let lines = vec![
        of(err, false, 1, "Traceback"),
        of(out, false, 2, "GET /"),
        of(err, true, 3, "  File a"),
        of(out, true, 4, "  of GET"),
        of(err, true, 5, "ValueError"),
    ];
    store.apply(&batch(lines), &[]);
    assert_eq!(store.members(ORIGIN).collect::<Vec<_>>(), [ORIGIN + 2, ORIGIN + 4]);
    assert_eq!(store.members(ORIGIN + 1).collect::<Vec<_>>(), [ORIGIN + 3]);
    assert_eq!(store.head_of(ORIGIN + 4), ORIGIN);
    // A latecomer has them found anew.
    store.apply(&batch(vec![at(1, 2, "other")]), &[]);
    store.apply(&batch(vec![of(err, true, 6, "more of it")]), &[]);
    assert_eq!(store.head_of(ORIGIN + 6), ORIGIN);
}

proptest! {
    /// Whatever the clocks do: each container's lines stay in their order, none is lost, and anchors stay on their lines.
    #[test]
    fn the_order_within_a_stream_is_kept_and_nothing_is_lost(
        batches in proptest::collection::vec(proptest::collection::vec((0usize..3, 0i64..20_000), 0..20), 1..12)
    ) {
        let mut store = LogStore::default();
        let mut written: Vec<Vec<String>> = vec![Vec::new(); 3];
        let mut anchor: Option<(u64, String)> = None;
        for lines in &batches {
            let lines = lines.iter().map(|(index, second)| {
                let text = format!("{index} {}", written[*index].len());
                written[*index].push(text.clone());
                at(*index, second * SECOND, &text)
            });
            let shift = store.apply(&batch(lines.collect()), &[]);
            anchor = anchor.map(|(number, text)| (shift.of(number), text));
            if let Some((number, text)) = &anchor {
                prop_assert_eq!(store.line(*number).map(|line| line.text), Some(text.as_str()));
            }
            let held = (store.first() + store.len() / 2 < store.end()).then_some(store.first() + store.len() / 2);
            anchor = anchor.or_else(|| held.and_then(|number| Some((number, store.line(number)?.text.to_owned()))));
        }
        for (index, written) in written.iter().enumerate() {
            let held: Vec<&str> = store
                .lines_from(0)
                .filter(|line| line.kind != LineKind::Note && *line.container == container(index))
                .map(|line| line.text)
                .collect();
            prop_assert_eq!(&held, written);
        }
    }
}
