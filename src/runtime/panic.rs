//! A panic gives the terminal back first, then says what happened and where the report is.

use super::terminal;
use crate::domain::Safe;
use std::backtrace::Backtrace;
use std::io::Write as _;
use std::path::PathBuf;

/// Replaces the panic hook for the life of the process.
pub fn install(report_directory: PathBuf) {
    std::panic::set_hook(Box::new(move |panic| {
        terminal::give_back();
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let cause = panic
            .payload()
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.payload().downcast_ref::<String>().cloned())
            .unwrap_or_default();
        let report = format!(
            "mcp-tui {} panicked at {place}: {cause}\n\n{}\n",
            env!("CARGO_PKG_VERSION"),
            Backtrace::force_capture()
        );
        let path = report_directory.join(format!("panic-{}.txt", std::process::id()));
        let written = std::fs::write(&path, report);
        let mut stderr = std::io::stderr().lock();
        let _ = writeln!(stderr, "mcp-tui: a defect ended the console at {place}: {}", Safe::new(cause));
        let _ = match written {
            Ok(()) => writeln!(stderr, "the report is in {}; running tasks go on", path.display()),
            Err(error) => writeln!(stderr, "the report could not be written to {}: {error}", path.display()),
        };
    }));
}
