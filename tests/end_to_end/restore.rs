//! Restores on the real Engine, of a stack with a database, a Redis with append-only files and a volume: what comes back,
//! what stays, and what a restore that dies leaves behind.

#[path = "restore/ledger.rs"]
mod ledger;
#[path = "restore/paths.rs"]
mod paths;
#[path = "restore/undecided.rs"]
mod undecided;
#[path = "restore/unwell.rs"]
mod unwell;

use crate::support::engine::{docker, trial};
use crate::support::wait::eventually;
use crate::support::workplace::finish;
use ledger::{Data, Ledger};
use libtest_mimic::Trial;
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("restore::all_of_it_comes_back_and_can_be_undone", all_of_it_comes_back_and_can_be_undone),
        trial("restore::only_what_was_asked_for", only_what_was_asked_for),
        trial("restore::what_speaks_against_it", what_speaks_against_it),
        trial("restore::clients_from_outside", clients_from_outside),
        trial("restore::two_at_once", two_at_once),
        trial("restore::killed_it_is_all_old_or_all_new", killed_it_is_all_old_or_all_new),
        trial("restore::a_new_side_that_does_not_start", a_new_side_that_does_not_start),
        trial("restore::paths_several_in_one_directory", paths::several_in_one_directory),
        trial("restore::a_service_that_is_not_well", unwell::a_service_that_is_not_well),
        trial("restore::an_acceptance_that_cannot_be_done", undecided::an_acceptance_that_cannot_be_done),
        trial(
            "restore::an_old_side_goes_once_its_time_is_over",
            undecided::an_old_side_goes_once_its_time_is_over,
        ),
        trial("restore::who_was_down_at_the_restore", who_was_down_at_the_restore),
        trial("restore::the_latest_one_tried_twice", the_latest_one_tried_twice),
        trial("restore::a_forced_one_that_comes_to_nothing", a_forced_one_that_comes_to_nothing),
        trial("restore::rows_are_counted_as_they_are_dumped", rows_are_counted_as_they_are_dumped),
    ]
}

fn all_of_it_comes_back_and_can_be_undone() {
    let ledger = Ledger::up("round");
    let then = ledger.data();
    let name = ledger.back_up();
    ledger.change();
    let now = ledger.data();
    assert_ne!(then, now);

    ledger.run(["backup", "restore", &name, "--yes"]).succeeded("restore");
    assert_eq!(ledger.data(), then);
    assert!(ledger.runs("web"));
    let listed = ledger.run(["backup", "list"]).succeeded("list");
    assert!(listed.stdout.contains("backup undo"), "{}", listed.stdout);
    // The old side waits: another restore would take it away.
    ledger.run(["backup", "restore", &name, "--yes"]).failed(5, ["backup accept"]);

    // What is written since is as dear as what was there before.
    ledger.write("meanwhile");
    let meanwhile = ledger.data();
    ledger.run(["backup", "undo", "--yes"]).succeeded("undo");
    assert_eq!(ledger.data(), now);
    assert!(ledger.runs("web"));
    let listed = ledger.run(["backup", "list"]).succeeded("list");
    assert!(listed.stdout.contains("was undone"), "{}", listed.stdout);
    ledger.run(["backup", "undo", "--yes"]).succeeded("undo of the undo");
    assert_eq!(ledger.data(), meanwhile);
    ledger.run(["backup", "undo", "--yes"]).succeeded("undo after all");
    assert_eq!(ledger.data(), now);
    ledger.run(["backup", "accept", "--yes"]).succeeded("accept what was undone");
    assert_eq!(ledger.data(), now);
    ledger.has_nothing_left();
    ledger.run(["backup", "undo", "--yes"]).failed(4, ["no restore"]);

    ledger.run(["backup", "restore", &name, "--yes"]).succeeded("restore again");
    ledger.run(["backup", "accept", "--yes"]).succeeded("accept");
    assert_eq!(ledger.data(), then);
    ledger.has_nothing_left();
}

fn only_what_was_asked_for() {
    let ledger = Ledger::up("part");
    let then = ledger.data();
    let name = ledger.back_up();
    ledger.change();
    let now = ledger.data();
    ledger.run(["backup", "restore", &name, "--mode", "artifacts", "--yes"]).succeeded("restore");
    assert_eq!(ledger.data(), Data { file: then.file.clone(), ..now.clone() });
    ledger.run(["backup", "undo", "--yes"]).succeeded("undo");
    ledger.run(["backup", "accept", "--yes"]).succeeded("accept what was undone");
    let dump = ["backup", "restore", &name, "--part", "postgres/ledger.dump.zst", "--yes"];
    ledger.run(dump).succeeded("restore of one part");
    assert_eq!(ledger.data(), Data { rows: then.rows, ..now });
    ledger.run(["backup", "accept", "--yes"]).succeeded("accept");
    ledger.run(["backup", "restore", &name, "--part", "images.json", "--yes"]).failed(2, ["images.json"]);
}

fn what_speaks_against_it() {
    let ledger = Ledger::up("against");
    let name = ledger.back_up();
    ledger.change();
    let now = ledger.data();
    ledger.run(["backup", "restore", &name]).failed(2, ["no terminal", "--yes"]);
    ledger.run(["backup", "restore", "../../etc", "--yes"]).failed(2, ["no name of a backup"]);
    let planned = ledger.run(["backup", "restore", &name, "--dry-run"]).succeeded("a plan");
    assert!(planned.stdout.contains("1000 rows then, 0 now"), "{}", planned.stdout);

    // Another stack's.
    ledger.workplace.stack("other", super::stacks::WEB);
    let other = ledger.workplace.run(["-s", "other", "backup", "restore", &name, "--yes"]);
    other.failed(5, ["is a backup of the stack"]);

    let file = ledger.bundle(&name).join("postgres/ledger.dump.zst");
    let whole = std::fs::read(&file).expect("the dump");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    std::fs::write(&file, &flipped).expect("the dump is ours");
    ledger.run(["backup", "restore", &name, "--yes"]).failed(2, ["not those that were written"]);
    assert_eq!(ledger.data(), now);
    std::fs::write(&file, &whole).expect("the dump is ours");

    docker(["stop", &ledger.container("postgres")]);
    ledger.run(["backup", "restore", &name, "--yes"]).failed(5, ["does not run"]);
    docker(["start", &ledger.container("postgres")]);
    ledger.is_ready();
    assert_eq!(ledger.data(), now);
    ledger.has_nothing_left();
}

fn clients_from_outside() {
    let ledger = Ledger::up("clients");
    let then = ledger.data();
    let name = ledger.back_up();
    ledger.change();
    // It writes all the while, as an operator's script does.
    let load = "yes \"INSERT INTO entries (what) VALUES ('load'); SELECT pg_sleep(0.2);\" | \
                psql -q -U ledger -d ledger";
    docker(["exec", "--detach", &ledger.container("postgres"), "sh", "-c", load]);
    let clients = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(0.2)%' \
                   AND pid <> pg_backend_pid()";
    eventually("a client that writes", Duration::from_secs(30), || {
        (ledger.sql(clients) == "1").then_some(())
    });
    ledger
        .run(["backup", "restore", &name, "--mode", "database", "--yes"])
        .failed(5, ["from outside of the stack", "--force"]);
    ledger.run(["backup", "restore", &name, "--mode", "database", "--force", "--yes"]).succeeded("restore");
    assert_eq!((ledger.data().rows, ledger.data().key), (then.rows, then.key));
    // What was written until then is in the old side.
    ledger.run(["backup", "undo", "--yes"]).succeeded("undo");
    assert_ne!(ledger.sql("SELECT count(*) FROM entries WHERE what = 'load'"), "0");
}

fn two_at_once() {
    let ledger = Ledger::up("two");
    let then = ledger.data();
    let name = ledger.back_up();
    ledger.change();
    let finished: Vec<_> = std::thread::scope(|scope| {
        let one = || ledger.run(["backup", "restore", &name, "--yes"]);
        let both = [scope.spawn(one), scope.spawn(one)];
        both.into_iter().map(|one| one.join().expect("a command")).collect()
    });
    let won = finished.iter().filter(|one| one.code == Some(0)).count();
    let lost = finished.iter().find(|one| one.code != Some(0)).expect("one loses");
    assert_eq!(won, 1, "{}", lost.stderr);
    // It met the other one at work, or came when that had just ended.
    assert!(matches!(lost.code, Some(5 | 8)), "{:?}: {}", lost.code, lost.stderr);
    assert!(
        lost.stderr.contains("runs restore since") || lost.stderr.contains("backup accept"),
        "{}",
        lost.stderr
    );
    assert_eq!(ledger.data(), then);
}

/// Wherever its worker is killed, the next command finds the way.
fn killed_it_is_all_old_or_all_new() {
    let ledger = Ledger::up("killed");
    let then = ledger.data();
    let name = ledger.back_up();
    ledger.change();
    let now = ledger.data();
    for place in ["staging", "staged", "stopping", "switching", "switched", "starting"] {
        let mut command = ledger.command(["backup", "restore", &name, "--yes"]);
        command.env("MCP_TUI_RESTORE_DIES_AT", place);
        let died = finish(command, place);
        assert_ne!(died.code, Some(0), "it should have died at {place}: {}", died.stdout);
        // The same once more where the end of the one before can be met with.
        ledger.run(["backup", "undo", "--yes"]).succeeded(&format!("undo after it died at {place}"));
        if ledger.data() == then {
            ledger.run(["backup", "undo", "--yes"]).succeeded("undo of what was done");
            assert_eq!(ledger.data(), now, "killed at {place}");
            ledger.run(["backup", "accept", "--yes"]).succeeded("accept what was undone");
        }
        assert_eq!(ledger.data(), now, "killed at {place}");
        assert!(ledger.runs("web"), "killed at {place}");
        ledger.has_nothing_left();
    }
    // Killed while it goes back, and asked for a restore instead: it goes back, and what was restored waits.
    ledger.run(["backup", "restore", &name, "--yes"]).succeeded("restore");
    let mut command = ledger.command(["backup", "undo", "--yes"]);
    command.env("MCP_TUI_RESTORE_DIES_AT", "reverted");
    assert_ne!(finish(command, "undo").code, Some(0));
    ledger.run(["backup", "restore", &name, "--yes"]).failed(5, ["backup accept"]);
    assert_eq!(ledger.data(), now);
    // Killed while it is done once more: it is undone as it was.
    let mut command = ledger.command(["backup", "undo", "--yes"]);
    command.env("MCP_TUI_RESTORE_DIES_AT", "switching again");
    assert_ne!(finish(command, "undo of the undo").code, Some(0));
    ledger.run(["backup", "undo", "--yes"]).succeeded("the end of what died");
    assert_eq!(ledger.data(), now);
    ledger.run(["backup", "undo", "--yes"]).succeeded("undo of the undo");
    assert_eq!(ledger.data(), then);
    let mut command = ledger.command(["backup", "accept", "--yes"]);
    command.env("MCP_TUI_RESTORE_DIES_AT", "accepting");
    assert_ne!(finish(command, "accept").code, Some(0));
    ledger.run(["backup", "undo", "--yes"]).succeeded("the end of an accept that died");
    assert_eq!(ledger.data(), then, "what was accepted is not undone");
    ledger.has_nothing_left();
}

/// The service refuses the restored file, as one would that was changed since: all is put back.
fn a_new_side_that_does_not_start() {
    let ledger = Ledger::up("refuses");
    ledger.in_web("touch /files/refused-at-start");
    let name = ledger.back_up();
    ledger.in_web("rm /files/refused-at-start");
    ledger.change();
    let now = ledger.data();
    ledger.run(["backup", "restore", &name, "--yes"]).failed(7, ["all is as it was before"]);
    assert_eq!(ledger.data(), now);
    assert!(ledger.runs("web"));
    ledger.has_nothing_left();
}

/// What was down at the restore runs when it is undone: it is stopped, or it would go on with what it has in memory.
fn who_was_down_at_the_restore() {
    let ledger = Ledger::up("down");
    let then = ledger.data();
    let name = ledger.back_up();
    ledger.change();
    let now = ledger.data();
    docker(["stop", &ledger.container("web"), &ledger.container("cache")]);
    // Of a Redis that is down no safety backup can be taken.
    ledger.run(["backup", "restore", &name, "--yes"]).failed(5, ["no safety backup", "--force"]);
    ledger.run(["backup", "restore", &name, "--force", "--yes"]).succeeded("restore");
    ledger.run(["up", "--wait"]).succeeded("up");
    assert_eq!(ledger.data(), then);
    ledger.redis("SET k meanwhile");
    ledger.run(["backup", "undo", "--yes"]).succeeded("undo");
    assert_eq!(ledger.data(), now);
    // What is on its disk is the same: it is read anew.
    docker(["restart", &ledger.container("cache")]);
    ledger.is_healthy("cache");
    assert_eq!(ledger.data(), now);
}

/// The first try takes a backup of what it shall replace, and dies; that one is never the latest.
fn the_latest_one_tried_twice() {
    let ledger = Ledger::up("twice");
    let then = ledger.data();
    ledger.back_up();
    ledger.change();
    let mut command = ledger.command(["backup", "restore", "latest", "--yes"]);
    command.env("MCP_TUI_RESTORE_DIES_AT", "saved");
    assert_ne!(finish(command, "restore").code, Some(0), "it should have died");
    ledger.run(["backup", "restore", "latest", "--yes"]).succeeded("the same once more");
    assert_eq!(ledger.data(), then);
}

/// It is agreed that the old side of the last one goes; it goes only once there is something to go on with.
fn a_forced_one_that_comes_to_nothing() {
    let ledger = Ledger::up("forced");
    let then = ledger.data();
    let name = ledger.back_up();
    ledger.change();
    let now = ledger.data();
    ledger.run(["backup", "restore", &name, "--yes"]).succeeded("restore");
    let mut command = ledger.command(["backup", "restore", &name, "--force", "--yes"]);
    command.env("MCP_TUI_RESTORE_DIES_AT", "saved");
    assert_ne!(finish(command, "forced").code, Some(0), "it should have died");
    ledger.run(["backup", "undo", "--yes"]).succeeded("the end of what died");
    assert_eq!(ledger.data(), then);
    ledger.run(["backup", "undo", "--yes"]).succeeded("undo of the first");
    assert_eq!(ledger.data(), now);
    ledger.run(["backup", "restore", &name, "--force", "--yes"]).succeeded("forced to its end");
    ledger.run(["backup", "accept", "--yes"]).succeeded("accept");
    assert_eq!(ledger.data(), then);
    ledger.has_nothing_left();
}

/// A table that is written to all the while has as many rows in the dump as the manifest says.
fn rows_are_counted_as_they_are_dumped() {
    let ledger = Ledger::up("counted");
    let load = "yes \"INSERT INTO entries (what) VALUES ('load'); SELECT pg_sleep(0.01);\" | \
                psql -q -U ledger -d ledger";
    docker(["exec", "--detach", &ledger.container("postgres"), "sh", "-c", load]);
    eventually("a table that grows", Duration::from_secs(30), || {
        (ledger.sql("SELECT count(*) > 1000 FROM entries") == "t").then_some(())
    });
    let name = ledger.back_up();
    let shown = ledger.run(["backup", "show", &name, "--json"]).succeeded("show").json();
    let parts = shown["manifest"]["parts"].as_array().expect("parts").clone();
    let dump = parts.iter().find(|part| part["kind"] == "postgres").expect("a dump");
    assert!(dump["rows"]["public.entries"].as_u64().is_some_and(|rows| rows > 1000), "{dump}");
    // It restores the dump and counts.
    ledger.run(["backup", "rehearse", &name]).succeeded("rehearse");
}
