//! Which Dockerfile it is: one of the context, one that lies elsewhere, or the text in the Compose file.

use super::Source;
use crate::domain::{Fault, FaultKind};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const USUAL_NAME: &str = "Dockerfile";

#[derive(Debug)]
pub enum Dockerfile {
    /// Its path in the context.
    Inside { name: String },
    /// The context does not have it: its text.
    Apart { text: Vec<u8> },
}

/// Where it is looked for; `None` when its text stands in the Compose file.
pub fn path(source: Source<'_>) -> Option<PathBuf> {
    if !source.inline.is_empty() {
        return None;
    }
    let name = if source.dockerfile.is_empty() { USUAL_NAME } else { source.dockerfile };
    let path = source.directory.join(name);
    if name == USUAL_NAME && !path.exists() {
        let lower = source.directory.join("dockerfile");
        return Some(if lower.exists() { lower } else { path });
    }
    Some(path)
}

impl Dockerfile {
    pub fn find(source: Source<'_>) -> Result<Self, Fault> {
        let Some(path) = path(source) else {
            return Ok(Self::Apart { text: source.inline.as_bytes().to_vec() });
        };
        let fault = |error: &std::io::Error| {
            let kind = Fault::io("", "", error).kind;
            Fault::new(kind, "build the service", source.service)
                .because(format!("its Dockerfile {}: {error}", path.display()))
                .hint("`build.dockerfile` of the service names it, relative to `build.context`")
        };
        let real = path.canonicalize().map_err(|error| fault(&error))?;
        let directory = source.directory.canonicalize().map_err(|error| fault(&error))?;
        if real.is_dir() {
            return Err(Fault::new(FaultKind::Invalid, "build the service", source.service)
                .because(format!("its Dockerfile {} is a directory", path.display()))
                .hint("`build.dockerfile` of the service names a file"));
        }
        if let Ok(inside) = real.strip_prefix(&directory) {
            return Ok(Self::Inside { name: inside.to_string_lossy().into_owned() });
        }
        let text = std::fs::read(&real).map_err(|error| fault(&error))?;
        Ok(Self::Apart { text })
    }

    /// The last part of its name, and its text.
    pub fn read(&self, directory: &Path) -> Result<(String, Vec<u8>), Fault> {
        match self {
            Self::Inside { name } => {
                let path = directory.join(name);
                let text = std::fs::read(&path).map_err(|error| Fault::io("read", path.display(), &error))?;
                let name = name.rsplit_once('/').map_or(name.as_str(), |(_, last)| last);
                Ok((name.to_owned(), text))
            }
            Self::Apart { text } => Ok((USUAL_NAME.to_owned(), text.clone())),
        }
    }
}

/// A name that no file of the context has, and the same for the same text: the builder's cache goes by it.
pub fn name_of(text: &[u8]) -> String {
    let mut name = ".dockerfile.".to_owned();
    for byte in Sha256::digest(text).iter().take(10) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}
