//! What is read off this host without Docker. Every probe may block for a while (a driver that hangs, a slow disk), so
//! each of them belongs on a thread of its own.

pub mod cgroup;
pub mod gpu;
pub mod host;
pub mod json_log;
pub mod kernel;
pub mod ports;
pub mod process;
