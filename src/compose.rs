//! Compose projects: their files, what the Engine has of them, the plan between the two, and its execution.

pub mod file;
