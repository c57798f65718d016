//! What will be done, in the words of the confirm card.

mod checklist;
mod fingerprint;
mod outline;

pub use checklist::{ChecklistLine, Mark};
pub use outline::Branch;

use super::DeployState;

use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepVerb {
    Pull,
    Build,
    Push,
    CreateNetwork,
    CreateVolume,
    CreateContainer,
    RecreateContainer,
    StartContainer,
    StopContainer,
    RestartContainer,
    KillContainer,
    PauseContainer,
    UnpauseContainer,
    RenameContainer,
    RemoveContainer,
    RemoveNetwork,
    RemoveVolume,
    RemoveImage,
    /// A condition of a dependency that is waited for.
    Await,
    /// A command in a container.
    Exec,
    /// A proxy is told which containers of a service it leads requests to.
    Steer,
    /// The requests that a container is at are waited for.
    Drain,
    /// A name is given to an image that is there.
    TagImage,
    Dump,
    RemoveBackup,
    /// No pruning takes it from now on.
    PinBackup,
    UnpinBackup,
    /// Write it out into a file.
    Export,
    /// Copy it to where it survives this server.
    CopyOffsite,
    /// Fetch it from there.
    FetchOffsite,
    /// Read all of it, and see whether it is what it should be.
    Check,
    /// A server of databases gets roles that it has not.
    CreateRoles,
    /// Make what will take the place of something, beside it.
    Stage,
    /// Put what was staged in the place of what is there.
    Switch,
    /// Already as it should be; listed so that the operator sees it was looked at.
    Keep,
}

/// One step. The index in `Plan::steps` is its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    pub verb: StepVerb,
    /// The object's name: `mlflow-postgres-1`, `mlflow_default`.
    pub object: String,
    /// The service it belongs to, when it belongs to one.
    pub service: Option<String>,
    /// Why: `configuration changed`, `does not exist`.
    pub reason: String,
    /// Steps that must have ended before this one.
    pub after: Vec<usize>,
    /// How long the object may be away at the most: the stop grace, when this step stops something.
    pub downtime: Option<Duration>,
}

impl PlannedStep {
    /// Of no service, after no other step, and with nothing away for it.
    pub fn new(verb: StepVerb, object: impl Into<String>, reason: impl Into<String>) -> Self {
        let (object, reason) = (object.into(), reason.into());
        Self { verb, object, service: None, reason, after: Vec::new(), downtime: None }
    }

    /// The service it belongs to; `None` says that it belongs to none.
    #[must_use]
    pub fn of<'service>(self, service: impl Into<Option<&'service str>>) -> Self {
        Self { service: service.into().map(str::to_owned), ..self }
    }

    /// How long the object may be away at the most; `None` says that it is not.
    #[must_use]
    pub fn away(self, downtime: impl Into<Option<Duration>>) -> Self {
        Self { downtime: downtime.into(), ..self }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// `up mlflow`
    pub title: String,
    pub steps: Vec<PlannedStep>,
    /// What does not block but must be read.
    pub warnings: Vec<String>,
    /// The line that does the same with docker's own tools.
    pub equivalent: String,
    /// Volumes whose data the plan touches, and how: `postgres_data (kept)`.
    pub volumes: Vec<String>,
    /// GPUs that the touched services hold.
    pub gpus: Vec<String>,
    /// By step, the key of `x-mcp` that asks for it. What did not end well is done again by the next plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<(usize, String)>,
    /// What was looked at before anything is changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<ChecklistLine>,
    /// By step, what a deploy has come to once it is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<(usize, DeployState)>,
}

impl Plan {
    /// Whether another version of the stack can come of it: a container is made, or takes another one's place.
    pub fn makes_a_version(&self) -> bool {
        self.steps.iter().any(|step| step.verb.makes_a_version())
    }
}

impl StepVerb {
    fn makes_a_version(self) -> bool {
        matches!(
            self,
            Self::CreateContainer | Self::RecreateContainer | Self::RenameContainer | Self::RemoveContainer
        )
    }

    /// Whether containers are other than before once it has begun.
    pub fn changes_containers(self) -> bool {
        self.makes_a_version()
            || matches!(
                self,
                Self::StartContainer
                    | Self::StopContainer
                    | Self::RestartContainer
                    | Self::KillContainer
                    | Self::PauseContainer
                    | Self::UnpauseContainer
            )
    }

    /// The step in the imperative, as a list shows it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Pull => "pull image",
            Self::Build => "build image",
            Self::Push => "push image",
            Self::CreateNetwork => "create network",
            Self::CreateVolume => "create volume",
            Self::CreateContainer => "create",
            Self::RecreateContainer => "recreate",
            Self::StartContainer => "start",
            Self::StopContainer => "stop",
            Self::RestartContainer => "restart",
            Self::KillContainer => "signal",
            Self::PauseContainer => "pause",
            Self::UnpauseContainer => "unpause",
            Self::RenameContainer => "rename",
            Self::RemoveContainer => "remove",
            Self::RemoveNetwork => "remove network",
            Self::RemoveVolume => "remove volume",
            Self::RemoveImage => "remove image",
            Self::Await => "wait for",
            Self::Exec => "run in",
            Self::Steer => "lead requests in",
            Self::Drain => "drain",
            Self::TagImage => "tag image",
            Self::Dump => "dump",
            Self::RemoveBackup => "remove backup",
            Self::PinBackup => "pin",
            Self::UnpinBackup => "unpin",
            Self::Export => "export",
            Self::CopyOffsite => "copy off site",
            Self::FetchOffsite => "fetch from off site",
            Self::Check => "check",
            Self::CreateRoles => "create roles",
            Self::Stage => "stage",
            Self::Switch => "switch",
            Self::Keep => "keep",
        }
    }

    /// The sign before it, in the console and on the command line.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Pull
            | Self::Build
            | Self::Push
            | Self::Dump
            | Self::Export
            | Self::CopyOffsite
            | Self::FetchOffsite => "↓",
            Self::CreateNetwork
            | Self::CreateVolume
            | Self::CreateContainer
            | Self::StartContainer
            | Self::UnpauseContainer
            | Self::CreateRoles
            | Self::Stage => "+",
            Self::RecreateContainer | Self::RestartContainer | Self::RenameContainer | Self::Switch => "↻",
            Self::StopContainer | Self::PauseContainer => "‖",
            Self::KillContainer => "!",
            Self::RemoveContainer | Self::RemoveNetwork | Self::RemoveImage => "-",
            Self::RemoveVolume | Self::RemoveBackup => "✗",
            Self::Await
            | Self::Exec
            | Self::Check
            | Self::Steer
            | Self::Drain
            | Self::TagImage
            | Self::PinBackup
            | Self::UnpinBackup => "·",
            Self::Keep => "=",
        }
    }

    /// Whether the step takes something away from its users, for a while or for good.
    pub fn interrupts(self) -> bool {
        matches!(
            self,
            Self::RecreateContainer
                | Self::StopContainer
                | Self::RestartContainer
                | Self::KillContainer
                | Self::PauseContainer
                | Self::RemoveContainer
                | Self::RemoveNetwork
                | Self::RemoveVolume
                | Self::Switch
        )
    }
}

impl Plan {
    /// True when nothing would change.
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| step.verb == StepVerb::Keep)
    }
}
