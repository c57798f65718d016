//! The archive: files in the order of their names, as root's, with the modes and times that they have.

use super::ignore::Matches;
use super::{Archive, Context, IGNORE_FILE, Sending};
use crate::domain::{Fault, FaultKind};
use bytes::Bytes;
use futures_util::stream;
use std::fs::{File, Metadata};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::sync::atomic::Ordering;
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// What is read ahead of the daemon: so many chunks of that size.
const CHUNKS: usize = 8;
const CHUNK: usize = 128 * 1024;

pub fn stream(context: Context, sending: Sending) -> Archive {
    let (sender, receiver) = channel(CHUNKS);
    let failed = sender.clone();
    std::thread::spawn(move || {
        let target = Chunks { sender, sending: sending.clone() };
        if let Err(fault) = write(&context, BufWriter::with_capacity(CHUNK, target)) {
            let error = io::Error::other(fault.to_string());
            if let Ok(mut slot) = sending.failure.lock() {
                slot.get_or_insert(fault);
            }
            // Nobody may be there to hear it any more.
            let _ = failed.blocking_send(Err(error));
        }
    });
    Box::pin(stream::unfold(receiver, |mut receiver: Receiver<io::Result<Bytes>>| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    }))
}

struct Chunks {
    sender: Sender<io::Result<Bytes>>,
    sending: Sending,
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let chunk = Ok(Bytes::copy_from_slice(bytes));
        self.sender.blocking_send(chunk).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        self.sending.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(context: &Context, target: impl Write) -> Result<(), Fault> {
    let mut archive = Builder::new(target);
    walk(context, &mut archive, &context.directory, "", &Matches::default())?;
    for (name, text) in &context.added {
        let mut header = header(0o600, 0);
        header.set_size(text.len() as u64);
        archive.append_data(&mut header, name, text.as_slice()).map_err(|error| broken(name, &error))?;
    }
    let mut target = archive.into_inner().map_err(|error| broken("", &error))?;
    target.flush().map_err(|error| broken("", &error))
}

fn walk<W: Write>(
    context: &Context,
    archive: &mut Builder<W>,
    directory: &Path,
    prefix: &str,
    above: &Matches,
) -> Result<(), Fault> {
    let unreadable = |path: &Path, error: &io::Error| {
        Fault::io("read the build context's", path.display(), error)
            .hint("make it readable, or leave it out with a line in .dockerignore")
    };
    let entries = std::fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| unreadable(directory, &error))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let matches = context.ignore.matches(&name, above);
        let metadata = entry.metadata().map_err(|error| unreadable(&path, &error))?;
        if matches.ignored && !(metadata.is_dir() && context.ignore.reaches_into(&name)) {
            continue;
        }
        // One that was changed comes with the added files.
        if name == IGNORE_FILE && context.added.iter().any(|(added, _)| added == IGNORE_FILE) {
            continue;
        }
        let relative = path.strip_prefix(&context.directory).unwrap_or(&path);
        if !matches.ignored {
            append(archive, &path, relative, &metadata).map_err(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => broken(&name, &error),
                _ => unreadable(&path, &error),
            })?;
        }
        if metadata.is_dir() {
            walk(context, archive, &path, &format!("{name}/"), &matches)?;
        }
    }
    Ok(())
}

fn append<W: Write>(
    archive: &mut Builder<W>,
    path: &Path,
    name: &Path,
    metadata: &Metadata,
) -> io::Result<()> {
    let kind = metadata.file_type();
    let mut header = header(metadata.mode() & 0o7777, u64::try_from(metadata.mtime()).unwrap_or(0));
    if kind.is_dir() {
        header.set_entry_type(EntryType::Directory);
        archive.append_data(&mut header, name, io::empty())
    } else if kind.is_symlink() {
        header.set_entry_type(EntryType::Symlink);
        archive.append_link(&mut header, name, std::fs::read_link(path)?)
    } else if kind.is_fifo() {
        header.set_entry_type(EntryType::Fifo);
        archive.append_data(&mut header, name, io::empty())
    } else if kind.is_file() {
        let file = File::open(path)?;
        header.set_size(metadata.len());
        archive.append_data(&mut header, name, Exactly { file, left: metadata.len() })
    } else {
        // Sockets and devices are of no use in an image.
        Ok(())
    }
}

fn header(mode: u32, time: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(mode);
    header.set_mtime(time);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    header
}

/// A file of which the archive already says how long it is.
struct Exactly {
    file: File,
    left: u64,
}

impl Read for Exactly {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if wanted == 0 {
            return Ok(0);
        }
        let read = self.file.read(&mut buffer[..wanted])?;
        if read == 0 {
            return Err(io::Error::other("it became shorter while it was sent"));
        }
        self.left -= read as u64;
        Ok(read)
    }
}

/// The daemon took no more, and its own answer says why.
fn broken(name: &str, error: &io::Error) -> Fault {
    Fault::new(FaultKind::Unreachable, "send the build context's", name).caused_by(error)
}
