//! The shape of a script.

pub use super::quantity::{Size, Span};
use indexmap::IndexMap;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    #[serde(default)]
    pub seed: u64,
    /// When the story begins, in RFC 3339; the real present when absent.
    pub begins: Option<String>,
    /// The clock stands still until it is advanced.
    #[serde(default)]
    pub clock_held: bool,
    #[serde(default)]
    pub engine: Engine,
    #[serde(default)]
    pub host: Host,
    #[serde(default)]
    pub gpus: Vec<Gpu>,
    #[serde(default)]
    pub images: Vec<Image>,
    #[serde(default)]
    pub stacks: Vec<Stack>,
    pub fleet: Option<Fleet>,
    #[serde(default)]
    pub incidents: Vec<Incident>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Engine {
    pub version: String,
    pub api: String,
    pub minimum_api: String,
    pub operating_system: String,
    pub kernel: String,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            version: "26.1.5".to_owned(),
            api: "1.45".to_owned(),
            minimum_api: "1.24".to_owned(),
            operating_system: "Ubuntu 22.04.4 LTS".to_owned(),
            kernel: "5.15.0-105-generic".to_owned(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Host {
    pub name: String,
    pub cores: u32,
    pub memory: Size,
    pub swap: Size,
    pub up: Span,
    /// What runs beside the containers.
    pub own_memory: Size,
    pub own_cpu: Curve,
    pub disks: Vec<Disk>,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            name: "gpu-01".to_owned(),
            cores: 64,
            memory: Size(512 << 30),
            swap: Size(8 << 30),
            up: Span(std::time::Duration::from_hours(24)),
            own_memory: Size(6 << 30),
            own_cpu: Curve::flat(40.0),
            disks: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    pub mount_point: String,
    pub used: Size,
    pub total: Size,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gpu {
    pub name: String,
    pub memory: Size,
    pub power_limit: f64,
    #[serde(default)]
    pub mig: bool,
    /// Processes of the host, outside of containers.
    #[serde(default)]
    pub processes: Vec<HostProcess>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct HostProcess {
    pub pid: u32,
    #[serde(flatten)]
    pub use_of: GpuUse,
}

#[derive(Debug, Clone, Deserialize)]
pub struct GpuUse {
    pub memory: Size,
    pub utilisation: Curve,
}

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

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// One or more references.
    pub tags: Vec<String>,
    pub size: Size,
    #[serde(default)]
    pub age: Span,
    #[serde(default)]
    pub environment: Vec<String>,
    #[serde(default)]
    pub entrypoint: Vec<String>,
    #[serde(default)]
    pub command: Vec<String>,
    #[serde(default)]
    pub ports: Vec<String>,
    #[serde(default)]
    pub volumes: Vec<String>,
    /// How a container of this image behaves where its service says nothing else.
    #[serde(default)]
    pub behaviour: Behaviour,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    pub project: String,
    pub working_dir: String,
    #[serde(default)]
    pub config_files: Vec<String>,
    /// What the label of the configuration's hash says, by service; made up where nothing is given.
    #[serde(default)]
    pub config_hashes: BTreeMap<String, String>,
    /// Compose keys of its networks; the first one is where services are attached by default.
    #[serde(default)]
    pub networks: Vec<String>,
    #[serde(default)]
    pub volumes: Vec<String>,
    pub services: IndexMap<String, Service>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub image: String,
    pub container_name: Option<String>,
    #[serde(default = "one")]
    pub replicas: u32,
    #[serde(default)]
    pub up: Span,
    /// How often it had been restarted before the story begins.
    #[serde(default)]
    pub restarts: u64,
    #[serde(default)]
    pub command: Vec<String>,
    #[serde(default)]
    pub ports: Vec<String>,
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// `volume-key:/path` or `/host/path:/path`, with `:ro` where wanted.
    #[serde(default)]
    pub volumes: Vec<String>,
    #[serde(default)]
    pub depends_on: IndexMap<String, String>,
    pub healthcheck: Option<Healthcheck>,
    #[serde(default = "unless_stopped")]
    pub restart: String,
    pub memory_limit: Option<Size>,
    /// Indices of the GPUs reserved for it.
    #[serde(default)]
    pub gpus: Vec<u32>,
    #[serde(default)]
    pub stopped: bool,
    #[serde(default)]
    pub behaviour: Behaviour,
}

fn one() -> u32 {
    1
}

fn unless_stopped() -> String {
    "unless-stopped".to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Healthcheck {
    pub test: Vec<String>,
    #[serde(default = "half_a_minute")]
    pub interval: Span,
}

fn half_a_minute() -> Span {
    Span(std::time::Duration::from_secs(30))
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

/// Quiet containers in several projects, for trials of speed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fleet {
    pub count: u32,
    pub per_project: u32,
    pub lines_per_second: f64,
}

impl Default for Fleet {
    fn default() -> Self {
        Self { count: 0, per_project: 20, lines_per_second: 0.02 }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Counted from the beginning of the story.
    pub at: Span,
    /// Happens again and again at this interval.
    pub every: Option<Span>,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Step {
    /// Counted from the incident's own time.
    #[serde(default)]
    pub after: Span,
    #[serde(flatten)]
    pub deed: Deed,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    LoseGpu {
        index: u32,
        message: String,
    },
    RestoreGpu {
        index: u32,
    },
    Log {
        on: Target,
        lines: Vec<Line>,
    },
    Die {
        on: Target,
        code: i64,
        #[serde(default)]
        out_of_memory: bool,
        back_after: Option<Span>,
    },
    Unhealthy {
        on: Target,
        output: String,
    },
    Healthy {
        on: Target,
    },
    Stop {
        on: Target,
    },
    Start {
        on: Target,
    },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub project: String,
    pub service: String,
    #[serde(default = "one")]
    pub number: u32,
}

impl Script {
    /// What the types alone cannot say.
    pub fn check(&self) -> Result<(), String> {
        if let Some(begins) = &self.begins {
            begins.parse::<jiff::Timestamp>().map_err(|error| format!("begins: {error}"))?;
        }
        for stack in &self.stacks {
            for (name, service) in &stack.services {
                let known = self.images.iter().any(|image| image.tags.contains(&service.image));
                if !known {
                    return Err(format!(
                        "stacks.{}.services.{name}.image: {:?} is not among images",
                        stack.project, service.image
                    ));
                }
            }
        }
        if self.incidents.iter().any(|incident| incident.every.is_some_and(|every| every.0.as_secs() == 0)) {
            return Err("incidents: every must be at least 1s".to_owned());
        }
        let answers = self.images.iter().flat_map(|image| &image.behaviour.exec);
        let services = self.stacks.iter().flat_map(|stack| stack.services.values());
        for answer in answers.chain(services.flat_map(|service| &service.behaviour.exec)) {
            regex::Regex::new(&answer.command).map_err(|error| format!("exec.command: {error}"))?;
        }
        Ok(())
    }
}
