//! The last lines of a run that ended, read before its container is removed or writes on.

use super::super::effects::Context;
use crate::app::Msg;
use crate::app::store::previous::LINES;
use crate::domain::{ContainerId, Fault, LogLine};
use crate::engine::LogRequest;
use futures_util::StreamExt as _;
use jiff::Timestamp;

/// From when on, and until when.
type Span = (Option<Timestamp>, Option<Timestamp>);

/// The daemon tells of an end once all that was written is in the log, so nothing of this run is younger.
pub async fn read(context: Context, run: u64, container: ContainerId, span: Span) -> Msg {
    let result = lines(&context, &container, span).await;
    Msg::LastLines { run, result }
}

async fn lines(
    context: &Context,
    container: &ContainerId,
    (since, until): Span,
) -> Result<Vec<LogLine>, Fault> {
    let tty = context.known.tty(container);
    let request = LogRequest { tail: Some(LINES), since, until, tty, ..LogRequest::default() };
    let mut stream = context.engine().await?.logs(container, request);
    let mut lines = Vec::new();
    while let Some(line) = stream.next().await {
        match line {
            Ok(line) => lines.push(line),
            // It was removed while it was read: what came is kept.
            Err(_) if !lines.is_empty() => break,
            Err(fault) => return Err(fault),
        }
    }
    Ok(lines)
}
