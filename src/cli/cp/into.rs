//! Into a container: a file, a directory, or an archive from standard input.

use super::There;
use crate::compose::archive::{self, Archive, Entry, Owner, Sending};
use crate::domain::{Fault, FaultKind};
use crate::engine::{PathStat, Replacing};
use std::fs::Metadata;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tar::Builder;

/// The archive on standard input, unpacked into a directory that is there. What it holds belongs to whom it says.
pub async fn stream(to: &There<'_>) -> Result<(), Fault> {
    match look(to, to.path).await? {
        Some(stat) if stat.is_directory => {}
        Some(_) => {
            return Err(to
                .fault(FaultKind::Conflict, to.path)
                .because("an archive is unpacked into a directory, and it is a file"));
        }
        None => return Err(missing(to, to.path)),
    }
    let archive = archive::stream(|target| {
        let copied = io::copy(&mut io::stdin().lock(), target);
        copied.map(drop).map_err(|error| Fault::io("read", "standard input", &error))
    });
    send(to, to.path, archive).await
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
    let owner = if keep_owner { Owner::AsHere } else { Owner::Root };
    let archive = archive::stream(move |target| write(target, &source, &metadata, &name, owner));
    send(to, &directory, archive).await
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

async fn send(to: &There<'_>, directory: &str, (archive, sending): (Archive, Sending)) -> Result<(), Fault> {
    let id = &to.container.id;
    let sent = to.engine.write_archive(id, directory, archive, Replacing::SameKind).await;
    sent.map_err(|fault| sending.cause_of(to.named(fault, directory)))
}

fn write(
    target: &mut dyn Write,
    source: &Path,
    metadata: &Metadata,
    name: &Path,
    owner: Owner,
) -> Result<(), Fault> {
    let mut archive = Builder::new(target);
    append(&mut archive, source, metadata, name, owner)?;
    archive.finish().map_err(|error| Fault::io("read", source.display(), &error))
}

fn append(
    archive: &mut Builder<&mut dyn Write>,
    source: &Path,
    metadata: &Metadata,
    name: &Path,
    owner: Owner,
) -> Result<(), Fault> {
    let unreadable = |error: io::Error| Fault::io("read", source.display(), &error);
    if let Some(entry) = Entry::of(source, metadata, owner).map_err(unreadable)? {
        entry.append_to(archive, name).map_err(unreadable)?;
    }
    if !metadata.is_dir() {
        return Ok(());
    }
    let entries = std::fs::read_dir(source).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(unreadable)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let metadata = entry.metadata().map_err(|error| Fault::io("read", path.display(), &error))?;
        append(archive, &path, &metadata, &name.join(entry.file_name()), owner)?;
    }
    Ok(())
}
