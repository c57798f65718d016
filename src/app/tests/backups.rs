//! The backups' own keys, and what is told of backups elsewhere.

use super::actions::card;
use crate::app::command::{Command, hints};
use crate::app::fixtures::*;
use crate::app::{Effect, Msg, State};
use crate::domain::stack::{BackupEntry, BackupStanding, Backups};
use crate::domain::task::{BundleOperation, TaskRequest};
use crate::domain::{Operation, RestoreOptions, StackRef, StepVerb, TaskTarget, fixtures};
use jiff::SignedDuration;
use rstest::rstest;

const NAME: &str = "20261120T103104Z-3f9c";

/// The pane with one backup in it.
fn pane(entry: BackupEntry) -> State {
    let mut state = platform();
    press(&mut state, "7");
    send(&mut state, Msg::Backups(Ok(Backups { entries: vec![entry], ..Backups::default() })));
    state
}

fn backup() -> BackupEntry {
    fixtures::backup("mcp", NAME, now())
}

#[test]
fn a_restore_is_typed_and_bound_to_the_plan_that_was_shown() {
    let mut state = platform();
    press(&mut state, "7");
    send(&mut state, Msg::Backups(Ok(Backups { entries: vec![backup()], ..Backups::default() })));
    let name = state.panes.backups.list.selected().unwrap().1.clone();
    press(&mut state, "x");
    let asked = &card(&state).parts[0];
    let options = RestoreOptions { name, ..RestoreOptions::default() };
    let (request, task) = (asked.request, asked.task.clone());
    assert_eq!(task.operation, Operation::Restore(options.clone()));
    let shown = plan("restore", &[StepVerb::Check, StepVerb::Switch]);
    send(&mut state, Msg::Plan { request, result: Ok(shown.clone()) });
    assert_eq!(press(&mut state, "enter"), [], "nothing is restored by one key");
    for character in "restore mcp".chars() {
        let key = if character == ' ' { "space".to_owned() } else { character.to_string() };
        press(&mut state, &key);
    }
    let agreed = RestoreOptions { agreed: Some(shown.fingerprint()), ..options };
    let task = TaskRequest { operation: Operation::Restore(agreed), target: task.target };
    assert_eq!(press(&mut state, "enter"), [Effect::StartTask { request, task, continues: None }]);
}

#[rstest]
#[case("v", BundleOperation::Verify { name: NAME.to_owned(), deep: false }, "Verify")]
#[case("V", BundleOperation::Verify { name: NAME.to_owned(), deep: true }, "Verify deeply")]
#[case("t", BundleOperation::Rehearse { name: NAME.to_owned(), identity: None }, "Rehearse")]
#[case("P", BundleOperation::Pin { name: NAME.to_owned(), pinned: true }, "Pin")]
#[case("o", BundleOperation::Export { name: NAME.to_owned() }, "Export")]
#[case("O", BundleOperation::Push { name: NAME.to_owned(), again: false }, "Copy off site")]
fn a_key_asks_for_the_plan_and_enter_starts_the_task(
    #[case] key: &str,
    #[case] operation: BundleOperation,
    #[case] title: &str,
) {
    let mut state = pane(backup());
    let task = TaskRequest {
        operation: Operation::Bundle(operation),
        target: TaskTarget::Stack(stack_file("mcp", &[]).reference),
    };
    let effects = press(&mut state, key);
    let request = card(&state).parts[0].request;
    assert_eq!(effects, [Effect::RequestPlan { request, task: task.clone() }]);
    assert_eq!(card(&state).title, format!("{title} {NAME} of mcp?"));
    send(&mut state, Msg::Plan { request, result: Ok(plan("verify", &[StepVerb::Check])) });
    assert_eq!(press(&mut state, "enter"), [Effect::StartTask { request, task, continues: None }]);
}

#[test]
fn one_that_is_pinned_is_unpinned_by_the_same_key() {
    let mut state = pane(BackupEntry { pinned: true, ..backup() });
    press(&mut state, "P");
    let unpin = BundleOperation::Pin { name: NAME.to_owned(), pinned: false };
    assert_eq!(card(&state).parts[0].task.operation, Operation::Bundle(unpin));
    assert_eq!(card(&state).title, format!("Unpin {NAME} of mcp?"));
}

#[rstest]
#[case::one("d", BundleOperation::Remove { name: NAME.to_owned() }, &format!("Remove {NAME} of mcp?"))]
#[case::by_policy("C", BundleOperation::Prune, "Prune the backups of mcp?")]
fn what_removes_backups_is_typed(#[case] key: &str, #[case] operation: BundleOperation, #[case] title: &str) {
    let mut state = pane(backup());
    press(&mut state, key);
    let request = card(&state).parts[0].request;
    assert_eq!(card(&state).parts[0].task.operation, Operation::Bundle(operation));
    assert_eq!(card(&state).title, title);
    send(&mut state, Msg::Plan { request, result: Ok(plan("rm", &[StepVerb::RemoveBackup])) });
    assert_eq!(keys(&mut state, "enter y enter"), []);
    press(&mut state, "backspace");
    assert_eq!(keys(&mut state, "m c p enter").len(), 1);
}

#[test]
fn a_policy_that_lets_nothing_go_asks_for_nothing() {
    let mut state = pane(backup());
    press(&mut state, "C");
    let request = card(&state).parts[0].request;
    send(&mut state, Msg::Plan { request, result: Ok(plan("prune", &[])) });
    assert!(card(&state).is_idle() && card(&state).typed.is_none());
    assert_eq!(press(&mut state, "enter"), []);
    assert!(state.dialogs.is_empty());
}

#[test]
fn a_backup_outlives_its_stack_and_can_still_be_verified_and_removed() {
    let mut state = pane(BackupEntry { stack: "gone".to_owned(), ..backup() });
    for key in ["v", "d"] {
        press(&mut state, key);
        assert_eq!(card(&state).parts[0].task.target, TaskTarget::Stack(StackRef::named("gone")));
        press(&mut state, "esc");
    }
    press(&mut state, "C");
    assert!(state.dialogs.is_empty(), "by which policy nobody can tell");
}

#[test]
fn who_looks_at_backups_is_offered_what_is_done_with_them() {
    let offered = |state: &State| hints(state).into_iter().map(|hint| hint.command).collect::<Vec<_>>();
    let state = pane(backup());
    assert_eq!(offered(&state)[..2], [Command::RestoreBackup, Command::VerifyBackup]);
    assert!(!offered(&state).contains(&Command::UndoRestore), "there is nothing to undo");
    let state = pane(BackupEntry { old_side_until: Some(now()), ..backup() });
    assert!(offered(&state).contains(&Command::UndoRestore));
    let mut state = pane(backup());
    press(&mut state, "R");
    assert_eq!(press(&mut state, "v"), []);
    assert!(state.dialogs.is_empty() && !offered(&state).contains(&Command::VerifyBackup), "read-only");
}

#[test]
fn a_backup_that_is_missing_is_a_finding_whose_fix_takes_one_and_whose_end_ends_it() {
    let mut state = platform();
    let standing = |hours: i64| BackupStanding {
        project: "mcp".to_owned(),
        last_good: Some(now() - SignedDuration::from_hours(hours + 24)),
        bad: None,
        schedule: "02:00".to_owned(),
        due: Some(now() - SignedDuration::from_hours(hours)),
        wrong: None,
        offsite: None,
    };
    let told = |hours| Ok(Backups { standings: vec![standing(hours)], ..Backups::default() });
    let is_found = |state: &State| state.findings.get("backup/mcp").is_some();
    send(&mut state, Msg::Backups(told(3)));
    wait(&mut state);
    assert!(is_found(&state));
    press(&mut state, "5");
    let place = state.panes.findings.list.keys().iter().position(|id| id == "backup/mcp").unwrap();
    press(&mut state, "g");
    (0..place).for_each(|_| drop(press(&mut state, "j")));
    for key in ["x", "b"] {
        press(&mut state, key);
        assert_eq!(card(&state).parts[0].task.operation, Operation::Backup, "{key}");
        press(&mut state, "esc");
    }
    send(&mut state, Msg::Backups(Err(fault("the disk is gone"))));
    wait(&mut state);
    assert!(!is_found(&state), "what cannot be read says nothing of what is missing");
    send(&mut state, Msg::Backups(told(-20)));
    wait(&mut state);
    assert!(!is_found(&state));
}
