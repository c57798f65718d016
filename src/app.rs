//! The pure core of the console: messages in, effects out. No I/O, no clock, no threads.
//!
//! [`update`] is the only place where the [`State`] changes. A [`Msg`] is a key, something that a feed reports, or the
//! answer to an effect; an [`Effect`] is what the runtime shall do. Facts stand in [`store`]s that change only by
//! their `apply`; [`pane`]s hold cursors, filters and scroll positions; [`dialog`]s are a stack above them. The
//! [`command`] table declares each command once.
//!
//! How the runtime keeps it going:
//!
//! - [`Msg::Tick`] at least once a second; [`Msg::Wake`] when [`Effect::Wake`] says so.
//! - Draw when `state.dirty` is set, take the flag back, and hand the view's [`hit::HitMap`] in by [`Msg::Drawn`].
//! - An effect with a `request` or an id is answered by the message of the same name with the same number; late
//!   answers are recognised and ignored.

pub mod command;
pub mod dialog;
pub mod hit;
pub mod input;
pub mod pane;
pub mod pattern;
pub mod state;
pub mod store;
pub mod tree;

mod effect;
#[cfg(test)]
pub(crate) mod fixtures;
mod message;
mod update;

pub use command::Command;
pub use effect::{Effect, LogStream, OlderOf, OlderPage};
pub use message::{LogBatch, LogEnd, LogNews, MouseInput, MouseKind, Msg, OlderLogs};
pub use pane::PaneId;
pub use state::{ReadOnly, Setup, State};
pub use tree::Subject;
pub use update::update;

#[cfg(test)]
mod tests;
