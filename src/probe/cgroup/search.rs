//! Cgroups found by the ids in their names, where processes do not tell the way: from inside a container with a cgroup
//! namespace or a process namespace of its own, over the host's tree.

use super::membership;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rootless below systemd is six directories deep, and nesting adds two for each level.
const DEPTH: usize = 10;
/// Of a host with many thousands of cgroups those beyond are not found, and asked of the daemon.
const DIRECTORIES: usize = 16 * 1024;

/// Container ids, and their directories below a mount point.
pub(super) type Found = HashMap<String, PathBuf>;

pub(super) fn below(point: &Path) -> Found {
    let mut found = Found::new();
    let mut open = vec![(PathBuf::new(), 0)];
    let mut seen = 0;
    while let Some((directory, depth)) = open.pop() {
        // A cgroup may go while the tree is walked.
        let Ok(entries) = fs::read_dir(point.join(&directory)) else { continue };
        for entry in entries.flatten() {
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) || seen >= DIRECTORIES {
                continue;
            }
            seen += 1;
            let name = entry.file_name();
            let path = directory.join(&name);
            if let Some(id) = membership::container_id(&name.to_string_lossy()) {
                found.insert(id.to_owned(), path.clone());
            }
            if depth < DEPTH {
                open.push((path, depth + 1));
            }
        }
    }
    found
}
