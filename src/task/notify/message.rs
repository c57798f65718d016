//! What is told of a task's end, without any secret.

use crate::domain::{Safe, TaskRecord, TaskState, secret, units};
use serde::Serialize;

/// The body that a webhook gets; an e-mail says the same in words.
#[derive(Debug, Serialize)]
pub struct Message {
    /// The whole in one line.
    #[serde(rename = "message")]
    pub line: String,
    pub task: String,
    pub operation: &'static str,
    pub target: String,
    pub state: TaskState,
    pub host: String,
    pub requested_by: String,
    pub requested_from: Option<String>,
    pub started: Option<String>,
    pub finished: Option<String>,
    pub seconds: Option<u64>,
    pub steps_done: usize,
    pub steps: usize,
    pub undone: Vec<String>,
    pub fault: Option<String>,
    pub hint: Option<String>,
}

impl Message {
    pub fn of(record: &TaskRecord) -> Self {
        let spec = &record.spec;
        let (operation, target) = (spec.operation.verb(), shown(spec.target.name()));
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let fault = record.fault.as_ref().map(|fault| shown(&fault.to_string()));
        let cause = fault.as_ref().map_or_else(String::new, |fault| format!(": {fault}"));
        let (steps_done, steps) = record.progress();
        let at = |time: Option<jiff::Timestamp>| time.map(|time| time.to_string());
        let took = record.started.zip(record.finished);
        Self {
            line: format!("{operation} {target} {} on {host}{cause}", record.state.word()),
            task: spec.id.0.clone(),
            operation,
            target,
            state: record.state,
            host,
            requested_by: spec.requested_by.clone(),
            requested_from: spec.requested_from.clone(),
            started: at(record.started),
            finished: at(record.finished),
            seconds: took.map(|(started, finished)| units::since(started, finished).as_secs()),
            steps_done,
            steps,
            undone: record
                .undone()
                .map(|step| format!("{} {}", step.verb.words(), shown(&step.object)))
                .collect(),
            fault,
            hint: record.fault.as_ref().and_then(|fault| fault.hint.as_deref()).map(shown),
        }
    }

    /// The text of an e-mail.
    pub fn words(&self) -> String {
        let mut lines = vec![self.line.clone(), String::new()];
        let from = self.requested_from.as_ref().map_or_else(String::new, |from| format!(" from {from}"));
        lines.push(format!("Task      {}", self.task));
        lines.push(format!("Asked by  {}{from}", self.requested_by));
        lines.extend(self.finished.iter().map(|time| format!("Ended     {time}")));
        lines.push(format!("Steps     {} of {} done", self.steps_done, self.steps));
        lines.extend(self.undone.iter().map(|step| format!("Left out  {step}")));
        lines.extend(self.hint.iter().map(|hint| format!("Hint      {hint}")));
        lines.push(String::new());
        lines.join("\r\n")
    }
}

fn shown(text: &str) -> String {
    Safe::new(secret::mask_text(text)).to_string()
}
