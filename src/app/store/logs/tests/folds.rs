//! Records of several lines.

use super::*;

/// A line that belongs to the one before it.
fn more(index: usize, nanosecond: i64, text: &str) -> LogLine {
    LogLine { continues: true, ..at(index, nanosecond, text) }
}

fn shown(store: &LogStore) -> Vec<&str> {
    store.lines_from(0).filter(|line| store.is_shown(line.number)).map(|line| line.text).collect()
}

fn tracebacks() -> LogStore {
    let mut store = LogStore::default();
    let lines = vec![
        at(0, 1, "ERROR a"),
        at(1, 2, "GET /"),
        more(0, 3, "  File a"),
        at(1, 4, "ERROR b"),
        more(1, 5, "  File b"),
        more(0, 6, "ValueError: bad"),
        at(0, 7, "INFO a"),
    ];
    store.apply(&batch(lines), &[]);
    store
}

#[test]
fn lines_fold_under_the_one_they_belong_to_though_replicas_interleave() {
    let mut store = tracebacks();
    assert_eq!(shown(&store), ["ERROR a", "GET /", "ERROR b", "INFO a"]);
    assert_eq!((store.folded(ORIGIN), store.folded(ORIGIN + 3)), (2, 1));
    assert_eq!(store.members(ORIGIN).collect::<Vec<_>>(), [ORIGIN + 2, ORIGIN + 5]);
    assert_eq!([5, 4, 6].map(|line| store.head_of(ORIGIN + line)), [0, 3, 6].map(|line| ORIGIN + line));
    assert_eq!(store.unfold(ORIGIN + 5, true), ORIGIN, "by any of its lines");
    assert_eq!(shown(&store), ["ERROR a", "GET /", "  File a", "ERROR b", "ValueError: bad", "INFO a"]);
    store.apply(&batch(vec![at(1, 8, "GET /")]), &[]);
    store.unfold(ORIGIN, false);
    assert_eq!(store.shown(), 5);
}

#[test]
fn what_comes_later_belongs_to_the_record_that_is_held() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![more(0, 1, "  begins in the middle")]), &[]);
    assert_eq!(shown(&store), ["  begins in the middle"], "what it belongs to is not held");
    store.apply(&batch(vec![at(0, 2, "ERROR")]), &[]);
    store.apply(&batch(vec![more(0, 3, "  one")]), &[]);
    store.unfold(ORIGIN + 1, true);
    store.apply(&batch(vec![more(0, 4, "  two")]), &[]);
    assert_eq!(shown(&store).last(), Some(&"  two"), "it is open");
    store.apply(&batch(vec![more(0, 4_000_000_000, "  much later")]), &[]);
    assert_eq!(store.head_of(ORIGIN + 4), ORIGIN + 4, "too late to belong to it");
}

#[test]
fn a_record_is_kept_by_what_is_in_any_of_its_lines() {
    let mut store = tracebacks();
    let keep = |text: &str| Filters {
        list: vec![Filter { keeps: true, pattern: Pattern::parse(text).unwrap() }],
        ..Filters::default()
    };
    store.filter(keep("ValueError"));
    while store.sift_on() {}
    assert_eq!(shown(&store), ["ERROR a"]);
    assert_eq!(store.kept(), 3);
    store.apply(&batch(vec![at(1, 8, "ERROR c")]), &[]);
    assert_eq!(shown(&store), ["ERROR a"]);
    store.apply(&batch(vec![more(1, 9, "ValueError: too")]), &[]);
    assert_eq!(shown(&store), ["ERROR a", "ERROR c"], "its second line tells what it is");
    let remove = Filter { keeps: false, pattern: Pattern::parse("File a").unwrap() };
    store.filter(Filters { list: vec![remove], ..Filters::default() });
    while store.sift_on() {}
    assert_eq!(shown(&store), ["GET /", "ERROR b", "INFO a", "ERROR c"]);
}

#[test]
fn a_latecomer_leaves_records_together() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![at(0, 10, "ERROR"), more(0, 30, "  one"), at(0, 50, "INFO")]), &[]);
    store.apply(&batch(vec![at(1, 20, "late"), at(1, 40, "later")]), &[]);
    assert_eq!(shown(&store), ["ERROR", "late", "later", "INFO"]);
    assert_eq!(store.members(ORIGIN).collect::<Vec<_>>(), [ORIGIN + 2]);
    store.apply(&batch(vec![more(0, 51, "  two")]), &[]);
    assert_eq!(store.head_of(ORIGIN + 5), ORIGIN + 4);
}

#[test]
fn what_is_left_of_a_record_begins_with_its_first_line() {
    let mut store = LogStore::new(LEAST_BYTES);
    let mut time = 0;
    let mut next = |continues: bool, size: usize| {
        time += 1;
        LogLine { continues, ..at(0, time, &format!("{time} {}", "x".repeat(size))) }
    };
    store.apply(&batch(vec![next(false, 10)]), &[]);
    while store.evicted() == 0 {
        let lines = (0..9).map(|_| next(true, 4_000)).collect();
        store.apply(&batch(lines), &[]);
    }
    let first = store.first();
    assert!(store.is_shown(first) && store.head_of(first) == first);
    assert_eq!(store.members(first).next(), Some(first + 1));
    let reachable = store.lines_from(first).filter(|line| store.is_shown(line.number));
    let heads: Vec<u64> = reachable.map(|line| line.number).collect();
    let members: usize = heads.iter().map(|head| store.folded(*head)).sum();
    assert_eq!(heads.len() + members, usize::try_from(store.len()).unwrap(), "every line can be reached");
}
