//! A program in a container with this terminal, or these pipes, as its own.

use super::signals::HANGUP_EXIT_CODE;
use super::{terminal, typed};
use crate::domain::{Fault, Safe};
use crate::engine::{ExecChunk, Input, Program, Session};
use crossterm::terminal::size;
use futures_util::StreamExt as _;
use std::cell::Cell;
use std::io::{self, ErrorKind, Write as _};
use tokio::io::AsyncWriteExt as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::Receiver;

/// How a session was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// The program's output has ended.
    Ended,
    /// By the keys for that; the program goes on.
    Detached,
    /// We were asked to end, with the code a shell would report.
    Signalled(u8),
}

/// What is done about the signals that come to us.
pub type OnSignal<'run> = &'run dyn Fn(&'static str);

/// The keys by which docker leaves a terminal.
const DETACH: [u8; 2] = [0x10, 0x11];

/// Runs until the output ends. With `tty` the terminal is raw meanwhile. `on_signal` hears of signals by name; without
/// it they end the session.
pub async fn run(
    session: &mut Session,
    tty: bool,
    stdin: bool,
    on_signal: Option<OnSignal<'_>>,
) -> Result<Left, Fault> {
    let wrong = |error: &io::Error| Fault::io("forward to and from", "the container", error);
    let mut signals = Signals::listen().map_err(|error| wrong(&error))?;
    let raw = tty.then(Raw::take).transpose().map_err(|error| wrong(&error))?;
    let mut typed = if stdin { Some(typed::read().map_err(|error| wrong(&error))?) } else { None };
    if tty {
        resize(&session.program).await;
    }
    let left = forward(session, tty, typed.as_mut().map(|(_, typed)| typed), &mut signals, on_signal).await;
    drop(typed);
    drop(raw);
    left
}

async fn forward(
    session: &mut Session,
    tty: bool,
    typed: Option<&mut Receiver<Vec<u8>>>,
    signals: &mut Signals,
    on_signal: Option<OnSignal<'_>>,
) -> Result<Left, Fault> {
    let wrong = |error: &io::Error| Fault::io("forward to and from", "the container", error);
    let Session { input, output, program } = session;
    let last = Cell::new([0; 2]);
    // Beside the output: a program that echoes reads no more until what it has written is taken.
    let feeding = feed(input, typed, &last);
    tokio::pin!(feeding);
    let mut fed = false;
    loop {
        tokio::select! {
            chunk = output.next() => match chunk {
                Some(chunk) => match write(&chunk?) {
                    // A reader that has seen enough ends the program quietly.
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(Left::Signalled(0)),
                    written => written.map_err(|error| wrong(&error))?,
                },
                None => return Ok(if tty && last.get() == DETACH { Left::Detached } else { Left::Ended }),
            },
            () = &mut feeding, if !fed => fed = true,
            heard = signals.next() => match (heard, on_signal) {
                (Heard::Resized, _) => if tty { resize(program).await },
                (Heard::End(name, _), Some(on_signal)) => on_signal(name),
                (Heard::End(_, code), None) => return Ok(Left::Signalled(code)),
            },
        }
    }
}

/// Hands on what is typed until it ends, and remembers the last two keys.
async fn feed(input: &mut Input, typed: Option<&mut Receiver<Vec<u8>>>, last: &Cell<[u8; 2]>) {
    let Some(typed) = typed else { return };
    while let Some(bytes) = typed.recv().await {
        for byte in &bytes {
            last.set([last.get()[1], *byte]);
        }
        // A program that reads no more has no use for what is typed; its end comes with the output.
        if input.write_all(&bytes).await.is_err() {
            return;
        }
    }
    let _ = input.shutdown().await;
}

/// As it is: the program has the operator's own terminal, or a file that must not differ by a byte.
fn write(chunk: &ExecChunk) -> io::Result<()> {
    match chunk {
        ExecChunk::Stdout(bytes) => {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes).and_then(|()| stdout.flush())
        }
        ExecChunk::Stderr(bytes) => io::stderr().lock().write_all(bytes),
    }
}

async fn resize(program: &Program) {
    if let Ok((columns, rows)) = size() {
        // A program that just ended has no size; its end comes with the output.
        if let Err(fault) = program.resize(columns, rows).await {
            log::debug!("{}", Safe::new(fault.to_string()));
        }
    }
}

/// The terminal in raw mode, until it is dropped.
struct Raw;

impl Raw {
    fn take() -> io::Result<Self> {
        terminal::take_keys().map(|()| Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        terminal::give_back();
    }
}

enum Heard {
    Resized,
    /// The signal's name, and the code a shell would report.
    End(&'static str, u8),
}

struct Signals {
    resized: Signal,
    interrupt: Signal,
    quit: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            resized: signal(SignalKind::window_change())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Heard {
        tokio::select! {
            _ = self.resized.recv() => Heard::Resized,
            _ = self.interrupt.recv() => Heard::End("SIGINT", 130),
            _ = self.quit.recv() => Heard::End("SIGQUIT", 131),
            _ = self.terminate.recv() => Heard::End("SIGTERM", 143),
            _ = self.hangup.recv() => Heard::End("SIGHUP", HANGUP_EXIT_CODE),
        }
    }
}
