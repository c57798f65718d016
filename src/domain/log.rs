//! What a log line means: its level, whether it belongs to the line before it, the fields of a structured one, and
//! the template that it is a case of.
//!
//! A container writes what it likes, so all of this is a reading of shapes that are common: JSON, logfmt, Python's
//! logging and tracebacks, nginx, uvicorn, PostgreSQL, Redis, klog, Rust's and Java's loggers, Go's panics. A line of
//! no known shape has no level. Levels are read of every line that comes in, at 100,000 lines a second and more, so
//! [`classify`] looks at the head of a line only, allocates nothing and parses nothing; [`Structured::parse`] and
//! [`mask`] are for what is shown.

mod access;
mod classify;
mod clock;
mod continuation;
mod json_level;
mod level;
mod structured;
mod template;
mod words;

pub use classify::{Classified, classify};
pub use clock::{Course, Epochs, Place, Placed, SKEW, step_back};
pub use continuation::Continuation;
pub use level::Level;
pub use structured::Structured;
pub use template::{Template, mask, mask_into};

#[cfg(test)]
mod tests;
