//! A program in a pty of its own, and the screen that a person would see.

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// What programs ask a terminal on their way up, and what one answers.
const ANSWERS: &[(&[u8], &[u8])] =
    &[(b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[c", b"\x1b[?62;c"), (b"\x1b[?u", b"\x1b[?0u")];

pub struct Terminal {
    began: Instant,
    child: Box<dyn Child + Send + Sync>,
    master: OwnedFd,
    screen: vt100::Parser,
    /// Drawn, and not yet on the screen: the emulator must not run inside a timed stretch.
    pending: Vec<u8>,
    bytes: u64,
    buffer: Vec<u8>,
}

impl Terminal {
    pub fn start(command: &[String], (cols, rows): (u16, u16), docker_host: Option<&str>) -> Self {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pty");
        let master = owned(pair.master.as_raw_fd().expect("a pty has a descriptor"));
        let mut program = CommandBuilder::new(&command[0]);
        program.args(&command[1..]);
        if let Ok(directory) = std::env::current_dir() {
            program.cwd(directory);
        }
        for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")] {
            program.env(name, value);
        }
        if let Some(host) = docker_host {
            program.env("DOCKER_HOST", host);
        }
        let cells = |length| NonZeroU16::new(length).expect("a terminal has at least one cell");
        let screen = vt100::Parser::new(cells(rows), cells(cols), 0);
        let began = Instant::now();
        let child = pair.slave.spawn_command(program).expect("the program starts");
        Self { began, child, master, screen, pending: Vec::new(), bytes: 0, buffer: vec![0; 1 << 16] }
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a running program has a number")
    }

    /// All that was drawn since the start.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn text(&mut self) -> String {
        self.screen.process(&self.pending);
        self.pending.clear();
        self.screen.screen().contents()
    }

    /// How long after the start the text stood on the screen.
    pub fn wait_for(&mut self, text: &str, limit: Duration) -> Option<Duration> {
        loop {
            let read = self.read(limit.checked_sub(self.began.elapsed())?);
            let passed = self.began.elapsed();
            if read && self.text().contains(text) {
                return Some(passed);
            }
        }
    }

    /// Lets the program draw for so long.
    pub fn pump(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            self.read(left);
            self.text();
        }
    }

    pub fn press(&mut self, key: &[u8]) {
        let written = rustix::io::write(&self.master, key).expect("the program takes keys");
        assert_eq!(written, key.len(), "the program reads its keys");
    }

    /// From a key to the first that is drawn after it; `None` when nothing is.
    pub fn time_to_paint(&mut self, key: &[u8], limit: Duration) -> Option<Duration> {
        while self.read(Duration::ZERO) {}
        self.text();
        let began = Instant::now();
        self.press(key);
        self.read(limit).then(|| began.elapsed())
    }

    /// Takes what is drawn within the limit; says whether anything was.
    fn read(&mut self, limit: Duration) -> bool {
        let limit = Timespec { tv_sec: limit.as_secs().cast_signed(), tv_nsec: limit.subsec_nanos().into() };
        if poll(&mut [PollFd::new(&self.master, PollFlags::IN)], Some(&limit)).unwrap_or(0) == 0 {
            return false;
        }
        // Once the last holder of the other side is gone, this is an error or nothing.
        let length = rustix::io::read(&self.master, &mut self.buffer).unwrap_or(0);
        assert!(length > 0, "the program has ended; its screen was:\n{}", self.text());
        let drawn = &self.buffer[..length];
        for (question, answer) in ANSWERS {
            if drawn.windows(question.len()).any(|window| window == *question) {
                rustix::io::write(&self.master, answer).expect("the program takes answers");
            }
        }
        self.bytes += length as u64;
        self.pending.extend_from_slice(drawn);
        true
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // What is left of it when its terminal goes is nobody's.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A descriptor of our own for one that `portable-pty` only lends as a number.
fn owned(number: i32) -> OwnedFd {
    let ourselves = pidfd_open(getpid(), PidfdFlags::empty()).expect("a descriptor of this process");
    pidfd_getfd(&ourselves, number, PidfdGetfdFlags::empty()).expect("a copy of the pty's descriptor")
}
