//! What of a directory belongs to the context: each directory before what is in it, in the order of their names.

use super::ignore::{Ignore, Matches};
use crate::domain::Fault;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

pub struct Found {
    pub path: PathBuf,
    /// Its path in the context.
    pub name: String,
    pub metadata: Metadata,
}

/// Why there is no more to see.
pub enum Stop {
    Enough,
    Because(Fault),
}

pub fn walk(
    directory: &Path,
    ignore: &Ignore,
    see: &mut dyn FnMut(&Found) -> Result<(), Stop>,
) -> Result<(), Stop> {
    descend(directory, "", ignore, &Matches::default(), see)
}

fn descend(
    directory: &Path,
    prefix: &str,
    ignore: &Ignore,
    above: &Matches,
    see: &mut dyn FnMut(&Found) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let entries = std::fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| Stop::Because(unreadable(directory, &error)))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let matches = ignore.matches(&name, above);
        let metadata = entry.metadata().map_err(|error| Stop::Because(unreadable(&path, &error)))?;
        if matches.ignored && !(metadata.is_dir() && ignore.reaches_into(&name)) {
            continue;
        }
        let found = Found { path, name, metadata };
        if !matches.ignored {
            see(&found)?;
        }
        if found.metadata.is_dir() {
            descend(&found.path, &format!("{}/", found.name), ignore, &matches, see)?;
        }
    }
    Ok(())
}

pub fn unreadable(path: &Path, error: &io::Error) -> Fault {
    Fault::io("read the build context's", path.display(), error)
        .hint("make it readable, or leave it out with a line in .dockerignore")
}
