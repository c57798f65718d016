//! All that the console knows and shows.

mod deployed;
mod deployment;
mod subject;

use super::command::{COMMANDS, Command, Scope};
use super::dialog::Dialog;
use super::hit::HitMap;
use super::input::Input;
use super::pane::logs::Times;
use super::pane::{PaneId, Panes};
use super::store::backups::BackupStore;
use super::store::docker_disk::DockerDiskStore;
use super::store::drift::DriftStore;
use super::store::figures::FigureStore;
use super::store::findings::FindingStore;
use super::store::fleet::{Connection, FleetStore};
use super::store::gpus::GpuStore;
use super::store::health::HealthStore;
use super::store::host::HostStore;
use super::store::kernel::KernelStore;
use super::store::listeners::ListenerStore;
use super::store::logs::{DEFAULT_BYTES, LogStore};
use super::store::notices::NoticeStore;
use super::store::patterns::PatternStore;
use super::store::previous::PreviousStore;
use super::store::resources::ResourceStore;
use super::store::signs::SignStore;
use super::store::stacks::StackStore;
use super::store::tails::TailStore;
use super::store::tasks::TaskStore;
use super::store::timeline::TimelineStore;
use super::store::undecided::UndecidedStore;
use super::tree::Tree;
use crate::config::keys::{Declared, KeyMap, Override};
use crate::domain::{ContainerId, Fault, Safe};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// From so many rows on the graphs take none from the services that are missed.
const GRAPH_ROWS: u16 = 36;

/// What the console is started with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Given by `--read-only`: then the console cannot leave it.
    pub read_only: ReadOnly,
    pub mouse: bool,
    pub log_bytes: usize,
    /// How many lines of a log are asked for to begin with.
    pub log_tail: u64,
    pub keys: Vec<Override>,
    /// The daemon that is being reached.
    pub endpoint: Safe,
    /// What was looked at to find it, a line each.
    pub tried: Vec<Safe>,
    pub focus: PaneId,
    /// In which times are shown and typed.
    pub zone: TimeZone,
    pub places: Places,
}

/// What lies on which disk.
#[derive(Debug, Clone)]
pub struct Places {
    /// The directory that backups go to.
    pub backups: Option<Safe>,
    /// Whether the daemon's files are on the disks that are shown.
    pub daemon_is_here: bool,
}

impl Default for Places {
    fn default() -> Self {
        Self { backups: None, daemon_is_here: true }
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            read_only: ReadOnly::Off,
            mouse: true,
            log_bytes: DEFAULT_BYTES,
            log_tail: 500,
            keys: Vec::new(),
            endpoint: Safe::default(),
            tried: Vec::new(),
            focus: PaneId::Services,
            zone: TimeZone::UTC,
            places: Places::default(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadOnly {
    Off,
    On,
    /// On, and the console cannot turn it off.
    Locked,
}

impl ReadOnly {
    pub fn is_on(self) -> bool {
        self != Self::Off
    }
}

/// What is being typed on the bottom line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    pub pane: PaneId,
    pub kind: PromptKind,
    pub input: Input,
    /// What stood there before, for Esc.
    pub before: String,
    /// Whether the newest of the logs' filters is the one that is being typed.
    pub(super) holds: bool,
    /// What is wrong with what is typed.
    pub complaint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptKind {
    /// The pane's filter, or what is searched in the logs.
    Filter,
    /// The log lines to keep.
    Keep,
    /// The log lines to remove.
    Remove,
    /// When the log line was written to go to.
    Time,
}

impl Prompt {
    pub(super) fn new(pane: PaneId, kind: PromptKind) -> Self {
        let (input, before) = (Input::default(), String::new());
        Self { pane, kind, input, before, holds: false, complaint: None }
    }
}

#[derive(Debug, Clone)]
pub struct State {
    // Facts.
    pub fleet: FleetStore,
    pub figures: FigureStore,
    pub logs: LogStore,
    /// The kinds of lines in the logs, while they are looked at.
    pub patterns: PatternStore,
    pub gpus: GpuStore,
    pub host: HostStore,
    /// What the kernel said of known troubles.
    pub kernel: KernelStore,
    pub health: HealthStore,
    /// What logs told of known troubles.
    pub signs: SignStore,
    /// The last lines of what is in trouble.
    pub tails: TailStore,
    /// Who holds ports that are wanted.
    pub listeners: ListenerStore,
    pub findings: FindingStore,
    pub timeline: TimelineStore,
    pub undecided: UndecidedStore,
    pub tasks: TaskStore,
    pub backups: BackupStore,
    pub resources: ResourceStore,
    /// What Docker takes of the disk, once somebody wanted to know.
    pub docker_disk: DockerDiskStore,
    pub stacks: StackStore,
    pub drift: DriftStore,
    pub notices: NoticeStore,
    /// The runs of containers that ended.
    pub previous: PreviousStore,
    /// Derived from the facts.
    pub tree: Tree,

    // What is looked at.
    pub panes: Panes,
    pub focus: PaneId,
    pub zoomed: bool,
    /// The top one is the last.
    pub dialogs: Vec<Dialog>,
    pub prompt: Option<Prompt>,
    pub read_only: ReadOnly,
    pub mouse: bool,
    /// In cells.
    pub size: (u16, u16),
    /// Where things stood in the last frame.
    pub hits: HitMap,
    pub keys: KeyMap<Scope, Command>,
    pub endpoint: Safe,
    pub tried: Vec<Safe>,
    pub(super) zone: TimeZone,
    pub(super) places: Places,

    /// A frame is due. Whoever draws it takes this back.
    pub dirty: bool,
    pub(super) log_tail: u64,
    /// The number of the next request whose answer must be told from others.
    pub(super) next_request: u64,
    pub(super) derived: Derived,
    /// The second that the clock shows.
    pub(super) clock: i64,
    pub(super) returns: Vec<PaneId>,
}

/// What must be made anew of the facts, and when that was done last.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Derived {
    pub(super) due: Due,
    pub(super) wake_is_due: bool,
    /// Containers came, or streams ended.
    pub(super) streams_are_due: bool,
    pub(super) last: Option<Timestamp>,
    /// Something was entered on the timeline.
    pub(super) timeline_is_due: bool,
    /// Containers whose figures are on the screen, as far as the daemon is asked for them.
    pub(super) seen: BTreeSet<ContainerId>,
    /// What the figures on the screen read as.
    pub(super) reading: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    #[default]
    Nothing,
    Findings,
    /// And the findings after it.
    Tree,
}

impl State {
    /// The state before anything is known, and what is wrong with the settings' keys.
    pub fn new(setup: Setup) -> (Self, Vec<Fault>) {
        let (keys, faults) = KeyMap::build(&declared_keys(), &setup.keys, |own, other| {
            matches!(own, Scope::Pane(_)) && other == Scope::Everywhere
        });
        let state = Self {
            fleet: FleetStore::default(),
            figures: FigureStore::default(),
            logs: LogStore::new(setup.log_bytes),
            patterns: PatternStore::default(),
            gpus: GpuStore::default(),
            host: HostStore::default(),
            kernel: KernelStore::default(),
            health: HealthStore::default(),
            signs: SignStore::default(),
            tails: TailStore::default(),
            listeners: ListenerStore::default(),
            findings: FindingStore::default(),
            timeline: TimelineStore::default(),
            undecided: UndecidedStore::default(),
            tasks: TaskStore::default(),
            backups: BackupStore::default(),
            resources: ResourceStore::default(),
            docker_disk: DockerDiskStore::default(),
            stacks: StackStore::default(),
            drift: DriftStore::default(),
            notices: NoticeStore::default(),
            previous: PreviousStore::default(),
            tree: Tree::default(),
            panes: Panes::default(),
            focus: setup.focus,
            zoomed: false,
            dialogs: Vec::new(),
            prompt: None,
            read_only: setup.read_only,
            mouse: setup.mouse,
            size: (80, 24),
            hits: HitMap::default(),
            keys,
            endpoint: setup.endpoint,
            tried: setup.tried,
            zone: setup.zone,
            places: setup.places,
            dirty: true,
            log_tail: setup.log_tail,
            next_request: 1,
            derived: Derived::default(),
            clock: i64::MIN,
            returns: Vec::new(),
        };
        (state, faults)
    }

    pub fn dialog(&self) -> Option<&Dialog> {
        self.dialogs.last()
    }

    /// Why there is nothing to show: no daemon was ever reached.
    pub fn no_docker(&self) -> Option<&Fault> {
        match self.fleet.connection() {
            Connection::Lost { fault, .. } if !self.fleet.is_listed() => Some(fault),
            Connection::Lost { .. } | Connection::Connecting | Connection::Connected => None,
        }
    }

    pub fn is_simulated(&self) -> bool {
        self.fleet.daemon().is_some_and(|daemon| daemon.simulated)
    }

    /// Whether the pane was in the last frame; before the first one, all of them are said to be.
    pub fn shows(&self, pane: PaneId) -> bool {
        let areas = &self.hits.panes;
        areas.is_empty() || areas.iter().any(|area| area.pane == pane)
    }

    /// Whether the services have graphs below them: on the whole screen, where it is high enough or somebody asked.
    pub fn shows_graphs(&self) -> bool {
        let fits = self.size.1 >= GRAPH_ROWS;
        self.focus == PaneId::Services
            && self.zoomed
            && self.no_docker().is_none()
            && self.panes.services.graphs_wanted.unwrap_or(fits)
    }

    /// Whose keys hold, besides those that hold everywhere.
    pub fn scope(&self) -> Scope {
        if self.no_docker().is_some() { Scope::NoDocker } else { Scope::Pane(self.focus) }
    }

    /// The zone in which the times of log lines are shown.
    pub(super) fn shown_zone(&self) -> TimeZone {
        match self.panes.logs.times {
            Times::Utc => TimeZone::UTC,
            Times::Off | Times::Local | Times::Relative => self.zone.clone(),
        }
    }

    pub(super) fn request(&mut self) -> u64 {
        let request = self.next_request;
        self.next_request += 1;
        request
    }
}

/// The command table as the key map wants it.
fn declared_keys() -> Vec<Declared<Scope, Command>> {
    let each = COMMANDS.iter().flat_map(|spec| {
        spec.scopes.iter().map(|scope| Declared {
            command: spec.command,
            name: spec.name,
            scope: *scope,
            keys: spec.keys,
        })
    });
    each.collect()
}
