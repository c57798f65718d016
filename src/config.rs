//! Settings, keys, themes and the stacks' directories: everything an operator writes down for the console.
//!
//! Nothing here is fatal. What cannot be read or makes no sense becomes a [`Fault`](crate::domain::Fault) that names
//! `file:line:column`, the key path and what was expected; the default stands in for it, and the console starts.

mod file;
pub mod keys;
pub mod paths;
pub mod settings;
pub mod stacks;
pub mod theme;

pub use paths::Paths;
pub use settings::Settings;
