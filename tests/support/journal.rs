//! How far a task has come, as its journal tells.

use serde_json::Value;
use std::fs;
use std::path::Path;

/// What stands there by now.
pub struct Journal(Vec<Value>);

impl Journal {
    /// `None` as long as there is none.
    pub fn of(task: &Path) -> Option<Self> {
        let text = fs::read_to_string(task.join("journal.jsonl")).ok()?;
        // The last line may be half written.
        Some(Self(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()))
    }

    /// The process that carries the task out, once it has begun.
    pub fn worker(&self) -> Option<u64> {
        self.0.first()?["pid"].as_u64()
    }

    /// Whether a step of this kind was begun.
    pub fn has_begun(&self, verb: &str) -> bool {
        let planned = self.0.iter().rfind(|line| line["event"] == "planned");
        let steps = planned.and_then(|planned| planned["plan"]["steps"].as_array());
        let is_it = |line: &Value| {
            let step = line["step"].as_u64().and_then(|step| usize::try_from(step).ok());
            step.zip(steps).is_some_and(|(step, steps)| steps[step]["verb"] == verb)
        };
        self.0.iter().any(|line| line["event"] == "step_started" && is_it(line))
    }

    /// Whether how it ended is not told yet.
    pub fn is_open(&self) -> bool {
        !self.0.iter().any(|line| line["event"] == "finished")
    }

    /// Whether the deploy has come to this state: its plan names the step that it is reached with.
    pub fn has_reached(&self, state: &str) -> bool {
        let step = || {
            let planned = self.0.iter().rfind(|line| line["event"] == "planned")?;
            let milestones = planned["plan"]["milestones"].as_array()?;
            milestones.iter().find(|milestone| milestone[1] == state)?[0].as_u64()
        };
        step().is_some_and(|step| {
            self.0.iter().any(|line| line["event"] == "step_finished" && line["step"] == step)
        })
    }
}
