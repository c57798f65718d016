//! A shell in a container, with a terminal of its own.

use super::connect::{CALL_LIMIT, Engine};
use super::exec::ExecRequest;
use super::failure;
use crate::domain::{ContainerId, Fault, FaultKind};
use bollard::exec::{ResizeExecOptions, StartExecOptions, StartExecResults};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use serde_json::json;
use std::pin::Pin;
use tokio::io::AsyncWrite;

const OPERATION: &str = "open a shell in container";
/// The daemon's own keys to leave a terminal begin with ^P, which a shell wants for its history. These two do not
/// stand in anybody's way.
const DETACH_KEYS: &str = "ctrl-^,ctrl-_";

pub struct ExecTerminal {
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
    /// Ends with the command.
    pub output: Pin<Box<dyn Stream<Item = Result<Bytes, Fault>> + Send>>,
    engine: Engine,
    id: String,
    container: ContainerId,
}

impl Engine {
    /// Starts a command with a terminal of this size (columns, rows).
    pub async fn exec_terminal(
        &self,
        id: &ContainerId,
        request: impl Into<ExecRequest>,
        size: (u16, u16),
    ) -> Result<ExecTerminal, Fault> {
        let request: ExecRequest = request.into();
        let mut body = request.body(true);
        body["DetachKeys"] = json!(DETACH_KEYS);
        let exec = self.create_exec(id, &body).await?;
        let options = StartExecOptions { detach: false, tty: true, output_capacity: None };
        let started = self
            .call(OPERATION, id.short(), CALL_LIMIT, self.docker.start_exec(&exec, Some(options)))
            .await?;
        let StartExecResults::Attached { output, input } = started else {
            return Err(
                Fault::new(FaultKind::Internal, OPERATION, id.short()).because("it was started detached")
            );
        };
        let name = id.short().to_owned();
        let output = output.map(move |chunk| match chunk {
            Ok(chunk) => Ok(chunk.into_bytes()),
            Err(error) => Err(failure::fault(error, OPERATION, &name)),
        });
        let terminal = ExecTerminal {
            input,
            output: Box::pin(output),
            engine: self.clone(),
            id: exec,
            container: id.clone(),
        };
        // The command may have ended already; then its output says so.
        if let Err(fault) = terminal.resize(size.0, size.1).await {
            log::debug!("{fault}");
        }
        Ok(terminal)
    }
}

impl ExecTerminal {
    pub async fn resize(&self, width: u16, height: u16) -> Result<(), Fault> {
        let request = self.engine.docker.resize_exec(&self.id, ResizeExecOptions { height, width });
        self.engine
            .call("resize the terminal in container", self.container.short(), CALL_LIMIT, request)
            .await
    }

    /// How the command ended; `None` while it runs.
    pub async fn exit_code(&self) -> Result<Option<i64>, Fault> {
        self.engine.exec_exit_code(&self.id, &self.container).await
    }
}
