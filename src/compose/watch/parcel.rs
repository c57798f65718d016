//! Files on their way into containers, as the archives that the Engine takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tar::{Builder, EntryType, Header};

/// About how much is put into one archive; a larger file has one of its own.
const ARCHIVE_BYTES: usize = 16 << 20;
/// The largest file that is sent: it is held in memory on its way.
const FILE_BYTES: u64 = 1 << 30;

/// Changed files as they are now.
#[derive(Debug, Default)]
pub struct Parcel {
    /// Each to be unpacked at `/`.
    pub archives: Vec<Vec<u8>>,
    /// How many entries the archives have.
    pub sent: usize,
    /// Paths in the containers of what is here no more.
    pub gone: Vec<String>,
    /// What could not be read, and why.
    pub left_out: Vec<(PathBuf, String)>,
}

/// Reads what is to be sent, by its path in the containers. Everything is root's there, as in a built image.
pub fn pack(files: &BTreeMap<String, PathBuf>) -> Parcel {
    let mut parcel = Parcel::default();
    let mut archive = Builder::new(Vec::new());
    for (place, path) in files {
        match add(&mut archive, place, path) {
            Ok(true) => parcel.sent += 1,
            Ok(false) => {}
            // In the place of its directory there is a file now, which is sent.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => parcel.gone.push(place.clone()),
            Err(error) => parcel.left_out.push((path.clone(), error.to_string())),
        }
        if archive.get_ref().len() >= ARCHIVE_BYTES {
            let full = std::mem::replace(&mut archive, Builder::new(Vec::new()));
            close(&mut parcel, full);
        }
    }
    if !archive.get_ref().is_empty() {
        close(&mut parcel, archive);
    }
    parcel.gone = outermost(&parcel.gone);
    parcel
}

fn close(parcel: &mut Parcel, archive: Builder<Vec<u8>>) {
    // Writing to memory does not fail.
    parcel.archives.extend(archive.into_inner());
}

/// Whether there was anything to add: sockets and their like mean nothing in another place.
fn add(archive: &mut Builder<Vec<u8>>, place: &str, path: &Path) -> io::Result<bool> {
    let found = fs::symlink_metadata(path)?;
    let kind = found.file_type();
    if kind.is_socket() || kind.is_fifo() || kind.is_block_device() || kind.is_char_device() {
        return Ok(false);
    }
    let mut header = Header::new_gnu();
    header.set_mode(found.permissions().mode() & 0o7777);
    header.set_mtime(u64::try_from(found.mtime()).unwrap_or(0));
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    let place = place.trim_start_matches('/');
    if kind.is_symlink() {
        header.set_entry_type(EntryType::Symlink);
        archive.append_link(&mut header, place, fs::read_link(path)?)?;
    } else if kind.is_dir() {
        if place.is_empty() {
            return Ok(false);
        }
        header.set_entry_type(EntryType::Directory);
        archive.append_data(&mut header, format!("{place}/"), io::empty())?;
    } else {
        if found.len() > FILE_BYTES {
            return Err(io::Error::other("it is larger than 1 GiB; let a change of it rebuild the image"));
        }
        // A file that grows while it is read would spoil the archive if it were read into it.
        let content = fs::read(path)?;
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, place, content.as_slice())?;
    }
    Ok(true)
}

/// What lies in a directory that is gone is gone with it.
fn outermost(paths: &[String]) -> Vec<String> {
    let all: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
    let above = |path: &str| path.match_indices('/').any(|(end, _)| all.contains(&path[..end]));
    // Whatever a rule says, a container is not emptied.
    paths.iter().filter(|path| path.as_str() != "/" && !above(path)).cloned().collect()
}

/// Parts what is gone here into what may be removed in a container and what stays there: the rules' own targets, and
/// whatever has to do with a mount, because a removal would go on into the volume and take its data.
pub fn removable<'gone>(
    gone: &'gone [String],
    targets: &BTreeSet<String>,
    mounts: &[&str],
) -> (Vec<&'gone str>, Vec<&'gone str>) {
    let stays = |path: &str| {
        targets.iter().any(|target| Path::new(target).starts_with(path))
            || mounts
                .iter()
                .any(|mount| Path::new(mount).starts_with(path) || Path::new(path).starts_with(mount))
    };
    gone.iter().map(String::as_str).partition(|path| !stays(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mounted_and_what_a_rule_is_about_are_never_removed() {
        let gone =
            ["/app", "/app/data", "/app/data/x", "/app/database", "/app/old", "/srv"].map(str::to_owned);
        let (removed, kept) =
            removable(&gone, &["/app".to_owned()].into(), &["/app/data", "/srv/deep/volume"]);
        assert_eq!(removed, ["/app/database", "/app/old"]);
        assert_eq!(kept, ["/app", "/app/data", "/app/data/x", "/srv"]);
    }

    #[test]
    fn files_directories_and_links_are_sent_and_the_rest_is_gone() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("run.sh"), "echo hello").unwrap();
        fs::set_permissions(path("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(path("empty")).unwrap();
        std::os::unix::fs::symlink("run.sh", path("link")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        let names = ["run.sh", "empty", "link", "socket", "old", "old.txt", "old/in"];
        let files = names.map(|name| (format!("/app/{name}"), path(name))).into();
        let parcel = pack(&files);
        assert_eq!(
            (parcel.sent, parcel.gone.as_slice()),
            (3, ["/app/old", "/app/old.txt"].map(str::to_owned).as_slice())
        );
        assert!(parcel.left_out.is_empty());
        let mut archive = tar::Archive::new(parcel.archives[0].as_slice());
        let entries: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                let link = entry.link_name().unwrap().map(|link| link.display().to_string());
                let mode = header.mode().unwrap() & 0o777;
                (
                    entry.path().unwrap().display().to_string(),
                    header.entry_type(),
                    mode,
                    link,
                    header.uid().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            entries[1],
            ("app/link".to_owned(), EntryType::Symlink, 0o777, Some("run.sh".to_owned()), 0)
        );
        assert_eq!(entries[2], ("app/run.sh".to_owned(), EntryType::Regular, 0o755, None, 0));
        assert_eq!((entries[0].0.as_str(), entries[0].1), ("app/empty/", EntryType::Directory));
    }

    #[test]
    fn a_container_is_never_emptied() {
        let gone = PathBuf::from("/no/such/place");
        assert_eq!(pack(&[("/".to_owned(), gone)].into()).gone, Vec::<String>::new());
    }

    #[test]
    fn many_bytes_go_in_several_archives() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("large");
        fs::write(&file, vec![7; ARCHIVE_BYTES / 2 + 1]).unwrap();
        let files = (0..4).map(|number| (format!("/data/{number}"), file.clone())).collect();
        let parcel = pack(&files);
        assert_eq!((parcel.archives.len(), parcel.sent), (2, 4));
    }
}
