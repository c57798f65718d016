//! `manifest.json`: what a bundle holds, so that anybody can tell whether it still does. Pure.

use crate::domain::stack::{BackupEntry, BackupPart};
use crate::domain::{Fault, FaultKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::path::{Component, Path};

/// The version of the format that this program writes, and the newest it reads.
const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub name: String,
    pub stack: String,
    pub created: Timestamp,
    /// The program and its version.
    pub made_by: String,
    pub parts: Vec<ManifestPart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestPart {
    #[serde(flatten)]
    pub part: BackupPart,
    /// `postgres`
    pub kind: String,
    pub service: String,
    pub database: String,
    pub user: String,
    /// What the container ran, by name and by id: a tag may mean something else one day.
    pub image: String,
    pub image_id: String,
}

impl Manifest {
    pub fn new(name: String, stack: String, created: Timestamp, parts: Vec<ManifestPart>) -> Self {
        let made_by = concat!("mcp-tui ", env!("CARGO_PKG_VERSION")).to_owned();
        Self { format: FORMAT, name, stack, created, made_by, parts }
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
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| wrong().caused_by(&error))?;
        if manifest.format > FORMAT {
            let cause = format!("its format {} is newer than {FORMAT}", manifest.format);
            return Err(Fault::new(FaultKind::Invalid, "read manifest", file)
                .because(cause)
                .hint("use the version of mcp-tui that wrote it, or a newer one"));
        }
        for ManifestPart { part, .. } in &manifest.parts {
            if !stays_inside(&part.path) {
                return Err(wrong().because(format!("the part `{}` lies outside the bundle", part.path)));
            }
            if part.sha256.len() != 64 || !part.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(wrong().because(format!("the part `{}` has no SHA-256", part.path)));
            }
        }
        Ok(manifest)
    }

    pub fn entry(&self, directory: &Path) -> BackupEntry {
        BackupEntry {
            name: self.name.clone(),
            stack: self.stack.clone(),
            created: self.created,
            size_bytes: self.parts.iter().map(|part| part.part.bytes).sum(),
            parts: self.parts.iter().map(|part| part.part.clone()).collect(),
            directory: directory.to_owned(),
        }
    }

    /// The parts as `sha256sum -c` reads them.
    pub fn sums(&self) -> String {
        self.parts.iter().fold(String::new(), |mut text, ManifestPart { part, .. }| {
            let _ = writeln!(text, "{}  {}", part.sha256, part.path);
            text
        })
    }

    /// How to get the data back with nothing but docker and coreutils.
    pub fn instructions(&self) -> String {
        let mut text = format!(
            "# Restoring {stack} from {name}\n\n\
             Taken {created} by {made_by}. Nothing but `docker` and coreutils is needed.\n\n\
             1. Is the bundle whole? In this directory: `sha256sum -c SHA256SUMS`\n\
             2. Start the database alone, and stop what writes to it.\n",
            stack = self.stack,
            name = self.name,
            created = self.created,
            made_by = self.made_by,
        );
        for (number, ManifestPart { part, service, database, user, image, .. }) in (3..).zip(&self.parts) {
            let _ = write!(
                text,
                "{number}. PostgreSQL database `{database}` of service `{service}` ({image}):\n\n   \
                 ```sh\n   \
                 docker exec -i \"$(docker ps -q -f label=com.docker.compose.project={stack} \
                 -f label=com.docker.compose.service={service} | head -n 1)\" \\\n     \
                 pg_restore -U '{user}' -d '{database}' --clean --if-exists --exit-on-error --single-transaction \
                 < '{path}'\n   \
                 ```\n\n   \
                 This replaces what the database holds now, all of it or nothing.\n",
                stack = self.stack,
                path = part.path,
            );
        }
        text.push_str(
            "\nNot in the bundle: roles and their passwords (they come from the stack's environment), files on \
             volumes, and the images.\n",
        );
        text
    }
}

fn stays_inside(path: &str) -> bool {
    let mut components = Path::new(path).components().peekable();
    components.peek().is_some() && components.all(|component| matches!(component, Component::Normal(_)))
}

#[cfg(test)]
mod tests;
