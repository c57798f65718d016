use super::*;

fn entry(what: &str) -> AuditEntry {
    AuditEntry {
        time: Timestamp::UNIX_EPOCH,
        task: TaskId("t".to_owned()),
        who: "alice".to_owned(),
        from: None,
        what: what.to_owned(),
        target: "mlflow".to_owned(),
        plan: String::new(),
        outcome: "begun".to_owned(),
    }
}

fn log_of(directory: &tempfile::TempDir, count: usize) -> AuditLog {
    let log = AuditLog::new(directory.path().join("audit.jsonl"));
    for number in 0..count {
        log.append(&entry(&format!("up {number}"))).unwrap();
    }
    log
}

#[test]
fn what_was_written_is_verified_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let log = log_of(&directory, 3);
    let entries = log.verified().unwrap();
    assert_eq!(entries.iter().map(|entry| entry.what.as_str()).collect::<Vec<_>>(), ["up 0", "up 1", "up 2"]);
}

#[test]
fn every_kind_of_tampering_is_found_at_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let log = log_of(&directory, 4);
    let text = std::fs::read_to_string(&log.path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let kept = |kept: &[usize]| kept.iter().fold(String::new(), |text, at| text + lines[*at] + "\n");
    for (what, tampered, line) in [
        ("a line is edited", text.replace("up 1", "up 7"), 3),
        ("the first line is edited", text.replace("up 0", "up 7"), 2),
        ("the last line is edited", text.replace("up 3", "up 7"), 4),
        ("a line is removed", kept(&[0, 2, 3]), 2),
        ("the first line is removed", kept(&[1, 2, 3]), 1),
        ("the tail is removed", kept(&[0, 1]), 3),
        ("all is removed", String::new(), 1),
        ("the last line is cut", text[..text.len() - 9].to_owned(), 4),
        ("lines change places", kept(&[0, 2, 1, 3]), 2),
        ("a line is repeated", kept(&[0, 1, 1, 2, 3]), 3),
        ("a line is put in", text.replacen('\n', "\n{}\n", 1), 2),
    ] {
        std::fs::write(&log.path, tampered).unwrap();
        let fault = log.verified().expect_err(what);
        assert!(fault.object.ends_with(&format!(":{line}")), "{what}: {fault}");
    }
    std::fs::write(&log.path, kept(&[0, 1])).unwrap();
    log.append(&entry("up 4")).unwrap();
    assert!(log.verified().is_err(), "writing on does not heal it");
    std::fs::remove_file(&log.path).unwrap();
    assert!(log.verified().unwrap_err().object.ends_with(":1"), "the whole log is gone");
}

#[test]
fn a_log_of_an_earlier_version_has_no_seal_until_it_is_written_to() {
    let directory = tempfile::tempdir().unwrap();
    let log = log_of(&directory, 2);
    std::fs::remove_file(directory.path().join("audit.seal")).unwrap();
    let trail = log.read().unwrap();
    assert!(!trail.sealed && trail.broken.is_none() && trail.entries.len() == 2);
    log.append(&entry("up 2")).unwrap();
    let trail = log.read().unwrap();
    assert!(trail.sealed && trail.broken.is_none() && trail.entries.len() == 3);
}

#[test]
fn the_chain_goes_on_over_a_very_long_line() {
    let directory = tempfile::tempdir().unwrap();
    let log = log_of(&directory, 1);
    log.append(&entry(&"x".repeat(300 << 10))).unwrap();
    log.append(&entry("last")).unwrap();
    assert_eq!(log.verified().unwrap().len(), 3);
}

#[test]
fn writers_at_the_same_time_keep_one_chain() {
    let directory = tempfile::tempdir().unwrap();
    let log = log_of(&directory, 0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..10).for_each(|_| log.append(&entry("up")).unwrap()));
        }
    });
    assert_eq!(log.verified().unwrap().len(), 40);
}
