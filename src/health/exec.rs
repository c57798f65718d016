//! A command in the container: that it ends with 0 is up. What it writes is quoted, and no more of it is kept.

use super::{Answer, Outcome};
use crate::domain::check::gist;
use crate::domain::{Container, Fault, Safe, secret};
use crate::engine::{Endpoint, Engine, ExecChunk, ExecRequest};
use std::time::Instant;

/// Of what the command writes.
const MOST: usize = 4 * 1024;

/// `last` is the command of the run before, as long as it was not seen to end. Docker does not end it when nobody waits
/// for it any more, so another one beside it would be one more process each time.
pub(super) async fn ask(
    endpoint: Option<&Endpoint>,
    container: &Container,
    command: &[String],
    last: &mut Option<String>,
) -> Outcome {
    let Some(endpoint) = endpoint else {
        return Outcome::new(Answer::Unknown, "there is no daemon that could run the command");
    };
    let start = Instant::now();
    match run(endpoint, container, command, last).await {
        Ok(None) => Outcome::down("the command of the run before still runs"),
        Ok(Some((0, said))) => Outcome::up(with(&said, "ended with 0")).after(start.elapsed()),
        Ok(Some((code, said))) => Outcome::refused(with(&said, &ended(code))).after(start.elapsed()),
        // Whether the service is well cannot be told; that the daemon refuses is told elsewhere as well.
        Err(fault) => Outcome::new(Answer::Unknown, format!("the command cannot be run: {fault}")),
    }
}

/// `None` when it was not started.
async fn run(
    endpoint: &Endpoint,
    container: &Container,
    command: &[String],
    last: &mut Option<String>,
) -> Result<Option<(i64, String)>, Fault> {
    let engine = Engine::connect(endpoint).await?;
    // The daemon forgets a command with its container's run; what it does not know does not run.
    if let Some(id) = last.as_ref()
        && engine.exec_is_running(id, &container.id).await.unwrap_or(false)
    {
        return Ok(None);
    }
    let mut exec = engine.exec(&container.id, ExecRequest::from(command.to_vec())).await?;
    *last = Some(exec.id().to_owned());
    let mut said = Vec::new();
    while let Some(chunk) = exec.next().await {
        let (ExecChunk::Stdout(bytes) | ExecChunk::Stderr(bytes)) = chunk?;
        let room = MOST.saturating_sub(said.len());
        said.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
    let code = exec.finish().await?;
    *last = None;
    Ok(Some((code, String::from_utf8_lossy(&said).into_owned())))
}

fn ended(code: i64) -> String {
    match code {
        126 => "ended with 126: it cannot be executed".to_owned(),
        127 => "ended with 127: there is no such program in the container".to_owned(),
        _ => format!("ended with {code}"),
    }
}

/// On one line; a command may well write what nobody should read. Of a traceback what was raised is enough.
fn with(said: &str, ended: &str) -> String {
    let raised =
        said.contains("Traceback (most recent call last)").then(|| gist(&Safe::new(said)).to_string());
    let said = raised.unwrap_or_else(|| said.split_whitespace().collect::<Vec<_>>().join(" "));
    if said.is_empty() { ended.to_owned() } else { format!("{ended}: {}", secret::mask_text(&said)) }
}

#[cfg(test)]
mod tests;
