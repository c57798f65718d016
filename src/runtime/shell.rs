//! A shell inside a container: the terminal is handed to it until it ends.

use super::terminal;
use crate::domain::{ContainerId, Fault, FaultKind, Safe};
use crate::engine::{Endpoint, Engine};
use crossterm::terminal::size;
use futures_util::StreamExt as _;
use rustix::event::{PollFd, PollFlags, poll};
use std::io::{self, PipeReader, Write as _};
use tokio::io::AsyncWriteExt as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// The best shell the image has.
const SHELL: [&str; 3] =
    ["/bin/sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi"];

/// Runs a shell until it ends. The caller has given the terminal back and stopped reading it.
pub async fn run(endpoint: &Endpoint, container: &ContainerId) -> Result<i64, Fault> {
    let wrong = |error: &io::Error| Fault::io("open a shell in", container.short(), error);
    let engine = Engine::connect(endpoint).await?;
    let (columns, rows) = size().map_err(|error| wrong(&error))?;
    let command: Vec<String> = SHELL.iter().map(|word| (*word).to_owned()).collect();
    let mut session = engine.exec_terminal(container, command, (columns, rows)).await?;
    let mut resized = signal(SignalKind::window_change()).map_err(|error| wrong(&error))?;
    terminal::take_keys().map_err(|error| wrong(&error))?;
    let (stop, mut typed) = read_terminal().map_err(|error| wrong(&error))?;
    let result = loop {
        tokio::select! {
            output = session.output.next() => match output {
                Some(Ok(bytes)) => {
                    // A shell is the operator's own terminal session: it must reach the terminal as it is.
                    let mut stdout = io::stdout().lock();
                    if stdout.write_all(&bytes).and_then(|()| stdout.flush()).is_err() {
                        break Ok(());
                    }
                }
                Some(Err(fault)) => break Err(fault),
                None => break Ok(()),
            },
            bytes = typed.recv() => match bytes {
                Some(bytes) => if let Err(error) = session.input.write_all(&bytes).await {
                    break Err(wrong(&error));
                },
                None => break Ok(()),
            },
            _ = resized.recv() => if let Ok((columns, rows)) = size() {
                // A shell that just ended has no size; its end comes with the output.
                if let Err(fault) = session.resize(columns, rows).await {
                    log::debug!("{}", Safe::new(fault.to_string()));
                }
            },
        }
    };
    drop(stop);
    // The reader has ended once its channel closes; only then may somebody else read the terminal.
    while typed.recv().await.is_some() {}
    terminal::give_back();
    result?;
    session.exit_code().await?.ok_or_else(|| {
        Fault::new(FaultKind::Internal, "leave the shell in", container.short())
            .because("its exit code is not known")
    })
}

/// Reads the terminal until the returned pipe end is dropped.
fn read_terminal() -> io::Result<(io::PipeWriter, mpsc::Receiver<Vec<u8>>)> {
    let (stopped, stop) = io::pipe()?;
    let (sender, receiver) = mpsc::channel(64);
    std::thread::Builder::new().name("shell-input".to_owned()).spawn(move || forward(&stopped, &sender))?;
    Ok((stop, receiver))
}

fn forward(stopped: &PipeReader, sender: &mpsc::Sender<Vec<u8>>) {
    let stdin = io::stdin();
    let mut buffer = [0; 4096];
    loop {
        let (terminal, stop) = {
            let mut fds = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
            if poll(&mut fds, None).is_err_and(|error| error != rustix::io::Errno::INTR) {
                return;
            }
            (fds[0].revents(), fds[1].revents())
        };
        if !stop.is_empty() {
            return;
        }
        if terminal.is_empty() {
            continue;
        }
        match rustix::io::read(&stdin, &mut buffer) {
            Ok(0) => return,
            Ok(count) => {
                if sender.blocking_send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}
