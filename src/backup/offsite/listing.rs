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
    let entries = iter(names).map(|name| {
        let bucket = &bucket;
        async move {
            let manifest = match manifest(bucket, stack, &name).await? {
                Some((_, manifest)) => Some(OffsiteManifest {
                    created: manifest.created,
                    size_bytes: manifest.stored().iter().map(|part| part.bytes).sum(),
                    parts: manifest.parts.iter().map(|part| part.part.path.clone()).collect(),
                    encrypted: !manifest.encrypted_to.is_empty(),
                }),
                None => None,
            };
            Ok(OffsiteEntry { stack: stack.to_owned(), name, manifest })
        }
    });
    entries.buffered(ASKED_AT_ONCE).try_collect().await
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

/// By its whole name, by the beginning of it, or as `latest`, which is the newest one that is complete.
pub async fn resolve(bucket: &Bucket, stack: &str, wanted: &str) -> Result<(Bytes, Manifest), Fault> {
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
        for name in names {
            if let Some((bytes, manifest)) = manifest(bucket, stack, &name).await?
                && manifest.safety_for.is_none()
            {
                return Ok((bytes, manifest));
            }
        }
        let cause = format!("there is no backup of {stack} in {}", bucket.place.words());
        return Err(wrong(FaultKind::NotFound, cause));
    }
    names.retain(|name| name.starts_with(wanted));
    match names.as_slice() {
        [] => {
            let cause = format!("there is no such backup of {stack} in {}", bucket.place.words());
            Err(wrong(FaultKind::NotFound, cause))
        }
        [name] => manifest(bucket, stack, name).await?.ok_or_else(|| {
            let cause = format!("{name} is not complete there: it has no manifest");
            wrong(FaultKind::NotFound, cause)
        }),
        several => {
            Err(wrong(FaultKind::Invalid, format!("{} begin so: {}", several.len(), several.join(", "))))
        }
    }
}
