//! Warnings of commands that have no screen: on standard error, which for a worker is its `worker.log`. What serves tells
//! there too of what it does.

use crate::domain::Safe;
use jiff::Timestamp;
use log::{Level, LevelFilter, Log, Metadata, Record};
use std::io::{self, Write};

struct Lines;

static LINES: Lines = Lines;

/// Sets it for the rest of the process. The console has a logger of its own, for there is no room beside a screen.
pub fn install(most: LevelFilter) {
    // It is refused only where one is set already, and then warnings are told there.
    if log::set_logger(&LINES).is_ok() {
        log::set_max_level(most);
    }
}

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // That the kernel has dropped the watch of a directory that is gone is no news, and is told in words of the
        // library's own; what hinders a watch comes back as an error.
        let told = match metadata.level() {
            Level::Error | Level::Warn => !metadata.target().starts_with("notify::"),
            // Of libraries nobody wants to know more than what goes wrong.
            Level::Info | Level::Debug | Level::Trace => metadata.target().starts_with("mcp_tui"),
        };
        told && metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            // There is nowhere left to tell of an error stream that is closed.
            let _ = io::stderr().lock().write_all(line(record, Timestamp::now()).as_bytes());
        }
    }

    fn flush(&self) {}
}

/// One line per record, whatever a message from outside holds.
fn line(record: &Record<'_>, now: Timestamp) -> String {
    let text = Safe::new(record.args().to_string());
    match record.level() {
        Level::Error => format!("error: {text}\n"),
        Level::Warn => format!("warning: {text}\n"),
        // What goes well is read later, if at all, and then the first question is when that was.
        Level::Info | Level::Debug | Level::Trace => format!("{now:.3} {text}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_watcher_finds_gone_and_what_libraries_do_is_not_told() {
        // One level for the whole process, which no other test sets.
        log::set_max_level(LevelFilter::Info);
        let told =
            |level, target: &str| LINES.enabled(&Metadata::builder().level(level).target(target).build());
        assert!(told(Level::Warn, "mcp_tui::cli::stack") && told(Level::Warn, "bollard::docker"));
        assert!(!told(Level::Warn, "notify::inotify"));
        assert!(told(Level::Info, "mcp_tui::cli::serve::access") && !told(Level::Info, "bollard::docker"));
        assert!(!told(Level::Debug, "mcp_tui::cli::serve::access"));
    }

    #[test]
    fn a_record_is_one_line_without_control_characters() {
        let of = |level| {
            let text = format_args!("a\u{1b}[31m red\nthing");
            line(&Record::builder().level(level).args(text).build(), Timestamp::UNIX_EPOCH)
        };
        assert_eq!(of(Level::Warn), "warning: a red⏎thing\n");
        assert_eq!(of(Level::Info), "1970-01-01T00:00:00.000Z a red⏎thing\n");
    }
}
