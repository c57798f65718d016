//! A bundle by the name that somebody gave: never a path, and never one of two.

use super::list::{bundles, manifest, read};
use super::manifest::{Manifest, is_bundle_name};
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
    among(root, stack, name, &|_| true)
}

/// The same, where `latest` means one that may be of the stack on that daemon.
pub fn find_of(root: &Path, stack: &str, name: &str, endpoint: &str) -> Result<Found, Fault> {
    among(root, Some(stack), name, &|manifest| manifest.may_be_of(endpoint))
}

fn among(
    root: &Path,
    stack: Option<&str>,
    name: &str,
    may_be_latest: &dyn Fn(&Manifest) -> bool,
) -> Result<Found, Fault> {
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
        let is_meant = |bundle: &Found| {
            let is_it = |found: Manifest| found.safety_for.is_none() && may_be_latest(&found);
            manifest(&bundle.directory).is_ok_and(is_it)
        };
        let others = found.iter().any(can_be_read);
        let newest = found.into_iter().find(|bundle| can_be_read(bundle) && is_meant(bundle));
        return newest.ok_or_else(|| {
            let cause = if others {
                "there are none but those that restores took of what they replaced, and those of other daemons; give \
                 the name of one"
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

pub fn may_begin_a_name(name: &str) -> bool {
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
