//! Streams one database out of its container into a file of the bundle.

use super::bundle::Bundle;
use super::postgres::PostgresDump;
use crate::domain::stack::BackupPart;
use crate::domain::{Fault, FaultKind, secret, units};
use crate::engine::{Engine, ExecChunk, ExecRequest};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// How an archive of `pg_dump -Fc` begins.
const MAGIC: &[u8] = b"PGDMP";
/// A dump that says nothing for so long hangs; the engine itself sets no such limit.
const IDLE_LIMIT: Duration = Duration::from_mins(15);
/// What is kept of the tool's complaints.
const COMPLAINT_LIMIT: usize = 4096;
const REPORT_EVERY: Duration = Duration::from_millis(500);

/// Dumps, checks that the dump is whole, and sees it to the disk. `report` gets the bytes so far.
pub async fn dump(
    engine: &Engine,
    source: &PostgresDump,
    bundle: &Bundle,
    mut report: impl FnMut(u64),
) -> Result<BackupPart, Fault> {
    let mut part = PartWriter::new(bundle.create(&source.path)?);
    let request = ExecRequest {
        command: source.command(),
        environment: source.environment(&bundle.name),
        ..ExecRequest::default()
    };
    let mut exec = engine.exec(&source.container.id, request).await?;
    let mut complaints = Vec::new();
    let mut reported = Instant::now();
    loop {
        let chunk = tokio::time::timeout(IDLE_LIMIT, exec.next()).await.map_err(|_| idle(source))?;
        match chunk.transpose()? {
            Some(ExecChunk::Stdout(bytes)) => part.write(&bytes).map_err(|error| bundle.fault(&error))?,
            Some(ExecChunk::Stderr(bytes)) => {
                let room = COMPLAINT_LIMIT.saturating_sub(complaints.len());
                complaints.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
            None => break,
        }
        if reported.elapsed() >= REPORT_EVERY {
            report(part.bytes);
            reported = Instant::now();
        }
    }
    let code = exec.finish().await?;
    judge(source, code, &part.head, &complaints)?;
    report(part.bytes);
    part.finish(source.path.clone()).map_err(|error| bundle.fault(&error))
}

/// The end of a stream proves nothing: the tool must say that it succeeded, and the result must look like one.
fn judge(source: &PostgresDump, code: i64, head: &[u8], complaints: &[u8]) -> Result<(), Fault> {
    let whole = head.starts_with(MAGIC);
    if code == 0 && whole {
        return Ok(());
    }
    let fault = Fault::new(FaultKind::Refused, "dump", label(source));
    let fault = match code {
        0 => fault.because("pg_dump wrote no archive although it reported success"),
        126 | 127 => fault.because(format!("pg_dump could not be run in the container (exit code {code})")),
        _ => fault.because(format!("pg_dump ended with exit code {code}")),
    };
    // When there is no such program, the daemon tells so where the output should be.
    let text = if whole || !complaints.is_empty() { complaints } else { head };
    let text = String::from_utf8_lossy(text);
    let hint = if text.contains("authentication failed") || text.contains("no password supplied") {
        "the container's POSTGRES_PASSWORD is not the password of that user; \
         name the right user under `x-mcp.backup`"
    } else if text.contains("does not exist") {
        "name the right database and user under `x-mcp.backup` in the stack's file"
    } else {
        "look at the service's log; nothing of this backup was left behind"
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(8);
    Err(lines.fold(fault, |fault, line| fault.because(secret::mask_text(line))).hint(hint))
}

fn idle(source: &PostgresDump) -> Fault {
    Fault::new(FaultKind::Timeout, "dump", label(source))
        .because(format!("pg_dump wrote nothing for {} minutes", IDLE_LIMIT.as_secs() / 60))
        .hint("look at pg_stat_activity for a lock that it waits for; nothing of this backup was left behind")
}

fn label(source: &PostgresDump) -> String {
    format!("{} database {}", source.container.name, source.database)
}

/// Writes, counts and sums up, and keeps the head for the check.
struct PartWriter {
    file: File,
    sum: Sha256,
    bytes: u64,
    head: Vec<u8>,
}

impl PartWriter {
    fn new(file: File) -> Self {
        Self { file, sum: Sha256::new(), bytes: 0, head: Vec::new() }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        const HEAD: usize = 512;
        let room = HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.sum.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    fn finish(self, path: String) -> io::Result<BackupPart> {
        self.file.sync_all()?;
        Ok(BackupPart { path, bytes: self.bytes, sha256: units::hexadecimal(&self.sum.finalize()) })
    }
}

#[cfg(test)]
mod tests;
