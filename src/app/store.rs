//! Facts. Each store changes only by its `apply`, which says whether anything that can be seen changed.

pub mod backups;
pub mod docker_disk;
pub mod drift;
pub mod figures;
pub mod findings;
pub mod fleet;
pub mod gpus;
pub mod health;
pub mod host;
pub mod incidents;
pub mod kernel;
pub mod listeners;
pub mod logs;
pub(super) mod minutes;
pub mod notices;
pub mod patterns;
pub mod previous;
pub mod resources;
pub mod signs;
pub mod stacks;
pub mod tails;
pub mod tasks;
pub mod timeline;
pub mod undecided;
