//! What a restore took out of use, while nobody decides, or somebody does and it cannot be done.

use super::ledger::Ledger;

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
