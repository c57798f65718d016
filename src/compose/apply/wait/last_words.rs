//! What a container wrote before it ended: mostly the cause, and what an operator would look up next.

use crate::domain::{Container, ContainerState, Fault, FaultKind, Safe, secret};
use crate::engine::{Engine, LogRequest};
use futures_util::StreamExt;
use std::time::Duration;

const LINES: u64 = 3;
/// In characters; a line may be as long as its program likes.
const LONGEST: usize = 300;
/// The fault is told without them rather than late.
const PATIENCE: Duration = Duration::from_secs(2);

/// Adds the last lines of its log to the fault of a container that has ended. One that runs is judged by its probes,
/// and its log goes on.
pub async fn add(engine: &Engine, container: &Container, fault: Fault) -> Fault {
    if fault.kind != FaultKind::Refused || container.state == ContainerState::Running {
        return fault;
    }
    let tty = container.details.as_ref().map(|details| details.tty);
    let request = LogRequest { tail: Some(LINES), tty, ..LogRequest::default() };
    let lines = engine.logs(&container.id, request).filter_map(|line| async { line.ok() });
    let lines = lines.map(|line| line.line.text).collect::<Vec<_>>();
    match tokio::time::timeout(PATIENCE, lines).await.ok().and_then(|lines| words(&lines)) {
        Some(words) => fault.because(words),
        None => fault,
    }
}

fn words(lines: &[Safe]) -> Option<String> {
    let lines: Vec<String> =
        lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).map(line).collect();
    let noun = if lines.len() == 1 { "line is" } else { "lines are" };
    (!lines.is_empty()).then(|| format!("the last {noun} “{}”", lines.join("” “")))
}

fn line(text: &str) -> String {
    let masked = secret::mask_text(text);
    match masked.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &masked[..end]),
        None => masked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(lines: &[&str]) -> Option<String> {
        words(&lines.iter().map(Safe::new).collect::<Vec<_>>())
    }

    #[test]
    fn the_last_lines_are_quoted_without_secrets_and_not_endlessly() {
        assert_eq!(said(&["", " "]), None);
        assert_eq!(
            said(&["", "/run/secrets/db: Permission denied"]).unwrap(),
            "the last line is “/run/secrets/db: Permission denied”"
        );
        assert_eq!(
            said(&["cannot reach postgres://u:hunter2@db/x", "bye"]).unwrap(),
            "the last lines are “cannot reach postgres://u:••••••@db/x” “bye”"
        );
        assert!(said(&["x".repeat(5_000).as_str()]).unwrap().chars().count() < LONGEST + 30);
    }
}
