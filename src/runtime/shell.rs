//! A shell inside a container: the terminal is handed to it until it ends.

use super::{terminal, typed};
use crate::domain::{ContainerId, Fault, FaultKind, Safe};
use crate::engine::{Endpoint, Engine};
use crossterm::terminal::size;
use futures_util::StreamExt as _;
use std::io::{self, Write as _};
use tokio::io::AsyncWriteExt as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// The best shell the image has.
const SHELL: [&str; 3] =
    ["/bin/sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi"];

/// What a shell reports for a program that is not there, or cannot be started.
const NOT_STARTED: [i64; 2] = [126, 127];

/// Runs a shell until it ends. The caller has given the terminal back and stopped reading it.
pub async fn run(endpoint: &Endpoint, container: &ContainerId) -> Result<i64, Fault> {
    let wrong = |error: &io::Error| failed(container, error);
    terminal::take_keys().map_err(|error| wrong(&error))?;
    let (stop, mut typed) = typed::read().map_err(|error| wrong(&error))?;
    let result = session(endpoint, container, &mut typed).await;
    match &result {
        Err(fault) => explain(&fault.to_string(), fault.hint.as_deref(), &mut typed).await,
        Ok(code) if NOT_STARTED.contains(code) => {
            let hint = "an image without a shell can be looked at from another container in its namespaces";
            explain(&format!("no shell could be started (exit code {code})"), Some(hint), &mut typed).await;
        }
        Ok(_) => {}
    }
    drop(stop);
    // The reader has ended once its channel closes; only then may somebody else read the terminal.
    while typed.recv().await.is_some() {}
    terminal::give_back();
    result
}

fn failed(container: &ContainerId, error: &io::Error) -> Fault {
    Fault::io("open a shell in", container.short(), error)
}

async fn session(
    endpoint: &Endpoint,
    container: &ContainerId,
    typed: &mut mpsc::Receiver<Vec<u8>>,
) -> Result<i64, Fault> {
    let wrong = |error: &io::Error| failed(container, error);
    let engine = Engine::connect(endpoint).await?;
    let (columns, rows) = size().map_err(|error| wrong(&error))?;
    let command: Vec<String> = SHELL.iter().map(|word| (*word).to_owned()).collect();
    let mut session = engine.exec_terminal(container, command, (columns, rows)).await?;
    let mut resized = signal(SignalKind::window_change()).map_err(|error| wrong(&error))?;
    loop {
        tokio::select! {
            output = session.output.next() => match output {
                Some(Ok(bytes)) => {
                    // A shell is the operator's own terminal session: it must reach the terminal as it is.
                    let mut stdout = io::stdout().lock();
                    stdout.write_all(&bytes).and_then(|()| stdout.flush()).map_err(|error| wrong(&error))?;
                }
                Some(Err(fault)) => return Err(fault),
                None => break,
            },
            bytes = typed.recv() => match bytes {
                Some(bytes) => session.input.write_all(&bytes).await.map_err(|error| wrong(&error))?,
                None => break,
            },
            _ = resized.recv() => if let Ok((columns, rows)) = size() {
                // A shell that just ended has no size; its end comes with the output.
                if let Err(fault) = session.resize(columns, rows).await {
                    log::debug!("{}", Safe::new(fault.to_string()));
                }
            },
        }
    }
    session.exit_code().await?.ok_or_else(|| {
        Fault::new(FaultKind::Internal, "leave the shell in", container.short())
            .because("its exit code is not known")
    })
}

/// Says why there is no shell and waits for Enter: what was typed for the shell must not reach the console's keys.
async fn explain(cause: &str, hint: Option<&str>, typed: &mut mpsc::Receiver<Vec<u8>>) {
    {
        let mut stdout = io::stdout().lock();
        // A terminal that takes no words will not send Enter either, and its end is noticed elsewhere.
        let _ = write!(stdout, "\r\nmcp-tui: {}\r\n", Safe::new(cause));
        if let Some(hint) = hint {
            let _ = write!(stdout, "hint: {}\r\n", Safe::new(hint));
        }
        let _ = write!(stdout, "press Enter to return to the console\r\n");
        let _ = stdout.flush();
    }
    while let Some(bytes) = typed.recv().await {
        if bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
            return;
        }
    }
}
