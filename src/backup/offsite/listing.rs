//! Which bundles of a stack are in the bucket.

use super::bucket::Bucket;
use super::cargo;
use super::trouble::Trouble;
use crate::backup::Manifest;
use crate::backup::find::{LATEST, is_stack_name, may_begin_a_name};
use crate::backup::manifest::{MANIFEST, is_bundle_name};
use crate::domain::stack::OffsitePlace;
use crate::domain::{Fault, FaultKind};
use bytes::Bytes;
use futures_util::stream::{StreamExt, TryStreamExt, iter};
use jiff::Timestamp;
use serde::Serialize;

/// No manifest of ours comes near it.
const MOST_BYTES: u64 = 64 << 20;
const ASKED_AT_ONCE: usize = 8;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OffsiteEntry {
    pub stack: String,
    pub name: String,
    /// What its manifest tells; nothing where that has not arrived, so that it is no backup yet.
    pub manifest: Option<OffsiteManifest>,
    /// Why its manifest cannot be read, where one has arrived and cannot.
    pub damaged: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OffsiteManifest {
    pub created: Timestamp,
    pub size_bytes: u64,
    pub parts: Vec<String>,
    pub encrypted: bool,
}

/// The newest first.
pub async fn list(place: &OffsitePlace, stack: &str) -> Result<Vec<OffsiteEntry>, Fault> {
    let bucket = Bucket::open(place, "list off site")?;
    let names = names(&bucket, stack).await?;
    let entries = iter(names).map(|name| entry(&bucket, stack, name));
    entries.buffered(ASKED_AT_ONCE).try_collect().await
}

async fn entry(bucket: &Bucket, stack: &str, name: String) -> Result<OffsiteEntry, Fault> {
    let (manifest, damaged) = match manifest(bucket, stack, &name).await {
        Ok(found) => (found.map(|(_, manifest)| OffsiteManifest::of(&manifest)), None),
        Err(Trouble { fault, is_lacking: true }) => (None, Some(fault.sentence())),
        Err(trouble) => return Err(trouble.fault),
    };
    Ok(OffsiteEntry { stack: stack.to_owned(), name, manifest, damaged })
}

impl OffsiteManifest {
    fn of(manifest: &Manifest) -> Self {
        Self {
            created: manifest.created,
            size_bytes: manifest.stored().iter().map(|part| part.bytes).sum(),
            parts: manifest.parts.iter().map(|part| part.part.path.clone()).collect(),
            encrypted: !manifest.encrypted_to.is_empty(),
        }
    }
}

/// The newest first.
pub async fn names(bucket: &Bucket, stack: &str) -> Result<Vec<String>, Fault> {
    if !is_stack_name(stack) {
        return Err(
            Fault::new(FaultKind::Invalid, "list off site", stack).because("this is no name of a stack")
        );
    }
    let mut names = bucket.directories(stack).await?;
    names.retain(|name| is_bundle_name(name));
    names.sort_by(|one, other| other.cmp(one));
    Ok(names)
}

/// What a bundle there says that it holds, as it stands there and as it is understood.
pub async fn manifest(
    bucket: &Bucket,
    stack: &str,
    name: &str,
) -> Result<Option<(Bytes, Manifest)>, Trouble> {
    let key = cargo::key(&bucket.place, stack, name, MANIFEST);
    let Some(bytes) = bucket.short(&key, MOST_BYTES).await? else { return Ok(None) };
    let manifest = understood(&bytes, &key, stack, name).map_err(Trouble::lacking)?;
    Ok(Some((bytes, manifest)))
}

fn understood(bytes: &[u8], key: &str, stack: &str, name: &str) -> Result<Manifest, Fault> {
    let manifest = Manifest::parse(bytes, key)?;
    if manifest.stack != stack || manifest.name != name {
        let cause = format!("it is the manifest of {} of {}", manifest.name, manifest.stack);
        return Err(Fault::new(FaultKind::Invalid, "read manifest", key).because(cause));
    }
    Ok(manifest)
}

/// The bundle that is meant.
pub struct Resolved {
    /// Its manifest as it stands there.
    pub paper: Bytes,
    pub manifest: Manifest,
    /// Newer ones whose manifests cannot be read, in words.
    pub skipped: Vec<String>,
}

/// By its whole name, by the beginning of it, or as `latest`, which is the newest one that is complete and can be read.
pub async fn resolve(bucket: &Bucket, stack: &str, wanted: &str) -> Result<Resolved, Fault> {
    let wrong = |kind, cause: String| {
        Fault::new(kind, "find off site", wanted).because(cause).hint(format!(
            "`mcp-tui -s {stack} backup list --offsite` tells the names; a beginning that only one has will do, and so \
             will `latest`"
        ))
    };
    if wanted != LATEST && !may_begin_a_name(wanted) {
        return Err(wrong(FaultKind::Invalid, "this is no name of a backup".to_owned()));
    }
    let mut names = names(bucket, stack).await?;
    if wanted == LATEST {
        let mut skipped = Vec::new();
        for name in names {
            match manifest(bucket, stack, &name).await {
                Ok(Some((paper, manifest))) if manifest.safety_for.is_none() => {
                    return Ok(Resolved { paper, manifest, skipped });
                }
                Ok(_) => {}
                Err(Trouble { fault, is_lacking: true }) => {
                    skipped.push(format!("{name} was skipped: {}", fault.sentence()));
                }
                Err(trouble) => return Err(trouble.fault),
            }
        }
        let cause =
            if skipped.is_empty() { "there is no backup" } else { "there is no backup that can be read" };
        let none = wrong(FaultKind::NotFound, format!("{cause} of {stack} in {}", bucket.place.words()));
        return Err(skipped.into_iter().fold(none, Fault::because));
    }
    names.retain(|name| name.starts_with(wanted));
    match names.as_slice() {
        [] => {
            let cause = format!("there is no such backup of {stack} in {}", bucket.place.words());
            Err(wrong(FaultKind::NotFound, cause))
        }
        [name] => {
            let found = manifest(bucket, stack, name).await.map_err(Trouble::into_fault)?;
            let (paper, manifest) = found.ok_or_else(|| {
                wrong(FaultKind::NotFound, format!("{name} is not complete there: it has no manifest"))
            })?;
            Ok(Resolved { paper, manifest, skipped: Vec::new() })
        }
        several => {
            Err(wrong(FaultKind::Invalid, format!("{} begin so: {}", several.len(), several.join(", "))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::bundle::tests::manifest_with_an_object;

    #[test]
    fn a_manifest_is_that_of_its_bundle_or_none() {
        let mut manifest = manifest_with_an_object("shop");
        manifest.instructions_sha256 = "ab".repeat(32);
        let bytes = manifest.to_json().unwrap();
        let read = |bytes: &[u8], stack: &str, name: &str| understood(bytes, "key", stack, name);
        assert_eq!(read(&bytes, "shop", &manifest.name).unwrap(), manifest);
        for (bytes, stack, name) in [
            (&bytes[1..], "shop", manifest.name.as_str()),
            (&bytes[..], "other", &manifest.name),
            (&bytes[..], "shop", "20261120T103104Z-0000"),
        ] {
            assert!(read(bytes, stack, name).is_err(), "{stack} {name}");
        }
    }
}
