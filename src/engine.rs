//! The Docker Engine API: the only room that names bollard.
//!
//! * [`Endpoint`] says which daemon is meant and why that one; [`Engine`] is the connection to it.
//! * Typed calls go through bollard. Where bollard's models would lose what they have no word for (bodies for
//!   `create`, `inspect` as JSON) or its decoder would hide a stream that was cut (logs, exec), the same connection is
//!   asked for the bytes (`raw`), and this room reads them itself.
//! * BuildKit speaks gRPC on connections that the daemon hands over (`hijack`, `grpc`): on one a build is asked for, on
//!   the other the daemon asks for files, credentials and secrets (`buildkit`). `builder` says whether it builds at all.
//! * Every call has a limit of time and ends in a [`crate::domain::Fault`] that says what to do.
//! * [`watch`] is the one stream of facts about a daemon's containers.

mod actions;
mod archive;
mod build;
mod builder;
mod buildkit;
mod connect;
mod containers;
mod convert;
mod credentials;
mod disk_use;
mod endpoint;
mod events;
mod exec;
mod failure;
mod figures;
mod frames;
mod grpc;
mod hijack;
mod image_removal;
mod lines;
mod listing;
mod logs;
mod messages;
mod networks;
mod pause;
mod project_events;
mod pull;
mod push;
mod raw;
mod reference;
mod registry;
mod resources;
mod session;
mod socket;
mod status;
mod tag;
mod terminal;
mod top;
mod volumes;
mod watch;

pub use archive::{ArchiveStream, PathStat, Replacing};
pub use build::{BuildRequest, BuildUlimit, BuildUpdate};
pub use buildkit::{BuildFile, BuildSecret, BuildSession, CONTEXT, DOCKERFILE, FileContent, Files};
pub use connect::Engine;
pub use endpoint::{Endpoint, EndpointEnvironment, EndpointOptions};
pub use exec::{Exec, ExecChunk, ExecRequest};
pub use logs::{LogBlock, LogBlocks, LogPieces, LogRequest, LogStream};
pub use project_events::{Deaths, ProjectEvent, ProjectEvents};
pub use pull::{Layer, LayerPhase, Transfer};
pub use raw::Upload;
pub use session::{Input, Program, Session, SessionOptions};
pub use terminal::ExecTerminal;
pub use top::Processes;
pub use watch::watch;
