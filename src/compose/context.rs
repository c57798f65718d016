//! Build contexts: a directory without what is ignored in it, for BuildKit file by file, and for the classic builder as a
//! stream of one tar archive. It is never held whole.

mod dockerfile;
mod ignore;
mod pack;
mod walk;

pub use ignore::Ignore;

use super::archive::{self, Archive, Sending};
use crate::domain::{Fault, FaultKind};
use dockerfile::Dockerfile;
use std::io;
use std::path::{Path, PathBuf};
use walk::Stop;

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
    dockerfile: Dockerfile,
}

impl Context {
    pub fn open(source: Source<'_>) -> Result<Self, Fault> {
        is_directory(source.service, source.directory, "build.context")?;
        let dockerfile = Dockerfile::find(source)?;
        Ok(Self { directory: source.directory.to_owned(), ignore: ignored(source)?, dockerfile })
    }

    /// A directory that is a context besides the service's own, and has no Dockerfile that anybody reads.
    pub fn additional(service: &str, directory: &Path) -> Result<Self, Fault> {
        is_directory(service, directory, "build.additional_contexts")?;
        let source = Source { service, directory, dockerfile: "", inline: "" };
        let dockerfile = Dockerfile::Apart { text: Vec::new() };
        Ok(Self { directory: directory.to_owned(), ignore: ignored(source)?, dockerfile })
    }

    /// The whole context as one archive, the Dockerfile being a part of it, and the Dockerfile's path there. Reading
    /// goes on in a thread of its own, no faster than the daemon takes what was read.
    pub fn send(self) -> Result<(Archive, Sending, String), Fault> {
        let packed = Packed::new(self)?;
        let dockerfile = packed.dockerfile.clone();
        let (archive, sending) = archive::stream(move |target| pack::write(&packed, target));
        Ok((archive, sending, dockerfile))
    }

    /// The Dockerfile, for a builder that is given it apart from the context: its name and its text.
    pub fn dockerfile(&self) -> Result<(String, Vec<u8>), Fault> {
        self.dockerfile.read(&self.directory)
    }

    /// Shows what is not ignored, in the order of the names, until one is wanted no more.
    pub fn files(&self, see: &mut dyn FnMut(&str, PathBuf) -> bool) -> Result<(), Fault> {
        let walked = walk::walk(&self.directory, &self.ignore, &mut |found| {
            let name = found.path.strip_prefix(&self.directory).unwrap_or(&found.path);
            let Some(name) = name.to_str() else { return Err(Stop::Because(no_text(&found.path))) };
            if see(name, found.path.clone()) { Ok(()) } else { Err(Stop::Enough) }
        });
        match walked {
            Ok(()) | Err(Stop::Enough) => Ok(()),
            Err(Stop::Because(fault)) => Err(fault),
        }
    }
}

fn is_directory(service: &str, directory: &Path, key: &str) -> Result<(), Fault> {
    let fault = |kind, cause: String| {
        Fault::new(kind, "build the service", service)
            .because(cause)
            .hint(format!("`{key}` of the service names a directory"))
    };
    let metadata = std::fs::metadata(directory).map_err(|error| {
        let kind = Fault::io("", "", &error).kind;
        fault(kind, format!("its context {}: {error}", directory.display()))
    })?;
    if metadata.is_dir() {
        return Ok(());
    }
    Err(fault(FaultKind::Invalid, format!("its context {} is no directory", directory.display())))
}

/// A context as the classic builder is sent it: in one archive, in which the Dockerfile must be.
struct Packed {
    directory: PathBuf,
    ignore: Ignore,
    /// Files that the directory does not have, or not so.
    added: Vec<(String, Vec<u8>)>,
    /// The Dockerfile's path in the archive.
    dockerfile: String,
}

impl Packed {
    fn new(context: Context) -> Result<Self, Fault> {
        let Context { directory, mut ignore, dockerfile } = context;
        let mut added = Vec::new();
        let dockerfile = match dockerfile {
            Dockerfile::Inside { name } => {
                ignore.keep(&name);
                name
            }
            Dockerfile::Apart { text } => {
                let name = dockerfile::name_of(&text);
                added.push((IGNORE_FILE.to_owned(), ignoring(&directory, &name)?));
                added.push((name.clone(), text));
                name
            }
        };
        ignore.keep(IGNORE_FILE);
        Ok(Self { directory, ignore, added, dockerfile })
    }
}

fn no_text(path: &Path) -> Fault {
    Fault::new(FaultKind::Invalid, "send the build context's", path.display().to_string())
        .because("its name is no UTF-8")
        .hint("leave it out with a line in .dockerignore")
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
