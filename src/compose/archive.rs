//! Tar archives: what of a file goes into one, and archives that are sent while they are written.
//!
//! Contexts of builds, secrets, files that are watched and files that are copied all go to the daemon so.

mod entry;
mod stream;

pub use entry::{Entry, Owner};
pub use stream::{Archive, Sending, stream};
