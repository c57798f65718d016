//! What the builder tells of its steps, as lines: those of several steps that go on at once are told apart by numbers.

use super::messages::{Moment, StatusResponse, Vertex, VertexStatus};
use super::session::Stranger;
use crate::domain::{Fault, FaultKind};
use crate::engine::build::{BuildUpdate, explained};
use crate::engine::credentials::login;
use indexmap::IndexMap;
use std::collections::{BTreeSet, VecDeque};

/// Lines that a failure repeats.
const LAST_LINES: usize = 5;
/// A line that is longer is shown in pieces.
const LONGEST_LINE: usize = 4096;
/// The wrappings of an error that say nothing.
const WRAPPINGS: [&str; 6] = [
    "failed to solve with frontend dockerfile.v0: ",
    "failed to solve: ",
    "failed to build LLB: ",
    "failed to create LLB definition: ",
    "rpc error: code = Unknown desc = ",
    "failed to read dockerfile: ",
];

#[derive(Default)]
pub struct Progress {
    /// Those that have begun, in that order, by digest.
    steps: IndexMap<String, Step>,
    warnings: BTreeSet<Vec<u8>>,
}

#[derive(Default)]
struct Step {
    name: String,
    line: String,
    /// The first bytes of a character whose others are still to come.
    begun: Vec<u8>,
    last: VecDeque<String>,
    over: bool,
    error: String,
}

impl Progress {
    pub fn take(&mut self, news: StatusResponse, progress: &mut dyn FnMut(BuildUpdate)) {
        for vertex in &news.vertices {
            self.begin(vertex, progress);
        }
        for status in &news.statuses {
            self.amount(status, progress);
        }
        for log in &news.logs {
            let Some(at) = self.steps.get_index_of(&log.vertex) else { continue };
            let step = &mut self.steps[at];
            let text = step.decode(&log.message);
            step.write(at + 1, &text, progress);
        }
        for vertex in &news.vertices {
            self.end(vertex, progress);
        }
        for warning in news.warnings {
            // One and the same is told for each platform and each stage.
            if self.warnings.insert(warning.short.clone()) {
                let text = String::from_utf8_lossy(&warning.short);
                progress(BuildUpdate::Line(format!("warning: {}", text.trim())));
            }
        }
    }

    fn begin(&mut self, vertex: &Vertex, progress: &mut dyn FnMut(BuildUpdate)) {
        if vertex.started.is_none() || self.steps.contains_key(&vertex.digest) {
            return;
        }
        let step = Step { name: vertex.name.clone(), ..Step::default() };
        self.steps.insert(vertex.digest.clone(), step);
        progress(BuildUpdate::Doing { text: vertex.name.clone(), done: None, total: None });
        progress(BuildUpdate::Line(format!("#{} {}", self.steps.len(), vertex.name)));
    }

    fn end(&mut self, vertex: &Vertex, progress: &mut dyn FnMut(BuildUpdate)) {
        let Some(completed) = vertex.completed else { return };
        let Some(at) = self.steps.get_index_of(&vertex.digest) else { return };
        let step = &mut self.steps[at];
        if std::mem::replace(&mut step.over, true) {
            return;
        }
        if !std::mem::take(&mut step.begun).is_empty() {
            step.line.push(char::REPLACEMENT_CHARACTER);
        }
        step.end_line(at + 1, progress);
        step.error.clone_from(&vertex.error);
        let outcome = if !vertex.error.is_empty() {
            format!("ERROR: {}", plain(&vertex.error))
        } else if vertex.cached {
            "CACHED".to_owned()
        } else {
            format!("DONE {:.1}s", vertex.started.map_or(0.0, |started| between(started, completed)))
        };
        progress(BuildUpdate::Line(format!("#{} {outcome}", at + 1)));
    }

    /// Bytes of a base image, of the context, of what is exported.
    fn amount(&self, status: &VertexStatus, progress: &mut dyn FnMut(BuildUpdate)) {
        let Some(step) = self.steps.get(&status.vertex) else { return };
        if status.completed.is_some() || status.current <= 0 {
            return;
        }
        let part = if status.name.is_empty() { &status.id } else { &status.name };
        let bytes = |count: i64| u64::try_from(count).ok().filter(|count| *count > 0);
        let total = bytes(status.total);
        progress(BuildUpdate::Doing {
            text: format!("{}: {part}", step.name),
            done: bytes(status.current),
            total,
        });
    }

    /// The fault with the step at which it happened and what was written last.
    pub fn blame(self, fault: Fault, strangers: &[Stranger]) -> Fault {
        let guilty = |step: &&Step| !step.error.is_empty() && !step.error.contains("context canceled");
        let Fault { causes, .. } = fault.clone();
        let mut blamed = Fault { causes: Vec::new(), ..fault };
        let step = self.steps.values().find(guilty);
        if let Some(step) = step {
            blamed = blamed.because(format!("at {}", step.name));
        }
        blamed.causes.extend(causes);
        if let Some(step) = step.filter(|step| !step.last.is_empty()) {
            let last: Vec<&str> = step.last.iter().map(String::as_str).collect();
            blamed = blamed.because(format!("it wrote last: {}", last.join(" | ")));
        }
        let blamed = explained(blamed);
        if !matches!(blamed.kind, FaultKind::Permission | FaultKind::NotFound) {
            return blamed;
        }
        // The registry that the builder asked last is the one that refused.
        match strangers.last() {
            Some(Stranger { doubt: Some(doubt), .. }) => {
                let hint = doubt.hint.clone().or(blamed.hint.clone());
                let blamed = blamed.because(format!("it was asked without credentials: {doubt}"));
                Fault { hint, ..blamed }
            }
            Some(Stranger { server, doubt: None }) if blamed.kind == FaultKind::Permission => blamed
                .because(format!("no credentials are known for {server}"))
                .hint(format!("`{}` stores them", login(server))),
            _ => blamed,
        }
    }
}

impl Step {
    /// The text of a piece of output, which may begin and end within a character.
    fn decode(&mut self, piece: &[u8]) -> String {
        let mut bytes = std::mem::take(&mut self.begun);
        bytes.extend_from_slice(piece);
        let mut text = String::with_capacity(bytes.len());
        let mut rest = bytes.as_slice();
        while let Err(error) = std::str::from_utf8(rest) {
            let (valid, after) = rest.split_at(error.valid_up_to());
            text.push_str(&String::from_utf8_lossy(valid));
            let Some(length) = error.error_len() else {
                self.begun = after.to_vec();
                return text;
            };
            text.push(char::REPLACEMENT_CHARACTER);
            rest = &after[length..];
        }
        text.push_str(&String::from_utf8_lossy(rest));
        text
    }

    fn write(&mut self, number: usize, text: &str, progress: &mut dyn FnMut(BuildUpdate)) {
        for piece in text.split_inclusive(['\n', '\r']) {
            let mut rest = piece.trim_end_matches(['\n', '\r']);
            loop {
                let room = LONGEST_LINE.saturating_sub(self.line.len());
                let (fitting, longer) = rest.split_at(rest.floor_char_boundary(room));
                self.line.push_str(fitting);
                if longer.is_empty() {
                    break;
                }
                self.end_line(number, progress);
                rest = longer;
            }
            if piece.ends_with(['\n', '\r']) {
                self.end_line(number, progress);
            }
        }
    }

    fn end_line(&mut self, number: usize, progress: &mut dyn FnMut(BuildUpdate)) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        if line.is_empty() {
            return;
        }
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
        progress(BuildUpdate::Line(format!("#{number} {line}")));
    }
}

/// An error without what it was wrapped in on its way.
pub fn plain(mut text: &str) -> &str {
    while let Some(rest) = WRAPPINGS.iter().find_map(|wrapping| text.strip_prefix(wrapping)) {
        text = rest;
    }
    text
}

/// In seconds.
fn between(started: Moment, completed: Moment) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no build takes so long")]
    let seconds = (completed.seconds - started.seconds) as f64;
    seconds + f64::from(completed.nanoseconds - started.nanoseconds) / 1e9
}
