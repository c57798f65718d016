//! Pane 9: mcp-tui's own log, which tui-logger keeps; here is only how far back the reader is.

use super::Motion;

/// So many messages are kept, the newest ones. It is twice what tui-logger takes between two looks of the loop, so that
/// its word of how many were lost in a flood, which stands before those that were not, is kept with them.
pub const MOST_MESSAGES: usize = 2_000;

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
