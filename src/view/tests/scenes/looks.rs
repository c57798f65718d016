//! Ways to look at the server in trouble.

use super::driving::{press, tell};
use super::holdings::backups_in_trouble;
use super::server::{incident, simulated};
use super::tasks::{backing_up, deployed, tasks};
use crate::app::dialog::Dialog;
use crate::app::fixtures::now;
use crate::app::{Msg, PaneId, State};
use crate::domain::task::JournalLine;
use crate::domain::{Fault, FaultKind, TaskEvent, TaskState};

pub fn read_only() -> State {
    let mut state = simulated();
    press(&mut state, &["R"]);
    state
}

/// The backups after a bad night, while one is being taken.
pub fn backups() -> State {
    let mut state = incident();
    tell(&mut state, Msg::Backups(Ok(backups_in_trouble())));
    tell(&mut state, Msg::Task(Box::new(backing_up())));
    press(&mut state, &["7", "j"]);
    state
}

pub fn help() -> State {
    let mut state = incident();
    press(&mut state, &["?"]);
    state
}

pub fn palette() -> State {
    let mut state = incident();
    press(&mut state, &[":", "r", "e"]);
    state
}

pub fn inspect() -> State {
    let mut state = incident();
    press(&mut state, &["i"]);
    let container = state.dialogs.iter().find_map(|dialog| match dialog {
        Dialog::Inspect(inspect) => inspect.container.clone(),
        _ => None,
    });
    let document = serde_json::json!({
        "Name": "/mcp-mcp-inference-1",
        "State": {"Status": "running", "Pid": 4000, "OOMKilled": false},
        "Config": {"Env": ["CUDA_VISIBLE_DEVICES=1", "API_TOKEN=hunter2"], "Image": "mcp-finetune:latest"},
    });
    tell(&mut state, Msg::Inspected { id: container.unwrap(), result: Ok(document) });
    state
}

pub fn searching() -> State {
    let mut state = incident();
    press(&mut state, &["3", "/", "c", "u", "d", "a", "|", "e", "r", "r", "o", "r", "enter"]);
    for _ in 0..4 {
        tell(&mut state, Msg::Wake);
    }
    press(&mut state, &["n"]);
    state
}

/// The replicas in trouble were deployed half a minute ago.
pub fn new_since_deploy() -> State {
    let mut state = incident();
    let mut records = tasks();
    records.push(deployed("mcp", 30));
    tell(&mut state, Msg::Tasks(records));
    press(&mut state, &["3", "d"]);
    state
}

pub fn typing_a_filter() -> State {
    let mut state = incident();
    press(&mut state, &["1", "/", "i", "n", "f"]);
    state
}

pub fn focus(pane: PaneId) -> State {
    let mut state = incident();
    press(&mut state, &[&pane.number().to_string()]);
    state
}

pub fn zoomed(pane: PaneId) -> State {
    let mut state = focus(pane);
    press(&mut state, &["f"]);
    state
}

pub fn notices() -> State {
    let mut state = incident();
    let fault = Fault::new(FaultKind::Invalid, "read settings", "/home/ops/.config/mcp-tui/config.yaml:3:9")
        .because("keys.restart: expected a key such as `r`")
        .hint("the default is used in its place; correct the file and start again");
    tell(&mut state, Msg::Faults(vec![fault]));
    let mut ended = tasks();
    let mut running = ended.remove(0);
    running.apply(&JournalLine {
        time: now(),
        event: TaskEvent::Finished { state: TaskState::Completed, fault: None },
    });
    tell(&mut state, Msg::Task(Box::new(running)));
    state
}
