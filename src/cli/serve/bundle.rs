//! A bundle as a tar stream, with the objects that it refers to.

use super::answer::Refused;
use super::world::World;
use crate::backup;
use crate::domain::stack::BackupEntry;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use futures_util::stream;
use std::io::{self, Write};
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
    for object in &entry.objects {
        archive.append_path_with_name(
            entry.directory.join(&object.path),
            backup::place_in(&entry.name, &object.path),
        )?;
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
