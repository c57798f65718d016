//! The log pane with lines of every sort, as it is filtered, folded and unfolded.

use super::driving::{ago, press, tell};
use super::server::incident;
use crate::app::{Effect, LogBatch, Msg, State, fixtures};
use crate::domain::daemon::DaemonEvent;
use crate::domain::fixtures::container_id;
use crate::domain::log::{Classified, Continuation};
use crate::domain::{Fault, FaultKind, FleetEvent, LogLine, LogSource, Safe};
use jiff::SignedDuration;

const LINES: [(&str, &str); 17] = [
    (
        "1",
        r#"{"time":"2026-11-20T10:30:12Z","level":"info","msg":"request done","method":"POST","path":"/v1/complete","status":200,"took_ms":187}"#,
    ),
    (
        "2",
        r#"{"time":"2026-11-20T10:30:12Z","level":"warn","msg":"queue is long","depth":41,"client":{"name":"web ui","id":7}}"#,
    ),
    ("1", r#"10.0.0.7 - - [20/Nov/2026:10:30:13 +0000] "GET /healthz HTTP/1.1" 200 2 "-" "kube-probe/1.29""#),
    ("1", r#"level=debug msg="cache warmed" entries=1204 took=3.2s"#),
    ("2", "2026-11-20 10:30:14,120 ERROR worker: request 17 failed"),
    ("1", r#"10.0.0.9 - - [20/Nov/2026:10:30:14 +0000] "POST /v1/complete HTTP/1.1" 502 157 "-" "curl/8.5""#),
    ("2", "Traceback (most recent call last):"),
    ("2", "  File \"/app/worker.py\", line 212, in serve"),
    ("2", "    answer = model.generate(prompt)"),
    ("1", "INFO:     request done in 92 ms"),
    ("2", "  File \"/app/model.py\", line 88, in generate"),
    ("2", "    raise OutOfMemory(\"2.00 GiB\")"),
    ("2", "app.errors.OutOfMemory: 2.00 GiB"),
    (
        "1",
        "CRITICAL:root:the GPU has fallen off the bus, and this line is long enough that it has to be wrapped on every terminal that is less than two hundred columns wide, which nearly all of them are, and then some more words",
    ),
    ("1", r#"level=info msg="request done" status=200"#),
    ("2", "\u{1b}[32mINFO\u{1b}[0m  its own colours stay"),
    ("2", "WARNING: low GPU memory: 1.1 GiB free"),
];

/// The pane on the whole screen, every record folded.
pub fn folded() -> State {
    let mut state = incident();
    let mut records = [Continuation::default(), Continuation::default()];
    let lines = LINES.iter().zip(0..).map(|((replica, text), index)| {
        let time = ago(19) + SignedDuration::from_millis(index * 130);
        let id = container_id(&format!("mcp-mcp-inference-{replica}"));
        let record = &mut records[usize::from(*replica == "2")];
        let Classified { level, continues } = record.push(text);
        let source = if *replica == "2" { LogSource::Stderr } else { LogSource::Stdout };
        LogLine { source, level, continues, ..fixtures::log_line(&id, time, text) }
    });
    let generation = state.panes.logs.generation;
    let lines = lines.collect();
    tell(&mut state, Msg::Logs(LogBatch { generation, lines, ..LogBatch::default() }));
    press(&mut state, &["alt-3", "f"]);
    state
}

/// A traceback and a structured line are unfolded.
pub fn unfolded() -> State {
    let mut state = folded();
    press(&mut state, &["/", "p", "a", "t", "h", "enter", "enter", "j", "j", "j", "j", "j", "enter"]);
    state
}

/// Two filters, a level, and a search among what is left.
pub fn filtered() -> State {
    let mut state = folded();
    press(&mut state, &["&", "r", "e", "q", "u", "e", "s", "t", "|", "G", "P", "U", "enter"]);
    press(&mut state, &["!", "h", "e", "a", "l", "t", "h", "enter", "3"]);
    press(&mut state, &["/", "f", "a", "i", "l", "enter"]);
    state
}

/// How long ago, and long lines wrapped.
pub fn wrapped() -> State {
    let mut state = folded();
    press(&mut state, &["t", "t", "w", "k", "k"]);
    state
}

/// A filter that is no expression yet.
pub fn mistyped() -> State {
    let mut state = folded();
    press(&mut state, &["&", "r", "e", "q", "u", "(", "e"]);
    state
}

pub fn saving() -> State {
    let mut state = filtered();
    press(&mut state, &["^s", "j"]);
    state
}

/// The runs that ended: one whose lines are there, one of a container that went with its run, one that is being read.
pub fn previous() -> State {
    let mut state = incident();
    let end = |state: &mut State, replica: u32, seconds: i64, exit_code: i64| {
        let name = format!("mcp-mcp-inference-{replica}");
        let event = DaemonEvent {
            time: Some(ago(seconds)),
            kind: "container".to_owned(),
            action: Safe::new("die"),
            id: container_id(&name).0,
            name: Safe::new(name),
            service: None,
            exit_code: Some(exit_code),
        };
        let effects = fixtures::send(state, Msg::Fleet(FleetEvent::Noted(event)));
        effects.iter().find_map(|effect| match effect {
            Effect::ReadLastLines { run, .. } => Some(*run),
            _ => None,
        })
    };
    let lost = end(&mut state, 3, 95, 0).unwrap();
    let fault =
        Fault::new(FaultKind::NotFound, "read the log of container", "3f9c").because("No such container");
    tell(&mut state, Msg::LastLines { run: lost, result: Err(fault) });
    let read = end(&mut state, 1, 60, 137).unwrap();
    let id = container_id("mcp-mcp-inference-1");
    let lines = ["loading the model", "Killed"].map(|text| fixtures::log_line(&id, ago(60), text));
    tell(&mut state, Msg::LastLines { run: read, result: Ok(lines.to_vec()) });
    end(&mut state, 2, 20, 1).unwrap();
    press(&mut state, &["3", "P"]);
    state
}
