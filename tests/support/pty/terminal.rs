//! The far end of the pty: reads what the program draws and keeps the screen a person would see.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub struct Terminal {
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
}

struct Shared {
    drawn: Mutex<Drawn>,
    changed: Condvar,
    closing: AtomicBool,
}

pub struct Drawn {
    pub parser: vt100::Parser,
    /// The program's end of the pty is closed for good.
    pub ended: bool,
}

pub fn size(length: u16) -> NonZeroU16 {
    NonZeroU16::new(length).expect("a terminal has at least one cell")
}

impl Terminal {
    pub fn new(master: OwnedFd, columns: u16, rows: u16) -> Self {
        let drawn = Drawn { parser: vt100::Parser::new(size(rows), size(columns), 0), ended: false };
        let shared = Arc::new(Shared {
            drawn: Mutex::new(drawn),
            changed: Condvar::new(),
            closing: AtomicBool::new(false),
        });
        let for_reader = Arc::clone(&shared);
        let reader = thread::spawn(move || for_reader.read(&master));
        Self { shared, reader: Some(reader) }
    }

    pub fn drawn(&self) -> MutexGuard<'_, Drawn> {
        self.shared.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until what is drawn gives an answer; `None` when the deadline passed.
    pub fn wait<T>(&self, deadline: Duration, mut ask: impl FnMut(&Drawn) -> Option<T>) -> Option<T> {
        let end = Instant::now() + deadline;
        let mut drawn = self.drawn();
        loop {
            if let Some(answer) = ask(&drawn) {
                return Some(answer);
            }
            let left = end.checked_duration_since(Instant::now())?;
            if drawn.ended {
                return None;
            }
            drawn = self
                .shared
                .changed
                .wait_timeout(drawn, left)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(drawn, _)| drawn);
        }
    }

    /// Lets go of the pty, so that nobody holds its master side any more.
    pub fn close(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        if let Some(reader) = self.reader.take() {
            drop(reader.join());
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn read(&self, master: &OwnedFd) {
        let mut buffer = [0; 16384];
        let a_moment = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
        while !self.closing.load(Ordering::Relaxed) {
            let ready = poll(&mut [PollFd::new(master, PollFlags::IN)], Some(&a_moment));
            if ready != Ok(0) {
                // Linux answers EIO once the last holder of the other side is gone.
                let length = rustix::io::read(master, &mut buffer).unwrap_or(0);
                let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
                if length == 0 {
                    drawn.ended = true;
                } else {
                    drawn.parser.process(&buffer[..length]);
                }
                drop(drawn);
                self.changed.notify_all();
                if length == 0 {
                    return;
                }
            }
        }
    }
}
