//! Plain types that every room shares. Nothing here does input or output.

pub mod check;
pub mod container;
pub mod daemon;
pub mod deploy;
pub mod disk_use;
pub mod drift;
pub mod fault;
pub mod figures;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod gpu;
pub mod host;
pub mod log;
pub mod log_line;
pub mod log_lines;
pub mod notify;
pub mod plan;
pub mod resources;
pub mod safe;
pub mod secret;
pub mod stack;
pub mod succession;
pub mod task;
pub mod units;
pub mod yaml;

pub use check::{CheckId, CheckKind, CheckReport, CheckSpec, Verdict};
pub use container::{ComposeLabels, Container, ContainerId, ContainerState, Health};
pub use daemon::{Builder, DaemonInfo, FleetEvent};
pub use deploy::DeployState;
pub use drift::Drift;
pub use fault::{Fault, FaultKind};
pub use figures::ContainerFigures;
pub use gpu::{GpuDevice, GpuReading, GpuSample};
pub use host::HostSample;
pub use log_line::{LogLine, LogSource};
pub use log_lines::{LogGates, LogLineRef, LogLines, RawLine};
pub use plan::{ChecklistLine, Mark, Plan, PlannedStep, StepVerb};
pub use safe::{Gate, Safe, StyledLine};
pub use stack::{MOST_REPLICAS, StackFile, StackOrigin, StackRef};
pub use task::{
    BuildOptions, DownOptions, ImageRemoval, LockWait, Operation, PullOptions, PushOptions, RestoreMode,
    RestoreOptions, TaskEvent, TaskId, TaskRecord, TaskSpec, TaskState, TaskTarget, TaskTerms, UpOptions,
};
