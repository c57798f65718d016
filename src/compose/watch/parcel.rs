//! Files on their way into containers, as an archive that the Engine takes.

use crate::compose::archive::{Archive, Entry, Owner, Sending, stream};
use crate::domain::{Fault, FaultKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tar::Builder;

/// Changed files as they are now, by what is to become of them.
#[derive(Debug, Default)]
pub struct Parcel {
    /// The path there and the path here.
    entries: Arc<[(String, PathBuf)]>,
    /// Paths in the containers of what is here no more.
    pub gone: Vec<String>,
    /// What could not be read, and why.
    pub left_out: Vec<(PathBuf, String)>,
}

impl Parcel {
    /// Looks at what is to be sent, by its path in the containers.
    pub fn of(files: &BTreeMap<String, PathBuf>) -> Self {
        let mut parcel = Self::default();
        let mut entries = Vec::new();
        for (place, path) in files {
            match open(path) {
                // A container has a root already.
                Ok(Some(_)) if place != "/" || !path.is_dir() => entries.push((place.clone(), path.clone())),
                Ok(_) => {}
                // In the place of its directory there is a file now, which is sent.
                Err(error) if error.kind() == io::ErrorKind::NotADirectory => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => parcel.gone.push(place.clone()),
                Err(error) => parcel.left_out.push((path.clone(), error.to_string())),
            }
        }
        parcel.entries = entries.into();
        parcel.gone = outermost(&parcel.gone);
        parcel
    }

    /// How many files, directories and links there are to send.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// One container's archive, to be unpacked at `/`. The files are read while they are sent.
    pub fn archive(&self) -> (Archive, Sending) {
        let entries = Arc::clone(&self.entries);
        stream(move |target| write(&entries, target))
    }
}

/// Everything is root's there, as in a built image.
fn open(path: &Path) -> io::Result<Option<Entry>> {
    Entry::of(path, &fs::symlink_metadata(path)?, Owner::Root)
}

fn write(entries: &[(String, PathBuf)], target: &mut dyn Write) -> Result<(), Fault> {
    let mut archive = Builder::new(target);
    for (place, path) in entries {
        // What is gone or locked since it was looked at is told by a notice of its own.
        let Ok(Some(entry)) = open(path) else { continue };
        entry.append_to(&mut archive, Path::new(place.trim_start_matches('/'))).map_err(|error| {
            // Somebody writes it at this moment; the next time it is whole.
            Fault::new(FaultKind::Conflict, "send", path.display().to_string()).caused_by(&error)
        })?;
    }
    archive.finish().map_err(|error| Fault::io("send", "the archive's end", &error))
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
    use futures_util::StreamExt as _;
    use std::os::unix::fs::PermissionsExt as _;
    use tar::EntryType;

    #[test]
    fn what_is_mounted_and_what_a_rule_is_about_are_never_removed() {
        let gone =
            ["/app", "/app/data", "/app/data/x", "/app/database", "/app/old", "/srv"].map(str::to_owned);
        let (removed, kept) =
            removable(&gone, &["/app".to_owned()].into(), &["/app/data", "/srv/deep/volume"]);
        assert_eq!(removed, ["/app/database", "/app/old"]);
        assert_eq!(kept, ["/app", "/app/data", "/app/data/x", "/srv"]);
    }

    #[tokio::test]
    async fn files_directories_and_links_are_sent_and_the_rest_is_gone() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("run.sh"), "echo hello").unwrap();
        fs::set_permissions(path("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(path("empty")).unwrap();
        std::os::unix::fs::symlink("run.sh", path("link")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        let names = ["run.sh", "empty", "link", "socket", "old", "old.txt", "old/in"];
        let files = names.map(|name| (format!("/app/{name}"), path(name))).into();
        let parcel = Parcel::of(&files);
        assert_eq!(
            (parcel.count(), parcel.gone.as_slice()),
            (3, ["/app/old", "/app/old.txt"].map(str::to_owned).as_slice())
        );
        assert!(parcel.left_out.is_empty());
        let entry = |name: &str, kind, mode, link: Option<&str>| {
            (name.to_owned(), kind, mode, link.map(str::to_owned), 0)
        };
        assert_eq!(
            sent(&parcel).await,
            [
                entry("app/empty", EntryType::Directory, 0o755, None),
                entry("app/link", EntryType::Symlink, 0o777, Some("run.sh")),
                entry("app/run.sh", EntryType::Regular, 0o755, None),
            ]
        );
    }

    /// Name, kind, mode, link and owner of what is sent.
    async fn sent(parcel: &Parcel) -> Vec<(String, EntryType, u32, Option<String>, u64)> {
        let (mut archive, _) = parcel.archive();
        let mut bytes = Vec::new();
        while let Some(chunk) = archive.next().await {
            bytes.extend_from_slice(&chunk.unwrap());
        }
        let mut archive = tar::Archive::new(bytes.as_slice());
        let entries = archive.entries().unwrap().map(|entry| {
            let entry = entry.unwrap();
            let header = entry.header();
            let link = entry.link_name().unwrap().map(|link| link.display().to_string());
            let name = entry.path().unwrap().display().to_string();
            let mode = header.mode().unwrap() & 0o777;
            (name, header.entry_type(), mode, link, header.uid().unwrap())
        });
        entries.collect()
    }

    #[tokio::test]
    async fn what_is_gone_since_it_was_looked_at_is_left_out_and_the_rest_is_sent() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("gone"), "text").unwrap();
        fs::write(path("stays"), "text").unwrap();
        let parcel = Parcel::of(&["gone", "stays"].map(|name| (format!("/app/{name}"), path(name))).into());
        fs::remove_file(path("gone")).unwrap();
        let names: Vec<String> = sent(&parcel).await.into_iter().map(|entry| entry.0).collect();
        assert_eq!(names, ["app/stays"]);
    }

    #[test]
    fn a_container_is_never_emptied() {
        let gone = PathBuf::from("/no/such/place");
        assert_eq!(Parcel::of(&[("/".to_owned(), gone)].into()).gone, Vec::<String>::new());
    }
}
