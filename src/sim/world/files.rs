//! What was put into a container by `PUT …/archive`, kept as plain entries.

use super::Refusal;
use std::collections::BTreeMap;
use std::io::Read;

const MOST_BYTES: usize = 64 << 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub mode: u32,
    pub directory: bool,
    pub bytes: Vec<u8>,
}

/// By absolute path.
#[derive(Debug, Default)]
pub struct Files {
    entries: BTreeMap<String, File>,
    bytes: usize,
}

/// Directories that every image has.
const ROOTS: [&str; 12] =
    ["/", "/app", "/bin", "/data", "/etc", "/home", "/opt", "/root", "/run", "/tmp", "/usr", "/var"];

fn absolute(directory: &str, name: &str) -> String {
    let joined = format!("{directory}/{name}");
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    format!("/{}", parts.join("/"))
}

impl Files {
    pub fn has_directory(&self, path: &str) -> bool {
        let path = absolute("", path);
        ROOTS.contains(&path.as_str())
            || self.entries.get(&path).is_some_and(|file| file.directory)
            || self.entries.keys().any(|known| known.starts_with(&format!("{path}/")))
    }

    pub fn get(&self, path: &str) -> Option<&File> {
        self.entries.get(&absolute("", path))
    }

    /// Writes a file; beyond the ceiling it is silently left out, as a full disk would.
    pub fn write(&mut self, path: &str, bytes: &[u8]) {
        if self.bytes + bytes.len() <= MOST_BYTES {
            self.bytes += bytes.len();
            let file = File { mode: 0o644, directory: false, bytes: bytes.to_vec() };
            let gone = self.entries.insert(absolute("", path), file);
            self.bytes -= gone.map_or(0, |file| file.bytes.len());
        }
    }

    /// Takes what stands in a file away, as reading from a pipe does.
    pub fn take(&mut self, path: &str) -> Option<String> {
        let file = self.entries.remove(&absolute("", path))?;
        self.bytes -= file.bytes.len();
        Some(String::from_utf8_lossy(&file.bytes).into_owned())
    }

    /// Unpacks a tar archive into a directory.
    pub fn unpack(&mut self, directory: &str, archive: &[u8]) -> Result<(), Refusal> {
        let broken = |error: std::io::Error| Refusal::bad(format!("Error processing tar file: {error}"));
        let mut archive = tar::Archive::new(archive);
        for entry in archive.entries().map_err(broken)? {
            let mut entry = entry.map_err(broken)?;
            let path = absolute(directory, &entry.path().map_err(broken)?.to_string_lossy());
            let mode = entry.header().mode().unwrap_or(0o644);
            let is_directory = entry.header().entry_type().is_dir();
            let mut bytes = Vec::new();
            let room = u64::try_from(MOST_BYTES.saturating_sub(self.bytes)).unwrap_or(0);
            entry.by_ref().take(room + 1).read_to_end(&mut bytes).map_err(broken)?;
            if self.bytes + bytes.len() > MOST_BYTES {
                return Err(Refusal::new(500, format!("write {path}: no space left on device")));
            }
            self.bytes += bytes.len();
            let gone = self.entries.insert(path, File { mode, directory: is_directory, bytes });
            self.bytes -= gone.map_or(0, |file| file.bytes.len());
        }
        Ok(())
    }

    /// Name, size and mode (in Go's bits) of what stands at a path.
    pub fn stat(&self, path: &str) -> Option<(String, usize, u64)> {
        const DIRECTORY: u64 = 1 << 31;
        let name = absolute("", path).rsplit('/').next().unwrap_or_default().to_owned();
        match self.get(path) {
            Some(file) if !file.directory => Some((name, file.bytes.len(), u64::from(file.mode))),
            _ => self.has_directory(path).then_some((name, 4096, DIRECTORY | 0o755)),
        }
    }

    /// Packs a path, with all that lies under it, as `docker cp` gets it; `None` when there is no such path.
    pub fn pack(&self, path: &str) -> Option<Vec<u8>> {
        let path = absolute("", path);
        let base = path.rsplit('/').next().filter(|base| !base.is_empty()).unwrap_or(".");
        let mut builder = tar::Builder::new(Vec::new());
        let mut append = |name: &str, file: &File| {
            let mut header = tar::Header::new_gnu();
            header.set_mode(file.mode);
            header.set_size(u64::try_from(file.bytes.len()).unwrap_or(0));
            header.set_entry_type(if file.directory {
                tar::EntryType::Directory
            } else {
                tar::EntryType::Regular
            });
            builder.append_data(&mut header, name, file.bytes.as_slice())
        };
        if let Some(file) = self.entries.get(&path).filter(|file| !file.directory) {
            append(base, file).ok()?;
        } else if self.has_directory(&path) {
            append(&format!("{base}/"), &File { mode: 0o755, directory: true, bytes: Vec::new() }).ok()?;
            let prefix = if path == "/" { path.clone() } else { format!("{path}/") };
            for (name, file) in self.entries.iter().filter(|(name, _)| name.starts_with(&prefix)) {
                append(&format!("{base}/{}", name.get(prefix.len()..)?), file).ok()?;
            }
        } else {
            return None;
        }
        builder.into_inner().ok()
    }
}
