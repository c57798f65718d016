//! Into a container: a file, a directory, or an archive from standard input.

use super::There;
use super::archive::pack;
use crate::domain::{Fault, FaultKind};
use crate::engine::PathStat;
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The archive on standard input, unpacked into a directory that is there.
pub async fn stream(to: &There<'_>, keep_owner: bool) -> Result<(), Fault> {
    match look(to, to.path).await? {
        Some(stat) if stat.is_directory => {}
        Some(_) => {
            return Err(to
                .fault(FaultKind::Conflict, to.path)
                .because("an archive is unpacked into a directory, and it is a file"));
        }
        None => return Err(missing(to, to.path)),
    }
    let archive = pack(|writer| {
        let mut buffer = vec![0; 64 * 1024];
        let mut stdin = io::stdin().lock();
        loop {
            match stdin.read(&mut buffer)? {
                0 => return Ok(()),
                count => writer.write_all(&buffer[..count])?,
            }
        }
    });
    send(to, to.path, keep_owner, archive).await
}

pub async fn copy(from: &str, to: &There<'_>, follow: bool, keep_owner: bool) -> Result<(), Fault> {
    let unreadable = |error: &io::Error| Fault::io("read", from, error);
    let contents = from == "." || from.ends_with("/.") || from.ends_with("/..");
    // `.` and `..` are names of no file; a link is itself unless it is to be followed.
    let source = if follow || contents || from.ends_with('/') {
        std::fs::canonicalize(from).map_err(|error| unreadable(&error))?
    } else {
        PathBuf::from(from)
    };
    let metadata = std::fs::symlink_metadata(&source).map_err(|error| unreadable(&error))?;
    let (directory, name) = destination(to, &source, &metadata, contents).await?;
    let archive = pack(move |writer| write(writer, &source, &metadata, &name, keep_owner));
    send(to, &directory, keep_owner, archive).await
}

/// The directory in the container that the archive is unpacked into, and the name that the source has in it.
async fn destination(
    to: &There<'_>,
    source: &Path,
    metadata: &Metadata,
    contents: bool,
) -> Result<(String, PathBuf), Fault> {
    let own = source.file_name().map_or_else(|| PathBuf::from("."), PathBuf::from);
    match look(to, to.path).await? {
        Some(stat) if stat.is_directory => {
            Ok((to.path.to_owned(), if contents { PathBuf::from(".") } else { own }))
        }
        Some(_) if metadata.is_dir() => Err(to
            .fault(FaultKind::Conflict, to.path)
            .because(format!("it is a file, and {} is a directory", source.display()))),
        found => {
            if found.is_none() && to.path.ends_with('/') && !metadata.is_dir() {
                return Err(missing(to, to.path));
            }
            let path = to.path.trim_end_matches('/');
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
            let parent = if parent.is_empty() { "/" } else { parent };
            if look(to, parent).await?.is_none() {
                return Err(missing(to, parent));
            }
            Ok((parent.to_owned(), PathBuf::from(name)))
        }
    }
}

/// A link at the end of the path is followed, as everywhere in a path.
async fn look(to: &There<'_>, path: &str) -> Result<Option<PathStat>, Fault> {
    let stat = |path: String| async move {
        to.engine.stat_path(&to.container.id, &path).await.map_err(|fault| to.named(fault, &path))
    };
    match stat(path.to_owned()).await? {
        Some(PathStat { link_target: Some(target), .. }) => stat(target).await,
        found => Ok(found),
    }
}

fn missing(to: &There<'_>, path: &str) -> Fault {
    to.fault(FaultKind::NotFound, path)
        .because("there is no such directory in the container")
        .hint("make it first, or copy to a path whose directory is there")
}

async fn send(
    to: &There<'_>,
    directory: &str,
    keep_owner: bool,
    archive: crate::engine::Upload,
) -> Result<(), Fault> {
    let sent = to.engine.write_archive(&to.container.id, directory, keep_owner, archive).await;
    sent.map_err(|fault| to.named(fault, directory))
}

/// Without `keep_owner` everything is root's.
fn write(
    writer: &mut dyn Write,
    source: &Path,
    metadata: &Metadata,
    name: &Path,
    keep_owner: bool,
) -> io::Result<()> {
    let mut builder = tar::Builder::new(writer);
    builder.follow_symlinks(false);
    append(&mut builder, source, metadata, name, keep_owner)?;
    builder.into_inner().map(drop)
}

fn append(
    builder: &mut tar::Builder<&mut dyn Write>,
    source: &Path,
    metadata: &Metadata,
    name: &Path,
    keep_owner: bool,
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_metadata(metadata);
    if !keep_owner {
        header.set_uid(0);
        header.set_gid(0);
    }
    let kind = metadata.file_type();
    if kind.is_symlink() {
        header.set_size(0);
        return builder.append_link(&mut header, name, std::fs::read_link(source)?);
    }
    if kind.is_file() {
        let file = File::open(source)?;
        // As long as the header says, even while somebody writes on.
        return builder.append_data(&mut header, name, Exactly { file, left: metadata.len() });
    }
    if !kind.is_dir() {
        // Sockets, pipes and devices are not contents.
        return Ok(());
    }
    header.set_size(0);
    builder.append_data(&mut header, name, io::empty())?;
    let mut entries = std::fs::read_dir(source)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let metadata = std::fs::symlink_metadata(&path)?;
        append(builder, &path, &metadata, &name.join(entry.file_name()), keep_owner)?;
    }
    Ok(())
}

/// A file of which the archive already says how long it is: what is written on is left out, and what is missing would
/// be filled from the files after it.
struct Exactly {
    file: File,
    left: u64,
}

impl Read for Exactly {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.file.read(&mut buffer[..wanted])?;
        if count == 0 && wanted > 0 {
            return Err(io::Error::other("a file became shorter while it was sent"));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_sent_as_long_as_it_was() {
        let directory = tempfile::tempdir().expect("a directory");
        let source = directory.path().join("file");
        let archive = |before: &str, now: &str| {
            std::fs::write(&source, before).expect("a file");
            let metadata = std::fs::symlink_metadata(&source).expect("its metadata");
            std::fs::write(&source, now).expect("the same file");
            let mut bytes = Vec::new();
            write(&mut bytes, &source, &metadata, Path::new("file"), false).map(|()| bytes)
        };
        let grown = archive("four", "four and more").expect("an archive");
        let mut entries = tar::Archive::new(grown.as_slice());
        let mut entry = entries.entries().expect("entries").next().expect("one").expect("an entry");
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("its text");
        assert_eq!(text, "four");
        let shrunk = archive("four", "fo").expect_err("the archive would be wrong");
        assert!(shrunk.to_string().contains("shorter"), "{shrunk}");
    }
}
