//! The program in a real terminal: keys in, screens out.

mod keys;
mod terminal;

use super::wait::{PATIENCE, eventually};
use portable_pty::{Child, CommandBuilder, ExitStatus, PtySize, native_pty_system};
use rustix::process::{
    Pid, PidfdFlags, PidfdGetfdFlags, Signal, getpid, kill_process, pidfd_getfd, pidfd_open,
};
use rustix::termios::{Winsize, tcgetattr, tcsetwinsize};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};
use terminal::Terminal;

/// Columns and rows.
pub type Size = (u16, u16);

pub struct Pty {
    child: Box<dyn Child + Send + Sync>,
    terminal: Terminal,
    /// `None` once the terminal has been closed under the program.
    master: Option<OwnedFd>,
    before: String,
}

impl Pty {
    pub fn spawn(
        program: &str,
        arguments: &[&str],
        environment: &[(String, String)],
        directory: &Path,
        (cols, rows): Size,
    ) -> Self {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pty");
        let master = owned(pair.master.as_raw_fd().expect("a pty has a descriptor"));
        let before = modes(&master);
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        for (name, value) in environment {
            command.env(name, value);
        }
        command.cwd(directory);
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let for_reader = master.try_clone().expect("a second descriptor");
        Self { child, terminal: Terminal::new(for_reader, cols, rows), master: Some(master), before }
    }

    pub fn pid(&self) -> Pid {
        let id = self.child.process_id().and_then(|id| i32::try_from(id).ok());
        id.and_then(Pid::from_raw).expect("a running program has an id")
    }

    /// Types keys: see [`keys::bytes`].
    pub fn keys(&self, keys: &str) {
        let mut bytes = keys::bytes(keys);
        let master = self.master.as_ref().expect("the terminal is open");
        while !bytes.is_empty() {
            let written = rustix::io::write(master, &bytes).expect("the terminal takes keys");
            bytes.drain(..written);
        }
    }

    /// What a person sees now.
    pub fn screen(&self) -> String {
        self.terminal.drawn().parser.screen().contents()
    }

    pub fn wait_text(&self, text: &str) {
        self.wait(&format!("the screen to show {text:?}"), PATIENCE, |screen| screen.contains(text));
    }

    pub fn wait_gone(&self, text: &str) {
        self.wait(&format!("{text:?} to leave the screen"), PATIENCE, |screen| !screen.contains(text));
    }

    /// Waits until the screen is as it should be; shows it when it never was.
    pub fn wait(&self, what: &str, deadline: Duration, holds: impl Fn(&str) -> bool) {
        assert!(
            self.comes_to(deadline, holds),
            "waited {deadline:?} for {what}; the screen is:\n{}",
            self.framed()
        );
    }

    /// Whether the screen comes to be so before the deadline.
    pub fn comes_to(&self, deadline: Duration, holds: impl Fn(&str) -> bool) -> bool {
        self.terminal.wait(deadline, |drawn| holds(&drawn.parser.screen().contents()).then_some(())).is_some()
    }

    /// Waits until the screen, colours included, gives an answer.
    pub fn find<T>(
        &self,
        what: &str,
        deadline: Duration,
        mut ask: impl FnMut(&vt100::Screen) -> Option<T>,
    ) -> T {
        let answer = self.terminal.wait(deadline, |drawn| ask(drawn.parser.screen()));
        answer.unwrap_or_else(|| panic!("waited {deadline:?} for {what}; the screen is:\n{}", self.framed()))
    }

    /// Whether what is shown is the alternate screen, which leaves the shell's own as it was.
    pub fn on_alternate_screen(&self) -> bool {
        self.terminal.drawn().parser.screen().alternate_screen()
    }

    /// Whether the program has the alternate screen, a hidden cursor, mouse reports or bracketed paste switched on.
    pub fn holds_terminal(&self) -> bool {
        let drawn = self.terminal.drawn();
        let screen = drawn.parser.screen();
        screen.alternate_screen()
            || screen.hide_cursor()
            || screen.bracketed_paste()
            || screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    pub fn resize(&self, (cols, rows): Size) {
        // The picture first: what the program draws at the new size must find room.
        self.terminal.drawn().parser.set_size(terminal::size(rows), terminal::size(cols));
        let size = Winsize { ws_row: rows, ws_col: cols, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(self.master.as_ref().expect("the terminal is open"), size).expect("a new size");
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the program still runs");
    }

    /// Whether the terminal's modes are what they were before the program started.
    pub fn modes_restored(&self) -> bool {
        self.master.as_ref().is_some_and(|master| modes(master) == self.before)
    }

    /// Closes the terminal under the program, as a dropped connection does.
    pub fn close(&mut self) {
        self.terminal.close();
        self.master = None;
    }

    /// Waits for the program's end.
    pub fn wait_exit(&mut self, deadline: Duration) -> ExitStatus {
        let end = Instant::now() + deadline;
        let status = eventually("the program's end", deadline + Duration::from_secs(5), || {
            let status = self.child.try_wait().expect("a child of ours");
            let in_time = status.is_some() || Instant::now() < end;
            assert!(in_time, "still running after {deadline:?}; the screen is:\n{}", self.framed());
            status
        });
        // What it wrote last is still on its way through the pty.
        self.terminal.wait(Duration::from_secs(2), |drawn| drawn.ended.then_some(()));
        status
    }

    fn framed(&self) -> String {
        let line = |row: &str| format!("  |{row}\n");
        let end =
            if self.terminal.drawn().ended { "  (the program has let go of its terminal)\n" } else { "" };
        self.screen().lines().map(line).collect::<String>() + end
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            kill_process(self.pid(), Signal::KILL).ok();
            drop(self.child.wait());
        }
    }
}

/// A descriptor of our own for one that `portable-pty` only lends as a number: its own reader could not be stopped, and
/// a terminal is closed only when its last holder lets go.
fn owned(number: i32) -> OwnedFd {
    let ourselves = pidfd_open(getpid(), PidfdFlags::empty()).expect("a descriptor of this process");
    pidfd_getfd(&ourselves, number, PidfdGetfdFlags::empty()).expect("a copy of the pty's descriptor")
}

/// The terminal's modes, comparable.
fn modes(master: &OwnedFd) -> String {
    format!("{:?}", tcgetattr(master).expect("a terminal has modes"))
}
