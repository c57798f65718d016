//! Ctrl-C, or a request to terminate, for commands that go on until they are told to end.

use crate::domain::Fault;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The exit code of what was ended on request.
pub const ENDED: u8 = 130;

/// One listener for as long as a command waits: with one for each turn, a Ctrl-C between two turns would be lost.
pub struct Interrupts {
    interrupt: Signal,
    /// What service managers and `kill` send. A command that has started something has to stop it then too.
    terminate: Signal,
}

impl Interrupts {
    pub fn new() -> Result<Self, Fault> {
        let listen = |kind, name| signal(kind).map_err(|error| Fault::io("wait for", name, &error));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt(), "Ctrl-C")?,
            terminate: listen(SignalKind::terminate(), "SIGTERM")?,
        })
    }

    /// Ends when somebody presses Ctrl-C or asks the program to terminate, or has done so since the last time.
    pub async fn next(&mut self) {
        let asked = tokio::select! {
            asked = self.interrupt.recv() => asked,
            asked = self.terminate.recv() => asked,
        };
        if asked.is_none() {
            // There will be none any more.
            std::future::pending::<()>().await;
        }
    }
}
