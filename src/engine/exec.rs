//! Running a command in a container and taking in what it writes.
//!
//! The end of the stream is never success by itself: a connection that breaks ends it too. Only the exit code that
//! the daemon reports afterwards says how the command ended.

use super::actions::{named, nameless};
use super::connect::{CALL_LIMIT, Engine};
use super::failure;
use super::frames::{Channel, Demultiplexer, FrameError};
use super::raw::{ByteStream, segment};
use crate::domain::{ContainerId, Fault, FaultKind};
use bytes::Bytes;
use futures_util::StreamExt;
use hyper::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const OPERATION: &str = "run command in container";
/// The daemon notes a command's end a moment after it has closed the stream.
const ENDING_LIMIT: Duration = Duration::from_secs(3);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExecRequest {
    pub command: Vec<String>,
    /// `KEY=value`. Secrets belong here, never into `command`.
    pub environment: Vec<String>,
    pub user: Option<String>,
    pub working_directory: Option<String>,
    pub privileged: bool,
}

impl From<Vec<String>> for ExecRequest {
    fn from(command: Vec<String>) -> Self {
        Self { command, ..Self::default() }
    }
}

impl ExecRequest {
    pub(super) fn body(&self, terminal: bool) -> Value {
        let mut body = json!({
            "AttachStdin": terminal,
            "AttachStdout": true,
            "AttachStderr": true,
            "Tty": terminal,
            "Cmd": self.command,
            "Env": self.environment,
        });
        if self.privileged {
            body["Privileged"] = json!(true);
        }
        if let Some(user) = &self.user {
            body["User"] = json!(user);
        }
        if let Some(directory) = &self.working_directory {
            body["WorkingDir"] = json!(directory);
        }
        body
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecChunk {
    Stdout(Bytes),
    Stderr(Bytes),
}

/// A command that runs.
pub struct Exec {
    engine: Engine,
    id: String,
    container: ContainerId,
    stream: ByteStream,
    frames: Demultiplexer,
    state: StreamState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StreamState {
    Open,
    Ended,
    Broken,
}

impl Engine {
    /// Starts a command without a terminal. Its output must be taken with [`Exec::next`], its end with
    /// [`Exec::finish`].
    pub async fn exec(&self, id: &ContainerId, request: ExecRequest) -> Result<Exec, Fault> {
        let exec = self.create_exec(id, &request.body(false)).await?;
        let path = format!("/exec/{}/start", segment(&exec));
        let stream = self.bytes(&Method::POST, &path, Some(&json!({ "Detach": false, "Tty": false })))?;
        Ok(Exec {
            engine: self.clone(),
            id: exec,
            container: id.clone(),
            stream,
            frames: Demultiplexer::default(),
            state: StreamState::Open,
        })
    }

    pub(super) async fn create_exec(&self, id: &ContainerId, body: &Value) -> Result<String, Fault> {
        let path = format!("/containers/{}/exec", segment(&id.0));
        let answer = self.json(&Method::POST, &path, Some(body), OPERATION, id.short(), CALL_LIMIT).await?;
        named(&answer, "Id").ok_or_else(|| nameless(OPERATION, id.short()))
    }

    /// Whether a command that was started before has not ended yet.
    pub async fn exec_is_running(&self, exec: &str, container: &ContainerId) -> Result<bool, Fault> {
        self.exec_exit_code(exec, container).await.map(|code| code.is_none())
    }

    /// How a command ended, `None` while it runs.
    pub(super) async fn exec_exit_code(
        &self,
        exec: &str,
        container: &ContainerId,
    ) -> Result<Option<i64>, Fault> {
        let path = format!("/exec/{}/json", segment(exec));
        let answer = self.json(&Method::GET, &path, None, OPERATION, container.short(), CALL_LIMIT).await?;
        if answer.get("Running").and_then(Value::as_bool).unwrap_or(true) {
            return Ok(None);
        }
        let code = answer.get("ExitCode").and_then(Value::as_i64);
        code.map(Some).ok_or_else(|| {
            Fault::new(FaultKind::Refused, OPERATION, container.short())
                .because("it has ended and the daemon does not know how")
                .hint("its output cannot be trusted: run it again")
        })
    }
}

impl Exec {
    /// By which the daemon knows it, also after this is dropped: the command goes on then.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the command wrote next; `None` when both its streams have ended. After a fault there is nothing more.
    pub async fn next(&mut self) -> Option<Result<ExecChunk, Fault>> {
        loop {
            if self.state == StreamState::Broken {
                return None;
            }
            match self.frames.next() {
                Ok(Some(frame)) => match frame.channel {
                    Channel::Stdout => return Some(Ok(ExecChunk::Stdout(frame.payload))),
                    Channel::Stderr => return Some(Ok(ExecChunk::Stderr(frame.payload))),
                    Channel::DaemonError => {
                        let text = String::from_utf8_lossy(&frame.payload).into_owned();
                        return Some(Err(self.broken(failure::answered(
                            500,
                            &text,
                            OPERATION,
                            self.container.short(),
                        ))));
                    }
                },
                Ok(None) => {}
                Err(error) => return Some(Err(self.cut(&error))),
            }
            if self.state == StreamState::Ended {
                return None;
            }
            match self.stream.next().await {
                Some(Ok(chunk)) => self.frames.push(chunk),
                Some(Err(error)) => {
                    let fault = failure::fault(error, OPERATION, self.container.short());
                    return Some(Err(self.broken(fault)));
                }
                None => {
                    self.state = StreamState::Ended;
                    if let Err(error) = self.frames.finish() {
                        return Some(Err(self.cut(&error)));
                    }
                }
            }
        }
    }

    /// The exit code. Output not taken yet is drained and dropped.
    pub async fn finish(mut self) -> Result<i64, Fault> {
        while let Some(chunk) = self.next().await {
            chunk?;
        }
        let fault = |cause: &str| {
            Fault::new(FaultKind::Unreachable, OPERATION, self.container.short())
                .because(cause)
                .hint("its output may be incomplete: run it again")
        };
        if self.state == StreamState::Broken {
            return Err(fault("its output was cut"));
        }
        let began = Instant::now();
        let mut pause = Duration::from_millis(5);
        loop {
            if let Some(code) = self.engine.exec_exit_code(&self.id, &self.container).await? {
                return Ok(code);
            }
            if began.elapsed() > ENDING_LIMIT {
                return Err(fault("its output ended while it still runs"));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(200));
        }
    }

    fn cut(&mut self, error: &FrameError) -> Fault {
        let fault = Fault::new(FaultKind::Unreachable, OPERATION, self.container.short())
            .because(error.to_string())
            .hint("its output is incomplete: run it again");
        self.broken(fault)
    }

    fn broken(&mut self, fault: Fault) -> Fault {
        self.state = StreamState::Broken;
        fault
    }
}
