use super::*;
use crate::app::fixtures::log_line;
use crate::domain::LogLine;
use jiff::Timestamp;
use proptest::prelude::*;

fn container(index: usize) -> ContainerId {
    ContainerId(format!("{index:064}"))
}

fn at(index: usize, nanosecond: i64, text: &str) -> LogLine {
    log_line(&container(index), Timestamp::from_nanosecond(i128::from(nanosecond)).unwrap(), text)
}

fn batch(lines: Vec<LogLine>) -> LogBatch {
    LogBatch { lines: lines.into(), ..LogBatch::default() }
}

fn texts(store: &LogStore) -> Vec<&str> {
    store.lines_from(0).map(|line| line.text).collect()
}

#[test]
fn replicas_are_merged_by_the_nanosecond() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![at(0, 10, "a"), at(0, 30, "c"), at(0, 50, "e")]), &[]);
    let shift = store.apply(&batch(vec![at(1, 20, "b"), at(1, 40, "d"), at(1, 60, "f")]), &[]);
    assert_eq!(texts(&store), ["a", "b", "c", "d", "e", "f"]);
    let moved: Vec<u64> = (0..3).map(|number| shift.of(number)).collect();
    assert_eq!(moved, [0, 2, 4]);
    let tags: Vec<usize> = store.lines_from(0).map(|line| line.tag_index).collect();
    assert_eq!(tags, [0, 1, 0, 1, 0, 1]);
}

#[test]
fn lines_of_the_same_nanosecond_keep_their_order() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![at(0, 10, "a"), at(0, 10, "b")]), &[]);
    store.apply(&batch(vec![at(0, 10, "c")]), &[]);
    let mut untimed = at(0, 10, "d");
    untimed.time = None;
    store.apply(&batch(vec![untimed]), &[]);
    assert_eq!(texts(&store), ["a", "b", "c", "d"]);
}

#[test]
fn gaps_and_ends_stand_in_their_place() {
    let mut store = LogStore::default();
    store.name(&container(0), Safe::new("api-1"));
    store.apply(&batch(vec![at(0, 10, "a")]), &[]);
    let gap = LogBatch {
        lines: vec![at(1, 30, "x"), at(0, 40, "b")].into(),
        dropped: vec![(container(0), 1_204)],
        ..LogBatch::default()
    };
    store.apply(&gap, &[(container(0), Safe::new("ended"))]);
    let kinds: Vec<(LineKind, &str)> = store.lines_from(0).map(|line| (line.kind, line.text)).collect();
    let written = LineKind::Written(crate::domain::LogSource::Stdout);
    assert_eq!(
        kinds,
        [
            (written, "a"),
            (written, "x"),
            (LineKind::Gap(1_204), ""),
            (written, "b"),
            (LineKind::Note, "ended")
        ]
    );
    assert_eq!(store.dropped(), 1_204);
    assert_eq!(store.line(0).unwrap().tag.as_str(), "api-1");
    // What comes after a note stands after it, even when it is older.
    store.apply(&batch(vec![at(0, 50, "c")]), &[]);
    assert_eq!(texts(&store).last(), Some(&"c"));
}

#[test]
fn colours_come_out_as_they_went_in() {
    let mut store = LogStore::default();
    let line = at(0, 1, "a \u{1b}[31mred\u{1b}[0m b");
    store.apply(&batch(vec![at(0, 0, "\u{1b}[1mbold"), line.clone()]), &[]);
    let held = store.line(1).unwrap();
    assert_eq!(held.pieces().collect::<Vec<_>>(), line.line.pieces().collect::<Vec<_>>());
}

#[test]
fn old_lines_go_and_numbers_stay() {
    let mut store = LogStore::new(LEAST_BYTES);
    for round in 0..300_i64 {
        let lines =
            (0..100).map(|index| at(0, round * 100 + index, &format!("line {}", round * 100 + index)));
        store.apply(&batch(lines.collect()), &[]);
        assert!(store.bytes() <= store.limit());
    }
    assert_eq!(store.end(), 30_000);
    assert!(store.first() > 0 && store.evicted() == store.first());
    assert_eq!(store.line(store.first() - 1), None);
    assert_eq!(store.line(29_999).unwrap().text, "line 29999");
    assert_eq!(store.line(store.first()).unwrap().text, format!("line {}", store.first()));
}

#[test]
fn a_search_goes_backwards_and_takes_new_lines_in() {
    let mut store = LogStore::default();
    let lines = (0..1_000).map(|index| at(0, index, if index % 100 == 7 { "an Error" } else { "fine" }));
    store.apply(&batch(lines.collect()), &[]);
    store.search(Pattern::new("error"));
    assert!(store.is_searching());
    assert!(store.search_on(150));
    assert_eq!(store.matches(), 1, "from the end on");
    while store.search_on(150) {}
    assert_eq!(store.matches(), 10);
    store.apply(&batch(vec![at(0, 2_000, "error again"), at(1, 500, "a late error")]), &[]);
    assert_eq!(store.matches(), 12);
    assert_eq!(store.match_after(407), Some(501), "the latecomer stands behind the line of its nanosecond");
    assert_eq!(store.match_before(7), None);
    assert_eq!(store.match_after(store.end()), None);
    store.search(Pattern::new("Error"));
    while store.search_on(150) {}
    assert_eq!(store.matches(), 10, "a capital makes it case-sensitive");
    store.search(None);
    assert_eq!((store.matches(), store.is_searching()), (0, false));
}

#[test]
fn clearing_forgets_lines_and_not_numbers() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![at(0, 1, "a"), at(0, 2, "b")]), &[]);
    store.clear();
    assert!(store.is_empty() && store.line(1).is_none());
    store.apply(&batch(vec![at(1, 0, "c")]), &[]);
    let line = store.line(2).unwrap();
    assert_eq!((line.text, line.container, line.tag_index), ("c", &container(1), 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_ring_keeps_to_its_bytes_and_anchors_to_their_lines(
        batches in proptest::collection::vec(
            (proptest::collection::vec((0usize..3, 0i64..2_000), 0..40), 0usize..60_000, any::<bool>()),
            1..40,
        )
    ) {
        let mut store = LogStore::new(LEAST_BYTES);
        let mut count = 0u64;
        let mut anchor: Option<(u64, String)> = None;
        for (round, (places, length, coloured)) in (0i64..).zip(&batches) {
            let lines = places.iter().map(|(index, offset)| {
                count += 1;
                let filler = if *coloured { "\u{1b}[31mx\u{1b}[32my".repeat(length / 40) } else { "x".repeat(length / 4) };
                at(*index, round * 500 + offset, &format!("{count} {filler}"))
            });
            let shift = store.apply(&batch(lines.collect()), &[]);
            prop_assert!(store.bytes() <= store.limit(), "{} of {}", store.bytes(), store.limit());
            prop_assert_eq!(store.end(), count);
            anchor = anchor.map(|(number, text)| (shift.of(number), text)).filter(|(number, _)| *number >= store.first());
            if let Some((number, text)) = &anchor {
                prop_assert_eq!(store.line(*number).map(|line| line.text), Some(text.as_str()));
            }
            if anchor.is_none() && !store.is_empty() {
                let number = store.first() + store.len() / 2;
                anchor = store.line(number).map(|line| (number, line.text.to_owned()));
            }
        }
    }
}
