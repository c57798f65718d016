use super::*;
use crate::backup::manifest::{Content, Database, VolumeArchive};
use crate::backup::{ManifestPart, list, survey};
use crate::domain::stack::BackupPart;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

const DUMP: &[u8] = b"PGDMP and so on";
/// `printf 'PGDMP and so on' | sha256sum`
const DUMP_SUM: &str = "d4a9729efce48bcb78ea69d03963038477dc15b99884c5710d5fd120f8d0a0b4";

fn now() -> Timestamp {
    "2026-11-20T10:31:04Z".parse().unwrap()
}

/// A bundle with one part in it, as it is found later.
pub fn committed_at(root: &Path, stack: &str, time: &str) -> BackupEntry {
    let bundle = Bundle::begin(root, stack, time.parse().unwrap()).unwrap();
    bundle.create("postgres/mlflow.dump").unwrap().write_all(DUMP).unwrap();
    let manifest =
        Manifest { stack: stack.to_owned(), created: time.parse().unwrap(), ..manifest(&bundle, DUMP_SUM) };
    bundle.commit(manifest).unwrap()
}

fn begin(root: &Path) -> Bundle {
    Bundle::begin(root, "mlflow", now()).unwrap()
}

fn manifest(bundle: &Bundle, sha256: &str) -> Manifest {
    let part = ManifestPart {
        part: BackupPart {
            path: "postgres/mlflow.dump".to_owned(),
            bytes: DUMP.len() as u64,
            sha256: sha256.to_owned(),
        },
        raw_bytes: None,
        objects: Vec::new(),
        content: Content::Postgres(Database { database: "mlflow".to_owned(), ..Database::default() }),
    };
    Manifest::new(bundle.name.clone(), "mlflow".to_owned(), now(), vec![part])
}

fn committed(root: &Path) -> PathBuf {
    let bundle = begin(root);
    bundle.create("postgres/mlflow.dump").unwrap().write_all(DUMP).unwrap();
    let manifest = manifest(&bundle, DUMP_SUM);
    bundle.commit(manifest).unwrap().directory
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_bundle_is_seen_only_when_it_is_whole_and_coreutils_can_check_it() {
    let root = tempfile::tempdir().unwrap();
    let bundle = begin(root.path());
    bundle.create("postgres/mlflow.dump").unwrap().write_all(DUMP).unwrap();
    assert_eq!(list(root.path(), None).unwrap(), []);
    let manifest = manifest(&bundle, DUMP_SUM);
    let entry = bundle.commit(manifest).unwrap();
    let directory = entry.directory.clone();

    assert_eq!(names(&directory), ["RESTORE.md", "SHA256SUMS", "manifest.json", "postgres"]);
    let listed = list(root.path(), Some("mlflow")).unwrap();
    assert_eq!(listed, [entry]);
    let check = || {
        let mut command = Command::new("sha256sum");
        command.args(["-c", "--status", "SHA256SUMS"]).current_dir(&directory).status().unwrap().success()
    };
    assert!(check());
    std::fs::write(directory.join("postgres/mlflow.dump"), b"PGDMP and so oN").unwrap();
    assert!(!check());
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(directory.join("postgres/mlflow.dump")), 0o600);
    assert_eq!(mode(directory.clone()), 0o700);
}

#[test]
fn an_abandoned_bundle_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let bundle = begin(root.path());
    bundle.create("postgres/mlflow.dump").unwrap().write_all(DUMP).unwrap();
    drop(bundle);
    assert_eq!(names(&root.path().join("mlflow")), [""; 0]);
}

#[test]
fn a_dead_owners_partial_is_swept_and_a_living_ones_is_not() {
    let root = tempfile::tempdir().unwrap();
    let dead = root.path().join("mlflow/.partial-dead/postgres");
    std::fs::create_dir_all(&dead).unwrap();
    std::fs::write(dead.join("mlflow.dump"), DUMP).unwrap();
    let living = begin(root.path());
    let other = begin(root.path());
    let left = names(&root.path().join("mlflow"));
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.contains(&format!(".partial-{}", living.name)));
    assert!(left.contains(&format!(".partial-{}", other.name)));
}

#[test]
fn a_bundle_that_lost_bytes_or_its_manifest_is_reported_and_not_listed() {
    let root = tempfile::tempdir().unwrap();
    let (cut, bare, whole) = (committed(root.path()), committed(root.path()), committed(root.path()));
    std::fs::write(cut.join("postgres/mlflow.dump"), b"PGD").unwrap();
    std::fs::remove_file(bare.join("manifest.json")).unwrap();
    let (entries, damaged) = survey(root.path(), None).unwrap();
    assert_eq!(entries.iter().map(|entry| &entry.directory).collect::<Vec<_>>(), [&whole]);
    assert_eq!(damaged.len(), 2);
    assert!(damaged.iter().all(|fault| fault.hint.is_some()));
}

#[test]
fn no_backups_yet_is_an_empty_list() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(list(&root.path().join("nowhere"), None).unwrap(), []);
}

#[test]
#[ignore = "mounts a file system of one mebibyte, which needs root"]
fn a_full_disk_is_named_as_such_and_nothing_stays_on_it() {
    let root = tempfile::tempdir().unwrap();
    let mount = |arguments: &[&str]| {
        assert!(
            Command::new(arguments[0]).args(&arguments[1..]).arg(root.path()).status().unwrap().success()
        );
    };
    mount(&["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs"]);
    let filled = {
        let bundle = begin(root.path());
        let mut file = bundle.create("postgres/mlflow.dump").unwrap();
        let error = file.write_all(&vec![7; 2 << 20]).unwrap_err();
        bundle.fault(&error)
    };
    let left = names(&root.path().join("mlflow"));
    mount(&["umount"]);
    assert_eq!(filled.kind, FaultKind::Exhausted);
    assert!(filled.hint.unwrap().contains("free some space"));
    assert_eq!(left, [""; 0]);
}

#[test]
fn an_odd_entry_among_the_partial_ones_keeps_no_backup_from_being_made() {
    let root = tempfile::tempdir().unwrap();
    let stack = root.path().join("mlflow");
    std::fs::create_dir(&stack).unwrap();
    std::fs::write(stack.join(".partial-file"), "").unwrap();
    std::os::unix::fs::symlink("/nonexistent", stack.join(".partial-link")).unwrap();
    std::fs::create_dir(stack.join(".partial-left")).unwrap();
    committed(root.path());
    let left: Vec<_> = names(&stack).into_iter().filter(|name| name.starts_with(PARTIAL)).collect();
    assert_eq!(left, [".partial-file", ".partial-link"]);
}

/// What a bundle says of a volume with a large file in it.
pub fn manifest_with_an_object(stack: &str) -> Manifest {
    let sha256 = "ab".repeat(32);
    let object = store::Object {
        file: "model".to_owned(),
        part: BackupPart { path: format!("../objects/sha256/ab/{sha256}"), bytes: 7, sha256 },
        ..store::Object::default()
    };
    let part = ManifestPart {
        part: BackupPart { path: "volumes/pages.tar.zst".to_owned(), bytes: 5, sha256: "cd".repeat(32) },
        raw_bytes: None,
        objects: vec![object],
        content: Content::Volume(VolumeArchive::default()),
    };
    Manifest::new("20261120T103104Z-3f9c".to_owned(), stack.to_owned(), now(), vec![part])
}
