//! Compose files: found, read, interpolated, merged, checked and brought into canonical form. Pure but for reading.
//!
//! One way leads from files to a [`Project`]:
//!
//! 1. `environment` and `sources`: the variables, and which files there are.
//! 2. `assemble`: each document of each file is parsed into a tree whose values know file, line and column, then
//!    `substitute` puts variables in, `extends` completes its services, `include` adds what it names (assembled in the
//!    same way, with its own directory and variables), and `merge` lays it over the documents before it.
//! 3. `read`: the one tree that comes of it is read into types. Relative paths start from the directory of the file in
//!    which they are written, so nothing has to be rewritten on the way. This happens after every document, so that
//!    mistakes which a later file hides are told as well.
//! 4. `normalise` settles names, implied dependencies, environments and profiles; `check` looks at the whole.
//!
//! What a load may hold is counted in values and bytes over all files (`yaml::Size`), wherever a few lines could make
//! much: aliases, variables, `extends` and `include`.

pub mod address;
mod assemble;
mod check;
pub mod command_line;
mod concealed;
mod dotenv;
mod environment;
mod extends;
#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(fuzzing)]
pub mod fuzz;
mod include;
mod interpolate;
mod labelled;
mod load;
mod locate;
mod mcp;
mod mentions;
mod merge;
mod name;
mod normalise;
mod objections;
mod project;
mod read;
pub mod render;
pub mod review;
mod saved;
mod service;
mod sources;
mod stack;
mod substitute;
mod unique;
mod values;
mod words;

pub use concealed::Concealed;
pub use environment::process_environment;
pub use labelled::{load_labelled, out_of_reach};
pub use load::{LoadRequest, as_written, load, variables};
pub use mcp::{Hooks, Order, Reaction, ReactionKind, ServiceExtension, UpdatePolicy};
pub use mentions::{Mention, mentions};
pub use objections::Objection;
pub use project::{
    FileObject, Ipam, IpamPool, Model, Network, Project, Requirements, StackExtension, Volume,
};
pub use saved::{BackupExtension, is_postgres, is_redis, live_places, within};
pub use service::{
    BindOptions, BlockIo, Build, Condition, CredentialSpec, Dependency, Deploy, Develop, Device,
    DeviceRequest, EnvFile, FileReference, HealthCheck, Hook, ImageOptions, Logging, Membership,
    ModelBinding, Mount, MountKind, Placement, Port, Provider, Service, ThrottleDevice, TmpfsOptions,
    Trigger, Ulimit, VolumeOptions, WatchAction, WeightDevice,
};
pub use values::{ByteSize, GoDuration, byte_size};

#[cfg(test)]
mod tests;
