//! What the builder writes.

use crate::domain::{Fault, FaultKind};
use crate::engine::pull::Transfer;
use serde_json::Value;
use std::collections::VecDeque;

/// Lines that a failure repeats.
const LAST_LINES: usize = 5;
/// A line that is longer is shown in pieces.
const LONGEST_LINE: usize = 4096;

/// News of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildUpdate {
    /// `Step 2/7 : RUN make`
    Step {
        number: u64,
        total: u64,
        instruction: String,
    },
    Line(String),
    /// BuildKit is at this, with so many bytes of it done.
    Doing {
        text: String,
        done: Option<u64>,
        total: Option<u64>,
    },
    /// A base image is pulled.
    Pull(Transfer),
}

#[derive(Default)]
pub struct BuildOutput {
    line: String,
    step: Option<String>,
    last: VecDeque<String>,
    pull: Transfer,
    image: Option<String>,
}

impl BuildOutput {
    /// The id of the image, once there is one.
    pub fn image(self) -> Option<String> {
        self.image
    }

    pub fn take(&mut self, message: &Value, progress: &mut dyn FnMut(BuildUpdate)) {
        if let Some(id) = message.pointer("/aux/ID").and_then(Value::as_str) {
            self.image = Some(id.to_owned());
        }
        if let Some(text) = message.get("stream").and_then(Value::as_str) {
            for piece in text.split_inclusive(['\n', '\r']) {
                let mut rest = piece;
                loop {
                    let room = LONGEST_LINE.saturating_sub(self.line.len());
                    let (fitting, longer) = rest.split_at(rest.floor_char_boundary(room));
                    self.line.push_str(fitting);
                    if longer.is_empty() {
                        break;
                    }
                    self.end_line(progress);
                    rest = longer;
                }
                if piece.ends_with(['\n', '\r']) {
                    self.end_line(progress);
                }
            }
        } else if self.pull.take(message) {
            progress(BuildUpdate::Pull(self.pull.clone()));
        }
    }

    fn end_line(&mut self, progress: &mut dyn FnMut(BuildUpdate)) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        if line.is_empty() {
            return;
        }
        if let Some((number, total, instruction)) = step(line) {
            self.step = Some(line.to_owned());
            self.last.clear();
            // Each FROM pulls an image of its own.
            self.pull = Transfer::default();
            progress(BuildUpdate::Step { number, total, instruction: instruction.to_owned() });
            return;
        }
        if is_bookkeeping(line) {
            return;
        }
        self.last.push_back(line.to_owned());
        if self.last.len() > LAST_LINES {
            self.last.pop_front();
        }
        progress(BuildUpdate::Line(line.to_owned()));
    }

    /// The fault with the step at which it happened and what was written last.
    pub fn blame(mut self, fault: Fault, doubt: Option<Fault>) -> Fault {
        self.end_line(&mut |_| ());
        let causes = fault.causes.clone();
        let mut blamed = Fault { causes: Vec::new(), ..fault };
        if let Some(step) = self.step {
            blamed = blamed.because(format!("at {}", step.replacen("Step", "step", 1)));
        }
        blamed.causes.extend(causes);
        if !self.last.is_empty() {
            let last: Vec<String> = self.last.into();
            blamed = blamed.because(format!("it wrote last: {}", last.join(" | ")));
        }
        let blamed = explained(blamed);
        match doubt {
            Some(doubt) if blamed.kind == FaultKind::Permission => {
                blamed.because(format!("registries were asked without credentials: {doubt}"))
            }
            _ => blamed,
        }
    }
}

/// What can be done about it, as far as the builder's words tell.
pub fn explained(fault: Fault) -> Fault {
    let text = fault.to_string().to_lowercase();
    match HINTS.iter().find(|(words, _, _)| words.iter().any(|word| text.contains(word))) {
        Some((_, kind, hint)) => Fault { kind: *kind, ..fault }.hint(*hint),
        None => fault,
    }
}

/// Words of the builder, in lower case; the first that fit count.
const HINTS: &[(&[&str], FaultKind, &str)] = &[
    (
        &["requires buildkit", "unknown flag: mount"],
        FaultKind::Invalid,
        "this is BuildKit's: the daemon has it, unless DOCKER_BUILDKIT=0 or the daemon's settings choose the classic \
         builder",
    ),
    (
        &["failed to reach build target", "target stage"],
        FaultKind::Invalid,
        "`build.target` of the service names a stage of the Dockerfile: FROM … AS NAME",
    ),
    (
        &["copy failed", "add failed", "failed to compute cache key", "failed to calculate checksum"],
        FaultKind::Invalid,
        "is the file in the context, and not left out by .dockerignore?",
    ),
    (
        &["unsupported frontend capability"],
        FaultKind::Invalid,
        "the daemon's BuildKit is older than what the Dockerfile or `build` asks for",
    ),
    (
        &["entitlement", "security.insecure is not allowed"],
        FaultKind::Permission,
        "the daemon's settings allow it: builder.entitlements in /etc/docker/daemon.json",
    ),
    (
        &["dockerfile parse error", "unknown instruction", "no build stage in current context"],
        FaultKind::Invalid,
        "mend the Dockerfile",
    ),
    (
        &["returned a non-zero code", "executor failed running", "did not complete successfully"],
        FaultKind::Refused,
        "the command of this step failed: what it wrote says why",
    ),
];

/// `Step 2/7 : RUN make`
fn step(line: &str) -> Option<(u64, u64, &str)> {
    let (numbers, instruction) = line.strip_prefix("Step ")?.split_once(" : ")?;
    let (number, total) = numbers.split_once('/')?;
    Some((number.parse().ok()?, total.parse().ok()?, instruction))
}

/// What the builder notes for itself: ids of layers and containers.
fn is_bookkeeping(line: &str) -> bool {
    (line.starts_with(" --->") && line != " ---> Using cache")
        || line.starts_with("Removing intermediate container")
}
