//! `serve`: backups, restores and tasks over HTTP, and a backup whenever one is due.
//!
//! It starts the same tasks as the command line, each with a worker of its own: that it ends, ends none of them.

mod access;
mod answer;
mod backups;
mod bundle;
mod docs;
mod guard;
mod keeper;
mod restore;
mod stats;
mod tasks;
mod world;

use super::context::Context;
use super::output::{Output, Tone};
use super::schedule::tell_kept;
use crate::domain::{Fault, FaultKind};
use crate::task;
use answer::Refused;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post};
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use world::World;

/// How long answers that are under way are waited for when it is to end.
const FAREWELL: Duration = Duration::from_millis(700);
/// How often it is looked for tasks whose workers died.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// Has the token where no file does.
const TOKEN_VARIABLE: &str = "MCP_TUI_TOKEN";

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Where to listen; beyond this host only with a token
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3112")]
    pub listen: SocketAddr,
    /// A file with the token that requests must bear; else `MCP_TUI_TOKEN` has it
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Take no backups by itself; else it does of the stacks that set x-mcp.backup.schedule, and of one that -s names
    #[arg(long)]
    pub no_schedule: bool,
}

pub async fn run(context: Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    context.may_change("serve")?;
    let token = token(&arguments)?;
    let listener = TcpListener::bind(arguments.listen)
        .await
        .map_err(|error| Fault::io("listen on", arguments.listen, &error))?;
    let address = listener.local_addr().map_err(|error| Fault::io("listen on", arguments.listen, &error))?;
    let notify = context.settings.notify.clone();
    let world = Arc::new(World::new(context, token)?);
    // A stack that is not there is told of now, not with the first request.
    let found = world.found().await?;
    let names: Vec<&str> = found.stacks.iter().map(|stack| stack.reference.project.as_str()).collect();
    output.toned(&[
        (Tone::Good, "listening on "),
        (Tone::Plain, &format!("http://{address}")),
        (Tone::Dim, &format!("  {}", names.join(", "))),
    ])?;
    if !arguments.no_schedule {
        tell_kept(&found, world.names_one(), Output::aside())?;
        let mut keeping = world.keeping(address)?;
        keeping.of(keeper::kept(&found.stacks, world.names_one()))?;
        tokio::spawn(keeper::run(Arc::clone(&world), keeping));
    }
    let store = world.store.clone();
    tokio::spawn(async move {
        loop {
            task::tell_of_abandoned(&store, &notify, Timestamp::now()).await;
            tokio::time::sleep(LOOK_EVERY).await;
        }
    });
    let listen = |kind| signal(kind).map_err(|error| Fault::io("listen for", "signals", &error));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let (end, ended) = tokio::sync::watch::channel(false);
    let mut graceful = ended.clone();
    let service = routes(world).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async move {
        let _ = graceful.wait_for(|ended| *ended).await;
    });
    let mut serving = tokio::spawn(async move { serving.await });
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        served = &mut serving => {
            let error = served.map_err(std::io::Error::other).and_then(|served| served);
            return error.map(|()| 0).map_err(|error| Fault::io("serve", address, &error));
        }
    }
    let _ = end.send(true);
    // A download without an end must not keep it.
    let _ = tokio::time::timeout(FAREWELL, &mut serving).await;
    Ok(0)
}

fn routes(world: Arc<World>) -> Router {
    Router::new()
        .route("/backups", get(backups::list).post(backups::create))
        .route("/backups/{name}", delete(backups::remove))
        .route("/backups/{name}/download", get(bundle::download))
        .route("/backups/{name}/verify", post(backups::verify))
        .route("/restore", post(restore::start))
        .route("/restore/accept", post(restore::accept))
        .route("/restore/undo", post(restore::undo))
        .route("/tasks", get(tasks::list))
        .route("/tasks/{id}", get(tasks::show))
        .route("/cleanup", post(tasks::cleanup))
        .route("/stats", get(stats::stats))
        .route("/health", get(stats::health))
        .route("/docs", get(docs::page))
        .route("/openapi.json", get(docs::openapi))
        .fallback(|| async { Refused::not_found("there is no such route; GET /docs tells what there is") })
        .method_not_allowed_fallback(|| async { Refused::method() })
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&world), guard::check))
        .layer(DefaultBodyLimit::max(answer::BODY_LIMIT))
        // Outermost: what is refused is told as well.
        .layer(axum::middleware::from_fn(access::log))
        .with_state(world)
}

/// The token, which must be there as soon as others than this host can ask.
fn token(arguments: &Arguments) -> Result<Option<String>, Fault> {
    let token = match &arguments.token_file {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            Some(text.map_err(|error| Fault::io("read token", path.display(), &error))?.trim().to_owned())
        }
        None => std::env::var(TOKEN_VARIABLE).ok(),
    };
    let wrong = |cause: &str| {
        Fault::new(FaultKind::Invalid, "serve", arguments.listen.to_string()).because(cause).hint(format!(
            "give a token of at least 16 characters with --token-file or {TOKEN_VARIABLE}; `openssl rand -hex 32` makes one"
        ))
    };
    match token {
        Some(token) if token.len() < 16 => Err(wrong("the token is too short to be a secret")),
        None if !arguments.listen.ip().is_loopback() => Err(wrong(
            "whoever reaches this address could restore and delete, and no token keeps them from it",
        )),
        token => Ok(token),
    }
}

#[cfg(test)]
mod tests;
