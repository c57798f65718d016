//! A search over a million held lines beside `grep -c` over the same bytes in a file, in turn. Prints for each pattern
//! the milliseconds of both (the median of the runs) and how many lines each found, which must be the same.

#![expect(clippy::expect_used, reason = "a bench that cannot go on says so at once")]
#![expect(clippy::print_stdout, reason = "the figures are the program's answer")]

mod measured;

use jiff::Timestamp;
use mcp_tui::app::LogBatch;
use mcp_tui::app::pattern::Pattern;
use mcp_tui::app::store::logs::LogStore;
use mcp_tui::domain::{ContainerId, LogGates, LogLines, LogSource, RawLine};
use measured::{is_left_to_the_scripts, quantile};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const LINES: u32 = 1_000_000;
const RUNS: usize = 5;

/// A word that is rare, one in each line, two whose case does not matter, one of two words, and expressions with classes:
/// after a fixed word, and without one.
const PATTERNS: [&str; 7] = [
    "OutOfMemory",
    "took=",
    "timeout",
    "outofmemory|timeout",
    "OutOfMemory|TimeOut",
    "status=5[0-9]{2} .*took=9[0-9]ms",
    "[0-9]+ms$",
];

fn main() {
    if is_left_to_the_scripts() {
        return;
    }
    let text = text();
    let file = tempfile::NamedTempFile::new().expect("a file");
    file.as_file().write_all(text.as_bytes()).expect("it takes the lines");
    let mut store = held(&text);
    assert_eq!(store.len(), u64::from(LINES));
    println!("bytes {}", text.len());
    for (number, pattern) in PATTERNS.iter().enumerate() {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let mut found = (0, 0);
        for _ in 0..RUNS {
            let began = Instant::now();
            store.search(Pattern::new(pattern));
            while store.search_on() {}
            ours.push(began.elapsed());
            found.0 = store.matches();
            let began = Instant::now();
            found.1 = grep(pattern, file.path());
            theirs.push(began.elapsed());
        }
        assert_eq!(found.0, found.1, "{pattern}: both find the same lines");
        let of = |times: &mut [Duration]| quantile(times, 50).expect("it was measured");
        println!("search{number} {:.1} {:.1} {} {pattern}", of(&mut ours), of(&mut theirs), found.0);
    }
}

/// As an operator would ask it: without a capital, the case does not matter. In the locale in which it is quickest.
fn grep(pattern: &str, file: &Path) -> u64 {
    let mut command = Command::new("grep");
    command.arg("-cE").env("LC_ALL", "C");
    if !pattern.chars().any(char::is_uppercase) {
        command.arg("-i");
    }
    let output = command.arg("--").arg(pattern).arg(file).output().expect("grep runs");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a count")
}

fn text() -> String {
    let mut text = String::new();
    for number in 0..LINES {
        let status = if number % 97 == 0 { 503 } else { 200 };
        let word = if number % 100_003 == 7 { "OutOfMemory" } else { "served" };
        let word = if number % 5_003 == 3 { "TimeOut" } else { word };
        let took = number % 100;
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "2026-11-20 10:31:04,{:03} INFO uvicorn.access 10.0.0.7:{} request {word} status={status} took={took}ms",
            number % 1000,
            10_000 + number % 50_000,
        );
    }
    text
}

fn held(text: &str) -> LogStore {
    let mut store = LogStore::new(1 << 30);
    let container = ContainerId("a".repeat(64));
    let mut gates = LogGates::default();
    let mut time = Timestamp::from_second(1_795_000_000).expect("a moment that can be written");
    let lines: Vec<&str> = text.lines().collect();
    for some in lines.chunks(2_500) {
        let mut block = LogLines::default();
        for line in some {
            time += jiff::SignedDuration::from_micros(10);
            let line =
                RawLine { time: Some(time), source: LogSource::Stdout, bytes: line.as_bytes(), cut_bytes: 0 };
            block.push(&container, line, &mut gates);
        }
        store.apply(&LogBatch { lines: block, ..LogBatch::default() }, &[]);
    }
    store
}
