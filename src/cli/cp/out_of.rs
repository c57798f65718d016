//! Out of a container: into a directory, under another name, or as a stream.

use super::There;
use super::archive::unpack;
use crate::domain::{Fault, FaultKind};
use crate::engine::PathStat;
use futures_util::StreamExt as _;
use std::io::{self, ErrorKind, Read, Write as _};
use std::path::{Path, PathBuf};

/// The archive as the daemon makes it, on standard output.
pub async fn stream(from: &There<'_>, follow: bool) -> Result<(), Fault> {
    let (path, _) = resolve(from, follow).await?;
    let mut archive = from.engine.read_archive(&from.container.id, &path);
    while let Some(piece) = archive.next().await {
        let piece = piece.map_err(|fault| from.named(fault, &path))?;
        match io::stdout().lock().write_all(&piece) {
            // A reader that has seen enough ends the copy quietly.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(|error| Fault::io("write", "standard output", &error))?,
        }
    }
    io::stdout().lock().flush().map_err(|error| Fault::io("write", "standard output", &error))
}

pub async fn copy(from: &There<'_>, to: &str, follow: bool, keep_owner: bool) -> Result<(), Fault> {
    let wrong = |error: &io::Error| Fault::io("write", to, error);
    let (path, stat) = resolve(from, follow).await?;
    let here = Path::new(to);
    let contents = path.ends_with("/.") || path == ".";
    if here.is_dir() {
        return extract(from, &path, here.to_path_buf(), keep_owner).await;
    }
    if stat.is_directory {
        if here.exists() {
            let fault = from.fault(FaultKind::Conflict, &path);
            return Err(fault.because(format!("it is a directory, and {to} is a file")));
        }
        // Under its new name, a directory is one that takes the contents of the old.
        std::fs::create_dir(here).map_err(|error| wrong(&error))?;
        let path = if contents { path } else { format!("{}/.", path.trim_end_matches('/')) };
        return extract(from, &path, here.to_path_buf(), keep_owner).await;
    }
    if to.ends_with('/') {
        return Err(Fault::new(FaultKind::NotFound, "write", to)
            .because("there is no such directory")
            .hint("make it first, or leave the slash out to copy to a file of this name"));
    }
    let parent = here.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let directory = tempfile::Builder::new().prefix(".mcp-tui-cp-").tempdir_in(parent);
    let directory = directory.map_err(|error| wrong(&error))?;
    extract(from, &path, directory.path().to_path_buf(), keep_owner).await?;
    let made = directory.path().join(&stat.name);
    std::fs::rename(made, here).map_err(|error| wrong(&error))
}

/// The path that is meant, and what is there. A link is followed only when that is asked for.
async fn resolve(from: &There<'_>, follow: bool) -> Result<(String, PathStat), Fault> {
    let mut path = from.path.to_owned();
    let look = async |path: &str| {
        let stat =
            from.engine.stat_path(&from.container.id, path).await.map_err(|fault| from.named(fault, path))?;
        stat.ok_or_else(|| {
            from.fault(FaultKind::NotFound, path)
                .because("there is no such file or directory in the container")
                .hint(format!("look with: mcp-tui exec {} ls", super::super::ps::service(from.container)))
        })
    };
    let mut stat = look(&path).await?;
    if let Some(target) = stat.link_target.clone().filter(|_| follow) {
        path = target;
        stat = look(&path).await?;
    }
    Ok((path, stat))
}

/// Nothing leaves the directory, whatever names the archive has.
async fn extract(from: &There<'_>, path: &str, to: PathBuf, keep_owner: bool) -> Result<(), Fault> {
    let name = to.display().to_string();
    let archive = from.engine.read_archive(&from.container.id, path);
    let work = move |reader: &mut dyn Read| {
        let mut archive = tar::Archive::new(reader);
        archive.set_preserve_permissions(true);
        archive.set_preserve_ownerships(keep_owner);
        archive.set_overwrite(true);
        archive.unpack(&to)
    };
    let unpacked = unpack(archive, work).await.map_err(|fault| from.named(fault, path))?;
    unpacked.map_err(|error| Fault::io("unpack into", name, &error))
}
