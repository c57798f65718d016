//! Signals, as messages to the loop.

use super::watchdog;
use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

/// What a shell reports for a program that lost its terminal.
pub const HANGUP_EXIT_CODE: u8 = 129;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalEvent {
    /// The terminal or the session went away, or somebody asked us to end: with the code a shell would report.
    End { exit_code: u8 },
    /// `kill -TSTP`; the key `^z` arrives as a key, since the terminal is raw.
    Stop,
    /// The terminal has another size.
    Resized,
}

/// Must be called inside a runtime that the loop cannot block.
pub fn listen(sender: &mpsc::Sender<SignalEvent>) -> io::Result<()> {
    for (kind, event) in [
        (SignalKind::hangup(), SignalEvent::End { exit_code: HANGUP_EXIT_CODE }),
        (SignalKind::interrupt(), SignalEvent::End { exit_code: 130 }),
        (SignalKind::quit(), SignalEvent::End { exit_code: 131 }),
        (SignalKind::terminate(), SignalEvent::End { exit_code: 143 }),
        (SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()), SignalEvent::Stop),
        (SignalKind::window_change(), SignalEvent::Resized),
    ] {
        tokio::spawn(forward(signal(kind)?, event, sender.clone()));
    }
    Ok(())
}

async fn forward(mut signal: Signal, event: SignalEvent, sender: mpsc::Sender<SignalEvent>) {
    while signal.recv().await.is_some() {
        if let SignalEvent::End { exit_code } = event {
            // The loop may be stuck in a write to a terminal that takes nothing any more.
            watchdog::arm(i32::from(exit_code));
        }
        if sender.send(event).await.is_err() {
            return;
        }
    }
}
