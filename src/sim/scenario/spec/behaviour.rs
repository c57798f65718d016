//! What a container does while it runs.

use super::{GpuUse, Size, Span, one};
use indexmap::IndexMap;
use serde::Deserialize;

/// `base` plus or minus `swing` over `period`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    pub base: f64,
    #[serde(default)]
    pub swing: f64,
    #[serde(default = "a_minute")]
    pub period: Span,
}

fn a_minute() -> Span {
    Span(std::time::Duration::from_mins(1))
}

impl Curve {
    pub fn flat(base: f64) -> Self {
        Self { base, swing: 0.0, period: a_minute() }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeCurve {
    pub base: Size,
    #[serde(default)]
    pub swing: Size,
    #[serde(default = "a_minute")]
    pub period: Span,
}

/// What a container does while it runs. Absent parts are taken from its image.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Behaviour {
    /// In percent of one core.
    pub cpu: Option<Curve>,
    pub memory: Option<SizeCurve>,
    /// Bytes a second.
    pub received: Option<Size>,
    pub sent: Option<Size>,
    pub read: Option<Size>,
    pub written: Option<Size>,
    pub processes: Option<u64>,
    /// What it uses of each GPU reserved for it.
    pub gpu: Option<GpuUse>,
    /// Written once at each start.
    pub greeting: Vec<Line>,
    pub logs: Vec<Generator>,
    pub serves: Vec<Endpoint>,
    pub healthy_after: Option<Span>,
    /// How long it takes to end after its stop signal; it does not end by it when absent from a `deaf` container.
    pub stops_in: Option<Span>,
    pub stop_code: i64,
    /// Ignores its stop signal.
    pub deaf: bool,
    pub exits: Option<Exit>,
    pub exec: Vec<ExecAnswer>,
}

impl Behaviour {
    /// This one, completed by `other` where it says nothing.
    pub fn or(mut self, other: &Self) -> Self {
        self.cpu = self.cpu.or(other.cpu);
        self.memory = self.memory.or(other.memory);
        self.received = self.received.or(other.received);
        self.sent = self.sent.or(other.sent);
        self.read = self.read.or(other.read);
        self.written = self.written.or(other.written);
        self.processes = self.processes.or(other.processes);
        self.gpu = self.gpu.or_else(|| other.gpu.clone());
        self.healthy_after = self.healthy_after.or(other.healthy_after);
        self.stops_in = self.stops_in.or(other.stops_in);
        self.exits = self.exits.or(other.exits);
        self.deaf |= other.deaf;
        if self.greeting.is_empty() {
            self.greeting.clone_from(&other.greeting);
        }
        if self.logs.is_empty() {
            self.logs.clone_from(&other.logs);
        }
        if self.serves.is_empty() {
            self.serves.clone_from(&other.serves);
        }
        self.exec.extend(other.exec.iter().cloned());
        self
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exit {
    pub after: Span,
    #[serde(default)]
    pub code: i64,
    #[serde(default)]
    pub out_of_memory: bool,
}

/// Which of its two streams a container writes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    #[default]
    Stdout,
    Stderr,
}

/// A line, possibly with a stream or a weight of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Line {
    Plain(String),
    Weighted {
        text: String,
        #[serde(default)]
        stream: Stream,
        #[serde(default = "one")]
        weight: u32,
    },
}

impl Line {
    pub fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Weighted { text, .. } => text,
        }
    }

    pub fn stream(&self) -> Stream {
        match self {
            Self::Plain(_) => Stream::Stdout,
            Self::Weighted { stream, .. } => *stream,
        }
    }

    pub fn weight(&self) -> u32 {
        match self {
            Self::Plain(_) => 1,
            Self::Weighted { weight, .. } => *weight,
        }
    }
}

/// Writes lines drawn from templates; see `world::template` for the placeholders.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generator {
    pub per_second: f64,
    pub lines: Vec<Line>,
}

/// A port on which something answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    pub port: u16,
    #[serde(default)]
    pub latency: Span,
    /// HTTP answers by path; `*` answers for every other path. Without any it is a plain TCP service.
    #[serde(default)]
    pub http: IndexMap<String, Answer>,
    /// Takes the connection and then says nothing.
    #[serde(default)]
    pub silent: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    #[serde(default = "two_hundred")]
    pub status: u16,
    #[serde(default)]
    pub body: String,
    pub content_type: Option<String>,
}

fn two_hundred() -> u16 {
    200
}

/// What a command inside a container answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecAnswer {
    /// A regular expression over the words of the command joined by spaces.
    pub command: String,
    #[serde(default)]
    pub stdout: String,
    #[serde(default)]
    pub stderr: String,
    /// Writes this many bytes that begin as a PostgreSQL custom-format dump does.
    pub postgres_dump: Option<Size>,
    #[serde(default)]
    pub exit: i64,
    #[serde(default)]
    pub takes: Span,
}
