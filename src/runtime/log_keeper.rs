//! The console's logger. Any thread may log at any time, so records wait here until the loop fetches them: nothing runs
//! for them meanwhile.

use crate::app::store::messages::{MOST_MESSAGES, Message};
use crate::domain::Safe;
use jiff::Timestamp;
use log::{LevelFilter, Log, Metadata, Record};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

struct Keeper {
    waiting: Mutex<VecDeque<Message>>,
}

static KEEPER: Keeper = Keeper { waiting: Mutex::new(VecDeque::new()) };

/// Our own log goes to the Messages pane. Only one logger can be set, and a second console finds it set already.
pub fn keep_log() {
    if log::set_logger(&KEEPER).is_ok() {
        log::set_max_level(LevelFilter::Info);
    }
}

/// What was logged since the last call.
pub fn fetch() -> Vec<Message> {
    let mut waiting = KEEPER.waiting.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.drain(..).collect()
}

impl Log for Keeper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= LevelFilter::Info
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let text = Safe::new(record.args().to_string());
        let message = Message { time: Timestamp::now(), level: record.level(), text };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() == MOST_MESSAGES {
            waiting.pop_front();
        }
        waiting.push_back(message);
    }

    fn flush(&self) {}
}
