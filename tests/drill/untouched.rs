//! The stack that nothing is wrong with, which runs all along.

use crate::INCIDENTS;
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

/// Stands in the names of all its services, and in nothing else.
pub const MARK: &str = "untouched";

struct Stack {
    project: Project,
    workplace: Workplace,
}

static STACK: Mutex<Option<Stack>> = Mutex::new(None);

/// Deploys it, once, and waits until it is healthy.
pub fn stand() {
    let mut stack = STACK.lock().unwrap_or_else(PoisonError::into_inner);
    let stack = stack.get_or_insert_with(deploy);
    eventually("the untouched stack is healthy", PATIENCE, || {
        (stack.project.health("untouched-web").as_deref() == Some("healthy")).then_some(())
    });
}

/// At the end of the whole run.
pub fn remove() {
    drop(STACK.lock().unwrap_or_else(PoisonError::into_inner).take());
}

fn deploy() -> Stack {
    let (workplace, project) = (Workplace::new(), Project::new("well"));
    let labels = INCIDENTS.iter().fold(String::new(), |mut labels, incident| {
        write!(labels, "{}: '', ", label(incident)).expect("text");
        labels
    });
    let compose = format!(
        "x-seen: &seen {{{labels}}}\n\
         services:\n  \
           untouched-web:\n    image: mcp-tui-test/http\n    labels: *seen\n    stop_grace_period: 1s\n    \
             healthcheck: {{test: [CMD, wget, -qO-, 'http://127.0.0.1:8000/health'], interval: 1s, timeout: 20s}}\n  \
           untouched-store:\n    image: mcp-tui-test/busybox\n    labels: *seen\n    stop_grace_period: 1s\n    \
             command: [sh, -c, 'echo ready; exec sleep 86400']\n"
    );
    workplace.stack(&project.name, &compose);
    let stack = Stack { project, workplace };
    stack.workplace.run(["-s", &stack.project.name, "up"]).succeeded("up of the untouched stack");
    stack
}

/// What the console of this incident sees its containers by.
pub fn label(incident: &str) -> String {
    format!("mcp-tui.drill.{}", incident.replace('_', "-"))
}
