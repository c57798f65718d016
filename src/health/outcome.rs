//! What one run of a check came to.

use crate::domain::Safe;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    Up,
    /// It answers, but not as it should.
    Degraded,
    Starting,
    Down,
    /// There is nothing to ask: not deployed, stopped, or the daemon has not told yet.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub answer: Answer,
    /// From the first packet to the first word of the answer.
    pub latency: Option<Duration>,
    /// In full: `200 OK`, `connection refused`.
    pub message: Safe,
    /// Of a failure: somebody has said no. That a packet or a moment was lost explains a silence, but not this.
    pub refused: bool,
}

impl Outcome {
    pub(super) fn new(answer: Answer, message: impl Into<Safe>) -> Self {
        Self { answer, latency: None, message: message.into(), refused: false }
    }

    pub(super) fn up(message: impl Into<Safe>) -> Self {
        Self::new(Answer::Up, message)
    }

    pub(super) fn after(self, latency: Duration) -> Self {
        Self { latency: Some(latency), ..self }
    }

    pub(super) fn down(message: impl Into<Safe>) -> Self {
        Self::new(Answer::Down, message)
    }

    pub(super) fn refused(message: impl Into<Safe>) -> Self {
        Self { refused: true, ..Self::down(message) }
    }
}
