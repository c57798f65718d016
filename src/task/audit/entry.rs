//! The line that a task leaves.

use super::AuditEntry;
use crate::domain::{Plan, TaskSpec};
use jiff::Timestamp;

impl AuditEntry {
    /// That it has begun now, to carry out this plan.
    pub fn of(spec: &TaskSpec, plan: Option<&Plan>) -> Self {
        Self {
            time: Timestamp::now(),
            task: spec.id.clone(),
            who: spec.requested_by.clone(),
            from: spec.requested_from.clone(),
            what: spec.operation.verb().to_owned(),
            target: spec.target.name().to_owned(),
            plan: match &spec.terms.continues {
                Some(before) => format!("{}; continues {}", in_words(plan), before.0),
                None => in_words(plan),
            },
            outcome: "begun".to_owned(),
        }
    }
}

fn in_words(plan: Option<&Plan>) -> String {
    plan.map_or_else(|| "not planned".to_owned(), in_one_line)
}

/// `create network 1, create 2, keep 3`, in the order of the plan.
fn in_one_line(plan: &Plan) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for step in &plan.steps {
        let words = step.verb.words();
        match counts.iter_mut().find(|(known, _)| *known == words) {
            Some((_, count)) => *count += 1,
            None => counts.push((words, 1)),
        }
    }
    counts.iter().map(|(words, count)| format!("{words} {count}")).collect::<Vec<_>>().join(", ")
}
