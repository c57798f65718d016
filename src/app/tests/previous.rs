//! The black box.

use crate::app::fixtures::*;
use crate::app::store::logs::LineKind;
use crate::app::{Effect, Msg, State};
use crate::domain::container::LastEnd;
use crate::domain::daemon::DaemonEvent;
use crate::domain::{ContainerId, ContainerState, FleetEvent, Safe};
use jiff::SignedDuration;

fn noted(id: &ContainerId, action: &str) -> DaemonEvent {
    DaemonEvent {
        time: Some(now()),
        kind: "container".to_owned(),
        action: Safe::new(action),
        id: id.0.clone(),
        name: Safe::new("mcp-mcp-inference-1"),
        service: None,
        exit_code: (action == "die").then_some(137),
    }
}

fn event(id: &ContainerId, action: &str) -> Msg {
    Msg::Fleet(FleetEvent::Noted(noted(id, action)))
}

fn shown(state: &State) -> Vec<&str> {
    state.logs.lines_from(0).filter(|line| line.kind != LineKind::Note).map(|line| line.text).collect()
}

fn notes(state: &State) -> String {
    let notes = state.logs.lines_from(0).filter(|line| line.kind == LineKind::Note);
    notes.map(|line| line.text).collect::<Vec<_>>().join("; ")
}

#[test]
fn the_last_lines_of_a_run_are_kept_and_shown_after_its_container_is_gone() {
    let mut state = platform();
    press(&mut state, "3");
    press(&mut state, "P");
    assert!(state.panes.logs.previous.is_none(), "nothing has ended yet");
    let words = state.notices.latest().unwrap().text.to_string();
    assert!(words.starts_with("runs are kept from when the console was opened on"), "{words}");
    assert!(words.ends_with("before, mcp-mcp-inference-3 ended 4s ago with exit code 137"), "{words}");
    let id = state.panes.logs.streams.keys().next().unwrap().clone();
    send(&mut state, event(&id, "oom"));
    let effects = send(&mut state, event(&id, "die"));
    let [Effect::ReadLastLines { run, container, since, until }] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!((container, *until), (&id, Some(now())));
    let started = state.fleet.get(&id).unwrap().details.as_ref().unwrap().started_at.unwrap();
    assert_eq!(*since, Some(started - SignedDuration::from_millis(50)), "only what this run has written");
    let lines = vec![log_line(&id, now(), "loading the model"), log_line(&id, now(), "Killed")];
    send(&mut state, Msg::LastLines { run: *run, result: Ok(lines) });
    send(&mut state, Msg::Fleet(FleetEvent::Removed(id.clone())));
    wait(&mut state);
    press(&mut state, "P");
    let previous = state.panes.logs.previous.as_ref().unwrap();
    assert_eq!((previous.list.keys(), previous.open), ([*run].as_slice(), None));
    let effects = press(&mut state, "enter");
    assert_eq!(effects, [Effect::StopLogs]);
    assert_eq!(shown(&state), ["loading the model", "Killed"]);
    assert!(notes(&state).contains("with exit code 137, out of memory"), "{}", notes(&state));
    assert!(notes(&state).contains("% of a core, ") && !notes(&state).contains("% %"), "{}", notes(&state));
    keys(&mut state, "/ k i l l e d enter");
    assert_eq!(state.logs.matches(), 1);
    keys(&mut state, "esc esc");
    assert_eq!(
        state.panes.logs.previous.as_ref().map(|previous| previous.open),
        Some(None),
        "the list again"
    );
    let effects = press(&mut state, "esc");
    assert!(state.panes.logs.previous.is_none());
    assert_eq!(effects, [], "the live lines are followed since the run was left");
    assert_eq!(state.panes.logs.streams.len(), 2);
}

#[test]
fn what_an_inspect_tells_later_is_added() {
    let mut state = platform();
    let id = state.panes.logs.streams.keys().next().unwrap().clone();
    send(&mut state, event(&id, "die"));
    let mut container = state.fleet.get(&id).unwrap().clone();
    container.state = ContainerState::Exited;
    let details = container.details.as_mut().unwrap();
    details.last_end = Some(LastEnd { exit_code: 137, oom_killed: false, on_request: true });
    details.health_output = Some(Safe::new("curl: (7) connection refused"));
    send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(container))));
    let run = state.previous.newest_first().next().unwrap();
    assert_eq!(run.ending(), "137, killed", "by whoever sent the signal");
    assert_eq!(run.health_output, Some(Safe::new("curl: (7) connection refused")));
    send(&mut state, event(&id, "stop"));
    assert_eq!(state.previous.newest_first().next().unwrap().ending(), "137, as was asked for");
}

#[test]
fn what_could_not_be_read_is_said_where_its_lines_would_stand() {
    let mut state = platform();
    press(&mut state, "3");
    let id = state.panes.logs.streams.keys().next().unwrap().clone();
    let effects = send(&mut state, event(&id, "die"));
    let [Effect::ReadLastLines { run, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    let run = *run;
    keys(&mut state, "P enter");
    assert!(notes(&state).contains("its last lines are being read"), "{}", notes(&state));
    send(&mut state, Msg::LastLines { run, result: Err(fault("No such container")) });
    assert!(notes(&state).contains("were not read"), "{}", notes(&state));
    assert!(notes(&state).contains("No such container"), "{}", notes(&state));
}

#[test]
fn a_run_that_ended_before_anybody_could_look_is_its_services() {
    let mut state = platform();
    press(&mut state, "3");
    let id = ContainerId("f".repeat(64));
    let service = Some(("mcp".to_owned(), "mcp-inference".to_owned()));
    send(&mut state, Msg::Fleet(FleetEvent::Noted(DaemonEvent { service, ..noted(&id, "die") })));
    send(&mut state, Msg::Fleet(FleetEvent::Removed(id.clone())));
    press(&mut state, "P");
    let previous = state.panes.logs.previous.as_ref().expect("a run has ended");
    let run = state.previous.get(previous.list.keys()[0]).unwrap();
    assert_eq!((&run.container, run.exit_code), (&id, Some(137)));
}
