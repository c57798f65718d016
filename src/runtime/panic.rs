//! A panic gives the terminal back first, then says what happened and where the report is.

use super::terminal;
use crate::app::Msg;
use crate::domain::{Fault, FaultKind, Safe};
use std::backtrace::Backtrace;
use std::io::Write as _;
use std::path::PathBuf;
use std::thread;
use tokio::sync::mpsc;

/// Replaces the panic hook for the life of the process. Only the loop's own panic ends the console; one on another
/// thread stops a feed, and is told like any other fault.
pub fn install(report_directory: PathBuf, alarm: mpsc::Sender<Msg>) {
    let loop_thread = thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        let ends_all = thread::current().id() == loop_thread;
        if ends_all {
            terminal::give_back();
        }
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
        if !ends_all {
            let fault = Fault::new(FaultKind::Internal, "run", thread::current().name().unwrap_or("a part"))
                .because(format!("a defect stopped it at {place}: {cause}"))
                .hint(format!("leave and start again; the report is in {}", path.display()));
            // A console that is over or flooded has no use for it; the report is written.
            let _ = alarm.try_send(Msg::Faults(vec![fault]));
            return;
        }
        let mut stderr = std::io::stderr().lock();
        let _ = writeln!(stderr, "mcp-tui: a defect ended the console at {place}: {}", Safe::new(cause));
        let _ = match written {
            Ok(()) => writeln!(stderr, "the report is in {}; running tasks go on", path.display()),
            Err(error) => writeln!(stderr, "the report could not be written to {}: {error}", path.display()),
        };
    }));
}
