//! What a tool in a container writes, taken in as it comes.
//!
//! The end of the stream proves nothing; only the exit code that the daemon tells afterwards does. A connection that
//! broke, half a frame, a tool that says nothing for too long, a disk that is full and a request to stop all end it.

use super::part::{Form, PartWriter, Written};
use super::seal::Recipients;
use super::space::Space;
use super::store::Vault;
use crate::domain::{ContainerId, Fault, FaultKind, TaskEvent, secret, units};
use crate::engine::{Engine, ExecChunk, ExecRequest};
use bytes::Bytes;
use std::time::{Duration, Instant};

/// A tool that writes nothing for so long hangs; the engine itself sets no such limit.
const IDLE_LIMIT: Duration = Duration::from_mins(15);
/// What a tool says when it is asked a question is short and comes soon.
const ANSWER_LIMIT: Duration = Duration::from_mins(2);
/// Whatever moves or looks at all that there is takes its time; after this it hangs.
pub const LONGEST: Duration = Duration::from_hours(12);
const ANSWER_BYTES: usize = 16 << 20;
/// What is kept of a tool's complaints.
pub const COMPLAINT_LIMIT: usize = 64 << 10;
/// How often it is looked whether all is well, also while nothing comes.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How a tool ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub code: i64,
    /// What it wrote when its output was asked for as text.
    pub output: String,
    pub complaints: String,
}

/// The step that a part is taken in.
pub struct Step<'run> {
    pub engine: &'run Engine,
    pub space: &'run Space,
    pub number: usize,
    /// How much there will be, as far as that can be told.
    pub total: Option<u64>,
    pub cancelled: &'run dyn Fn() -> bool,
    pub progress: &'run dyn Fn(TaskEvent),
    /// Files of an archive that have more bytes do not go into it.
    pub objects_over: Option<u64>,
    /// Who can read what is written, where not all can.
    pub recipients: &'run Recipients,
}

impl Step<'_> {
    /// Takes what the command writes into a file of the bundle. The part is on the disk; whether it is good is for the
    /// caller to judge by how the tool ended.
    pub async fn take(
        &self,
        container: &ContainerId,
        request: ExecRequest,
        path: &str,
        form: Form,
    ) -> Result<(Written, Ended), Fault> {
        let bundle = self.space.bundle();
        let fault = |error: std::io::Error| bundle.fault(&error);
        let over = self.objects_over.filter(|_| form == Form::Tar);
        let vault = over.map(|over| bundle.vault(over, self.recipients));
        let mut writer = self.writer(path, form, vault)?;
        let mut exec = self.engine.exec(container, request).await?;
        let mut complaints = Vec::new();
        let (mut looked, mut heard) = (Instant::now(), Instant::now());
        loop {
            if let Ok(chunk) = tokio::time::timeout(LOOK_EVERY, exec.next()).await {
                heard = Instant::now();
                match chunk.transpose()? {
                    Some(ExecChunk::Stdout(bytes)) => writer.write(bytes).await.map_err(fault)?,
                    Some(ExecChunk::Stderr(bytes)) => keep(&mut complaints, &bytes, COMPLAINT_LIMIT),
                    None => break,
                }
            } else if heard.elapsed() >= IDLE_LIMIT {
                return Err(idle(path));
            }
            if looked.elapsed() >= LOOK_EVERY {
                looked = Instant::now();
                if (self.cancelled)() {
                    return Err(cancelled(path));
                }
                self.space.look()?;
                self.report(writer.raw_bytes(), writer.packed_bytes());
            }
        }
        let code = exec.finish().await?;
        let written = writer.finish().await.map_err(fault)?;
        self.report(written.raw_bytes, written.part.bytes);
        Ok((written, Ended { code, output: String::new(), complaints: lossy(&complaints) }))
    }

    /// Writes a part that is at hand whole.
    pub async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<Written, Fault> {
        let bundle = self.space.bundle();
        let fault = |error: std::io::Error| bundle.fault(&error);
        let mut writer = self.writer(path, Form::Plain, None)?;
        writer.write(Bytes::from(bytes)).await.map_err(fault)?;
        writer.finish().await.map_err(fault)
    }

    fn writer(&self, path: &str, form: Form, vault: Option<Vault>) -> Result<PartWriter, Fault> {
        let bundle = self.space.bundle();
        PartWriter::new(bundle.create(path)?, path, form, vault, self.recipients)
            .map_err(|error| bundle.fault(&error))
    }

    fn report(&self, done: u64, packed: u64) {
        (self.progress)(TaskEvent::StepProgress {
            step: self.number,
            done: Some(done),
            total: self.total,
            text: format!("{} read, {} written", units::bytes(done), units::bytes(packed)),
        });
    }

    /// Says what the step is at, where there is nothing to count.
    pub fn say(&self, text: &str) {
        (self.progress)(TaskEvent::StepProgress {
            step: self.number,
            done: None,
            total: None,
            text: text.to_owned(),
        });
    }
}

/// Asks a tool something, and keeps what it wrote.
pub async fn text(engine: &Engine, container: &ContainerId, request: ExecRequest) -> Result<Ended, Fault> {
    to_its_end(engine, container, request, ANSWER_LIMIT).await
}

/// Runs what may take as long as it takes: the more there is to move or to look at, the longer.
pub async fn patiently(
    engine: &Engine,
    container: &ContainerId,
    request: ExecRequest,
) -> Result<Ended, Fault> {
    to_its_end(engine, container, request, LONGEST).await
}

async fn to_its_end(
    engine: &Engine,
    container: &ContainerId,
    request: ExecRequest,
    limit: Duration,
) -> Result<Ended, Fault> {
    let name = request.command.first().cloned().unwrap_or_default();
    let run = async {
        let mut exec = engine.exec(container, request).await?;
        let (mut output, mut complaints) = (Vec::new(), Vec::new());
        while let Some(chunk) = exec.next().await {
            match chunk? {
                ExecChunk::Stdout(bytes) => keep(&mut output, &bytes, ANSWER_BYTES),
                ExecChunk::Stderr(bytes) => keep(&mut complaints, &bytes, COMPLAINT_LIMIT),
            }
        }
        let code = exec.finish().await?;
        Ok(Ended { code, output: lossy(&output), complaints: lossy(&complaints) })
    };
    tokio::time::timeout(limit, run).await.map_err(|_| {
        Fault::new(FaultKind::Timeout, "run", name)
            .because(format!("it did not end within {}", units::duration(limit)))
    })?
}

impl Ended {
    /// What the tool said, as causes of a fault; secrets masked.
    pub fn explain(&self, fault: Fault) -> Fault {
        let said = if self.complaints.trim().is_empty() { &self.output } else { &self.complaints };
        let lines = said.lines().map(str::trim).filter(|line| !line.is_empty()).take(8);
        lines.fold(fault, |fault, line| fault.because(secret::mask_text(line)))
    }
}

pub fn keep(kept: &mut Vec<u8>, bytes: &[u8], limit: usize) {
    let room = limit.saturating_sub(kept.len());
    kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

pub fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn cancelled(object: &str) -> Fault {
    Fault::new(FaultKind::Cancelled, "back up", object).because("ended on request; nothing was left behind")
}

fn idle(path: &str) -> Fault {
    Fault::new(FaultKind::Timeout, "take", path)
        .because(format!("the tool wrote nothing for {} minutes", IDLE_LIMIT.as_secs() / 60))
        .hint("it may wait for a lock: look at pg_stat_activity; nothing of this backup was left behind")
}

#[cfg(test)]
mod tests;
