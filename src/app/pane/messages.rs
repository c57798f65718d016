//! Pane 9: mcp-tui's own log. Its lines are kept by tui-logger; here is only how far back the reader is.

use super::Motion;

/// So many lines tui-logger keeps; from farther back nobody would find the way down again.
const FARTHEST: usize = 1_000;

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
            Motion::Top => FARTHEST,
            Motion::Bottom => 0,
            Motion::PageUp => self.back + half,
            Motion::PageDown => self.back.saturating_sub(half),
            Motion::By(by) => self.back.saturating_add_signed(-by),
        };
        self.back = back.min(FARTHEST);
    }
}
