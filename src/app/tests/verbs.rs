//! The verbs of the palette: what each asks for, what its card lets one choose, and what read-only mode leaves of them.

use crate::app::command::{Command, palette};
use crate::app::dialog::confirm::Choice;
use crate::app::dialog::{Confirm, Dialog};
use crate::app::fixtures::*;
use crate::app::{Effect, Msg, State};
use crate::domain::stack::{Overlay, Profile};
use crate::domain::task::{BuildOptions, PullOptions};
use crate::domain::{
    ContainerState, DownOptions, Drift, FleetEvent, Operation, StackFile, TaskTarget, UpOptions,
};
use rstest::rstest;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn card(state: &State) -> &Confirm {
    match state.dialog() {
        Some(Dialog::Confirm(confirm)) => confirm,
        other => panic!("no confirm card but {other:?}"),
    }
}

/// Finds the command in the palette by its name and gives it; what is asked to be planned then.
fn give(state: &mut State, command: Command) -> Operation {
    press(state, ":");
    for letter in command.spec().name.chars() {
        press(state, &letter.to_string());
    }
    let found = match state.dialog() {
        Some(Dialog::Palette(palette)) => palette.list.selected().copied(),
        other => panic!("no palette but {other:?}"),
    };
    assert_eq!(found, Some(command), "by its own name");
    planned(&press(state, "enter"))
}

fn planned(effects: &[Effect]) -> Operation {
    let [Effect::RequestPlan { task, .. }] = effects else { panic!("{effects:?}") };
    task.operation.clone()
}

fn inference() -> Vec<String> {
    vec!["mcp-inference".to_owned()]
}

#[rstest]
#[case(Command::Pull, Operation::Pull(PullOptions { services: inference(), ..PullOptions::default() }))]
#[case(Command::Build, Operation::Build(BuildOptions { services: inference(), ..BuildOptions::default() }))]
#[case(Command::Recreate, Operation::Up(UpOptions { services: inference(), force_recreate: true, ..UpOptions::default() }))]
#[case(Command::BuildAndDeploy, Operation::Up(UpOptions { services: inference(), build: true, ..UpOptions::default() }))]
#[case(Command::PauseOrUnpause, Operation::Pause { services: inference() })]
#[case(Command::Kill, Operation::Kill { services: inference(), signal: "SIGKILL".to_owned(), remove_orphans: false })]
#[case(Command::RemoveStopped, Operation::Rm { services: inference(), stop: false, volumes: false })]
#[case(Command::CleanUp, Operation::Cleanup { volumes: false })]
fn each_verb_of_the_palette_asks_for_its_own_plan(#[case] command: Command, #[case] operation: Operation) {
    let mut state = platform();
    assert_eq!(give(&mut state, command), operation);
    press(&mut state, "esc");
    press(&mut state, "R");
    let offered: Vec<Command> = palette(&state).into_iter().map(|spec| spec.command).collect();
    assert!(!offered.contains(&command), "gone in read-only mode");
}

#[test]
fn what_is_paused_is_unpaused_by_the_same_key() {
    let mut state = platform();
    let paused = state.fleet.containers().values().find(|container| container.name.as_str() == "watchtower");
    let mut paused = paused.unwrap().clone();
    paused.state = ContainerState::Paused;
    send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(paused))));
    press(&mut state, "G");
    assert_eq!(planned(&press(&mut state, "p")), Operation::Unpause { services: Vec::new() });
    assert_eq!(card(&state).title, "Unpause watchtower?");
}

#[test]
fn one_replica_is_killed_by_itself() {
    let mut state = platform();
    keys(&mut state, "enter j");
    press(&mut state, "^k");
    let TaskTarget::Container { name, .. } = &card(&state).parts[0].task.target else { panic!() };
    assert_eq!(name, "mcp-mcp-inference-1");
}

#[test]
fn the_signal_is_chosen_on_the_card() {
    let mut state = platform();
    press(&mut state, "^k");
    let signal = |operation: Operation| match operation {
        Operation::Kill { signal, .. } => signal,
        other => panic!("{other:?}"),
    };
    assert_eq!(signal(planned(&press(&mut state, "space"))), "SIGTERM");
    assert_eq!(signal(planned(&press(&mut state, "space"))), "SIGINT");
}

#[test]
fn anonymous_volumes_go_only_when_the_name_is_typed() {
    let mut state = platform();
    give(&mut state, Command::RemoveStopped);
    assert!(card(&state).typed.is_none());
    let wanted = Operation::Rm { services: inference(), stop: false, volumes: true };
    assert_eq!(planned(&press(&mut state, "space")), wanted);
    assert_eq!(card(&state).typed.as_ref().unwrap().expected, "mcp");
    press(&mut state, "space");
    assert!(card(&state).typed.is_none(), "and no more when they stay");
}

#[test]
fn orphans_are_a_choice_where_there_are_any() {
    let mut state = platform();
    press(&mut state, "u");
    assert!(card(&state).choices.all().is_empty());
    press(&mut state, "esc");
    let drift = [(("mcp".to_owned(), "mcp-inference".to_owned()), Drift::Orphan)].into();
    send(&mut state, Msg::Drift(drift));
    wait(&mut state);
    press(&mut state, "u");
    assert_eq!(card(&state).choices.all(), [Choice::Orphans { remove: false, names: inference() }]);
    let wanted = UpOptions { services: inference(), remove_orphans: true, ..UpOptions::default() };
    assert_eq!(planned(&press(&mut state, "space")), Operation::Up(wanted));
    press(&mut state, "esc");
    press(&mut state, "D");
    press(&mut state, "tab");
    let wanted = DownOptions { remove_orphans: true, ..DownOptions::default() };
    assert_eq!(planned(&press(&mut state, "space")), Operation::Down(wanted), "the second choice");
}

const BASE: &str = "/srv/mcp/compose.yaml";
const PROD: &str = "/srv/mcp/compose.prod.yaml";
const DEV: &str = "/srv/mcp/compose.dev.yaml";

fn layered() -> StackFile {
    let mut file = stack_file("mcp", &[("mcp-inference", 1)]);
    let overlay = |name: &str, file: &str| Overlay { name: name.to_owned(), file: file.into() };
    file.overlays = vec![overlay("dev", DEV), overlay("prod", PROD)];
    file.profiles = vec![
        Profile { name: "serve".to_owned(), services: inference() },
        Profile { name: "train".to_owned(), services: vec!["mcp-inference".to_owned(), "absent".to_owned()] },
    ];
    file
}

/// The platform, its stack deployed with the overlay `prod`.
fn deployed_with_prod() -> State {
    let mut state = platform();
    let containers: Vec<_> = state.fleet.containers().values().cloned().collect();
    for mut container in containers {
        if let Some(labels) = container.compose.as_mut().filter(|labels| labels.project == "mcp") {
            labels.config_files = vec![BASE.to_owned(), PROD.to_owned()];
            send(&mut state, Msg::Fleet(FleetEvent::Changed(Box::new(container))));
        }
    }
    send(&mut state, Msg::Stacks { files: vec![layered()], faults: Vec::new(), unread: BTreeMap::new() });
    wait(&mut state);
    state
}

fn asked(effects: &[Effect]) -> (Vec<PathBuf>, Vec<String>) {
    let [Effect::RequestPlan { task, .. }] = effects else { panic!("{effects:?}") };
    let TaskTarget::Stack(stack) = &task.target else { panic!("{task:?}") };
    (stack.files.clone(), stack.profiles.clone())
}

#[test]
fn the_overlays_and_profiles_of_the_present_deployment_are_chosen_and_can_be_changed() {
    let mut state = deployed_with_prod();
    let (files, profiles) = asked(&press(&mut state, "u"));
    assert_eq!(files, [PathBuf::from(BASE), PROD.into()]);
    assert_eq!(profiles, ["serve"], "of the other one a service is missing");
    let laid = |state: &State| -> Vec<bool> {
        let choices = card(state).choices.all().iter();
        choices
            .filter_map(|choice| match choice {
                Choice::Overlay { laid: on, .. } | Choice::Profile { active: on, .. } => Some(*on),
                _ => None,
            })
            .collect()
    };
    assert_eq!(laid(&state), [true, false, true, false], "those of the deployment come first");
    press(&mut state, "tab");
    let (files, _) = asked(&press(&mut state, "space"));
    assert_eq!(
        files,
        [PathBuf::from(BASE), PROD.into(), DEV.into()],
        "what comes is laid over what is there"
    );
    keys(&mut state, "tab tab tab tab");
    let (files, _) = asked(&press(&mut state, "space"));
    assert_eq!(files, [PathBuf::from(BASE), DEV.into()]);
    keys(&mut state, "tab tab tab");
    let (_, profiles) = asked(&press(&mut state, "space"));
    assert_eq!(profiles, ["serve", "train"]);
    assert_eq!(laid(&state), [false, true, true, true]);
}

#[test]
fn a_restart_takes_no_overlay_away() {
    let mut state = deployed_with_prod();
    let (files, _) = asked(&press(&mut state, "r"));
    assert_eq!(files, [PathBuf::from(BASE), PROD.into()]);
}
