//! Large files, which lie beside the bundles of a stack and not in them: `objects/sha256/ab/ab12…`, named by their sums.
//!
//! A file that does not change is there once, however many backups refer to it; a part says where in its archive it
//! belongs. An encrypted one has the sum of what it holds in its name, a digest of its recipients, and the beginning of
//! its own sum: encrypting the same once more makes other bytes, and a name that two manifests gave to different bytes could
//! not be replaced for one of them without loss to the other. Older ones lack that last piece, and are still read.
//!
//! Whoever makes a bundle holds the stack's directory locked together with others, from before its first object until it
//! has its name; objects are removed only by who holds it alone, and only those that no manifest names. So a power cut at
//! any moment leaves objects too many, never too few, and the next one to look takes those away.

mod collect;
mod vault;

pub use collect::collect;
pub use vault::{UNNAMED, Vault};

use super::Manifest;
use super::bundle::make_directory;
use super::list::bundles_of;
use super::manifest::{MANIFEST, SEALED, is_bundle_name, is_sealed};
use crate::domain::Fault;
use crate::domain::stack::BackupPart;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::path::Path;

/// Beside the bundles of a stack.
pub const OBJECTS: &str = "objects";
const KIND: &str = "sha256";
/// So many digits of its own sum are in the name of an encrypted one.
const OWN_DIGITS: usize = 16;

/// A large file of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// What the archive calls it; not told of one that is encrypted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Where it belongs: so many bytes of the part, as it unpacks without objects, stand before it.
    pub at: u64,
    /// As it is stored; its path leads out of the bundle, to where objects lie.
    #[serde(flatten)]
    pub part: BackupPart,
    /// Its length in the archive; absent where it is stored as it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_bytes: Option<u64>,
}

impl Object {
    /// Its length in the archive.
    pub fn raw_bytes(&self) -> u64 {
        self.raw_bytes.unwrap_or(self.part.bytes)
    }

    /// Whether its path is that of an object, and of nothing else on the disk; of this sum, as far as the name tells.
    pub fn is_sound(&self) -> bool {
        let digits = |text: &str, count: usize| {
            let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            text.len() == count && text.bytes().all(lower)
        };
        let name = self.part.path.rsplit('/').next().unwrap_or_default();
        let sound = match name.strip_suffix(SEALED).map(|name| name.split('-').collect::<Vec<_>>()).as_deref()
        {
            Some([sum, tag]) => digits(sum, 64) && digits(tag, 16),
            Some([sum, tag, own]) => {
                digits(sum, 64)
                    && digits(tag, 16)
                    && digits(own, OWN_DIGITS)
                    && self.part.sha256.starts_with(own)
            }
            Some(_) => false,
            None => digits(name, 64) && name == self.part.sha256,
        };
        sound && self.part.path == path_of(name)
    }
}

/// Relative to a bundle.
fn path_of(name: &str) -> String {
    format!("../{}", below_stack(name))
}

/// Relative to the directory of the stack.
fn below_stack(name: &str) -> String {
    let first = name.get(..2).unwrap_or("00");
    format!("{OBJECTS}/{KIND}/{first}/{name}")
}

/// What the name of an encrypted object begins with, however it was encrypted.
fn sealed_stem(raw: &str, tag: &str) -> String {
    format!("{raw}-{tag}")
}

/// Its name, from its beginning and its own sum.
fn sealed_name(stem: &str, sha256: &str) -> String {
    format!("{stem}-{}{SEALED}", sha256.get(..OWN_DIGITS).unwrap_or(sha256))
}

/// Whether nothing but a manifest tells which bytes have this name: that of an encrypted object as it was once given.
pub fn has_old_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    below_stack_of(path).is_some() && is_sealed(name) && name.matches('-').count() == 1
}

/// The place of an object below the directory of its stack; nothing of a file that lies in the bundle itself.
pub fn below_stack_of(path: &str) -> Option<&str> {
    path.strip_prefix("../")
}

/// The first of these files whose old name a manifest gives to other bytes than these. Whoever wrote it would take that
/// bundle's file away.
pub fn taken_by<'part>(
    manifest: &Manifest,
    parts: impl Iterator<Item = &'part BackupPart>,
) -> Option<&'part BackupPart> {
    let mut old = parts.filter(|part| has_old_name(&part.path));
    old.find(|part| {
        let names_others = |object: &Object| {
            object.part.path == part.path && !object.part.sha256.eq_ignore_ascii_case(&part.sha256)
        };
        manifest.objects().any(names_others)
    })
}

/// A bundle here that needs other bytes under an old name than these; a fault where one that cannot be read may.
pub fn needed_otherwise(
    stack_directory: &Path,
    parts: &[BackupPart],
) -> Result<Option<(String, String)>, Fault> {
    let at_stake = |part: &&BackupPart| {
        has_old_name(&part.path)
            && below_stack_of(&part.path).is_some_and(|below| stack_directory.join(below).exists())
    };
    let parts: Vec<&BackupPart> = parts.iter().filter(at_stake).collect();
    if parts.is_empty() {
        return Ok(None);
    }
    for manifest in manifests(stack_directory)? {
        if let Some(part) = taken_by(&manifest, parts.iter().copied()) {
            return Ok(Some((manifest.name, part.path.clone())));
        }
    }
    Ok(None)
}

/// Whether a file of a bundle that is fetched must come over the network: an object that is here and whole need not.
pub fn is_lacking(stack_directory: &Path, part: &BackupPart) -> bool {
    below_stack_of(&part.path).is_none_or(|below| {
        let found = vault::look(&stack_directory.join(below));
        found.is_none_or(|(bytes, sum)| (bytes, sum.as_str()) != (part.bytes, part.sha256.as_str()))
    })
}

/// Gives an object that is whole its name.
pub fn place(stack_directory: &Path, from: &Path, below: &str) -> io::Result<()> {
    let place = stack_directory.join(below);
    let directory = place.parent().unwrap_or(stack_directory);
    make_directory(directory)?;
    std::fs::rename(from, &place)?;
    for directory in directory.ancestors().take(4) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

/// Held while a bundle is made, so that nobody takes an object for one that nobody needs.
pub fn hold(stack_directory: &Path) -> io::Result<File> {
    let directory = File::open(stack_directory)?;
    directory.lock_shared()?;
    Ok(directory)
}

/// The manifests of the finished bundles, the newest first; one that cannot be read is a fault.
fn manifests(stack_directory: &Path) -> Result<Vec<Manifest>, Fault> {
    each_manifest(stack_directory)?.into_iter().collect()
}

/// The same, each by itself.
fn each_manifest(stack_directory: &Path) -> Result<Vec<Result<Manifest, Fault>>, Fault> {
    let mut found = bundles_of(stack_directory)?;
    // A directory that somebody put there for something else refers to nothing.
    found.retain(|bundle| is_bundle_name(&bundle.name) || bundle.directory.join(MANIFEST).exists());
    found.sort_by(|one, other| other.name.cmp(&one.name));
    Ok(found.iter().map(|bundle| super::read_manifest(&bundle.directory)).collect())
}

#[cfg(test)]
mod tests;
