//! An update that waits to be accepted: what is told of it, and the two keys that decide.

use super::actions::card;
use crate::app::command::{Command, hints};
use crate::app::fixtures::*;
use crate::app::{Effect, Msg, State};
use crate::domain::deploy::Undecided;
use crate::domain::{Container, ContainerId, FleetEvent, Operation, Safe, StackRef, StepVerb, TaskTarget};
use jiff::SignedDuration;

/// The first stack waits since ten minutes, with a new container beside an old one.
fn undecided() -> State {
    let mut state = platform();
    let old = platform_containers().into_iter().find(|old| old.name.starts_with("mcp-")).unwrap();
    let name = Safe::new(format!("0123456789ab_{}", old.name));
    let new = Container { id: ContainerId("new".to_owned()), name, ..old };
    send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(new))));
    let stack = StackRef { files: vec!["/srv/mcp/compose.yaml".into()], ..StackRef::named("mcp") };
    let since = now() - SignedDuration::from_mins(10);
    send(&mut state, Msg::Undecided(Ok(vec![Undecided { stack, deploy: 3, since }])));
    state
}

fn is_hinted(state: &State, command: Command) -> bool {
    hints(state).iter().any(|hint| hint.command == command)
}

#[test]
fn the_keys_to_decide_with_are_offered_while_there_is_something_to_decide() {
    let mut state = platform();
    assert_eq!(press(&mut state, "A"), []);
    assert!(state.dialogs.is_empty());
    let told = state.notices.latest().unwrap();
    assert!(told.text.contains("waits to be accepted"), "{}", told.text);
    assert!(!is_hinted(&state, Command::AcceptUpdate) && !is_hinted(&state, Command::RollBack));

    let mut state = undecided();
    assert!(is_hinted(&state, Command::AcceptUpdate) && is_hinted(&state, Command::RollBack));
    for (key, title, operation) in [
        ("A", "Accept the update of mcp?", Operation::Accept),
        ("Z", "Roll back mcp?", Operation::Rollback { to: None }),
    ] {
        press(&mut state, key);
        let (request, task) = (card(&state).parts[0].request, card(&state).parts[0].task.clone());
        assert_eq!(card(&state).title, title);
        assert_eq!(task.operation, operation);
        assert!(matches!(&task.target, TaskTarget::Stack(stack) if stack.project == "mcp"));
        send(&mut state, Msg::Plan { request, result: Ok(plan("it", &[StepVerb::RemoveContainer])) });
        assert_eq!(press(&mut state, "enter"), [Effect::StartTask { request, task, continues: None }]);
        press(&mut state, "esc");
    }
}

#[test]
fn the_finding_says_since_when_and_both_ways_out_and_goes_with_the_decision() {
    let mut state = undecided();
    wait(&mut state);
    let finding = |state: &State| {
        state.findings.findings().iter().find(|finding| finding.id.starts_with("acceptance/")).cloned()
    };
    let found = finding(&state).unwrap();
    assert_eq!(&*found.title, "deploy 3 of mcp waits to be accepted");
    assert_eq!(found.began, Some(now() - SignedDuration::from_mins(10)));
    let fix = found.fix.unwrap();
    assert!(fix.label.contains("(A)") && fix.label.contains("(Z)"), "{}", fix.label);
    assert_eq!(fix.request.unwrap().operation, Operation::Accept);

    // What cannot be read is told, and is no decision.
    send(&mut state, Msg::Undecided(Err(fault("the disk is gone"))));
    assert!(state.undecided("mcp").is_some());
    // Whoever has removed what there was to decide about has decided.
    let mut by_hand = state.clone();
    send(&mut by_hand, Msg::Fleet(FleetEvent::Removed(ContainerId("new".to_owned()))));
    wait(&mut by_hand);
    assert!(finding(&by_hand).is_none() && by_hand.undecided("mcp").is_none());
    send(&mut state, Msg::Undecided(Ok(Vec::new())));
    wait(&mut state);
    assert!(finding(&state).is_none());
}
