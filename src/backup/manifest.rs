//! `manifest.json`: what a bundle holds, so that anybody can tell whether it still does. Pure.
//!
//! Format 1 knows databases only and does not vouch for its own papers; it is still read. From format 2 on a part says
//! what it is by its `kind`, `RESTORE.md` has a sum here, and the manifest has one in `SHA256SUMS`. Format 3 is written only
//! where it is needed: where an archive lacks its large files, which lie beside the bundle, and where parts are encrypted.

mod content;
mod instructions;

pub use content::{
    Archive, Content, DataMount, Database, Locale, Mounted, PathArchive, RedisData, Server, VolumeArchive,
};

use super::part::Written;
use super::store::Object;
use crate::domain::stack::{BackupEntry, BackupPart, Proof};
use crate::domain::{Fault, FaultKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::path::{Component, Path};

/// The newest version of the format that this program reads.
pub const FORMAT: u32 = 3;
/// What it writes where no older program would misread it.
const PLAIN: u32 = 2;
/// How the names of what is encrypted end.
pub const SEALED: &str = ".age";
pub const MANIFEST: &str = "manifest.json";
pub const SUMS: &str = "SHA256SUMS";
pub const INSTRUCTIONS: &str = "RESTORE.md";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub name: String,
    pub stack: String,
    /// When the first part was begun: the data is at least as old.
    pub created: Timestamp,
    /// When the last part was on the disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Timestamp>,
    /// The program and its version.
    pub made_by: String,
    pub parts: Vec<ManifestPart>,
    /// The daemon that the stack ran on; absent of older ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The backup that was about to be restored when this one was taken of what was there; absent of one that was taken
    /// for its own sake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety_for: Option<String>,
    /// What was not as it should be, and spoilt nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The names of variables whose values the bundle does not have, because they are secrets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<String>,
    /// The public keys of those who can read the parts and the objects, which all are encrypted; nobody's where none is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub encrypted_to: Vec<String>,
    /// Where it was to be copied to, for whoever has nothing but the copy, or nothing but this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offsite: Option<OffsiteNote>,
    /// The sum of `RESTORE.md`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instructions_sha256: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsiteNote {
    /// `s3://bucket/prefix/stack`, beside whose backups the objects are.
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestPart {
    #[serde(flatten)]
    pub part: BackupPart,
    /// Its length once it is unpacked; absent where it is not compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_bytes: Option<u64>,
    /// Files of an archive that are not in the part but beside the bundle, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Object>,
    #[serde(flatten)]
    pub content: Content,
}

impl ManifestPart {
    pub fn of(written: Written, content: Content) -> Self {
        let Written { part, raw_bytes, objects, .. } = written;
        let raw_bytes = (part.bytes != raw_bytes).then_some(raw_bytes);
        Self { part, raw_bytes, objects, content }
    }

    /// Its length as its tool wrote it.
    pub fn raw_bytes(&self) -> u64 {
        self.raw_bytes.unwrap_or(self.part.bytes)
    }

    pub fn is_packed(&self) -> bool {
        is_packed(&self.part.path)
    }
}

impl Manifest {
    pub fn new(name: String, stack: String, created: Timestamp, parts: Vec<ManifestPart>) -> Self {
        let needs_newest = parts.iter().any(|part| !part.objects.is_empty() || is_sealed(&part.part.path));
        Self {
            format: if needs_newest { FORMAT } else { PLAIN },
            name,
            stack,
            created,
            finished: None,
            made_by: concat!("mcp-tui ", env!("CARGO_PKG_VERSION")).to_owned(),
            parts,
            endpoint: None,
            safety_for: None,
            warnings: Vec::new(),
            withheld: Vec::new(),
            encrypted_to: Vec::new(),
            offsite: None,
            instructions_sha256: String::new(),
        }
    }

    /// Whether it may be of the stack on that daemon: others of the same name have nothing to do with it.
    pub fn may_be_of(&self, endpoint: &str) -> bool {
        self.endpoint.as_deref().is_none_or(|own| own == endpoint)
    }

    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a manifest; `file` is what a fault calls it.
    pub fn parse(bytes: &[u8], file: &str) -> Result<Self, Fault> {
        let wrong = || {
            Fault::new(FaultKind::Invalid, "read manifest", file)
                .hint("the bundle is damaged; do not rely on it, and look at the disk it lies on")
        };
        let Format { format } = serde_json::from_slice(bytes).map_err(|error| wrong().caused_by(&error))?;
        if format > FORMAT {
            let cause = format!("its format {format} is newer than {FORMAT}");
            return Err(Fault::new(FaultKind::Invalid, "read manifest", file)
                .because(cause)
                .hint("use the version of mcp-tui that wrote it, or a newer one"));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| wrong().caused_by(&error))?;
        if !is_bundle_name(&manifest.name) {
            return Err(wrong().because(format!("`{}` is no name of a bundle", manifest.name)));
        }
        let is_sum = |sum: &str| sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mut seen = std::collections::BTreeSet::new();
        for ManifestPart { part, objects, content, .. } in &manifest.parts {
            if !stays_inside(&part.path) {
                return Err(wrong().because(format!("the part `{}` lies outside the bundle", part.path)));
            }
            if !is_sum(&part.sha256) {
                return Err(wrong().because(format!("the part `{}` has no SHA-256", part.path)));
            }
            if !seen.insert(&part.path) {
                return Err(wrong().because(format!("the part `{}` is named twice", part.path)));
            }
            let in_order = objects.windows(2).all(|pair| pair[0].at < pair[1].at);
            let sound = objects.iter().all(Object::is_sound);
            let fits = sound && in_order && content.archive().is_some();
            if !objects.is_empty() && !fits {
                return Err(wrong().because(format!("the large files of `{}` are no objects", part.path)));
            }
        }
        if manifest.format > 1 && !is_sum(&manifest.instructions_sha256) {
            return Err(wrong().because(format!("{INSTRUCTIONS} has no SHA-256")));
        }
        Ok(manifest)
    }

    /// What a list shows of it, not counting what was found out about it since.
    pub fn entry(&self, directory: &Path) -> BackupEntry {
        BackupEntry {
            name: self.name.clone(),
            stack: self.stack.clone(),
            created: self.created,
            size_bytes: self.stored().iter().map(|part| part.bytes).sum(),
            parts: self.parts.iter().map(|part| part.part.clone()).collect(),
            objects: self.stored().into_iter().skip(self.parts.len()).cloned().collect(),
            directory: directory.to_owned(),
            pinned: false,
            safety: self.safety_for.is_some(),
            proof: Proof::default(),
            old_side_until: None,
            offsite: None,
        }
    }

    /// The large files of all archives; the same may be in several.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.parts.iter().flat_map(|part| &part.objects)
    }

    /// Every file that the bundle needs, its papers aside: the parts, then the objects, each of them once.
    pub fn stored(&self) -> Vec<&BackupPart> {
        let mut seen = std::collections::BTreeSet::new();
        let objects = self.objects().map(|object| &object.part).filter(|object| seen.insert(&object.path));
        self.parts.iter().map(|part| &part.part).chain(objects.collect::<Vec<_>>()).collect()
    }

    /// What `sha256sum -c` reads: the parts and, from format 2 on, the papers. `own` is the sum of the manifest.
    pub fn sums(&self, own: &str) -> String {
        let mut text = String::new();
        for part in self.stored() {
            let _ = writeln!(text, "{}  {}", part.sha256, part.path);
        }
        if self.format > 1 {
            let _ = writeln!(text, "{}  {INSTRUCTIONS}\n{own}  {MANIFEST}", self.instructions_sha256);
        }
        text
    }
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// Whether a part or an object of this name is encrypted.
pub fn is_sealed(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "age")
}

/// Whether a part of this name is packed with zstd.
pub fn is_packed(path: &str) -> bool {
    let path = path.strip_suffix(SEALED).unwrap_or(path);
    Path::new(path).extension().is_some_and(|extension| extension == "zst")
}

/// `20261120T103104Z-3f9c`: nothing else names a bundle, neither on the disk nor on a command line.
pub fn is_bundle_name(name: &str) -> bool {
    let Some((time, random)) = name.split_once('-') else { return false };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let lower_hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    time.len() == 16
        && time.is_ascii()
        && digits(&time[..8])
        && &time[8..9] == "T"
        && digits(&time[9..15])
        && &time[15..] == "Z"
        && random.len() == 4
        && random.bytes().all(lower_hexadecimal)
}

fn stays_inside(path: &str) -> bool {
    let mut components = Path::new(path).components().peekable();
    // `a//b` and `a/./b` are `a/b` to the disk: a part has one name only.
    components.peek().is_some()
        && components.all(|component| matches!(component, Component::Normal(_)))
        && path.split('/').all(|piece| !matches!(piece, "" | "."))
}

#[cfg(test)]
mod tests;
