//! Directories: first what is in them, then of each file that the builder lacks its bytes.

use super::Troubles;
use super::followed::Followed;
use crate::domain::{Fault, FaultKind};
use crate::engine::buildkit::messages::{FileStat, Packet, PacketKind};
use crate::engine::grpc::{self, CANCELLED, INTERNAL, NOT_FOUND, Received, Reply, Sender, Status};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc::{self, channel};

const CHUNK: usize = 32 * 1024;
/// Messages that may wait for the daemon.
const WAITING: usize = 32;
/// Files that the daemon may have asked for and not been sent; it waits with what it asks for beyond.
const WISHES: usize = 1024;
const IGNORE_FILE: &str = ".dockerignore";

/// One file, one directory or one link of a directory that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildFile {
    /// Its path in the directory.
    pub name: String,
    pub content: FileContent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// As it lies on this host.
    Path(PathBuf),
    Text(Vec<u8>),
}

/// Shows all files of a directory, in the order of their names and each directory before what is in it, until one is
/// wanted no more.
pub type Files = Arc<dyn Fn(&mut dyn FnMut(BuildFile) -> bool) -> Result<(), Fault> + Send + Sync>;

enum Wish {
    File(u32),
    /// The daemon has all that it wants.
    End,
}

pub fn diff_copy(
    directories: &BTreeMap<String, Files>,
    troubles: Troubles,
    head: &HeaderMap,
    body: Incoming,
) -> Reply {
    let name = head.get("dir-name").and_then(|name| name.to_str().ok()).unwrap_or_default();
    let wanted: Vec<&[u8]> = head.get_all("followpaths").iter().map(HeaderValue::as_bytes).collect();
    let files = match directories.get(name) {
        // What is to be left out is left out on this side already, so the daemon need not know of it.
        Some(_) if wanted == [IGNORE_FILE.as_bytes()] => {
            Arc::new(|_: &mut dyn FnMut(BuildFile) -> bool| Ok(()))
        }
        Some(files) => Followed::read(&wanted).narrow(files),
        None => {
            let words = format!("no directory is offered as {name}");
            return grpc::empty_reply(&Status::new(NOT_FOUND, words));
        }
    };
    let (sender, reply) = grpc::streamed(WAITING);
    let (wishes, asked_for) = channel(WISHES);
    tokio::spawn(read_wishes(Received::new(body), wishes));
    let noted = troubles.clone();
    let thread = std::thread::Builder::new().name("build-context".to_owned()).spawn(move || {
        let mut sending = Sending { sender, sent: Vec::new(), above: Vec::new() };
        if let Err(failure) = sending.all(&files, asked_for) {
            let status = match failure {
                Failure::Gone => return,
                Failure::Ended => Status::new(CANCELLED, "the daemon wants no more"),
                Failure::Fault(fault) => {
                    let status = Status::new(INTERNAL, fault.to_string());
                    troubles.note_files(fault);
                    status
                }
            };
            let data = status.message.clone().into_bytes();
            let _ = sending.packet(PacketKind::Error, Packet { data, ..Packet::default() });
            sending.sender.fail_waiting(status);
        }
    });
    if let Err(error) = thread {
        let fault = Fault::io("start a thread that sends", "the build context", &error)
            .hint("is a limit on processes reached? `ulimit -u`, or `pids_limit` of a container, tells");
        let status = Status::new(INTERNAL, fault.to_string());
        noted.note_files(fault);
        return grpc::empty_reply(&status);
    }
    reply
}

async fn read_wishes(mut received: Received<Incoming>, wishes: mpsc::Sender<Wish>) {
    while let Some(Ok(packet)) = received.next::<Packet>().await {
        let wish = match packet.kind() {
            PacketKind::Request => Wish::File(packet.id),
            PacketKind::End => Wish::End,
            PacketKind::Error => return,
            PacketKind::Stat | PacketKind::Data => continue,
        };
        if wishes.send(wish).await.is_err() {
            return;
        }
    }
}

enum Failure {
    /// Nobody listens any more.
    Gone,
    /// The daemon gave up before it had all.
    Ended,
    Fault(Fault),
}

struct Sending {
    sender: Sender,
    /// By number, what can be asked for.
    sent: Vec<Option<FileContent>>,
    /// The directories that lie above what was told last.
    above: Vec<String>,
}

impl Sending {
    fn all(&mut self, files: &Files, mut wished: mpsc::Receiver<Wish>) -> Result<(), Failure> {
        let mut failure = None;
        let walked = files(&mut |file| match self.tell(file) {
            Ok(()) => true,
            Err(error) => {
                failure = Some(error);
                false
            }
        });
        match (failure, walked) {
            (Some(failure), _) => return Err(failure),
            (None, Err(fault)) => return Err(Failure::Fault(fault)),
            (None, Ok(())) => self.packet(PacketKind::Stat, Packet::default())?,
        }
        while let Some(wish) = wished.blocking_recv() {
            match wish {
                Wish::File(id) => self.content(id)?,
                Wish::End => return self.packet(PacketKind::End, Packet::default()),
            }
        }
        Err(Failure::Ended)
    }

    fn packet(&self, kind: PacketKind, packet: Packet) -> Result<(), Failure> {
        let packet = Packet { kind: kind.into(), ..packet };
        self.sender.send_waiting(&packet).map_err(|_| Failure::Gone)
    }

    /// Tells of a file, and before it of the directories above it that were left out themselves.
    fn tell(&mut self, file: BuildFile) -> Result<(), Failure> {
        let parent = file.name.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned();
        self.above.retain(|above| parent == *above || parent.starts_with(&format!("{above}/")));
        if let FileContent::Path(path) = &file.content {
            let ends = parent.match_indices('/').map(|(end, _)| end).chain([parent.len()]);
            let missing: Vec<&str> = ends
                .map(|end| &parent[..end])
                .filter(|name| !name.is_empty() && !self.above.iter().any(|above| above == name))
                .collect();
            let levels = |name: &str| name.matches('/').count();
            for name in missing {
                let up = levels(&file.name) - levels(name);
                if let Some(path) = path.ancestors().nth(up) {
                    self.tell_one(name.to_owned(), FileContent::Path(path.to_owned()))?;
                }
            }
        }
        self.tell_one(file.name, file.content)
    }

    fn tell_one(&mut self, name: String, content: FileContent) -> Result<(), Failure> {
        let stat = match &content {
            FileContent::Path(path) => match stat(&name, path).map_err(Failure::Fault)? {
                Some(stat) => stat,
                None => return Ok(()),
            },
            FileContent::Text(text) => FileStat {
                path: name.clone(),
                mode: 0o644,
                size: i64::try_from(text.len()).unwrap_or(i64::MAX),
                modified: moment_of(text),
                ..FileStat::default()
            },
        };
        if stat.mode & DIRECTORY != 0 {
            self.above.push(name);
        }
        self.sent.push((stat.mode & !PERMISSIONS == 0).then_some(content));
        self.packet(PacketKind::Stat, Packet { stat: Some(stat), ..Packet::default() })
    }

    fn content(&mut self, id: u32) -> Result<(), Failure> {
        let at = usize::try_from(id).unwrap_or(usize::MAX);
        match self.sent.get_mut(at).and_then(Option::take) {
            None => {}
            Some(FileContent::Text(text)) => {
                for chunk in text.chunks(CHUNK) {
                    let data = chunk.to_vec();
                    self.packet(PacketKind::Data, Packet { id, data, ..Packet::default() })?;
                }
            }
            Some(FileContent::Path(path)) => {
                let broken = |error: &std::io::Error| Failure::Fault(unreadable(&path, error));
                let mut file = File::open(&path).map_err(|error| broken(&error))?;
                loop {
                    let mut data = vec![0; CHUNK];
                    let read = file.read(&mut data).map_err(|error| broken(&error))?;
                    if read == 0 {
                        break;
                    }
                    data.truncate(read);
                    self.packet(PacketKind::Data, Packet { id, data, ..Packet::default() })?;
                }
            }
        }
        self.packet(PacketKind::Data, Packet { id, ..Packet::default() })
    }
}

/// Bits of a mode as Go has them.
const DIRECTORY: u32 = 1 << 31;
const LINK: u32 = 1 << 27;
const PIPE: u32 = 1 << 25;
const PERMISSIONS: u32 = 0o777 | 1 << 23 | 1 << 22 | 1 << 20;

/// `None` for what is of no use in an image: sockets and devices. Whoever owns it here, there it is root's.
fn stat(name: &str, path: &Path) -> Result<Option<FileStat>, Fault> {
    let broken = |error: &std::io::Error| unreadable(path, error);
    let metadata = std::fs::symlink_metadata(path).map_err(|error| broken(&error))?;
    let kind = metadata.file_type();
    let mut link = String::new();
    let bits = if kind.is_dir() {
        DIRECTORY
    } else if kind.is_symlink() {
        let target = std::fs::read_link(path).map_err(|error| broken(&error))?;
        link = target.into_os_string().into_string().map_err(|_| no_text(path))?;
        LINK
    } else if kind.is_fifo() {
        PIPE
    } else if kind.is_file() {
        0
    } else {
        return Ok(None);
    };
    let size = if kind.is_dir() { 0 } else { i64::try_from(metadata.len()).unwrap_or(i64::MAX) };
    Ok(Some(FileStat {
        path: name.to_owned(),
        mode: bits | mode(&metadata),
        size,
        modified: metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec()),
        link,
        ..FileStat::default()
    }))
}

/// The daemon takes a file for the one that it has when size and time are the same: so another text has another time.
fn moment_of(text: &[u8]) -> i64 {
    let digest = Sha256::digest(text);
    digest.iter().take(7).fold(0, |moment, byte| moment << 8 | i64::from(*byte))
}

fn mode(metadata: &Metadata) -> u32 {
    let mode = metadata.mode();
    let special = [(0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20)];
    let set = special.iter().filter(|(bit, _)| mode & bit != 0);
    set.fold(mode & 0o777, |all, (_, bit)| all | bit)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Fault {
    Fault::io("read the build context's", path.display(), error)
        .hint("make it readable, or leave it out with a line in .dockerignore")
}

fn no_text(path: &Path) -> Fault {
    Fault::new(FaultKind::Invalid, "send the build context's", path.display().to_string())
        .because("what it points to is no UTF-8")
        .hint("leave it out with a line in .dockerignore")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    #[test]
    fn files_are_told_as_go_would_tell_them() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        std::fs::write(path("run"), "four").unwrap();
        std::fs::set_permissions(path("run"), std::fs::Permissions::from_mode(0o4751)).unwrap();
        symlink("../elsewhere", path("link")).unwrap();
        let _socket = UnixListener::bind(path("socket")).unwrap();
        let told = |name: &str| stat(name, &path(name)).unwrap();
        let run = told("run").unwrap();
        assert_eq!((run.mode, run.size, run.user, run.group), (0o751 | 1 << 23, 4, 0, 0));
        assert!(run.modified > 1_600_000_000_000_000_000, "{}", run.modified);
        let link = told("link").unwrap();
        assert_eq!((link.mode & !0o777, link.link.as_str()), (LINK, "../elsewhere"));
        assert_eq!(told(".").unwrap().mode & !0o7777, DIRECTORY);
        assert_eq!(told("socket"), None);
        let fault = stat("none", &path("none")).unwrap_err();
        assert!(fault.hint.is_some() && fault.object.ends_with("none"), "{fault}");
    }

    #[test]
    fn another_text_is_of_another_time() {
        assert_eq!(moment_of(b"FROM a"), moment_of(b"FROM a"));
        assert_ne!(moment_of(b"FROM a"), moment_of(b"FROM b"));
        assert!(moment_of(b"FROM a") > 0);
    }
}
