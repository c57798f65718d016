//! Gives a part to a command in a container as its input, unpacked on the way.

use super::ManifestPart;
use super::stream::Ended;
use super::verify::open;
use crate::domain::{ContainerId, Fault, FaultKind};
use crate::engine::{Engine, ExecChunk, ExecRequest, SessionOptions};
use bytes::Bytes;
use futures_util::StreamExt;
use std::io::{self, Read};
use std::path::Path;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

const CHUNK: usize = 128 << 10;
const WAITING: usize = 16;
const COMPLAINT_LIMIT: usize = 64 << 10;

/// What the tool wrote the part as.
pub fn unpacked(directory: &Path, part: &ManifestPart) -> io::Result<Box<dyn Read + Send>> {
    let file = open(&directory.join(&part.part.path))?;
    Ok(if part.is_packed() { Box::new(zstd::Decoder::new(file)?) } else { Box::new(file) })
}

/// Ends when the command does. `report` is told how much it was given so far.
pub async fn feed(
    engine: &Engine,
    container: &ContainerId,
    request: ExecRequest,
    directory: &Path,
    part: &ManifestPart,
    report: &dyn Fn(u64),
) -> Result<Ended, Fault> {
    let name = request.command.first().cloned().unwrap_or_default();
    let broken = |error: &io::Error| {
        Fault::io("read", format!("{} of the backup", part.part.path), error)
            .hint("`mcp-tui backup verify` tells what is wrong with it")
    };
    let source = unpacked(directory, part).map_err(|error| broken(&error))?;
    let options = SessionOptions { tty: false, stdin: true, detach_keys: String::new() };
    let session = engine.exec_session(container, &request, &options).await?;
    let (mut input, mut output) = (session.input, session.output);
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let reader = tokio::task::spawn_blocking(move || read(source, &sender));
    let write = async {
        let mut given = 0;
        while let Some(chunk) = receiver.recv().await {
            // A command that wants no more says by its exit code whether that is well.
            if input.write_all(&chunk).await.is_err() {
                break;
            }
            given += chunk.len() as u64;
            report(given);
        }
        receiver.close();
        let _ = input.shutdown().await;
        given
    };
    let listen = async {
        let (mut said, mut complaints) = (Vec::new(), Vec::new());
        while let Some(chunk) = output.next().await {
            let (kept, bytes): (&mut Vec<u8>, Bytes) = match chunk? {
                ExecChunk::Stdout(bytes) => (&mut said, bytes),
                ExecChunk::Stderr(bytes) => (&mut complaints, bytes),
            };
            let room = COMPLAINT_LIMIT.saturating_sub(kept.len());
            kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        Ok::<_, Fault>((said, complaints))
    };
    let (given, heard) = tokio::join!(write, listen);
    let (said, complaints) = heard?;
    let read = reader.await.map_err(|error| broken(&io::Error::other(error)))?;
    let code = session.program.exit_code().await?.ok_or_else(|| {
        Fault::new(FaultKind::Unreachable, "run", name.as_str())
            .because("its output ended while it still runs")
    })?;
    let all = read.map_err(|error| broken(&error))?;
    let ended = Ended {
        code,
        output: String::from_utf8_lossy(&said).into_owned(),
        complaints: String::from_utf8_lossy(&complaints).into_owned(),
    };
    if code == 0 && given != all {
        return Err(Fault::new(FaultKind::Refused, "run", name)
            .because(format!("it took {given} of {all} bytes and reported success")));
    }
    Ok(ended)
}

/// How much there was; what nobody wants any more is not read.
fn read(mut source: Box<dyn Read + Send>, sender: &mpsc::Sender<Bytes>) -> io::Result<u64> {
    let mut all = 0;
    loop {
        let mut chunk = vec![0; CHUNK];
        let count = source.read(&mut chunk)?;
        if count == 0 {
            return Ok(all);
        }
        chunk.truncate(count);
        all += count as u64;
        if sender.blocking_send(Bytes::from(chunk)).is_err() {
            return Ok(all);
        }
    }
}
