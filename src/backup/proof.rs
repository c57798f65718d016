//! What was found out about a bundle since it was taken, and whether it is pinned. It lies beside the manifest, which
//! nobody writes to any more: the bundle's sums stay what they are.

use super::manifest::MANIFEST;
use crate::domain::stack::Proof;
use crate::domain::{Fault, units};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

pub const PROOF: &str = "proof.json";
pub const PINNED: &str = "pinned";
const NEW: &str = ".proof.json.new";
/// What is known of its copy.
pub const OFFSITE: &str = "offsite.json";
const NEW_OFFSITE: &str = ".offsite.json.new";
/// What may lie in a bundle and is not of it.
pub const BESIDE: [&str; 5] = [PROOF, PINNED, NEW, OFFSITE, NEW_OFFSITE];

#[derive(Serialize, Deserialize)]
struct Record {
    /// It vouches for no other bundle.
    manifest_sha256: String,
    #[serde(flatten)]
    proof: Proof,
}

/// What is known of the bundle; nothing, when that cannot be read or is about another one.
pub fn read(directory: &Path) -> Proof {
    let bytes = match std::fs::read(directory.join(PROOF)) {
        Ok(bytes) => bytes,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                log::warn!("{}: {error}", directory.join(PROOF).display());
            }
            return Proof::default();
        }
    };
    let record: Option<Record> = serde_json::from_slice(&bytes).ok();
    match (record, manifest_sum(directory)) {
        (Some(record), Ok(sum)) if record.manifest_sha256 == sum => record.proof,
        (_, _) => {
            log::warn!("{} is damaged or about another bundle", directory.join(PROOF).display());
            Proof::default()
        }
    }
}

pub fn write(directory: &Path, proof: &Proof) -> Result<(), Fault> {
    let write = || {
        let record = Record { manifest_sha256: manifest_sum(directory)?, proof: proof.clone() };
        replace(directory, (NEW, PROOF), &record)
    };
    write().map_err(|error| Fault::io("write proof of", directory.display(), &error))
}

/// Writes what is known of the copy.
pub fn write_offsite(directory: &Path, record: &impl Serialize) -> Result<(), Fault> {
    replace(directory, (NEW_OFFSITE, OFFSITE), record)
        .map_err(|error| Fault::io("write what is off site of", directory.display(), &error))
}

/// Somebody who looks on sees the old record or the new one.
fn replace(directory: &Path, (new, name): (&str, &str), record: &impl Serialize) -> io::Result<()> {
    let mut bytes = serde_json::to_vec_pretty(record)?;
    bytes.push(b'\n');
    let new = directory.join(new);
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    std::fs::rename(new, directory.join(name))?;
    File::open(directory)?.sync_all()
}

pub fn is_pinned(directory: &Path) -> bool {
    directory.join(PINNED).exists()
}

pub fn pin(directory: &Path, pinned: bool) -> Result<(), Fault> {
    let path = directory.join(PINNED);
    let change = || -> io::Result<()> {
        if pinned {
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        } else if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        File::open(directory)?.sync_all()
    };
    change().map_err(|error| Fault::io("pin", directory.display(), &error))
}

pub fn manifest_sum(directory: &Path) -> io::Result<String> {
    Ok(units::hexadecimal(&Sha256::digest(std::fs::read(directory.join(MANIFEST))?)))
}
