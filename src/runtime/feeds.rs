//! What flows into the console by itself: the fleet, figures, logs, checks, stacks and tasks.

pub mod backups;
pub mod checks;
mod deployed;
pub mod docker_disk;
pub mod drift;
pub mod events;
pub mod figures;
pub mod fleet;
pub mod last_lines;
pub mod listeners;
pub mod logs;
pub mod older;
pub mod signs;
pub mod stacks;
pub mod tails;
pub mod tasks;
