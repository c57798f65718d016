use super::*;
use crate::domain::Plan;
use std::fs::OpenOptions;

fn output(text: &str) -> TaskEvent {
    TaskEvent::Output { text: text.to_owned() }
}

fn texts(lines: &[JournalLine]) -> Vec<&str> {
    lines
        .iter()
        .map(|line| match &line.event {
            TaskEvent::Output { text } => text.as_str(),
            other => panic!("unexpected {other:?}"),
        })
        .collect()
}

#[test]
fn a_reader_gets_each_line_once_and_no_half_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.jsonl");
    let mut tail = JournalTail::new(path.clone());
    assert_eq!(tail.poll().unwrap(), []);

    let mut journal = Journal::create(&path).unwrap();
    journal.append(output("one"), Timestamp::UNIX_EPOCH).unwrap();
    journal.append(output("two"), Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(texts(&tail.poll().unwrap()), ["one", "two"]);
    assert_eq!(tail.poll().unwrap(), []);

    let mut raw = OpenOptions::new().append(true).open(&path).unwrap();
    let line =
        serde_json::to_string(&JournalLine { time: Timestamp::UNIX_EPOCH, event: output("drei é") }).unwrap();
    let (head, rest) = line.as_bytes().split_at(line.len() - 4);
    raw.write_all(head).unwrap();
    assert_eq!(tail.poll().unwrap(), []);
    raw.write_all(rest).unwrap();
    raw.write_all(b"\n").unwrap();
    assert_eq!(texts(&tail.poll().unwrap()), ["drei é"]);
}

#[test]
fn a_line_of_an_unknown_kind_is_counted_and_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.jsonl");
    std::fs::write(&path, "{\"time\":\"2026-11-20T10:00:00Z\",\"event\":\"from the future\"}\nrubbish\n")
        .unwrap();
    let mut tail = JournalTail::new(path.clone());
    assert_eq!(tail.poll().unwrap(), []);
    assert_eq!(tail.skipped(), 2);
}

#[test]
fn a_plan_is_read_as_it_was_written() {
    let plan = Plan { reactions: vec![(3, "services.api.x-mcp".to_owned())], ..Plan::default() };
    let event = TaskEvent::Planned { plan };
    let line = JournalLine { time: Timestamp::UNIX_EPOCH, event: event.clone() };
    let read: JournalLine = serde_json::from_str(&serde_json::to_string(&line).unwrap()).unwrap();
    assert_eq!(read.event, event);
}

#[test]
fn a_task_cannot_run_twice() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.jsonl");
    drop(Journal::create(&path).unwrap());
    let fault = Journal::create(&path).unwrap_err();
    assert_eq!(fault.kind, crate::domain::FaultKind::Conflict);
}

#[test]
fn half_a_line_that_a_failed_write_left_does_not_spoil_the_next_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.jsonl");
    let mut journal = Journal::create(&path).unwrap();
    let mut tail = JournalTail::new(path.clone());
    journal.append(output("one"), Timestamp::UNIX_EPOCH).unwrap();
    // As a disk that fills up in the middle of a line leaves it.
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"time\":\"1970-").unwrap();
    assert_eq!(texts(&tail.poll().unwrap()), ["one"]);
    journal.append(output("two"), Timestamp::UNIX_EPOCH).unwrap();
    journal.append(output("three"), Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(texts(&tail.poll().unwrap()), ["two", "three"]);
    assert_eq!(tail.skipped(), 0);
}
