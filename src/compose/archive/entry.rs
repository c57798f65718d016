//! One file of an archive.

use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use tar::{Builder, EntryType, Header};

/// Whose a file is where the archive is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Root,
    /// The ids that it has here.
    AsHere,
}

/// A file that has been opened and can be written into an archive. Whatever becomes of its path meanwhile, the entry is
/// of this file.
pub struct Entry {
    header: Header,
    contents: Contents,
}

enum Contents {
    Nothing,
    Link(PathBuf),
    File(Exactly),
    Text(Vec<u8>),
}

impl Entry {
    /// What lies at a path, not following a link. `None` for sockets and devices, which mean nothing in another place.
    pub fn of(path: &Path, metadata: &Metadata, owner: Owner) -> io::Result<Option<Self>> {
        let kind = metadata.file_type();
        let mut header = described(metadata, owner);
        let contents = if kind.is_dir() {
            header.set_entry_type(EntryType::Directory);
            Contents::Nothing
        } else if kind.is_symlink() {
            header.set_entry_type(EntryType::Symlink);
            Contents::Link(std::fs::read_link(path)?)
        } else if kind.is_fifo() {
            header.set_entry_type(EntryType::Fifo);
            Contents::Nothing
        } else if kind.is_file() {
            let file = File::open(path)?;
            // An editor may have put another file there since it was looked at.
            let metadata = file.metadata()?;
            header = described(&metadata, owner);
            header.set_size(metadata.len());
            Contents::File(Exactly { file, left: metadata.len() })
        } else {
            return Ok(None);
        };
        Ok(Some(Self { header, contents }))
    }

    /// A file that is not here; its time is in seconds since 1970.
    pub fn text(text: Vec<u8>, mode: u32, time: u64, (user, group): (u64, u64)) -> Self {
        let mut header = plain(mode, time);
        header.set_uid(user);
        header.set_gid(group);
        header.set_size(text.len() as u64);
        Self { header, contents: Contents::Text(text) }
    }

    /// After an error the archive is of no use any more.
    pub fn append_to<W: Write>(mut self, archive: &mut Builder<W>, name: &Path) -> io::Result<()> {
        match self.contents {
            Contents::Nothing => archive.append_data(&mut self.header, name, io::empty()),
            Contents::Link(target) => archive.append_link(&mut self.header, name, target),
            Contents::File(file) => archive.append_data(&mut self.header, name, file),
            Contents::Text(text) => archive.append_data(&mut self.header, name, text.as_slice()),
        }
    }
}

fn described(metadata: &Metadata, owner: Owner) -> Header {
    let mut header = plain(metadata.mode() & 0o7777, u64::try_from(metadata.mtime()).unwrap_or(0));
    if owner == Owner::AsHere {
        header.set_uid(metadata.uid().into());
        header.set_gid(metadata.gid().into());
    }
    header
}

/// An empty file of root's.
fn plain(mode: u32, time: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(mode);
    header.set_mtime(time);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    header
}

/// A file of which the archive already says how long it is: what is written on is left out, and what is missing would
/// be filled from the files after it.
struct Exactly {
    file: File,
    left: u64,
}

impl Read for Exactly {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if wanted == 0 {
            return Ok(0);
        }
        let read = self.file.read(&mut buffer[..wanted])?;
        if read == 0 {
            return Err(io::Error::other("it became shorter while it was sent"));
        }
        self.left -= read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn entry(path: &Path, owner: Owner) -> Option<Entry> {
        Entry::of(path, &fs::symlink_metadata(path).unwrap(), owner).unwrap()
    }

    fn archive(entry: Entry) -> io::Result<Vec<u8>> {
        let mut archive = Builder::new(Vec::new());
        entry.append_to(&mut archive, Path::new("file"))?;
        archive.into_inner()
    }

    #[test]
    fn a_file_is_sent_as_long_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let source = directory.path().join("file");
        let changed = |before: &str, now: &str| {
            fs::write(&source, before).unwrap();
            let entry = entry(&source, Owner::Root).unwrap();
            fs::write(&source, now).unwrap();
            archive(entry)
        };
        let grown = changed("four", "four and more").unwrap();
        let mut archive = tar::Archive::new(grown.as_slice());
        let mut text = String::new();
        archive.entries().unwrap().next().unwrap().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "four");
        let shrunk = changed("four", "fo").expect_err("the archive would be wrong");
        assert!(shrunk.to_string().contains("shorter"), "{shrunk}");
    }

    #[test]
    fn a_file_that_was_replaced_since_it_was_looked_at_is_sent_whole() {
        let directory = tempfile::tempdir().unwrap();
        let source = directory.path().join("file");
        fs::write(&source, "old").unwrap();
        let before = fs::symlink_metadata(&source).unwrap();
        fs::write(&source, "new and longer").unwrap();
        let entry = Entry::of(&source, &before, Owner::Root).unwrap().unwrap();
        assert_eq!(entry.header.size().unwrap(), "new and longer".len() as u64);
    }

    #[test]
    fn owners_are_root_or_those_here_and_sockets_are_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, "text").unwrap();
        let here = fs::metadata(&file).unwrap();
        let ids = |owner| {
            let header = entry(&file, owner).unwrap().header;
            (header.uid().unwrap(), header.gid().unwrap())
        };
        assert_eq!(ids(Owner::Root), (0, 0));
        assert_eq!(ids(Owner::AsHere), (here.uid().into(), here.gid().into()));
        let socket = directory.path().join("socket");
        let _bound = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert!(entry(&socket, Owner::Root).is_none());
    }
}
