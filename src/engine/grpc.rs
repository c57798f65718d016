//! gRPC, as much of it as BuildKit speaks with its clients: messages of Protocol Buffers over HTTP/2, both as the side
//! that asks and as the side that answers.

mod client;
mod frame;
mod server;

pub use client::Channel;
pub use frame::Received;
pub use server::{Reply, Sender, empty_reply, reply, serve, streamed};

/// Codes of gRPC that are told apart here.
pub const OK: u32 = 0;
pub const CANCELLED: u32 = 1;
pub const UNKNOWN: u32 = 2;
pub const NOT_FOUND: u32 = 5;
pub const UNIMPLEMENTED: u32 = 12;
pub const INTERNAL: u32 = 13;
pub const UNAVAILABLE: u32 = 14;

/// How a call ended, when not well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub code: u32,
    pub message: String,
    /// It is no answer: the connection itself broke.
    pub broken: bool,
}

impl Status {
    pub fn new(code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), broken: false }
    }

    pub fn broken(message: impl Into<String>) -> Self {
        Self { broken: true, ..Self::new(UNAVAILABLE, message) }
    }
}

#[cfg(test)]
mod tests;
