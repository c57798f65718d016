//! What mcp-tui says of its own doings: its log, which has no other place beside a screen.

use crate::domain::Safe;
use jiff::Timestamp;
use std::collections::VecDeque;

/// So many are kept, the newest ones.
pub const MOST_MESSAGES: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub time: Timestamp,
    pub level: log::Level,
    pub text: Safe,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageStore {
    messages: VecDeque<Message>,
}

impl MessageStore {
    pub fn apply(&mut self, messages: Vec<Message>) -> bool {
        let changed = !messages.is_empty();
        self.messages.extend(messages);
        self.messages.drain(..self.messages.len().saturating_sub(MOST_MESSAGES));
        changed
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().rev()
    }
}
