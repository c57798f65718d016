//! What is new since the deployment: the other face of the logs.

use crate::app::fixtures::*;
use crate::app::pane::PaneId;
use crate::app::{Effect, LogBatch, Msg, State};
use crate::domain::{ContainerId, Operation, TaskId, TaskRecord, TaskSpec, TaskState, TaskTarget, UpOptions};
use jiff::{SignedDuration, Timestamp};

fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

fn write(state: &mut State, lines: &[(i64, &str)]) -> Vec<Effect> {
    let generation = state.panes.logs.generation;
    let id: ContainerId = state.panes.logs.streams.keys().next().unwrap().clone();
    let lines = lines.iter().map(|(seconds, text)| log_line(&id, ago(*seconds), text)).collect();
    send(state, Msg::Logs(LogBatch { generation, lines, ..LogBatch::default() }))
}

fn deploy(state: &mut State, seconds: i64) {
    let mut record = TaskRecord::new(TaskSpec {
        id: TaskId("20261120T103000-up-mcp-3f9c".to_owned()),
        operation: Operation::Up(UpOptions::default()),
        target: TaskTarget::Stack(stack_file("mcp", &[]).reference),
        requested_by: "root".to_owned(),
        requested_from: None,
        requested_at: ago(seconds),
        endpoint: "unix:///var/run/docker.sock".to_owned(),
        terms: crate::domain::TaskTerms::default(),
    });
    record.state = TaskState::Completed;
    (record.started, record.finished) = (Some(ago(seconds)), Some(ago(seconds - 3)));
    send(state, Msg::Tasks(vec![record]));
}

/// What is on the screen: `*` before what is new.
fn rows(state: &State) -> Vec<String> {
    let (pane, store) = (&state.panes.patterns, &state.patterns);
    let patterns = pane.list.keys().iter().filter_map(|id| store.get(*id));
    patterns
        .map(|pattern| {
            let sign = if store.is_new(pattern, pane.since) { "*" } else { " " };
            format!("{sign}{} {}", pattern.count, pattern.text)
        })
        .collect()
}

fn looking() -> State {
    let mut state = platform();
    deploy(&mut state, 60);
    write(&mut state, &[(90, "INFO request 7 answered in 3 ms"), (80, "WARN cache is cold")]);
    keys(&mut state, "3 d");
    state
}

#[test]
fn the_key_shows_each_kind_of_line_once_with_the_new_ones_on_top() {
    let mut state = looking();
    assert_eq!(
        rows(&state),
        [
            "*1 torch.OutOfMemoryError: CUDA out of memory. Tried to allocate ‹n› GiB",
            "*1 error worker exits with ‹n›",
            " 1 WARN cache is cold",
            " 61 INFO request ‹n› answered in ‹n› ms",
        ]
    );
    write(&mut state, &[(1, "ERROR disk 3 is full"), (0, "ERROR disk 4 is full")]);
    send(&mut state, Msg::Tick);
    assert_eq!(rows(&state)[0], "*2 ERROR disk ‹n› is full");
    press(&mut state, "d");
    assert!(!state.panes.patterns.is_open && !state.patterns.is_on());
}

#[test]
fn a_long_log_is_read_in_slices() {
    let mut state = platform();
    let many: Vec<(i64, &str)> = (0..12_000).map(|_| (30, "held")).collect();
    write(&mut state, &many);
    let mut effects = keys(&mut state, "3 d");
    let mut turns = 0;
    while effects.contains(&Effect::Wake { milliseconds: 0 }) {
        effects = send(&mut state, Msg::Wake);
        turns += 1;
    }
    assert!((1..10).contains(&turns), "{turns}");
    assert!(rows(&state).iter().any(|row| row.ends_with("12000 held")), "{:?}", rows(&state));
}

#[test]
fn enter_goes_to_the_lines_of_the_kind() {
    let mut state = looking();
    keys(&mut state, "j enter");
    assert!(!state.panes.patterns.is_open);
    assert_eq!(state.logs.searched().unwrap().text(), "error worker exits with");
    let current = state.panes.logs.current(&state.logs).and_then(|number| state.logs.line(number)).unwrap();
    assert_eq!(current.text, "error worker exits with 137");
}

#[test]
fn enter_goes_to_the_newest_line_of_the_kind_wherever_the_reader_was() {
    let mut state = looking();
    press(&mut state, "d");
    write(&mut state, &[(2, "error worker exits with 9"), (1, "INFO the error worker exits with grace")]);
    keys(&mut state, "g d");
    let row = rows(&state).iter().position(|row| row.ends_with("2 error worker exits with ‹n›")).unwrap();
    keys(&mut state, &vec!["j"; row].join(" "));
    press(&mut state, "enter");
    let current = state.panes.logs.current(&state.logs).and_then(|number| state.logs.line(number)).unwrap();
    assert_eq!(current.text, "error worker exits with 9");
}

#[test]
fn esc_goes_back_one_thing_at_a_time() {
    let mut state = looking();
    keys(&mut state, "/ c a c h e enter");
    assert_eq!(rows(&state), [" 1 WARN cache is cold"]);
    press(&mut state, "esc");
    assert_eq!(rows(&state).len(), 4);
    press(&mut state, "esc");
    assert!(!state.panes.patterns.is_open);
    assert_eq!(state.focus, PaneId::Logs);
}

#[test]
fn what_is_for_lines_does_nothing_behind_the_operators_back() {
    let mut state = looking();
    let before = state.panes.logs.clone();
    keys(&mut state, "m w t n");
    assert_eq!((&state.panes.logs.marked, state.panes.logs.wrap), (&before.marked, before.wrap));
    let effects = press(&mut state, "y");
    assert_eq!(
        effects,
        [Effect::Copy("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB".to_owned())]
    );
}

#[test]
fn another_selection_begins_anew() {
    let mut state = looking();
    keys(&mut state, "alt-1 j");
    assert!(state.panes.patterns.is_open);
    assert_eq!(rows(&state), [] as [String; 0]);
    write(&mut state, &[(0, "other")]);
    send(&mut state, Msg::Tick);
    assert_eq!(rows(&state), [" 1 other"]);
}

#[test]
fn without_a_task_the_containers_tell_when_they_were_created() {
    let mut state = platform();
    send(&mut state, Msg::Tasks(Vec::new()));
    let subject = state.panes.logs.subject.clone().unwrap();
    assert_eq!(state.deployed_at(&subject), Some(now() - SignedDuration::from_hours(72)));
    deploy(&mut state, 60);
    assert_eq!(state.deployed_at(&subject), Some(ago(60)));
}
