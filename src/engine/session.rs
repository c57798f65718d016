//! A program's own input and output, both ways: that of a container, or of a command in one.

use super::connect::{CALL_LIMIT, Engine};
use super::exec::{ExecChunk, ExecRequest};
use super::failure;
use crate::domain::{ContainerId, Fault, FaultKind};
use bollard::container::LogOutput;
use bollard::exec::{ResizeExecOptions, StartExecOptions, StartExecResults};
use bollard::query_parameters::{AttachContainerOptionsBuilder, ResizeContainerTTYOptions};
use futures_util::{Stream, StreamExt};
use serde_json::{Value, json};
use std::pin::Pin;
use std::time::{Duration, Instant};
use tokio::io::AsyncWrite;

/// The daemon notes a command's end a moment after it has closed the stream.
const ENDING_LIMIT: Duration = Duration::from_secs(3);

/// How a command is run for somebody who sits before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionOptions {
    pub tty: bool,
    pub stdin: bool,
    /// The keys that leave it running, as the daemon names them; its own when empty.
    pub detach_keys: String,
}

pub type Input = Pin<Box<dyn AsyncWrite + Send>>;
type Output = Pin<Box<dyn Stream<Item = Result<ExecChunk, Fault>> + Send>>;

pub struct Session {
    pub input: Input,
    /// Ends with the program, or when the daemon has read the keys to leave it.
    pub output: Output,
    pub program: Program,
}

/// What is done to the program beside its input and output.
pub struct Program {
    engine: Engine,
    container: ContainerId,
    /// `None` when it is the container's own.
    exec: Option<String>,
}

impl Engine {
    /// The container's own input and output, from now on. It need not have been started.
    pub async fn attach(&self, id: &ContainerId, options: &SessionOptions) -> Result<Session, Fault> {
        let operation = "attach to container";
        let mut query = AttachContainerOptionsBuilder::default()
            .stream(true)
            .stdin(options.stdin)
            .stdout(true)
            .stderr(true);
        if !options.detach_keys.is_empty() {
            query = query.detach_keys(&options.detach_keys);
        }
        let request = self.docker.attach_container(&id.0, Some(query.build()));
        let attached = self.call(operation, id.short(), CALL_LIMIT, request).await?;
        let output = chunks(attached.output, operation, id);
        let program = Program { engine: self.clone(), container: id.clone(), exec: None };
        Ok(Session { input: attached.input, output, program })
    }

    /// Runs a command with its input and output in the caller's hands.
    pub async fn exec_session(
        &self,
        id: &ContainerId,
        request: &ExecRequest,
        options: &SessionOptions,
    ) -> Result<Session, Fault> {
        let operation = "run command in container";
        let exec = self.create_exec(id, &body(request, options)).await?;
        let start = StartExecOptions { detach: false, tty: options.tty, output_capacity: None };
        let request = self.docker.start_exec(&exec, Some(start));
        let started = self.call(operation, id.short(), CALL_LIMIT, request).await?;
        let StartExecResults::Attached { output, input } = started else {
            return Err(
                Fault::new(FaultKind::Internal, operation, id.short()).because("it was started detached")
            );
        };
        let output = chunks(output, operation, id);
        let program = Program { engine: self.clone(), container: id.clone(), exec: Some(exec) };
        Ok(Session { input, output, program })
    }

    /// Runs a command that nobody waits for.
    pub async fn exec_detached(
        &self,
        id: &ContainerId,
        request: &ExecRequest,
        options: &SessionOptions,
    ) -> Result<(), Fault> {
        let exec = self.create_exec(id, &body(request, options)).await?;
        let start = StartExecOptions { detach: true, tty: options.tty, output_capacity: None };
        let request = self.docker.start_exec(&exec, Some(start));
        self.call("run command in container", id.short(), CALL_LIMIT, request).await.map(drop)
    }
}

impl Program {
    pub async fn resize(&self, width: u16, height: u16) -> Result<(), Fault> {
        let operation = "resize the terminal in container";
        let docker = &self.engine.docker;
        let object = self.container.short();
        if let Some(exec) = &self.exec {
            let request = docker.resize_exec(exec, ResizeExecOptions { height, width });
            return self.engine.call(operation, object, CALL_LIMIT, request).await;
        }
        let size = ResizeContainerTTYOptions { h: height.into(), w: width.into() };
        let request = docker.resize_container_tty(&self.container.0, size);
        self.engine.call(operation, object, CALL_LIMIT, request).await
    }

    /// How the command ended; `None` for one that goes on although its output has ended, and for a container's own.
    pub async fn exit_code(&self) -> Result<Option<i64>, Fault> {
        let Some(exec) = &self.exec else { return Ok(None) };
        let began = Instant::now();
        loop {
            let code = self.engine.exec_exit_code(exec, &self.container).await?;
            if code.is_some() || began.elapsed() > ENDING_LIMIT {
                return Ok(code);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn body(request: &ExecRequest, options: &SessionOptions) -> Value {
    let mut body = request.body(options.tty);
    body["AttachStdin"] = json!(options.stdin);
    if !options.detach_keys.is_empty() {
        body["DetachKeys"] = json!(options.detach_keys);
    }
    body
}

fn chunks(
    output: impl Stream<Item = Result<LogOutput, bollard::errors::Error>> + Send + 'static,
    operation: &'static str,
    id: &ContainerId,
) -> Output {
    let name = id.short().to_owned();
    Box::pin(output.map(move |chunk| match chunk {
        Ok(LogOutput::StdErr { message }) => Ok(ExecChunk::Stderr(message)),
        Ok(LogOutput::StdOut { message } | LogOutput::StdIn { message } | LogOutput::Console { message }) => {
            Ok(ExecChunk::Stdout(message))
        }
        Err(error) => Err(failure::fault(error, operation, &name)),
    }))
}
