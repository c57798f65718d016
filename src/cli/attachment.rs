//! `attach`: this terminal becomes the one of a service's container.

use super::context::Context;
use super::output::Output;
use super::pick;
use super::stack::choose;
use crate::domain::{Container, Fault, FaultKind};
use crate::engine::{Engine, Session, SessionOptions};
use crate::runtime::session::{self, Left};

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
    /// Hand signals on to the container
    #[arg(
        long,
        value_name = "BOOL",
        action = clap::ArgAction::Set,
        default_value_t = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    pub sig_proxy: bool,
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
        tty: container.details.as_ref().is_some_and(|details| details.tty) && super::exec::has_terminal(),
        stdin: !arguments.no_stdin,
        detach_keys: arguments.detach_keys,
    };
    let mut session = engine.attach(&container.id, &options).await?;
    let fate = Fate { hears_signals: arguments.sig_proxy, removed: false };
    follow(&engine, &container, &mut session, &options, fate).await
}

/// What becomes of a container that is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// Signals that come to us are handed on to it.
    pub hears_signals: bool,
    /// The daemon removes it when it ends.
    pub removed: bool,
}

/// Stays with a container until it ends or is left.
pub async fn follow(
    engine: &Engine,
    container: &Container,
    session: &mut Session,
    options: &SessionOptions,
    fate: Fate,
) -> Result<u8, Fault> {
    let (sender, mut signals) = tokio::sync::mpsc::unbounded_channel();
    let forward = |signal: &'static str| {
        // The receiver lives as long as the session does.
        let _ = sender.send(signal);
    };
    let hand_on = async {
        while let Some(signal) = signals.recv().await {
            if let Err(fault) = engine.kill(&container.id, signal).await {
                log::debug!("{fault}");
            }
        }
        std::future::pending::<()>().await;
    };
    let on_signal: Option<session::OnSignal<'_>> = fate.hears_signals.then_some(&forward);
    let left = tokio::select! {
        left = session::run(session, options.tty, options.stdin, on_signal) => left?,
        () = hand_on => Left::Ended,
    };
    match left {
        Left::Signalled(code) => Ok(code),
        Left::Detached => {
            Output::aside().line(format!("left {}, which goes on", container.name))?;
            Ok(0)
        }
        Left::Ended => ended(engine, container, fate.removed).await,
    }
}

/// The exit code of a container whose output has ended; it may be gone already.
async fn ended(engine: &Engine, container: &Container, removed: bool) -> Result<u8, Fault> {
    let id = &container.id;
    let ended = if removed { engine.wait_removed(id).await } else { engine.wait(id).await };
    let code = match ended {
        Err(fault) if fault.kind == FaultKind::NotFound => {
            // It was to be removed at its end; only the daemon's events still tell how it ended.
            engine.ended_with(&container.id, container.created).await?.unwrap_or(0)
        }
        code => code?,
    };
    Ok(u8::try_from(code).unwrap_or(u8::MAX))
}
