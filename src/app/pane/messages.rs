//! Pane 9: mcp-tui's own log; here is only how far back the reader is.

use super::Motion;
use crate::app::store::messages::MOST_MESSAGES;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MessagesPane {
    /// Lines back from the newest; 0 follows.
    pub back: usize,
}

impl MessagesPane {
    pub fn go(&mut self, motion: Motion, rows: usize) {
        let half = (rows / 2).max(1);
        let back = match motion {
            Motion::Up => self.back + 1,
            Motion::Down => self.back.saturating_sub(1),
            Motion::Top => MOST_MESSAGES,
            Motion::Bottom => 0,
            Motion::PageUp => self.back + half,
            Motion::PageDown => self.back.saturating_sub(half),
            Motion::By(by) => self.back.saturating_add_signed(-by),
        };
        self.back = back.min(MOST_MESSAGES);
    }
}
