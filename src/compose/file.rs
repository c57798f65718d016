//! Compose files: found, read, interpolated, merged, checked and brought into canonical form. Pure but for reading.

mod assemble;
mod check;
mod dotenv;
mod environment;
mod extends;
mod include;
mod interpolate;
mod load;
mod locate;
mod mcp;
mod merge;
mod name;
mod normalise;
mod project;
mod read;
pub mod render;
mod service;
mod sources;
mod stack;
mod substitute;
mod values;
mod words;

pub use load::{LoadRequest, load};
pub use mcp::{Hooks, Reaction, ReactionKind, ServiceExtension};
pub use project::{FileObject, Ipam, IpamPool, Network, Project, Requirements, StackExtension, Volume};
pub use service::{
    BindOptions, Condition, Dependency, Deploy, Device, DeviceRequest, FileReference, HealthCheck, Logging,
    Membership, Mount, MountKind, Port, Service, TmpfsOptions, Ulimit, VolumeOptions,
};
pub use stack::is_postgres;
pub use values::{ByteSize, GoDuration};

#[cfg(test)]
mod tests;
