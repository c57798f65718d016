//! Warnings of commands that have no screen: on standard error, which for a worker is its `worker.log`.

use crate::domain::Safe;
use log::{LevelFilter, Log, Metadata, Record};
use std::io::{self, Write};

struct Lines;

static LINES: Lines = Lines;

/// Sets it for the rest of the process. The console has a logger of its own, for there is no room beside a screen.
pub fn install() {
    // It is refused only where one is set already, and then warnings are told there.
    if log::set_logger(&LINES).is_ok() {
        log::set_max_level(LevelFilter::Warn);
    }
}

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // That the kernel has dropped the watch of a directory that is gone is no news, and is told in words of the
        // library's own; what hinders a watch comes back as an error.
        metadata.level() <= LevelFilter::Warn && !metadata.target().starts_with("notify::")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            // There is nowhere left to tell of an error stream that is closed.
            let _ = io::stderr().lock().write_all(line(record).as_bytes());
        }
    }

    fn flush(&self) {}
}

/// One line per record, whatever a message from outside holds.
fn line(record: &Record<'_>) -> String {
    let level = if record.level() == log::Level::Error { "error" } else { "warning" };
    format!("{level}: {}\n", Safe::new(record.args().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_watcher_finds_gone_is_not_told() {
        let told =
            |target: &str| LINES.enabled(&Metadata::builder().level(log::Level::Warn).target(target).build());
        assert!(told("mcp_tui::cli::stack"));
        assert!(!told("notify::inotify"));
    }

    #[test]
    fn a_record_is_one_line_without_control_characters() {
        let told = line(
            &Record::builder().level(log::Level::Warn).args(format_args!("a\u{1b}[31m red\nthing")).build(),
        );
        assert_eq!(told, "warning: a red⏎thing\n");
    }
}
