//! `offsite.json`: what is known of a bundle's copy, beside the manifest that nobody writes to any more.

use super::cargo::Item;
use super::trouble::Trouble;
use crate::backup::proof::{self, OFFSITE};
use crate::domain::Fault;
use crate::domain::stack::{OffsiteCopy, OffsiteFailure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;

#[derive(Serialize, Deserialize)]
struct Record {
    /// It tells of no other bundle.
    manifest_sha256: String,
    #[serde(flatten)]
    copy: OffsiteCopy,
    /// By what it was known that all of it is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    files: Vec<Seen>,
}

/// A file as the bucket told of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seen {
    pub key: String,
    pub bytes: u64,
    /// What it was to be, which is noted with it there.
    pub sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e_tag: Option<String>,
}

impl Seen {
    pub fn of(item: &Item, e_tag: Option<String>) -> Self {
        Self { key: item.key.clone(), bytes: item.bytes, sha256: item.sha256.clone(), e_tag }
    }
}

/// Nothing where none was ever tried, or where it cannot be read.
pub fn read(directory: &Path) -> Option<OffsiteCopy> {
    let bytes = match std::fs::read(directory.join(OFFSITE)) {
        Ok(bytes) => bytes,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                log::warn!("{}: {error}", directory.join(OFFSITE).display());
            }
            return None;
        }
    };
    let record: Option<Record> = serde_json::from_slice(&bytes).ok();
    match (record, proof::manifest_sum(directory)) {
        (Some(record), Ok(sum)) if record.manifest_sha256 == sum => Some(record.copy),
        (_, _) => {
            log::warn!("{} is damaged or about another bundle", directory.join(OFFSITE).display());
            None
        }
    }
}

/// The attempt failed. What was known to be there may be there still, unless it was just found not to be.
pub fn failed(directory: &Path, copy: OffsiteCopy, trouble: &Trouble) -> Result<(), Fault> {
    let before = read(directory).filter(|known| known.url == copy.url && known.endpoint == copy.endpoint);
    let copied = before.and_then(|known| known.copied).filter(|_| !trouble.is_lacking);
    let Trouble { fault, .. } = trouble;
    let failed = OffsiteFailure { at: Timestamp::now(), what: fault.sentence(), hint: fault.hint.clone() };
    write(directory, OffsiteCopy { copied, failed: Some(failed), ..copy }, Vec::new())
}

/// Nobody is to rely any more on the copy being there; of one in another place nothing is forgotten.
pub fn forget(directory: &Path, url: &str, endpoint: Option<&str>) -> Result<(), Fault> {
    let is_there = |known: &OffsiteCopy| {
        known.copied.is_some() && known.url == url && known.endpoint.as_deref() == endpoint
    };
    match read(directory).filter(is_there) {
        Some(known) => write(directory, OffsiteCopy { copied: None, ..known }, Vec::new()),
        None => Ok(()),
    }
}

/// `files` are those that were looked at there.
pub fn write(directory: &Path, copy: OffsiteCopy, files: Vec<Seen>) -> Result<(), Fault> {
    let manifest_sha256 = proof::manifest_sum(directory)
        .map_err(|error| Fault::io("read the manifest in", directory.display(), &error))?;
    proof::write_offsite(directory, &Record { manifest_sha256, copy, files })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::bundle::tests::committed_at;
    use crate::domain::FaultKind;

    #[test]
    fn a_failed_attempt_forgets_a_copy_only_where_it_was_found_lacking() {
        let root = tempfile::tempdir().unwrap();
        let entry = committed_at(root.path(), "shop", "2026-11-10T02:00:00Z");
        let now = Timestamp::UNIX_EPOCH;
        let copy = OffsiteCopy {
            url: "s3://backups/shop/x".to_owned(),
            endpoint: None,
            copied: Some(now),
            failed: None,
        };
        assert_eq!(read(&entry.directory), None);
        write(&entry.directory, copy.clone(), Vec::new()).unwrap();
        assert_eq!(read(&entry.directory), Some(copy.clone()));
        let after = |is_lacking, copy: &OffsiteCopy| {
            let fault = Fault::new(FaultKind::Invalid, "copy", "x").hint("mend it");
            let trouble = Trouble { fault, is_lacking };
            failed(&entry.directory, OffsiteCopy { copied: None, ..copy.clone() }, &trouble).unwrap();
            let known = read(&entry.directory).unwrap();
            assert_eq!(known.failed.unwrap().hint.as_deref(), Some("mend it"));
            known.copied
        };
        assert_eq!(after(false, &copy), Some(now), "it may have been what is here");
        let elsewhere = OffsiteCopy { url: "s3://other/shop/x".to_owned(), ..copy.clone() };
        assert_eq!(after(false, &elsewhere), None, "that was another place");
        write(&entry.directory, copy.clone(), Vec::new()).unwrap();
        assert_eq!(after(true, &copy), None);
        std::fs::write(entry.directory.join("manifest.json"), "{}").unwrap();
        assert_eq!(read(&entry.directory), None, "it is about another bundle");
    }

    #[test]
    fn a_copy_that_is_let_go_is_forgotten_where_it_was_and_nowhere_else() {
        let root = tempfile::tempdir().unwrap();
        let directory = committed_at(root.path(), "shop", "2026-11-10T02:00:00Z").directory;
        let url = "s3://backups/shop/x";
        let copied = Some(Timestamp::UNIX_EPOCH);
        forget(&directory, url, None).unwrap();
        assert_eq!(read(&directory), None, "of what was never copied nothing is written");
        let copy = OffsiteCopy { url: url.to_owned(), endpoint: None, copied, failed: None };
        write(&directory, copy, Vec::new()).unwrap();
        for (url, endpoint) in [("s3://other/shop/x", None), (url, Some("https://minio"))] {
            forget(&directory, url, endpoint).unwrap();
            assert_eq!(read(&directory).unwrap().copied, copied);
        }
        forget(&directory, url, None).unwrap();
        assert_eq!(read(&directory).unwrap().copied, None);
        forget(&root.path().join("shop/gone"), url, None).unwrap();
    }
}
