//! The imperative shell around the pure core: terminal, signals, the one loop, feeds and effects.
//!
//! Four threads: the loop (draws and decides), `input` (reads the terminal), `io` (the daemon, files, probes) and
//! `sampler` (figures of the host). The GPUs have one more, and two for each device below it, since NVML may block. They
//! meet in bounded channels, and for figures in a slot that keeps the newest.

mod clicks;
mod console_loop;
mod effects;
mod feeds;
mod frames;
mod headless;
mod input;
mod io;
mod log_keeper;
mod look;
mod metrics;
mod panic;
pub mod session;
mod shell;
mod signals;
mod snapshot;
mod terminal;
mod typed;
mod watchdog;

pub use feeds::figures::{Script, Source};
pub use feeds::stacks::{Search, request as stack_request};
pub use io::Setup;
pub use log_keeper::keep_log;
pub use look::look;
pub use snapshot::snapshot;

use crate::app::{Msg, State};
use crate::domain::{Fault, FaultKind};
use crate::view::Appearance;
use console_loop::{ConsoleLoop, Outcome, Sources};
use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;
use input::InputThread;
use io::Ends;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use rustix::io::Errno;
use signals::SignalEvent;
use std::io::{BufWriter, IsTerminal as _, Stdout, stdout};
use std::path::PathBuf;
use terminal::TerminalGuard;
use tokio::runtime::Builder;
use tokio::sync::mpsc;

/// Everything a console is made of.
pub struct Console {
    pub setup: Setup,
    pub state: State,
    pub appearance: Appearance,
    pub frame_cap: u32,
    pub mouse: bool,
    /// Where a panic leaves its report.
    pub state_directory: PathBuf,
}

/// How a console ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Quit,
    /// By a signal or with its terminal; the code a shell would report.
    Ended {
        exit_code: u8,
    },
    /// The operator asked for the demo on the screen that finds no Docker.
    Demo,
}

type Screen = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// Runs the console on this process's terminal until it ends.
pub fn console(console: Console) -> Result<Ending, Fault> {
    if !stdout().is_terminal() {
        return Err(Fault::new(FaultKind::Invalid, "open the console", "")
            .because("standard output is not a terminal")
            .hint("run it in a terminal, or use `mcp-tui snapshot` or `mcp-tui status`"));
    }
    let wrong = |error: std::io::Error| Fault::io("open the console on", "the terminal", &error);
    raise_open_files();
    let endpoint = console.setup.endpoint.clone();
    // The daemon is asked before the terminal is prepared: both take some milliseconds.
    let ends = io::start(console.setup).map_err(wrong)?;
    panic::install(console.state_directory, ends.alarm);
    let guard = TerminalGuard::enter(console.mouse).map_err(wrong)?;
    let (input_thread, input) = InputThread::start().map_err(wrong)?;
    let screen =
        Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout()))).map_err(wrong)?;
    let console_loop =
        ConsoleLoop::new(console.state, console.appearance, screen, ends.effects, console.frame_cap);
    let Ends { signals, facts, metrics, logs, .. } = ends;
    let sources = Sources { signals, input, facts, metrics, logs };
    let runtime = Builder::new_current_thread().enable_all().build().map_err(wrong)?;
    let shell = Shell { endpoint, guard, input_thread, console_loop, sources };
    runtime.block_on(shell.run()).map_err(wrong)
}

/// The cgroup reader holds a dozen files for each container, and the usual soft limit would do for forty of them.
fn raise_open_files() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, ..limit };
    if let Err(error) = rustix::process::setrlimit(rustix::process::Resource::Nofile, raised) {
        log::warn!("the limit of open files stays as it is: {error}");
    }
}

/// Resolves when a signal asks the console to end; what else comes meanwhile is the shell's.
async fn ended(signals: &mut mpsc::Receiver<SignalEvent>) -> u8 {
    loop {
        match signals.recv().await {
            Some(SignalEvent::End { exit_code }) => return exit_code,
            Some(SignalEvent::Stop | SignalEvent::Resized) => {}
            None => return signals::HANGUP_EXIT_CODE,
        }
    }
}

/// What the loop and the terminal need of one another.
struct Shell {
    endpoint: Result<crate::engine::Endpoint, Fault>,
    guard: TerminalGuard,
    input_thread: InputThread,
    console_loop: ConsoleLoop<CrosstermBackend<BufWriter<Stdout>>>,
    sources: Sources,
}

impl Shell {
    async fn run(mut self) -> std::io::Result<Ending> {
        self.console_loop.resized()?;
        loop {
            let outcome = match self.console_loop.run(&mut self.sources).await {
                // A frame may find the terminal gone before the reader of its keys does.
                Err(error) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => {
                    Outcome::Ended { exit_code: signals::HANGUP_EXIT_CODE }
                }
                outcome => outcome?,
            };
            match outcome {
                Outcome::Quit => return Ok(Ending::Quit),
                Outcome::Ended { exit_code } => return Ok(Ending::Ended { exit_code }),
                Outcome::Demo => return Ok(Ending::Demo),
                Outcome::Copy(text) => {
                    let copied = execute!(stdout(), CopyToClipboard::to_clipboard_from(text));
                    self.console_loop.take(Msg::Copied(
                        copied.map_err(|error| Fault::io("copy to", "the clipboard", &error)),
                    ));
                }
                Outcome::SetMouse(on) => self.guard.set_mouse(on)?,
                Outcome::Repaint => self.repaint()?,
                Outcome::Suspend => {
                    terminal::give_back();
                    // The whole process stops here, and goes on here with SIGCONT.
                    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP)?;
                    self.come_back()?;
                }
                Outcome::Shell(container) => {
                    self.input_thread.pause(&mut self.sources.input).await?;
                    terminal::give_back();
                    let session = async {
                        match &self.endpoint {
                            Ok(endpoint) => shell::run(endpoint, &container).await,
                            Err(fault) => Err(fault.clone()),
                        }
                    };
                    let result = tokio::select! {
                        result = session => result,
                        exit_code = ended(&mut self.sources.signals) => return Ok(Ending::Ended { exit_code }),
                    };
                    self.come_back()?;
                    self.input_thread.resume();
                    self.console_loop.take(Msg::ShellEnded { id: container, result });
                }
            }
        }
    }

    /// After something else had the terminal: take it again and paint everything anew.
    fn come_back(&mut self) -> std::io::Result<()> {
        self.guard.resume()?;
        self.repaint()
    }

    fn repaint(&mut self) -> std::io::Result<()> {
        let screen: &mut Screen = &mut self.console_loop.terminal;
        // `clear` would ask the terminal where its cursor is, and wait for an answer that our own reader may take.
        let size = screen.size()?;
        screen.resize(Rect::new(0, 0, size.width, size.height))?;
        self.console_loop.resized()?;
        self.console_loop.state.dirty = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
