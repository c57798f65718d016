//! A bundle as a tar stream, and its removal.

use super::answer::Refused;
use super::world::World;
use crate::domain::stack::BackupEntry;
use crate::domain::{Fault, StackRef, TaskId, TaskTarget};
use crate::task::{AuditEntry, LockOwner, StackLock, Store};
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use futures_util::stream;
use jiff::Timestamp;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Pieces of the archive that wait for whoever downloads it.
const PIECES: usize = 8;
const PIECE: usize = 256 << 10;

type Headers = [(HeaderName, String); 2];

/// Whoever cuts the download off ends the archive with it; what cannot be read ends the download without its end.
pub(super) async fn download(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
) -> Result<(StatusCode, Headers, Body), Refused> {
    let entry = world.backup(&name).await?;
    let (sender, receiver) = mpsc::channel(PIECES);
    let headers = [
        (header::CONTENT_TYPE, "application/x-tar".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.tar\"")),
    ];
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe { sender, buffer: Vec::with_capacity(PIECE) };
        if let Err(error) = write_archive(&entry, &mut pipe) {
            log::warn!("download of {}: {error}", entry.name);
            // Without this the archive would seem to be whole.
            let _ = pipe.sender.blocking_send(Err(error));
        }
    });
    let pieces = stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|piece: io::Result<Bytes>| (piece, receiver))
    });
    Ok((StatusCode::OK, headers, Body::from_stream(pieces)))
}

fn write_archive(entry: &BackupEntry, pipe: &mut Pipe) -> io::Result<()> {
    let mut archive = tar::Builder::new(&mut *pipe);
    archive.follow_symlinks(false);
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let mut files: Vec<_> =
            std::fs::read_dir(entry.directory.join(&folder))?.collect::<io::Result<_>>()?;
        files.sort_by_key(std::fs::DirEntry::file_name);
        for file in files {
            let below = folder.join(file.file_name());
            if file.file_type()?.is_dir() {
                folders.push(below);
            } else {
                archive.append_path_with_name(file.path(), PathBuf::from(&entry.name).join(&below))?;
            }
        }
    }
    archive.finish()?;
    drop(archive);
    pipe.flush()
}

/// Writes into the answer.
struct Pipe {
    sender: mpsc::Sender<io::Result<Bytes>>,
    buffer: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE));
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "nobody reads it any more");
        self.sender.blocking_send(Ok(Bytes::from(piece))).map_err(gone)
    }
}

/// Under the stack's lock, so that nothing goes that is being restored or compared. The name goes first: what is left
/// half removed is listed by nobody.
pub(super) fn remove(store: &Store, entry: &BackupEntry, from: SocketAddr) -> Result<(), Fault> {
    let now = Timestamp::now();
    let target = TaskTarget::Stack(StackRef::named(&entry.stack));
    let task = TaskId(format!("{}-delete-{}", now.strftime("%Y%m%dT%H%M%S"), entry.name));
    let (who, address) = ("http".to_owned(), Some(from.ip().to_string()));
    let owner = LockOwner {
        who: who.clone(),
        from: address.clone(),
        what: "backup rm".to_owned(),
        task: task.clone(),
        since: now,
        pid: std::process::id(),
    };
    let _lock = StackLock::acquire(&store.root().join("locks"), &target, &owner)?;
    let removed = entry.directory.with_file_name(format!(".removed-{}", entry.name));
    let gone = std::fs::rename(&entry.directory, &removed).and_then(|()| std::fs::remove_dir_all(&removed));
    let outcome = match &gone {
        Ok(()) => "completed".to_owned(),
        Err(error) => format!("failed: {error}"),
    };
    store.audit().append(&AuditEntry {
        time: now,
        task,
        who,
        from: address,
        what: "backup rm".to_owned(),
        target: entry.stack.clone(),
        plan: format!("remove {}", entry.name),
        outcome,
    })?;
    gone.map_err(|error| Fault::io("remove backup", entry.directory.display(), &error))
}
