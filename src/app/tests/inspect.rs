//! What is made from which files, and what differs from them: of a stack, and of a service.

use crate::app::dialog::Dialog;
use crate::app::dialog::inspect::{Content, Inspection};
use crate::app::fixtures::*;
use crate::app::tree::Subject;
use crate::app::{Effect, Msg, State};
use crate::domain::{Drift, Fault, FaultKind, Plan, Safe, StackOrigin, StepVerb};
use std::collections::BTreeMap;

fn up(service: &str, reason: &str) -> Plan {
    let mut plan = plan("up", &[StepVerb::RecreateContainer]);
    plan.steps[0].service = Some(service.to_owned());
    plan.steps[0].reason = reason.to_owned();
    plan
}

fn open(state: &mut State, subject: &Subject) -> Vec<Effect> {
    assert!(state.panes.services.list.select_key(subject), "{subject:?} is in the list");
    press(state, "i")
}

fn shown(state: &State) -> String {
    let Some(Dialog::Inspect(inspect)) = state.dialog() else { panic!("no card") };
    let Content::Lines(lines) = &inspect.content else { panic!("{inspect:?}") };
    inspect.head.iter().chain(lines).map(Safe::as_str).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_stack_shows_its_files_and_what_differs_from_them() {
    let mut state = platform();
    let drifted = BTreeMap::from([(("mcp".to_owned(), "redis".to_owned()), Drift::Changed)]);
    send(&mut state, Msg::Drift(drifted));
    wait(&mut state);
    let effects = open(&mut state, &Subject::Stack("mcp".to_owned()));
    let [Effect::InspectStack { project, stack }, ..] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((project.as_str(), stack.project.as_str()), ("mcp", "mcp"));
    let reason = "configuration changed: environment (LEVEL), command PASSWORD=hunter2";
    let inspection = Inspection { plan: Ok(up("redis", reason)), overlays: vec!["prod".to_owned()] };
    send(&mut state, Msg::StackInspected { project: "mcp".to_owned(), inspection });
    let text = shown(&state);
    for words in [
        "known by: the search path",
        "  - /srv/mcp/compose.yaml",
        "  - prod",
        "  redis:\n    runs: 1/1\n    drift: changed\n    up would: recreate: configuration changed: environment (LEVEL)",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_stack_whose_files_are_out_of_reach_says_which() {
    let mut state = platform();
    let fault = Fault::new(FaultKind::Permission, "read", "/srv/mcp/compose.yaml").because("not ours");
    let unread = BTreeMap::from([("mcp".to_owned(), fault.clone())]);
    send(&mut state, Msg::Stacks { files: Vec::new(), faults: Vec::new(), unread });
    wait(&mut state);
    open(&mut state, &Subject::Stack("mcp".to_owned()));
    let inspection = Inspection { plan: Err(fault), overlays: Vec::new() };
    send(&mut state, Msg::StackInspected { project: "mcp".to_owned(), inspection });
    let text = shown(&state);
    assert!(text.contains("out of reach:\n  - read /srv/mcp/compose.yaml: not ours"), "{text}");
}

#[test]
fn a_service_shows_its_drift_above_its_container() {
    let mut state = platform();
    let drifted = BTreeMap::from([(("mcp".to_owned(), "redis".to_owned()), Drift::ImageNewer)]);
    send(&mut state, Msg::Drift(drifted));
    wait(&mut state);
    let redis = Subject::Service { project: "mcp".to_owned(), service: "redis".to_owned() };
    let effects = open(&mut state, &redis);
    let [Effect::Inspect(id), Effect::InspectStack { .. }, ..] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    send(&mut state, Msg::Inspected { id: id.clone(), result: Ok(serde_json::json!({"Name": "/redis"})) });
    assert!(shown(&state).starts_with("drift: image newer\nName: /redis"), "{}", shown(&state));
    let inspection = Inspection { plan: Ok(up("redis", "image changed")), overlays: Vec::new() };
    send(&mut state, Msg::StackInspected { project: "mcp".to_owned(), inspection });
    let begin = "drift: image newer\nup would: recreate: image changed\nName: /redis";
    assert!(shown(&state).starts_with(begin), "{}", shown(&state));
}

#[test]
fn what_was_never_deployed_has_no_health() {
    let mut state = platform();
    let mut offered = stack_file("shipped", &[("web", 1)]);
    offered.origin = StackOrigin::BuiltIn;
    let report = state.health.reports().next().expect("a check").clone();
    let mut idle = report.clone();
    idle.id.stack = "shipped".to_owned();
    let own = stack_file(&report.id.stack, &[("mcp-api", 1)]);
    send(&mut state, Msg::Checks(vec![idle.clone()]));
    assert!(state.panes.health.list.keys().contains(&idle.id), "nothing is known of the stack yet");
    let files = vec![offered.clone(), own];
    send(&mut state, Msg::Stacks { files, faults: Vec::new(), unread: BTreeMap::new() });
    send(&mut state, Msg::Checks(vec![report.clone(), idle.clone()]));
    wait(&mut state);
    let keys = state.panes.health.list.keys();
    assert!(keys.contains(&report.id) && !keys.contains(&idle.id), "{keys:?}");
    let made = compose_container("shipped", "web", 1);
    send(&mut state, Msg::Fleet(crate::domain::FleetEvent::Changed(Box::new(made))));
    wait(&mut state);
    assert!(state.panes.health.list.keys().contains(&idle.id), "now it counts");
}
