//! What a restore took out of use, while nobody decides, or somebody does and it cannot be done.

use super::ledger::Ledger;
use crate::support::wait::{PATIENCE, eventually};
use serde_json::{Value, json};
use std::path::PathBuf;

/// All of it was taken down before it was accepted: the server that would have to let the old database go is not there.
/// The decision stays open, and can be taken either way once it is.
pub fn an_acceptance_that_cannot_be_done() {
    let ledger = Ledger::up("undecided");
    let name = ledger.back_up();
    ledger.change();
    let old = ledger.data();
    ledger.run(["backup", "restore", &name, "--yes"]).succeeded("restore");
    let restored = ledger.data();
    assert_ne!(old, restored);

    ledger.run(["down"]).succeeded("down");
    for _ in 0..2 {
        ledger.run(["backup", "accept", "--yes"]).failed(5, ["postgres", "has no container", "mcp-tui up"]);
        let listed = ledger.run(["backup", "list"]).succeeded("list").stdout;
        assert!(listed.contains("backup undo"), "nothing was decided: {listed}");
    }
    ledger.run(["up", "--wait"]).succeeded("up");
    assert_eq!(ledger.data(), restored, "what is in use is still what was restored");

    // The card of the undoing says whom it stops and starts, in their order.
    let undone = ledger.run(["backup", "undo", "--yes"]).succeeded("undo").stdout;
    let place = |words: &str| undone.find(words).unwrap_or_else(|| panic!("{words} is not in {undone}"));
    let web = ledger.container("web");
    assert!(place(&format!("stop {web}")) < place("switch old side"), "{undone}");
    assert!(place("switch old side") < place(&format!("start {web}")), "{undone}");
    assert_eq!(ledger.data(), old);
    assert!(ledger.runs("web"));

    ledger.run(["backup", "undo", "--yes"]).succeeded("undo of the undo");
    assert_eq!(ledger.data(), restored);
    ledger.run(["backup", "accept", "--yes"]).succeeded("accept");
    assert_eq!(ledger.data(), restored);
    ledger.run(["backup", "undo", "--yes"]).failed(4, ["no restore"]);
}

/// A day later, as the record has it.
fn a_day_later(ledger: &Ledger) {
    let path: PathBuf =
        ledger.workplace.path(&format!("state/mcp-tui/backups/{}/.restore.json", ledger.project.name));
    let text = std::fs::read_to_string(&path).expect("a restore waits");
    let mut record: Value = serde_json::from_str(&text).expect("its record is JSON");
    record["switched"] = json!("2026-01-01T00:00:00Z");
    std::fs::write(&path, record.to_string()).expect("it can be written");
}

pub fn an_old_side_goes_once_its_time_is_over() {
    let ledger = Ledger::up("overdue");
    let name = ledger.back_up();
    ledger.change();
    let old = ledger.data();
    ledger.run(["backup", "restore", &name, "--yes"]).succeeded("restore");
    let listed = || ledger.run(["backup", "list"]).succeeded("list").stdout;
    let told = listed();
    assert!(told.contains("is kept until 20") && told.contains("goes by itself"), "{told}");
    ledger.run(["restart", "cache"]).succeeded("restart");
    assert!(listed().contains("backup undo"), "its time is not over");

    // Where what was restored does not serve, it is the only way back.
    a_day_later(&ledger);
    ledger.run(["stop", "web"]).succeeded("stop");
    assert!(listed().contains("backup undo"), "web is not well");
    ledger.run(["backup", "undo", "--yes"]).succeeded("undo");
    assert_eq!(ledger.data(), old);

    // What was undone is nowhere else. Nor is what was written to the old side meanwhile, once that is out of use again.
    let kept = listed();
    assert!(kept.contains("until somebody decides"), "{kept}");
    ledger.run(["backup", "undo", "--yes"]).succeeded("undo of the undo");
    ledger.run(["start", "web"]).succeeded("start");
    eventually("web to serve", PATIENCE, || ledger.runs("web").then_some(()));
    a_day_later(&ledger);
    ledger.run(["restart", "web"]).succeeded("restart");
    let kept = listed();
    assert!(kept.contains("until somebody decides"), "{kept}");
    ledger.run(["backup", "accept", "--yes"]).succeeded("accept");

    // What was only restored goes with the next task that finds all well.
    ledger.run(["backup", "restore", &name, "--yes"]).succeeded("restore again");
    let restored = ledger.data();
    a_day_later(&ledger);
    let said = ledger.run(["restart", "web"]).succeeded("restart").stdout;
    assert!(said.contains("its time being over"), "{said}");
    assert_eq!(ledger.data(), restored);
    assert!(!listed().contains("backup undo"));
    ledger.run(["backup", "undo", "--yes"]).failed(4, ["no restore"]);
    let audited = ledger.run(["audit", "--json"]).json();
    let entries = audited.as_array().expect("entries");
    let by_itself = |entry: &&Value| {
        entry["what"] == "restore-accept"
            && entry["outcome"] == "completed"
            && entry["plan"].as_str().is_some_and(|plan| plan.contains("by itself"))
    };
    assert_eq!(entries.iter().filter(by_itself).count(), 1, "{audited}");
}
