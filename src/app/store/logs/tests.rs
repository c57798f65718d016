mod clock;
mod filters;
mod folds;

use super::*;
use crate::app::fixtures::log_line;
use crate::app::pattern::Pattern;
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
    let moved: Vec<u64> = (0..3).map(|number| shift.of(ORIGIN + number) - ORIGIN).collect();
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
    let note = |time, text| Note { container: container(0), time, text: Safe::new(text) };
    let early = Timestamp::from_nanosecond(20).ok();
    store.apply(&gap, &[note(None, "ended"), note(early, "started")]);
    let kinds: Vec<(LineKind, &str)> = store.lines_from(0).map(|line| (line.kind, line.text)).collect();
    let written = LineKind::Written(crate::domain::LogSource::Stdout);
    assert_eq!(
        kinds,
        [
            (written, "a"),
            (LineKind::Note, "started"),
            (written, "x"),
            (LineKind::Gap(1_204), ""),
            (written, "b"),
            (LineKind::Note, "ended")
        ]
    );
    assert_eq!(store.dropped(), 1_204);
    assert_eq!(store.line(ORIGIN).unwrap().tag.as_str(), "api-1");
    // What comes after a note stands after it, even when it is older.
    store.apply(&batch(vec![at(0, 50, "c")]), &[]);
    assert_eq!(texts(&store).last(), Some(&"c"));
}

#[test]
fn colours_come_out_as_they_went_in() {
    let mut store = LogStore::default();
    let line = at(0, 1, "a \u{1b}[31mred\u{1b}[0m b");
    store.apply(&batch(vec![at(0, 0, "\u{1b}[1mbold"), line.clone()]), &[]);
    let held = store.line(ORIGIN + 1).unwrap();
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
    assert_eq!(store.end(), ORIGIN + 30_000);
    assert!(store.first() > ORIGIN && store.evicted() == store.first() - ORIGIN);
    assert_eq!(store.line(store.first() - 1), None);
    assert_eq!(store.line(ORIGIN + 29_999).unwrap().text, "line 29999");
    assert_eq!(store.line(store.first()).unwrap().text, format!("line {}", store.evicted()));
}

#[test]
fn a_search_goes_backwards_and_takes_new_lines_in() {
    let mut store = LogStore::default();
    let lines = (0..1_000).map(|index| at(0, index, if index % 100 == 7 { "an Error" } else { "fine" }));
    store.apply(&batch(lines.collect()), &[]);
    store.search(Pattern::new("error"));
    assert!(store.is_searching());
    while store.search_on() {}
    assert_eq!(store.matches(), 10);
    store.apply(&batch(vec![at(0, 2_000, "error again"), at(1, 500, "a late error")]), &[]);
    assert_eq!(store.matches(), 12);
    assert_eq!(
        store.match_after(ORIGIN + 407),
        Some(ORIGIN + 501),
        "the latecomer stands behind the line of its nanosecond"
    );
    assert_eq!(store.match_before(ORIGIN + 7), None);
    assert_eq!(store.match_after(store.end()), None);
    store.search(Pattern::new("Error"));
    while store.search_on() {}
    assert_eq!(store.matches(), 10, "a capital makes it case-sensitive");
    store.search(None);
    assert_eq!((store.matches(), store.is_searching()), (0, false));
}

#[test]
fn clearing_forgets_lines_and_not_numbers() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![at(0, 1, "a"), at(0, 2, "b")]), &[]);
    store.clear();
    assert!(store.is_empty() && store.line(ORIGIN + 1).is_none());
    store.apply(&batch(vec![at(1, 0, "c")]), &[]);
    let line = store.line(ORIGIN + 2).unwrap();
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
            prop_assert_eq!(store.end(), ORIGIN + count);
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

#[test]
fn a_page_is_put_before_what_is_held_and_searched_too() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![at(0, 50, "held"), at(0, 60, "an error")]), &[]);
    store.search(Pattern::new("error"));
    while store.search_on() {}
    let edge = store.number_at(Timestamp::from_nanosecond(50).unwrap());
    assert_eq!(edge, store.first());
    let page = vec![at(1, 20, "b"), at(1, 40, "an old error"), at(0, 10, "a"), at(0, 30, "c")];
    assert_eq!(store.prepend(&page.clone().into(), edge), 0);
    assert_eq!(texts(&store), ["a", "b", "c", "an old error", "held", "an error"]);
    assert_eq!(store.line(edge).unwrap().text, "held", "numbers stay");
    assert!(store.is_searching());
    while store.search_on() {}
    assert_eq!((store.matches(), store.match_before(edge)), (2, Some(edge - 1)));
    let held = store.held_from(store.first());
    let of = |index: usize| held[&container(index)];
    assert_eq!((of(0).lines, of(1).lines), (4, 2));
    assert_eq!((of(0).first, of(1).first), (page[2].time, page[0].time));
    assert_eq!(store.copy_before(edge, |id| *id == container(1)), [page[0].clone(), page[1].clone()]);
}

#[test]
fn of_a_page_that_does_not_fit_the_newest_lines_are_taken() {
    let mut store = LogStore::new(LEAST_BYTES);
    store.apply(&batch(vec![at(0, 100_000, "held")]), &[]);
    let edge = store.first();
    let page: Vec<LogLine> =
        (0..2_000).map(|index| at(0, index, &format!("{index} {}", "x".repeat(1_000)))).collect();
    let skipped = store.prepend(&page.clone().into(), edge);
    assert!((900..1_200).contains(&skipped), "{skipped}");
    assert!(store.bytes() <= store.limit() && store.is_full(), "{} of {}", store.bytes(), store.limit());
    assert!(store.line(store.first()).unwrap().text.starts_with(&format!("{skipped} ")));
    assert_eq!(store.line(edge).unwrap().text, "held");
    store.apply(&batch((0..3_000).map(|index| at(0, 200_000 + index, &"y".repeat(1_000))).collect()), &[]);
    assert!(store.bytes() <= store.limit() && store.first() > edge, "the oldest go first, as ever");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn pages_keep_order_and_every_number(
        held in proptest::collection::vec((0usize..3, 0i64..50), 0..40),
        pages in proptest::collection::vec(proptest::collection::vec((0usize..3, 0i64..100), 0..30), 0..6),
        late in proptest::collection::vec((0usize..3, 0i64..50), 0..10),
    ) {
        let mut store = LogStore::default();
        let mut count = 0;
        let mut made = |places: &[(usize, i64)], from: i64| -> Vec<LogLine> {
            let lines = places.iter().map(|(index, offset)| {
                count += 1;
                at(*index, from + offset, &format!("{count}"))
            });
            lines.collect()
        };
        store.apply(&batch(made(&held, 10_000)), &[]);
        let mut all = held.len();
        let edge = store.first();
        let anchors: Vec<(u64, String)> = store.lines_from(0).map(|line| (line.number, line.text.to_owned())).collect();
        for (round, page) in (1_i64..).zip(&pages) {
            let first = store.first();
            prop_assert_eq!(store.prepend(&made(page, 10_000 - round * 100).into(), first), 0);
            all += page.len();
            prop_assert_eq!(store.len(), all as u64);
        }
        for (number, text) in &anchors {
            prop_assert_eq!(store.line(*number).map(|line| line.text), Some(text.as_str()));
        }
        let pages_of = |index: usize| {
            let own = store.lines_from(0).filter(move |line| *line.container == container(index) && line.number < edge);
            own.map(|line| line.text.parse::<usize>().unwrap()).collect::<Vec<_>>()
        };
        for index in 0..3 {
            for page in pages_of(index).windows(2) {
                prop_assert!(page[0] < page[1] || page[1] > held.len(), "a page stays as it came: {:?}", page);
            }
        }
        let mut texts: Vec<&str> = store.lines_from(0).map(|line| line.text).collect();
        texts.sort_unstable();
        texts.dedup();
        prop_assert_eq!(texts.len(), all, "every line once");
        store.apply(&batch(made(&late, 11_000)), &[]);
        if !anchors.is_empty() {
            prop_assert_eq!(store.line(edge).map(|line| line.text), Some(anchors[0].1.as_str()));
        }
    }
}
