use super::*;
use crate::app::fixtures::{no_docker, platform, press};
use crate::app::state::Setup;
use crate::app::{Effect, State};
use crate::config::keys::KeyPress;
use std::collections::BTreeSet;

#[test]
fn each_command_is_declared_once_with_keys_that_parse() {
    let mut names = BTreeSet::new();
    let mut commands = BTreeSet::new();
    for spec in COMMANDS {
        assert!(names.insert(spec.name), "{} twice", spec.name);
        assert!(commands.insert(spec.command), "{:?} twice", spec.command);
        assert!(!spec.scopes.is_empty() && spec.help.ends_with('.'), "{}", spec.name);
        assert_eq!(spec.command.spec(), spec);
        assert_eq!(Command::named(spec.name), Some(spec.command));
        for key in spec.keys {
            let press: KeyPress = key.parse().unwrap_or_else(|error| panic!("{key}: {error}"));
            assert_eq!(press.to_string(), *key, "as it is shown");
        }
    }
    // An exhaustive match elsewhere names them all; so many there are.
    assert_eq!(commands.len(), 97);
}

#[test]
fn no_default_key_means_two_things() {
    let (_, faults) = State::new(Setup::default());
    assert_eq!(faults, []);
}

#[test]
fn the_keys_of_the_design_do_what_it_says() {
    let state = platform();
    let services = Scope::Pane(PaneId::Services);
    let meaning = |key: &str, scope: Scope| {
        let press = key.parse().unwrap();
        state.keys.command(scope, press).or_else(|| state.keys.command(Scope::Everywhere, press))
    };
    for (key, command) in [
        ("u", Command::Deploy),
        ("r", Command::Restart),
        ("s", Command::Scale),
        ("S", Command::StopOrStart),
        ("D", Command::TakeDown),
        ("p", Command::PauseOrUnpause),
        ("^k", Command::Kill),
        ("b", Command::BackUp),
        ("B", Command::ShowBackups),
        ("e", Command::Shell),
        ("l", Command::ShowLogs),
        ("i", Command::Inspect),
        ("space", Command::Mark),
        ("f", Command::Zoom),
        ("R", Command::ToggleReadOnly),
        ("q", Command::Quit),
        ("?", Command::Help),
        (":", Command::Palette),
        ("/", Command::Filter),
        ("3", Command::Focus(PaneId::Logs)),
    ] {
        assert_eq!(meaning(key, services), Some(command), "{key}");
    }
    let logs = Scope::Pane(PaneId::Logs);
    assert_eq!(meaning("l", logs), Some(Command::Right), "in logs, as in every pager, l scrolls");
    assert_eq!(meaning("r", logs), Some(Command::Restart), "actions work from inside the logs");
    let findings = Scope::Pane(PaneId::Findings);
    for (key, command) in [
        ("x", Command::ApplyFix),
        ("a", Command::Acknowledge),
        ("i", Command::Timeline),
        ("r", Command::Restart),
    ] {
        assert_eq!(meaning(key, findings), Some(command), "{key}");
    }
}

#[test]
fn the_hint_line_offers_what_can_be_done_here() {
    let mut state = platform();
    let words = |state: &State| hints(state).into_iter().map(|hint| hint.word).collect::<Vec<_>>();
    assert!(words(&state).contains(&"scale"));
    press(&mut state, "g");
    assert!(!words(&state).contains(&"scale"), "a stack has no replicas");
    assert!(words(&state).contains(&"backup"));
    press(&mut state, "3");
    assert_eq!(words(&state)[..3], ["search", "keep", "remove"], "who reads logs is about to search");
    assert!(!words(&state).contains(&"follow"));
    let mut reading = platform();
    press(&mut reading, "3");
    press(&mut reading, "k");
    assert!(words(&reading).contains(&"follow"));
    press(&mut state, "alt-8");
    assert!(!words(&state).contains(&"restart"));
    assert!(words(&state).contains(&"refresh"));
}

#[test]
fn the_help_has_the_pane_s_own_keys_first_and_nothing_of_other_panes() {
    let state = platform();
    let rows = help(&state, Scope::Pane(PaneId::Logs));
    assert!(rows.iter().any(|spec| spec.command == Command::Wrap));
    assert!(!rows.iter().any(|spec| spec.command == Command::ApplyFix));
    let deploy = rows.iter().position(|spec| spec.command == Command::Deploy).unwrap();
    let save = rows.iter().position(|spec| spec.command == Command::Save).unwrap();
    assert!(save < deploy, "what only this pane has comes first");
    let own = rows.iter().position(|spec| !spec.is_in(Scope::Pane(PaneId::Logs))).unwrap();
    assert!(rows[own..].iter().all(|spec| spec.is_in(Scope::Everywhere)));
    let rows = help(&no_docker(), Scope::NoDocker);
    assert!(rows.iter().all(|spec| spec.is_in(Scope::NoDocker)));
}

#[test]
fn keys_can_be_moved() {
    use crate::config::keys::Override;
    use crate::domain::yaml::{Complaint, Position};
    let place = Complaint { at: Position::new(1, 1), path: "keys.quit".to_owned(), text: String::new() };
    let keys = vec![Override {
        name: "quit".to_owned(),
        keys: vec!["Q".parse().unwrap()],
        file: "config.yaml".into(),
        place,
    }];
    let (mut state, faults) = State::new(Setup { keys, ..Setup::default() });
    assert_eq!(faults, []);
    assert_eq!(press(&mut state, "q"), []);
    assert_eq!(press(&mut state, "Q"), [Effect::Quit]);
}

#[test]
fn the_table_for_the_readme_has_a_row_for_each_command() {
    let table = markdown();
    assert_eq!(table.lines().count(), COMMANDS.len() + 2);
    assert!(table.contains("| `u` | `up` | Create and start the stack or the service as its file says. |"));
    assert!(table.lines().all(|line| line.matches('|').count() == 5), "{table}");
}
