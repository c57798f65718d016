//! What is new in the files in which the daemon keeps logs (driver `json-file`), without asking the daemon.

mod follow;

pub use follow::{FollowedLog, Mark};

use crate::domain::disk_use::LogSize;
use crate::domain::{Container, ContainerId, LogSource, Safe};
use jiff::Timestamp;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The most that is read of one file at a time; of what a flood writes beyond that only the newest is looked at.
const MOST: u64 = 256 << 10;
/// Of a file that is looked at for the first time.
const FIRST: u64 = 64 << 10;

/// How far each file was read.
#[derive(Debug, Default)]
pub struct JsonLogs {
    places: HashMap<ContainerId, Place>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    inode: u64,
    at: u64,
}

/// What came since the last look: whole entries.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    pub bytes: Vec<u8>,
    /// Of the file, as it is now.
    pub size: u64,
}

/// One entry of such a file.
#[derive(Debug, Deserialize)]
pub struct Entry<'bytes> {
    #[serde(borrow)]
    log: Cow<'bytes, str>,
    #[serde(borrow, default)]
    stream: Cow<'bytes, str>,
    pub time: Timestamp,
}

impl Entry<'_> {
    /// `None` when it is none, or was cut.
    pub fn parse(line: &[u8]) -> Option<Entry<'_>> {
        serde_json::from_slice(line).ok()
    }

    /// As the program wrote it; a line feed ends it where the line ends.
    pub fn piece(&self) -> &str {
        &self.log
    }

    pub fn text(&self) -> &str {
        self.log.trim_end_matches(['\n', '\r'])
    }

    pub fn source(&self) -> LogSource {
        if self.stream == "stderr" { LogSource::Stderr } else { LogSource::Stdout }
    }
}

impl JsonLogs {
    /// What was written since this was asked last; `None` when that is nothing.
    pub fn read(&mut self, id: &ContainerId, path: &Path) -> io::Result<Option<News>> {
        let metadata = std::fs::metadata(path)?;
        let (inode, size) = (metadata.ino(), metadata.len());
        let at = match self.places.get(id) {
            // Rotated or truncated: all of the file is new.
            Some(place) if place.inode != inode || place.at > size => 0,
            Some(place) => place.at,
            None => size.saturating_sub(FIRST),
        };
        let known = self.places.insert(id.clone(), Place { inode, at });
        if at == size {
            return Ok(known.is_none().then(|| News { bytes: Vec::new(), size }));
        }
        let from = at.max(size.saturating_sub(MOST));
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(size - from).read_to_end(&mut bytes)?;
        // What was begun to be written is read when it is whole.
        let end = memchr::memrchr(b'\n', &bytes).map_or(0, |feed| feed + 1);
        // An entry that is longer than all that is read at once will never be.
        let read = if end == 0 && bytes.len() as u64 >= MOST { bytes.len() } else { end };
        self.places.insert(id.clone(), Place { inode, at: from + read as u64 });
        bytes.truncate(end);
        if from > at || known.is_none() && from > 0 {
            // In the middle of an entry, most likely.
            let begin = memchr::memchr(b'\n', &bytes).map_or(bytes.len(), |feed| feed + 1);
            bytes.drain(..begin);
        }
        Ok(Some(News { bytes, size }))
    }

    pub fn retain(&mut self, keep: impl Fn(&ContainerId) -> bool) {
        self.places.retain(|id, _| keep(id));
    }
}

/// Whose log is in which file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogAt {
    id: ContainerId,
    name: Safe,
    path: PathBuf,
}

impl LogAt {
    /// `None` of a container that has no such file, or is not known well enough.
    pub fn of(container: &Container) -> Option<Self> {
        let details = container.details.as_ref().filter(|details| details.log_driver == "json-file")?;
        let path = PathBuf::from(details.log_path.as_ref()?);
        Some(Self { id: container.id.clone(), name: container.name.clone(), path })
    }
}

/// How much they take with what was rotated, the largest first; `None` where none of them can be read.
pub fn sizes(logs: Vec<LogAt>) -> Option<Vec<LogSize>> {
    let any = !logs.is_empty();
    let of = |log: LogAt| Some(LogSize { bytes: size(&log.path)?, id: log.id, name: log.name });
    let mut sizes: Vec<LogSize> = logs.into_iter().filter_map(of).collect();
    sizes.sort_by(|one, other| other.bytes.cmp(&one.bytes).then_with(|| one.name.cmp(&other.name)));
    (!sizes.is_empty() || !any).then_some(sizes)
}

/// Of the file, and of those beside it whose names go on: `…-json.log.1`, `…-json.log.2.gz`.
fn size(path: &Path) -> Option<u64> {
    let name = path.file_name()?;
    let files = std::fs::read_dir(path.parent()?).ok()?.flatten();
    let own = files.filter(|file| file.file_name().as_bytes().starts_with(name.as_bytes()));
    let sizes: Vec<u64> = own.filter_map(|file| Some(file.metadata().ok()?.len())).collect();
    (!sizes.is_empty()).then(|| sizes.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::container::ContainerDetails;
    use crate::domain::fixtures;
    use std::io::Write as _;

    fn id() -> ContainerId {
        ContainerId("a".repeat(64))
    }

    fn entry(text: &str) -> String {
        format!("{{\"log\":\"{text}\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-20T03:00:00.5Z\"}}\n")
    }

    fn told(logs: &mut JsonLogs, path: &Path) -> Vec<String> {
        let news = logs.read(&id(), path).unwrap().unwrap_or_default();
        news.bytes
            .split(|byte| *byte == b'\n')
            .filter_map(Entry::parse)
            .map(|entry| entry.text().to_owned())
            .collect()
    }

    #[test]
    fn each_entry_is_told_once_and_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x-json.log");
        let mut file = File::create(&path).unwrap();
        let mut logs = JsonLogs::default();
        file.write_all(entry("one").as_bytes()).unwrap();
        assert_eq!(told(&mut logs, &path), ["one"]);
        assert_eq!(told(&mut logs, &path), [""; 0]);
        let second = entry("two");
        let (first, rest) = second.split_at(20);
        file.write_all(first.as_bytes()).unwrap();
        assert_eq!(told(&mut logs, &path), [""; 0]);
        file.write_all(rest.as_bytes()).unwrap();
        assert_eq!(told(&mut logs, &path), ["two"]);
    }

    #[test]
    fn a_new_file_in_its_place_is_read_from_its_beginning() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x-json.log");
        std::fs::write(&path, entry("one").repeat(3)).unwrap();
        let mut logs = JsonLogs::default();
        assert_eq!(told(&mut logs, &path).len(), 3);
        std::fs::rename(&path, directory.path().join("x-json.log.1")).unwrap();
        std::fs::write(&path, entry("two")).unwrap();
        assert_eq!(told(&mut logs, &path), ["two"]);
        std::fs::write(&path, "").unwrap();
        assert_eq!(told(&mut logs, &path), [""; 0]);
    }

    #[test]
    fn of_a_flood_the_newest_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x-json.log");
        std::fs::write(&path, entry("old")).unwrap();
        let mut logs = JsonLogs::default();
        told(&mut logs, &path);
        let flood: String = (0..20_000).map(|number| entry(&format!("line {number}"))).collect();
        std::fs::write(&path, entry("old") + &flood).unwrap();
        let read = told(&mut logs, &path);
        assert_eq!(read.last().map(String::as_str), Some("line 19999"));
        assert!(read.len() < 20_000 && read.len() > 1_000, "{}", read.len());
        let garbage = "x".repeat(usize::try_from(MOST).unwrap() + 9);
        std::fs::write(&path, entry("old") + &flood + &garbage).unwrap();
        assert_eq!(told(&mut logs, &path), [""; 0]);
        std::fs::write(&path, entry("old") + &flood + &garbage + "\n" + &entry("after")).unwrap();
        assert_eq!(told(&mut logs, &path), ["after"], "what is no entry holds nothing up");
    }

    #[test]
    fn the_size_of_a_log_is_that_of_all_its_files() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name).join("x-json.log");
        let container = |name: &str, driver: &str| Container {
            details: Some(ContainerDetails {
                log_driver: driver.to_owned(),
                log_path: Some(at(name).display().to_string()),
                ..fixtures::details()
            }),
            ..fixtures::container(name)
        };
        for (name, bytes) in [("small", 3), ("large", 5)] {
            std::fs::create_dir(directory.path().join(name)).unwrap();
            std::fs::write(at(name), vec![0; bytes]).unwrap();
        }
        std::fs::write(at("large").with_extension("log.1"), [0; 20]).unwrap();
        std::fs::write(at("large").with_file_name("hostconfig.json"), [0; 900]).unwrap();
        let containers = ["small", "large", "gone"].map(|name| container(name, "json-file"));
        let logs: Vec<LogAt> = containers.iter().filter_map(LogAt::of).collect();
        let told = sizes(logs.clone()).unwrap();
        let told: Vec<(&str, u64)> = told.iter().map(|log| (&*log.name, log.bytes)).collect();
        assert_eq!(told, [("large", 25), ("small", 3)]);
        assert_eq!(sizes(logs[2..].to_vec()), None, "none of them can be read");
        assert_eq!(sizes(Vec::new()), Some(Vec::new()), "there are none");
        assert_eq!(LogAt::of(&container("elsewhere", "journald")), None);
    }
}
