use super::*;
use std::io::Write as _;

fn block(lines: usize, second: i64) -> LogBlock {
    let mut block = LogBlock::default();
    for _ in 0..lines {
        block.push(RawLine {
            time: Timestamp::from_second(second).ok(),
            source: LogSource::Stderr,
            bytes: b"text",
            cut_bytes: 0,
        });
    }
    block
}

/// Blocks of so many lines, 100 ms apart; whether it is a flood at last.
fn is_flood(lines: usize, second: i64) -> bool {
    let start = Instant::now();
    let mut pace = Pace::new(Timestamp::from_second(1_000).unwrap(), start);
    let mut told = (1..=10).map(|block_number| {
        pace.overtaken(&block(lines, second), start + block_number * Duration::from_millis(100))
    });
    told.any(|mark| mark.is_some())
}

#[test]
fn many_new_lines_are_a_flood_and_a_long_history_is_none() {
    assert!(is_flood(1_000, 1_001));
    assert!(!is_flood(100, 1_001));
    assert!(!is_flood(50_000, 999));
}

#[test]
fn what_the_container_wrote_until_it_ended_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x-json.log");
    let entry = |number: i64, end: &str| {
        let time = Timestamp::from_second(number).unwrap();
        format!("{{\"log\":\"line {number}{end}\",\"stream\":\"stdout\",\"time\":\"{time}\"}}\n")
    };
    std::fs::write(&path, entry(1, "\\n") + &entry(2, "\\n") + "{\"log\":\"to\n").unwrap();
    let mark = Mark { time: Timestamp::from_second(1).unwrap(), source: LogSource::Stdout };
    let file = open(&path, mark).unwrap();
    let (heard, mut told) = mpsc::channel(8);
    let asked = std::cell::Cell::new(0);
    let is_open = || {
        asked.set(asked.get() + 1);
        if asked.get() == 2 {
            let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
            file.write_all(entry(3, "").as_bytes()).unwrap();
        }
        asked.get() < 3
    };
    let fault = follow(file, &ContainerId("a".repeat(64)), false, LogGates::default(), &heard, is_open);
    assert_eq!(fault, None);
    drop(heard);
    let mut texts = Vec::new();
    while let Some(Heard::Lines(lines)) = told.blocking_recv() {
        texts.extend(lines.iter().map(|line| line.to_line().line.text.to_string()));
    }
    assert_eq!(texts, ["line 2", "{\"log\":\"to", "line 3"]);
}

#[test]
fn it_ends_when_nobody_listens() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x-json.log");
    std::fs::write(&path, "{\"log\":\"a\\n\",\"stream\":\"stdout\",\"time\":\"1970-01-01T00:00:01Z\"}\n")
        .unwrap();
    let file = open(&path, Mark { time: Timestamp::from_second(1).unwrap(), source: LogSource::Stdout });
    let (heard, told) = mpsc::channel(1);
    drop(told);
    let fault =
        follow(file.unwrap(), &ContainerId("a".repeat(64)), false, LogGates::default(), &heard, || true);
    assert_eq!(fault, None);
}
