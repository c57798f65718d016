//! A simulated Docker engine: an HTTP/1.1 server on a unix socket that speaks the parts of the Docker API which the
//! production `engine` uses, with a scripted world behind it. `demo` runs on it, and so do tests.
//!
//! - [`Scenario`] is the script, written in YAML: stacks and their services, images, GPUs, the host, incidents.
//! - [`Server`] runs it: a thread with a runtime of its own, `docker.sock` for the Docker API and `net.sock` for
//!   health checks, which would otherwise dial the real network.
//! - `world` is the state (containers, networks, volumes, logs…) and moves only by its own schedule and by requests;
//!   `api` turns requests into calls on it. Time comes from [`Clock`], which tests can hold and advance.
//! - [`Faults`] makes the wire misbehave: delays, errors, cut streams, silence, a daemon that restarts.
//!
//! On `net.sock` a client writes `CONNECT host:port\n` and reads `OK\n` (then it is a stream to the scripted service),
//! `REFUSED\n`, or nothing at all.

mod api;
mod clock;
mod numbers;
mod random;
mod scenario;
mod server;
mod shared;
mod world;

pub use clock::Clock;
pub use scenario::Scenario;
pub use server::Server;
pub use server::faults::{Effect, FaultRule, Faults, Occasion};
pub use world::gpu::{SimCard, SimGpu, SimGpuProcess, SimGpuReading};
pub use world::host::{SimDisk, SimHost};

#[cfg(test)]
mod tests;
