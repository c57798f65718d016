//! The last lines of a container that is in trouble.

use super::super::effects::Context;
use crate::app::Msg;
use crate::app::store::tails::LINES;
use crate::domain::{ContainerId, Fault, LogLine};
use crate::engine::LogRequest;
use futures_util::StreamExt as _;

pub async fn read(context: Context, container: ContainerId) -> Msg {
    let result = lines(&context, &container).await;
    Msg::Tail { container, result }
}

async fn lines(context: &Context, container: &ContainerId) -> Result<Vec<LogLine>, Fault> {
    let request =
        LogRequest { tail: Some(LINES), tty: context.known.tty(container), ..LogRequest::default() };
    let mut stream = context.engine().await?.logs(container, request);
    let mut lines = Vec::new();
    while let Some(line) = stream.next().await {
        lines.push(line?);
    }
    Ok(lines)
}
