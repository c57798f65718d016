//! Where stacks come from: directories of the search path, and those that are part of the binary.

mod builtin;
mod search;

use crate::domain::{Fault, StackOrigin};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A directory with a Compose file in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackSource {
    /// The directory's name; the Compose file may name its project otherwise.
    pub name: String,
    pub directory: PathBuf,
    /// The Compose file, and its override file when there is one.
    pub files: Vec<PathBuf>,
    /// Files that are laid over those when they are asked for, by the name that stands between the dots:
    /// `compose.prod.yaml` is `prod`.
    pub overlays: BTreeMap<String, PathBuf>,
    pub origin: StackOrigin,
}

/// All stacks, by name. Of two with one name the earlier in the path wins, and the built-in ones come last; those are
/// written out under the data directory, so that their files can be mounted, read and edited like any others.
pub fn discover(search: &[PathBuf], data_directory: &Path) -> (Vec<StackSource>, Vec<Fault>) {
    let mut stacks: Vec<StackSource> = Vec::new();
    let mut faults = Vec::new();
    let add = |stacks: &mut Vec<StackSource>, found: StackSource| {
        if !stacks.iter().any(|known| known.name == found.name) {
            stacks.push(found);
        }
    };
    for directory in search {
        match search::stacks_in(directory) {
            Ok(found) => found.into_iter().for_each(|stack| add(&mut stacks, stack)),
            Err(fault) => faults.push(fault),
        }
    }
    for stack in builtin::stacks() {
        if stacks.iter().any(|known| known.name == stack.name) {
            continue;
        }
        let directory = data_directory.join("stacks").join(stack.name);
        let written = builtin::write_out(stack, &directory)
            .and_then(|()| search::stack(stack.name.to_owned(), &directory, StackOrigin::BuiltIn));
        match written {
            Ok(found) => found.into_iter().for_each(|stack| add(&mut stacks, stack)),
            Err(fault) => faults.push(fault),
        }
    }
    stacks.sort_by(|left, right| left.name.cmp(&right.name));
    (stacks, faults)
}

/// The stack at a path outside of the search path: in a directory, or around a Compose file of any name.
pub fn stack_at(path: &Path) -> Result<Option<StackSource>, Fault> {
    let path = std::path::absolute(path).map_err(|error| {
        Fault::io("find", path.display(), &error).hint("start in a directory that still exists")
    })?;
    let name =
        |of: &Path| of.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    // `.` has no name of its own.
    let path = path.canonicalize().unwrap_or(path);
    if path.is_dir() {
        return search::stack(name(&path), &path, StackOrigin::Given);
    }
    let directory = path.parent().unwrap_or(&path).to_path_buf();
    let beside = search::stack(name(&directory), &directory, StackOrigin::Given)?;
    // Its overlays are laid over the stack's own file, not over any other.
    Ok(Some(beside.filter(|stack| stack.files.first() == Some(&path)).unwrap_or_else(|| StackSource {
        name: name(&directory),
        files: vec![path],
        overlays: BTreeMap::new(),
        origin: StackOrigin::Given,
        directory,
    })))
}

#[cfg(test)]
mod tests;
