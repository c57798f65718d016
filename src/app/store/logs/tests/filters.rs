//! What filters keep, of what is held and of what comes.

use super::*;

fn filters(all: &[&str]) -> Filters {
    let list = all
        .iter()
        .map(|text| Filter { keeps: text.starts_with('&'), pattern: Pattern::parse(&text[1..]).unwrap() });
    Filters { list: list.collect(), ..Filters::default() }
}

fn shown(store: &LogStore) -> Vec<&str> {
    store.lines_from(0).filter(|line| store.is_shown(line.number)).map(|line| line.text).collect()
}

fn sift(store: &mut LogStore, all: &[&str]) {
    store.filter(filters(all));
    while store.sift_on() {}
}

#[test]
fn filters_are_stacked_and_lifted_over_all_that_is_held_and_what_comes() {
    let mut store = LogStore::default();
    let lines = ["cuda ok", "GET /healthz", "cuda healthz", "CUDA error", "other"];
    store.apply(&batch(lines.iter().zip(0..).map(|(text, time)| at(0, time, text)).collect()), &[]);
    sift(&mut store, &["&cuda"]);
    assert_eq!(shown(&store), ["cuda ok", "cuda healthz", "CUDA error"]);
    sift(&mut store, &["&cuda", "!healthz"]);
    assert_eq!(shown(&store), ["cuda ok", "CUDA error"]);
    store.apply(&batch(vec![at(0, 10, "cuda again"), at(0, 11, "cuda healthz"), at(1, 2, "late cuda")]), &[]);
    assert_eq!(shown(&store), ["cuda ok", "late cuda", "CUDA error", "cuda again"]);
    assert_eq!((store.kept(), store.len()), (4, 8));
    store.search(Pattern::new("cuda"));
    while store.search_on() {}
    assert_eq!(store.matches(), 4, "what a filter hides is not found");
    sift(&mut store, &[]);
    assert_eq!(shown(&store).len(), 8);
    assert_eq!(store.matches(), 6);
}

#[test]
fn every_line_is_sifted_however_many_stretches_it_takes() {
    let mut store = LogStore::default();
    for round in 0..40_i64 {
        let lines = (0..500).map(|index| {
            let number = round * 500 + index;
            at(0, number, &format!("line {number} {}", "x".repeat(80)))
        });
        store.apply(&batch(lines.collect()), &[]);
    }
    store.filter(filters(&["&line [0-9]*7 "]));
    assert_eq!(store.sifted(), Some(0));
    assert!(store.sift_on());
    assert!(store.sifted().is_some_and(|percent| percent > 0 && percent < 100));
    while store.sift_on() {}
    assert_eq!((store.sifted(), store.shown()), (None, 2_000));
    let numbers: Vec<u64> =
        (0..20_000).filter(|number| number % 10 == 7).map(|number| ORIGIN + number).collect();
    let mut walked = vec![store.first_shown().unwrap()];
    while let Some(next) = store.shown_from(walked.last().unwrap() + 1) {
        walked.push(next);
    }
    assert_eq!(walked, numbers);
    assert_eq!(store.step(ORIGIN + 7, 100), Some(ORIGIN + 1_007));
    assert_eq!(store.step(ORIGIN + 1_007, -100), Some(ORIGIN + 7));
    assert_eq!(store.step(ORIGIN + 1_000, -1), Some(ORIGIN + 997), "from what is not shown to its neighbour");
    assert_eq!(store.step(ORIGIN + 7, -5), Some(ORIGIN + 7));
    assert_eq!(store.step(ORIGIN + 7, 1_000_000), Some(ORIGIN + 19_997));
    assert_eq!(store.shown_in(0..ORIGIN + 1_000), 100);
    assert_eq!(store.nearest_shown(ORIGIN + 3), Some(ORIGIN + 7));
}

#[test]
fn the_first_line_at_a_time_is_found() {
    let mut store = LogStore::default();
    store.apply(&batch(vec![at(0, 10, "a"), at(0, 20, "b"), at(0, 20, "c"), at(0, 30, "d")]), &[]);
    let since = |nanosecond: i64| store.since(Timestamp::from_nanosecond(i128::from(nanosecond)).unwrap());
    assert_eq!(
        [since(0), since(11), since(20), since(31)],
        [Some(ORIGIN), Some(ORIGIN + 1), Some(ORIGIN + 1), None]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn searching_a_stretch_at_once_finds_what_line_by_line_does(
        texts in proptest::collection::vec("[ab x]{0,6}", 1..60),
        late in any::<bool>(),
        pattern in prop::sample::select(vec!["a+", r"a\s*b", "^a", "b$", "^$", "[^a]+", "x*", "(?s)a.*b"]),
    ) {
        let mut store = LogStore::default();
        let time = |index: i64| if late && index % 7 == 3 { index / 2 } else { index };
        let lines = texts.iter().zip(0..).map(|(text, index)| at(0, time(index), text));
        for line in lines {
            store.apply(&batch(vec![line]), &[]);
        }
        let pattern = Pattern::parse(pattern).unwrap();
        store.search(Some(pattern.clone()));
        while store.search_on() {}
        for line in store.lines_from(0) {
            prop_assert_eq!(line.is_match, pattern.matches(line.text), "{:?}", line.text);
        }
        let found = texts.iter().filter(|text| pattern.matches(text)).count() as u64;
        prop_assert_eq!(store.matches(), found);
    }
}
