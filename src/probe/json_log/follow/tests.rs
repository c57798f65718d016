use super::*;
use crate::probe::json_log::Entry;
use std::io::Write as _;

fn at(number: usize) -> Timestamp {
    Timestamp::new(1_800_000_000 + i64::try_from(number).unwrap(), 500_000_000).unwrap()
}

fn entry(number: usize, stream: &str, end: &str) -> String {
    format!("{{\"log\":\"line {number}{end}\",\"stream\":\"{stream}\",\"time\":\"{}\"}}\n", at(number))
}

fn lines(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|number| entry(number, "stdout", "\\n")).collect()
}

fn mark(number: usize) -> Mark {
    Mark { time: at(number), source: LogSource::Stdout }
}

/// All that is there by now.
fn told(log: &mut FollowedLog) -> Vec<String> {
    let mut told = Vec::new();
    loop {
        let bytes = log.read().unwrap();
        if bytes.is_empty() {
            return told;
        }
        let entries = bytes.split(|byte| *byte == b'\n').filter_map(Entry::parse);
        told.extend(entries.map(|entry| entry.text().to_owned()));
    }
}

fn expected(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| format!("line {number}")).collect()
}

struct Written {
    directory: tempfile::TempDir,
    path: PathBuf,
}

impl Written {
    fn new(text: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x-json.log");
        std::fs::write(&path, text).unwrap();
        Self { directory, path }
    }

    fn append(&self, text: &str) {
        std::fs::OpenOptions::new()
            .append(true)
            .open(&self.path)
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    }

    fn rotate(&self) {
        std::fs::rename(&self.path, self.directory.path().join("x-json.log.1")).unwrap();
        std::fs::write(&self.path, "").unwrap();
    }

    fn behind(&self, number: usize) -> FollowedLog {
        FollowedLog::behind(&self.path, mark(number)).unwrap().unwrap()
    }
}

#[test]
fn reading_goes_on_behind_the_known_line_with_whole_entries() {
    let written = Written::new(&lines(0..100));
    let mut log = written.behind(97);
    assert_eq!(told(&mut log), expected(98..100));
    let next = lines(100..101);
    let (begun, rest) = next.split_at(30);
    written.append(begun);
    assert_eq!(told(&mut log), expected(0..0));
    written.append(rest);
    assert_eq!(told(&mut log), expected(100..101));
}

#[test]
fn a_known_line_far_from_the_end_is_found() {
    let written = Written::new(&lines(0..150_000));
    assert!(std::fs::metadata(&written.path).unwrap().len() > 2 * WINDOW);
    assert_eq!(told(&mut written.behind(9)).len(), 149_990);
}

#[test]
fn a_rotated_file_is_read_to_its_end_and_then_the_new_one() {
    let written = Written::new(&lines(0..10));
    let mut log = written.behind(5);
    assert_eq!(told(&mut log), expected(6..10));
    written.append(&lines(10..12));
    written.rotate();
    written.append(&lines(12..15));
    assert_eq!(told(&mut log), expected(10..15));
    std::fs::write(&written.path, lines(20..21)).unwrap();
    assert_eq!(told(&mut log), expected(20..21), "it was emptied");
}

#[test]
fn a_known_line_may_lie_in_the_file_that_was_rotated() {
    let written = Written::new(&lines(0..10));
    written.rotate();
    written.append(&lines(10..12));
    assert_eq!(told(&mut written.behind(7)), expected(8..12));
}

#[test]
fn files_that_were_rotated_while_one_is_read_wait_for_their_turn() {
    let written = Written::new(&lines(0..10_000));
    let mut log = written.behind(0);
    let mut read = log.read().unwrap().split(|byte| *byte == b'\n').filter_map(Entry::parse).count();
    for part in 1..4 {
        written.rotate();
        written.append(&lines(part * 10_000..(part + 1) * 10_000));
        read += log.read().unwrap().split(|byte| *byte == b'\n').filter_map(Entry::parse).count();
    }
    let rest = told(&mut log);
    assert_eq!(read + rest.len(), 39_999);
    assert_eq!(rest.last().map(String::as_str), Some("line 39999"));
}

#[test]
fn a_file_that_came_and_went_unseen_is_told() {
    let written = Written::new(&lines(0..10));
    let mut log = written.behind(9);
    written.rotate();
    written.append(&lines(10..12));
    written.rotate();
    assert!(log.read().is_err());
}

#[test]
fn what_cannot_be_told_apart_is_not_read_on() {
    let behind = |text: &str| FollowedLog::behind(&Written::new(text).path, mark(3)).unwrap().is_some();
    assert!(behind(&lines(0..5)));
    assert!(!behind(&lines(0..3)), "it is not there");
    assert!(!behind(&(lines(0..4) + &lines(3..4))), "two lines of one moment");
    let begun = entry(1, "stderr", "");
    assert!(!behind(&(begun.clone() + &lines(2..5))), "the other stream is in the middle of a line");
    assert!(behind(&(begun + &entry(2, "stderr", "\\n") + &lines(3..5))));
}
