use super::*;
use crate::app::fixtures::{log_line, now};
use crate::domain::LogLine;
use jiff::SignedDuration;

fn id(name: &str) -> ContainerId {
    ContainerId(name.to_owned())
}

fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

fn line(container: &str, seconds_ago: i64, text: &str) -> LogLine {
    log_line(&id(container), ago(seconds_ago), text)
}

fn batch(lines: Vec<LogLine>) -> LogBatch {
    LogBatch { generation: 1, lines: lines.into(), ..LogBatch::default() }
}

fn tag(id: &ContainerId) -> Safe {
    Safe::new(&id.0)
}

/// A ring of these lines, with their containers' ids for names.
fn ring(lines: Vec<LogLine>) -> LogStore {
    let mut logs = LogStore::default();
    take(&mut PatternStore::default(), &mut logs, lines);
    logs
}

/// Lines come in, as they do in the console.
fn take(store: &mut PatternStore, logs: &mut LogStore, lines: Vec<LogLine>) {
    for line in &lines {
        logs.name(&line.container, tag(&line.container));
    }
    let batch = batch(lines);
    if store.is_on() {
        store.apply(&batch, logs, tag);
    }
    let shift = logs.apply(&batch, &[]);
    store.hold(&shift);
}

fn read_all(store: &mut PatternStore, logs: &LogStore, slice: u64) {
    while store.is_behind(logs) {
        store.read_on(logs, slice);
    }
}

fn counts(store: &PatternStore) -> Vec<(&str, u64)> {
    let mut counts: Vec<(&str, u64)> =
        store.patterns.values().map(|pattern| (pattern.text.as_str(), pattern.count)).collect();
    counts.sort_unstable();
    counts
}

fn find<'a>(store: &'a PatternStore, text: &str) -> &'a LinePattern {
    store.patterns.values().find(|pattern| pattern.text.as_str() == text).unwrap()
}

#[test]
fn lines_collapse_into_templates() {
    let logs = ring(vec![
        line("api-1", 30, "INFO request 1 took 12ms"),
        line("api-2", 20, "INFO request 2 took 9ms"),
        line("api-1", 10, "ERROR cannot reach 10.0.0.1:5432"),
        line("api-1", 9, "    at further.lines(of:1)"),
        line("api-1", 8, ""),
    ]);
    let mut store = PatternStore::default();
    store.begin(1, &logs);
    read_all(&mut store, &logs, 2);
    assert_eq!(counts(&store), [("ERROR cannot reach ‹ip›", 1), ("INFO request ‹n› took ‹dur›", 2)]);
    let requests = find(&store, "INFO request ‹n› took ‹dur›");
    assert_eq!(
        (requests.level, requests.first, requests.last),
        (Some(Level::Info), Some(ago(30)), Some(ago(20)))
    );
    let writers: Vec<&str> = store.writers(requests).map(Safe::as_str).collect();
    assert_eq!(writers.len(), 2);
    assert_eq!(find(&store, "ERROR cannot reach ‹ip›").example.as_str(), "ERROR cannot reach 10.0.0.1:5432");
}

#[test]
fn no_line_is_counted_twice_or_not_at_all_while_the_ring_is_read() {
    let mut logs = ring((0..100).map(|number| line("api-1", 1000 - number, "held")).collect());
    let mut store = PatternStore::default();
    store.begin(1, &logs);
    store.read_on(&logs, 30);
    // One is new, one belongs among those that were read, one among those that were not.
    take(
        &mut store,
        &mut logs,
        vec![line("db-1", 950, "came"), line("db-1", 905, "came"), line("db-1", 1, "came")],
    );
    store.read_on(&logs, 30);
    take(&mut store, &mut logs, vec![line("db-1", 0, "came")]);
    read_all(&mut store, &logs, 7);
    assert_eq!(counts(&store), [("came", 4), ("held", 100)]);
    take(&mut store, &mut logs, vec![line("db-1", 960, "came")]);
    assert_eq!(counts(&store), [("came", 5), ("held", 100)]);
}

#[test]
fn what_was_first_seen_after_the_deployment_stands_on_top() {
    let since = Some(ago(60));
    let logs = ring(vec![
        line("api-1", 90, "ERROR known already"),
        line("api-1", 80, "ready"),
        line("api-2", 50, "ready"),
        line("api-2", 40, "brand new"),
        line("api-2", 30, "WARN brand new and worse"),
        line("fresh-1", 20, "nobody wrote before"),
    ]);
    let mut store = PatternStore::default();
    store.begin(1, &logs);
    read_all(&mut store, &logs, 100);
    let texts: Vec<&str> =
        store.sorted(since).iter().map(|id| store.get(*id).unwrap().text.as_str()).collect();
    assert_eq!(texts[..3], ["WARN brand new and worse", "brand new", "ERROR known already"]);
    let is_new = |text: &str| store.is_new(find(&store, text), since);
    assert!(is_new("brand new") && !is_new("ready") && !is_new("ERROR known already"));
    assert!(!is_new("nobody wrote before"), "a service without older lines has nothing to compare with");
    assert!(store.has_before(ago(60)) && !store.has_before(ago(90)));
}

#[test]
fn templates_are_bounded_and_what_returns_is_not_new() {
    let mut store = PatternStore::default();
    let mut logs = ring(Vec::new());
    store.begin(1, &logs);
    let word = |number: usize| -> String {
        number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
    };
    take(&mut store, &mut logs, vec![line("api-1", 900, "the first of all")]);
    for number in 0..MOST {
        take(&mut store, &mut logs, vec![line("api-1", 800, &format!("kind {}", word(number)))]);
    }
    assert!(store.len() <= MOST);
    assert_eq!(store.given_up(), (MOST + 1 - store.len()) as u64);
    assert!(store.patterns.values().all(|pattern| pattern.text.as_str() != "the first of all"));
    take(&mut store, &mut logs, vec![line("api-1", 10, "the first of all")]);
    let again = find(&store, "the first of all");
    assert_eq!((again.count, again.first), (1, Some(ago(900))));
    assert!(!store.is_new(again, Some(ago(60))));
}

#[test]
fn rates_are_of_the_last_minutes() {
    let mut store = PatternStore::default();
    let mut logs = ring(Vec::new());
    store.begin(1, &logs);
    let old = (0..600).map(|second| line("api-1", 1200 - second, "old")).collect();
    take(&mut store, &mut logs, old);
    take(&mut store, &mut logs, (0..120).map(|second| line("api-1", 119 - second, "new")).collect());
    let rate = |text: &str| store.per_minute(find(&store, text), now()).unwrap();
    assert!(rate("old") < 0.01, "{}", rate("old"));
    // 120 lines in the four minutes and some seconds that are counted.
    assert!((24.0..30.0).contains(&rate("new")), "{}", rate("new"));
}

#[test]
fn a_search_finds_the_lines_of_a_template() {
    let mut store = PatternStore::default();
    let mut logs = ring(Vec::new());
    store.begin(1, &logs);
    let text = "GET /runs/42 (cached) took 12ms";
    take(&mut store, &mut logs, vec![line("api-1", 1, text), line("api-1", 1, "12 34")]);
    let found = find(&store, "GET /runs/‹n› (cached) took ‹dur›").search().unwrap();
    assert_eq!(found, r"\(cached\) took");
    assert!(crate::app::pattern::Pattern::new(&found).unwrap().matches(text));
    assert_eq!(find(&store, "‹n› ‹n›").search(), None);
}

/// A container's lines as the gate gives them: each knows what it continues.
fn records(container: &str, begin: i64, texts: &[&str]) -> Vec<LogLine> {
    let mut open = crate::domain::log::Continuation::default();
    let lines = texts.iter().zip(0..).map(|(text, index)| {
        let crate::domain::log::Classified { level, continues } = open.push(text);
        let time = ago(begin) + SignedDuration::from_millis(index * 10);
        LogLine { level, continues, ..log_line(&id(container), time, text) }
    });
    lines.collect()
}

const RAISED: [&str; 10] = [
    "INFO begun",
    "Traceback (most recent call last):",
    "  File \"a.py\", line 7, in serve",
    "ValueError: no model 7",
    "INFO goes on",
    "Traceback (most recent call last):",
    "  File \"a.py\", line 9, in serve",
    "KeyError: 'cuda'",
    "ERROR job 3 failed",
    "  with further words",
];

#[test]
fn a_traceback_is_one_kind_of_line_and_the_one_that_its_exception_is() {
    let expected = [
        ("ERROR job ‹n› failed", 2),
        ("INFO begun", 2),
        ("INFO goes on", 2),
        ("KeyError: '‹s›'", 2),
        ("ValueError: no model ‹n›", 2),
    ];
    let lines = || [records("api-1", 60, &RAISED), records("api-2", 30, &RAISED)].concat();
    let logs = ring(lines());
    for slice in [1, 2, 3, 100] {
        let mut held = PatternStore::default();
        held.begin(1, &logs);
        read_all(&mut held, &logs, slice);
        assert_eq!(counts(&held), expected, "read {slice} at a time");
        assert_eq!(find(&held, "KeyError: '‹s›'").level, Some(Level::Error));
    }
    for at_once in [1, 3, 20] {
        let (mut live, mut logs) = (PatternStore::default(), ring(Vec::new()));
        live.begin(1, &logs);
        for part in lines().chunks(at_once) {
            take(&mut live, &mut logs, part.to_vec());
        }
        assert_eq!(counts(&live), expected, "{at_once} came at a time");
    }
}

#[test]
fn a_traceback_whose_exception_never_came_is_not_lost() {
    let mut store = PatternStore::default();
    let mut logs = ring(Vec::new());
    store.begin(1, &logs);
    let lines = ["Traceback (most recent call last):", "  File \"a.py\", line 7", "INFO begun anew"];
    take(&mut store, &mut logs, records("api-1", 60, &lines));
    assert_eq!(counts(&store), [("INFO begun anew", 1), ("Traceback (most recent call last):", 1)]);
}
