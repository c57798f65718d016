//! The console's logger. Any thread may log at any time; tui-logger keeps the records and draws them as pane 9.
//!
//! `tui_logger::init_logger` is not for us: it starts a thread that looks for records a hundred times a second, which
//! costs an idle console a third of a percent of a core. Without it records wait, bounded and counted, in tui-logger's
//! first buffer until the loop has them moved to the one that is drawn, and nothing runs for them meanwhile.

use crate::app::pane::messages::MOST_MESSAGES;
use crate::domain::Safe;
use log::{LevelFilter, Log, Metadata, Record};
use std::sync::atomic::{AtomicBool, Ordering};
use tui_logger::Drain;

struct Keeper {
    /// Something was logged since the loop last looked.
    logged: AtomicBool,
}

static KEEPER: Keeper = Keeper { logged: AtomicBool::new(false) };

/// Our own log goes to the Messages pane. Only one logger can be set, and a second console finds it set already.
pub fn keep_log() {
    if log::set_logger(&KEEPER).is_ok() {
        tui_logger::set_buffer_depth(MOST_MESSAGES);
        log::set_max_level(LevelFilter::Info);
    }
}

/// Moves what was logged since the last call to where the pane is drawn from; whether there was anything.
pub fn take_in() -> bool {
    let logged = KEEPER.logged.swap(false, Ordering::Acquire);
    if logged {
        tui_logger::move_events();
    }
    logged
}

impl Log for Keeper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= LevelFilter::Info
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        // Messages hold names and causes from outside. They pass the gate here, so that none is kept at full length.
        let text = Safe::new(record.args().to_string());
        Drain::new()
            .log(&Record::builder().metadata(record.metadata().clone()).args(format_args!("{text}")).build());
        self.logged.store(true, Ordering::Release);
    }

    fn flush(&self) {}
}

#[cfg(test)]
mod tests;
