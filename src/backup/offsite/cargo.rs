//! What goes off site of a bundle, and by which names. Pure.

use crate::backup::Manifest;
use crate::backup::export::place_in;
use crate::backup::manifest::{INSTRUCTIONS, MANIFEST, SUMS};
use crate::domain::stack::{BackupPart, OffsitePlace};
use crate::domain::units;
use sha2::{Digest, Sha256};

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Relative to the bundle.
    pub path: String,
    /// What it is called in the bucket.
    pub key: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Item {
    pub fn part(&self) -> BackupPart {
        BackupPart { path: self.path.clone(), bytes: self.bytes, sha256: self.sha256.clone() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cargo {
    /// Parts and objects, each once, then the papers that tell how to use them.
    pub items: Vec<Item>,
    /// Goes last.
    pub manifest: Item,
}

/// As they lie in the bundle.
pub struct Papers {
    pub instructions: Vec<u8>,
    pub sums: Vec<u8>,
    pub manifest: Vec<u8>,
}

impl Cargo {
    pub fn of(place: &OffsitePlace, manifest: &Manifest, papers: &Papers) -> Self {
        let item = |path: &str, bytes: u64, sha256: &str| Item {
            path: path.to_owned(),
            key: key(place, &manifest.stack, &manifest.name, path),
            bytes,
            sha256: sha256.to_ascii_lowercase(),
        };
        let paper = |path: &str, bytes: &[u8]| {
            item(path, bytes.len() as u64, &units::hexadecimal(&Sha256::digest(bytes)))
        };
        let stored = manifest.stored().into_iter().map(|part| item(&part.path, part.bytes, &part.sha256));
        Self {
            items: stored
                .chain([paper(INSTRUCTIONS, &papers.instructions), paper(SUMS, &papers.sums)])
                .collect(),
            manifest: paper(MANIFEST, &papers.manifest),
        }
    }
}

/// What a file of a bundle is called in the bucket.
pub fn key(place: &OffsitePlace, stack: &str, bundle: &str, path: &str) -> String {
    format!("{}{}", below(place, stack), place_in(bundle, path).display())
}

/// What all of a stack begins with, with its slash.
pub fn below(place: &OffsitePlace, stack: &str) -> String {
    let slash = if place.prefix.is_empty() { "" } else { "/" };
    format!("{}{slash}{stack}/", place.prefix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::bundle::tests::manifest_with_an_object;

    #[test]
    fn all_of_a_bundle_goes_and_its_manifest_last() {
        let manifest = manifest_with_an_object("shop");
        let papers =
            Papers { instructions: b"how".to_vec(), sums: b"sums".to_vec(), manifest: b"{}".to_vec() };
        let place = |url| OffsitePlace::of_url(url).unwrap();
        let cargo = Cargo::of(&place("s3://backups/server1"), &manifest, &papers);
        let keys: Vec<&str> = cargo.items.iter().map(|item| item.key.as_str()).collect();
        let name = &manifest.name;
        let object = format!("server1/shop/objects/sha256/ab/{}", "ab".repeat(32));
        let expected = [
            format!("server1/shop/{name}/volumes/pages.tar.zst"),
            object,
            format!("server1/shop/{name}/RESTORE.md"),
            format!("server1/shop/{name}/SHA256SUMS"),
        ];
        assert_eq!(keys, expected);
        assert_eq!(cargo.manifest.key, format!("server1/shop/{name}/manifest.json"));
        assert_eq!((cargo.items[2].bytes, cargo.items[2].sha256.len()), (3, 64));
        let top = Cargo::of(&place("s3://backups"), &manifest, &papers);
        assert_eq!(top.manifest.key, format!("shop/{name}/manifest.json"));
    }
}
