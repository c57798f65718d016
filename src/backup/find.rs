//! A bundle by the name that somebody gave: never a path, and never one of two.

use super::list::{bundles, manifest, read};
use super::manifest::is_bundle_name;
use crate::domain::stack::BackupEntry;
use crate::domain::{Fault, FaultKind};
use std::path::{Path, PathBuf};

/// The newest one of its stack that can be read, but for those that restores took of what they were about to replace.
pub const LATEST: &str = "latest";
/// Fewer letters than these say nothing.
const SHORTEST: usize = 4;

/// A directory that has a bundle's name, whatever is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub stack: String,
    pub name: String,
    pub directory: PathBuf,
}

impl Found {
    /// What its manifest tells.
    pub fn entry(&self) -> Result<BackupEntry, Fault> {
        read(&self.directory)
    }
}

/// By its whole name, by the beginning of it, or as `latest`; of one stack, or of all where none is named.
pub fn find(root: &Path, stack: Option<&str>, name: &str) -> Result<Found, Fault> {
    let wrong = |kind, cause: String| {
        Fault::new(kind, "find backup", name)
            .because(cause)
            .hint("`mcp-tui backup list` tells the names; a beginning that only one has will do, and so will `latest`")
    };
    if name != LATEST && !may_begin_a_name(name) {
        return Err(wrong(FaultKind::Invalid, "this is no name of a backup".to_owned()));
    }
    let mut found = bundles(root, stack)?;
    found.retain(|bundle| is_bundle_name(&bundle.name));
    found.sort_by(|one, other| other.name.cmp(&one.name));
    if name == LATEST {
        let mut stacks: Vec<&str> = found.iter().map(|bundle| bundle.stack.as_str()).collect();
        stacks.sort_unstable();
        stacks.dedup();
        if stacks.len() > 1 {
            let cause = format!("several stacks have backups: {}; name one with -s", stacks.join(", "));
            return Err(wrong(FaultKind::Invalid, cause));
        }
        let can_be_read = |bundle: &Found| bundle.entry().is_ok();
        let is_safety =
            |bundle: &Found| manifest(&bundle.directory).is_ok_and(|found| found.safety_for.is_some());
        let only_safeties = found.iter().any(|bundle| can_be_read(bundle));
        let newest = found.into_iter().find(|bundle| can_be_read(bundle) && !is_safety(bundle));
        return newest.ok_or_else(|| {
            let cause = if only_safeties {
                "there are none but those that restores took of what they replaced; give the name of one"
            } else {
                "there is no backup yet"
            };
            wrong(FaultKind::NotFound, cause.to_owned())
        });
    }
    let whole = found.iter().filter(|bundle| bundle.name == name).count() == 1;
    found.retain(|bundle| if whole { bundle.name == name } else { bundle.name.starts_with(name) });
    match found.as_slice() {
        [] => Err(wrong(FaultKind::NotFound, "there is no such backup".to_owned())),
        [one] => Ok(one.clone()),
        several => {
            let names: Vec<String> =
                several.iter().take(5).map(|bundle| format!("{} of {}", bundle.name, bundle.stack)).collect();
            Err(wrong(FaultKind::Invalid, format!("{} begin so: {}", several.len(), names.join(", "))))
        }
    }
}

fn may_begin_a_name(name: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'T' | b'Z' | b'-' | b'a'..=b'f');
    (SHORTEST..=21).contains(&name.len()) && name.bytes().all(letters)
}

/// A stack's name is a directory's: nothing that leads elsewhere.
pub fn is_stack_name(name: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(letters)
}

#[cfg(test)]
mod tests;
