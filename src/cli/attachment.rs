//! `attach`: this terminal becomes the one of a service's container.

use super::arguments::SignalProxy;
use super::context::Context;
use super::output::Output;
use super::pick;
use super::program::has_terminal;
use super::stack::choose;
use crate::domain::{Container, Fault, FaultKind};
use crate::engine::{Engine, Session, SessionOptions};
use crate::runtime::session::{self, Left};
use std::time::Duration;

/// A container ends a moment after its output. One that goes on for longer than this has been left.
const ENDING_LIMIT: Duration = Duration::from_secs(2);

/// More signals than these that nobody has taken yet say nothing new.
const SIGNALS_KEPT: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// The keys that leave the container running, instead of ctrl-p,ctrl-q
    #[arg(long, value_name = "KEYS", default_value = "")]
    pub detach_keys: String,
    /// The number of the container, where the service has several
    #[arg(long, value_name = "N")]
    pub index: Option<u32>,
    /// Hand nothing on from standard input
    #[arg(long)]
    pub no_stdin: bool,
    #[command(flatten)]
    signals: SignalProxy,
    #[arg(value_name = "SERVICE")]
    pub service: String,
}

/// Ends with the container's exit code, or with 0 when it is left running.
pub async fn run(context: &Context, arguments: Arguments) -> Result<u8, Fault> {
    context.may_change("attach to")?;
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let picked = pick::container(&engine, &chosen, &arguments.service, arguments.index, false).await?;
    let container = engine.inspect(&picked.id).await?;
    let options = SessionOptions {
        tty: container.details.as_ref().is_some_and(|details| details.tty) && has_terminal(),
        stdin: !arguments.no_stdin,
        detach_keys: arguments.detach_keys,
    };
    let mut session = engine.attach(&container.id, &options).await?;
    let waiting = engine.wait(&container.id);
    follow(&engine, &container, &mut session, &options, arguments.signals.sig_proxy, waiting).await
}

/// Stays with a container until it ends or is left. With `hears_signals`, signals that come to us are handed on to it;
/// `waiting` tells its exit code.
pub async fn follow(
    engine: &Engine,
    container: &Container,
    session: &mut Session,
    options: &SessionOptions,
    hears_signals: bool,
    waiting: impl Future<Output = Result<i64, Fault>>,
) -> Result<u8, Fault> {
    let (sender, mut signals) = tokio::sync::mpsc::channel(SIGNALS_KEPT);
    let forward = |signal: &'static str| {
        if sender.try_send(signal).is_err() {
            log::debug!("{signal} is not handed on: the daemon has not taken those before it");
        }
    };
    let hand_on = async {
        while let Some(signal) = signals.recv().await {
            if let Err(fault) = engine.kill(&container.id, signal).await {
                log::debug!("{fault}");
            }
        }
        std::future::pending::<()>().await;
    };
    let on_signal: Option<session::OnSignal<'_>> = hears_signals.then_some(&forward);
    let left = tokio::select! {
        left = session::run(session, options.tty, options.stdin, on_signal) => left?,
        () = hand_on => Left::Ended,
    };
    let left_running = match left {
        Left::Signalled(code) => return Ok(code),
        // With keys of the operator's own, these two were for the program.
        Left::Detached => options.detach_keys.is_empty(),
        Left::Ended => false,
    };
    // Only the daemon knows its keys, and it looks for them only where the container has a terminal.
    let has_terminal = container.details.as_ref().is_some_and(|details| details.tty);
    let may_be_left = has_terminal && options.stdin && !options.detach_keys.is_empty();
    tokio::pin!(waiting);
    let left_running = left_running
        || may_be_left && {
            match tokio::time::timeout(ENDING_LIMIT, &mut waiting).await {
                Ok(ended) => return exit_code(engine, container, ended).await,
                Err(_) => engine.inspect(&container.id).await.is_ok_and(|now| now.is_running()),
            }
        };
    if left_running {
        Output::aside().line(format!("left {}, which goes on", container.name))?;
        return Ok(0);
    }
    exit_code(engine, container, waiting.await).await
}

/// The exit code of a container whose output has ended; it may be gone already.
async fn exit_code(engine: &Engine, container: &Container, ended: Result<i64, Fault>) -> Result<u8, Fault> {
    let code = match ended {
        Err(fault) if fault.kind == FaultKind::NotFound => {
            // It was to be removed at its end; only the daemon's events still tell how it ended.
            engine.ended_with(&container.id, container.created).await?.ok_or_else(|| {
                fault
                    .because("it is gone, and the daemon no longer knows how it ended")
                    .hint("what it did is done; only its exit code is unknown")
            })?
        }
        code => code?,
    };
    Ok(u8::try_from(code).unwrap_or(u8::MAX))
}
