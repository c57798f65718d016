//! What the kernel said of troubles that are known.

use crate::domain::host::KernelMessage;
use std::collections::VecDeque;

const MOST: usize = 256;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct KernelStore {
    /// The oldest first.
    messages: VecDeque<KernelMessage>,
}

impl KernelStore {
    pub fn apply(&mut self, messages: Vec<KernelMessage>) -> bool {
        let any = !messages.is_empty();
        self.messages.extend(messages);
        while self.messages.len() > MOST {
            self.messages.pop_front();
        }
        any
    }

    pub fn messages(&self) -> impl Iterator<Item = &KernelMessage> {
        self.messages.iter()
    }
}
