//! Ctrl-C, for commands that go on until it is pressed.

use crate::domain::Fault;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The exit code of what was ended on request.
pub const ENDED: u8 = 130;

/// One listener for as long as a command waits: with one for each turn, a Ctrl-C between two turns would be lost.
pub struct Interrupts(Signal);

impl Interrupts {
    pub fn new() -> Result<Self, Fault> {
        signal(SignalKind::interrupt()).map(Self).map_err(|error| Fault::io("wait for", "Ctrl-C", &error))
    }

    /// Ends when somebody presses Ctrl-C, or has done so since the last time.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            // There will be none any more.
            std::future::pending::<()>().await;
        }
    }
}
