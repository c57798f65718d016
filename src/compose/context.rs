//! Build contexts: a directory as a stream of one tar archive, never held whole.

mod dockerfile;
mod ignore;
mod pack;

pub use ignore::Ignore;

use super::archive::{self, Archive, Sending};
use crate::domain::{Fault, FaultKind};
use dockerfile::Dockerfile;
use std::io;
use std::path::{Path, PathBuf};

const IGNORE_FILE: &str = ".dockerignore";

/// What a service says about its context.
#[derive(Debug, Clone, Copy)]
pub struct Source<'build> {
    pub service: &'build str,
    /// Absolute.
    pub directory: &'build Path,
    /// Relative to the context; empty is `Dockerfile`.
    pub dockerfile: &'build str,
    pub inline: &'build str,
}

/// A context that has been looked at and can be sent.
#[derive(Debug)]
pub struct Context {
    directory: PathBuf,
    ignore: Ignore,
    /// Files that the directory does not have, or not so.
    added: Vec<(String, Vec<u8>)>,
    /// The Dockerfile's path in the archive.
    pub dockerfile: String,
}

impl Context {
    pub fn open(source: Source<'_>) -> Result<Self, Fault> {
        let directory = source.directory;
        let fault = |kind, cause: String| {
            Fault::new(kind, "build the service", source.service)
                .because(cause)
                .hint("`build.context` of the service names a directory")
        };
        let metadata = std::fs::metadata(directory).map_err(|error| {
            let kind = Fault::io("", "", &error).kind;
            fault(kind, format!("its context {}: {error}", directory.display()))
        })?;
        if !metadata.is_dir() {
            let cause = format!("its context {} is no directory", directory.display());
            return Err(fault(FaultKind::Invalid, cause));
        }
        let dockerfile = Dockerfile::find(source)?;
        let mut ignore = ignored(source)?;
        let mut added = Vec::new();
        let name = match dockerfile {
            Dockerfile::Inside { name } => {
                ignore.keep(&name);
                name
            }
            Dockerfile::Apart { text } => {
                let name = dockerfile::name_of(&text);
                added.push((IGNORE_FILE.to_owned(), ignoring(directory, &name)?));
                added.push((name.clone(), text));
                name
            }
        };
        ignore.keep(IGNORE_FILE);
        Ok(Self { directory: directory.to_owned(), ignore, added, dockerfile: name })
    }

    /// Sends it. Reading goes on in a thread of its own, no faster than the daemon takes what was read.
    pub fn send(self) -> (Archive, Sending) {
        archive::stream(move |target| pack::write(&self, target))
    }
}

/// What a build is not sent: the patterns stand beside the Dockerfile under its name, else in the context. The
/// Dockerfile itself need not be there.
pub fn ignored(source: Source<'_>) -> Result<Ignore, Fault> {
    let beside = dockerfile::path(source).map(|path| {
        let mut name = path.into_os_string();
        name.push(IGNORE_FILE);
        PathBuf::from(name)
    });
    for file in beside.into_iter().chain([source.directory.join(IGNORE_FILE)]) {
        match std::fs::read(&file) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                return Ignore::parse(&text).map_err(|(line, cause)| {
                    Fault::new(FaultKind::Invalid, "read", format!("{}:{line}", file.display()))
                        .because(cause)
                        .hint("patterns are as those of Go's filepath.Match, with `**` for any directories")
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Fault::io("read", file.display(), &error)),
        }
    }
    Ok(Ignore::default())
}

/// The daemon leaves out of the build what this file names: itself, if it would not be there, and the Dockerfile.
fn ignoring(directory: &Path, dockerfile: &str) -> Result<Vec<u8>, Fault> {
    let path = directory.join(IGNORE_FILE);
    let mut text = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => IGNORE_FILE.as_bytes().to_vec(),
        Err(error) => return Err(Fault::io("read", path.display(), &error)),
    };
    text.extend_from_slice(format!("\n{dockerfile}\n").as_bytes());
    Ok(text)
}

#[cfg(test)]
mod tests;
