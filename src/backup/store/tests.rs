use super::*;
use crate::backup::bundle::Bundle;
use crate::backup::manifest::{Archive, Content, PathArchive};
use crate::backup::part::{Form, PartWriter};
use crate::backup::seal::Recipients;
use crate::backup::{Keys, ManifestPart, export, find, proof, prune, source, verify};
use crate::domain::stack::{BackupEntry, bytes_on_disk};
use bytes::Bytes;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;

const OVER: u64 = 10_000;

/// A file that nothing makes smaller.
fn noise(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[1]
    };
    std::iter::repeat_with(&mut next).take(length).collect()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

struct Shelf {
    root: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
}

impl Shelf {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { root: tempfile::tempdir().unwrap(), runtime }
    }

    fn stack(&self) -> PathBuf {
        self.root.path().join("shop")
    }

    fn begin(&self, time: &str) -> Bundle {
        Bundle::begin(self.root.path(), "shop", time.parse().unwrap()).unwrap()
    }

    fn part(&self, bundle: &Bundle, archive: &[u8]) -> ManifestPart {
        self.part_to(bundle, archive, &Recipients::default())
    }

    fn part_to(&self, bundle: &Bundle, archive: &[u8], to: &Recipients) -> ManifestPart {
        let path = if to.is_empty() { "volumes/v.tar.zst" } else { "volumes/v.tar.zst.age" };
        let file = bundle.create(path).unwrap();
        self.runtime.block_on(async {
            let mut writer =
                PartWriter::new(file, path, Form::Tar, Some(bundle.vault(OVER, to)), to).unwrap();
            for chunk in archive.chunks(777) {
                writer.write(Bytes::copy_from_slice(chunk)).await.unwrap();
            }
            let written = writer.finish().await.unwrap();
            let entries = written.tar.unwrap().entries;
            let content = Content::Files(PathArchive {
                path: "/v".to_owned(),
                archive: Archive { entries, ..Archive::default() },
                ..PathArchive::default()
            });
            ManifestPart::of(written, content)
        })
    }

    fn take(&self, time: &str, files: &[(&str, &[u8])]) -> BackupEntry {
        self.take_to(time, files, &Recipients::default())
    }

    fn take_to(&self, time: &str, files: &[(&str, &[u8])], to: &Recipients) -> BackupEntry {
        let bundle = self.begin(time);
        let part = self.part_to(&bundle, &tar(files), to);
        let created = time.parse().unwrap();
        let manifest = Manifest::new(bundle.name.clone(), "shop".to_owned(), created, vec![part]);
        bundle.commit(manifest).unwrap()
    }

    fn objects(&self) -> Vec<PathBuf> {
        let listed =
            Command::new("find").arg(self.stack()).args(["-path", "*objects*", "-type", "f"]).output();
        let mut found: Vec<PathBuf> =
            String::from_utf8(listed.unwrap().stdout).unwrap().lines().map(PathBuf::from).collect();
        found.sort();
        found
    }

    fn remove(&self, entry: &BackupEntry) {
        prune::one(self.root.path(), "shop", &entry.name).unwrap().carry_out(&mut |_| {}, &|| false).unwrap();
    }
}

fn problems(entry: &BackupEntry) -> Vec<String> {
    let verdict = verify::verify(&entry.directory, "shop", &verify::Reading::default());
    verdict.problems.into_iter().map(|problem| format!("{}: {}", problem.path, problem.what)).collect()
}

fn restored(entry: &BackupEntry) -> io::Result<Vec<u8>> {
    let manifest = crate::backup::read_manifest(&entry.directory).unwrap();
    let shelf = source::Shelf { directory: entry.directory.clone(), keys: Keys::default() };
    let mut bytes = Vec::new();
    source::open(&shelf, &manifest.parts[0])?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

const FIRST: &str = "2026-11-20T02:00:00Z";
const SECOND: &str = "2026-11-21T02:00:00Z";
const THIRD: &str = "2026-11-22T02:00:00Z";

#[test]
fn what_is_taken_apart_is_put_together_again_by_us_and_by_the_instructions_alone() {
    let shelf = Shelf::new();
    let (one, two) = (noise(1, 30_001), noise(2, 10_001));
    let files: &[(&str, &[u8])] =
        &[("./small", b"few"), ("./it's one", &one), ("./two", &two), ("./again", &one), ("./end", b"x")];
    let entry = shelf.take(FIRST, files);
    assert_eq!(shelf.objects().len(), 2, "the same content is there once");
    assert_eq!(restored(&entry).unwrap(), tar(files));
    assert_eq!(problems(&entry), [""; 0]);
    assert!(entry.parts[0].bytes < 10_000, "{:?}", entry.parts);

    let instructions = std::fs::read_to_string(entry.directory.join("RESTORE.md")).unwrap();
    let script = instructions.split("```sh\n").find(|block| block.contains("| tar -xpf")).unwrap();
    let (script, _) = script.split_once("| tar -xpf").unwrap();
    let script = script.lines().filter(|line| !line.starts_with("mkdir")).collect::<Vec<_>>().join("\n");
    let ended = Command::new("bash").args(["-c", &script]).current_dir(&entry.directory).output().unwrap();
    assert!(ended.status.success(), "{script}: {}", String::from_utf8_lossy(&ended.stderr));
    assert!(ended.stdout == tar(files), "the instructions make another archive: {script}");
    let mut sums = Command::new("sha256sum");
    sums.args(["-c", "--quiet", "SHA256SUMS"]).current_dir(&entry.directory);
    assert!(sums.status().unwrap().success());
}

#[test]
fn a_file_that_did_not_change_takes_no_more_room() {
    let shelf = Shelf::new();
    let model = noise(7, 500_000);
    let first = shelf.take(FIRST, &[("./model", &model), ("./notes", b"one")]);
    let before = std::fs::metadata(&shelf.objects()[0]).unwrap();
    let second = shelf.take(SECOND, &[("./notes", b"two"), ("./model", &model)]);
    // Under another name it is known by its sum.
    let third = shelf.take(THIRD, &[("./renamed", &model)]);
    let after = std::fs::metadata(&shelf.objects()[0]).unwrap();
    assert_eq!(shelf.objects().len(), 1);
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()), "it is written once");
    let entries = [first, second, third];
    assert!(bytes_on_disk(&entries) < 510_000, "{}", bytes_on_disk(&entries));
    assert!(entries.iter().all(|entry| entry.size_bytes >= 500_000));
    let du = Command::new("du").args(["-sb", "--apparent-size"]).arg(shelf.stack()).output().unwrap();
    let taken: u64 =
        String::from_utf8(du.stdout).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    assert!(taken < 600_000, "{taken} bytes lie there");
}

#[test]
fn a_file_that_changes_anywhere_is_another_object() {
    let shelf = Shelf::new();
    let model = noise(7, 100_000);
    shelf.take(FIRST, &[("./model", &model)]);
    let mut changed = model.clone();
    changed[60_000] ^= 1;
    let longer = [changed.as_slice(), b"more"].concat();
    for (time, content) in [(SECOND, &changed), (THIRD, &longer), (FIRST, &changed[..50_000].to_vec())] {
        let entry = shelf.take(time, &[("./model", content)]);
        assert!(restored(&entry).unwrap() == tar(&[("./model", content)]));
        assert_eq!(problems(&entry), [""; 0]);
    }
    assert_eq!(shelf.objects().len(), 4);
}

#[test]
fn only_what_no_backup_refers_to_goes() {
    let shelf = Shelf::new();
    let (one, two) = (noise(1, 20_000), noise(2, 20_000));
    let first = shelf.take(FIRST, &[("./one", &one), ("./two", &two)]);
    let second = shelf.take(SECOND, &[("./one", &one)]);
    shelf.remove(&first);
    assert_eq!(shelf.objects().len(), 1);
    assert_eq!(problems(&second), [""; 0]);

    // Somebody makes a bundle, which may refer to anything that is there.
    let bundle = shelf.begin(THIRD);
    let part = shelf.part(&bundle, &tar(&[("./one", &one)]));
    shelf.remove(&second);
    assert_eq!(shelf.objects().len(), 1, "a bundle in the making needs it");
    let manifest = Manifest::new(bundle.name.clone(), "shop".to_owned(), THIRD.parse().unwrap(), vec![part]);
    let third = bundle.commit(manifest).unwrap();
    assert_eq!(problems(&third), [""; 0]);

    // What a damaged bundle refers to nobody knows.
    let fourth = shelf.take("2026-11-23T02:00:00Z", &[("./two", &two)]);
    let manifest = third.directory.join(MANIFEST);
    let whole = std::fs::read(&manifest).unwrap();
    std::fs::write(&manifest, "{").unwrap();
    let mut said = Vec::new();
    let removal = prune::one(shelf.root.path(), "shop", &fourth.name).unwrap();
    removal.carry_out(&mut |event| said.push(format!("{event:?}")), &|| false).unwrap();
    assert_eq!(shelf.objects().len(), 2);
    assert!(said.iter().any(|event| event.contains("no object was removed")), "{said:?}");
    std::fs::write(&manifest, whole).unwrap();
    shelf.remove(&third);
    assert!(!shelf.stack().join(OBJECTS).exists(), "nothing is left of the last one");
}

#[test]
fn a_backup_that_fails_or_dies_leaves_no_object() {
    let shelf = Shelf::new();
    let (kept, lost) = (noise(1, 20_000), noise(2, 20_000));
    shelf.take(FIRST, &[("./kept", &kept)]);
    let bundle = shelf.begin(SECOND);
    shelf.part(&bundle, &tar(&[("./kept", &kept), ("./lost", &lost)]));
    assert_eq!(shelf.objects().len(), 2);
    drop(bundle);
    assert_eq!(shelf.objects().len(), 1);

    // As a power cut leaves it: an object without a manifest, and a half of one in a bundle that nobody owns.
    let orphan = shelf.stack().join(below_stack(&"ab".repeat(32)));
    std::fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    std::fs::write(&orphan, "orphan").unwrap();
    let partial = shelf.stack().join(".partial-20261121T020000Z-0000");
    std::fs::create_dir(&partial).unwrap();
    std::fs::write(partial.join(".object"), "half").unwrap();
    let entry = shelf.take(THIRD, &[("./kept", &kept)]);
    assert!(!orphan.exists() && !partial.exists());
    assert_eq!(problems(&entry), [""; 0]);
}

#[test]
fn an_object_that_is_damaged_is_found_out_and_mended_by_the_next_backup() {
    let shelf = Shelf::new();
    let model = noise(1, 40_000);
    let first = shelf.take(FIRST, &[("./model", &model)]);
    let object = shelf.objects().remove(0);
    let name = object.file_name().unwrap().to_string_lossy().into_owned();
    let damage: [&dyn Fn(); 3] = [
        &|| {
            let mut bytes = model.clone();
            bytes[39_000] ^= 4;
            std::fs::write(&object, bytes).unwrap();
        },
        &|| std::fs::write(&object, &model[..39_999]).unwrap(),
        &|| std::fs::remove_file(&object).unwrap(),
    ];
    for (number, damage) in damage.iter().enumerate() {
        damage();
        let found = problems(&first);
        assert!(found.len() == 1 && found[0].contains(&name), "{found:?}");
        assert!(restored(&first).is_err(), "damage {number}");
        assert_eq!(list_is_good(&shelf, &first), number == 0, "a length is looked at by every list");
        let next = shelf.take(&format!("2026-11-2{}T02:00:00Z", number + 1), &[("./model", &model)]);
        assert_eq!((problems(&next), problems(&first)), (Vec::new(), Vec::new()));
    }
}

fn list_is_good(shelf: &Shelf, entry: &BackupEntry) -> bool {
    let found = crate::backup::list(shelf.root.path(), Some("shop")).unwrap();
    found.iter().any(|other| other.name == entry.name)
}

fn somebody() -> Recipients {
    Recipients::parse(&[age::x25519::Identity::generate().to_public().to_string()]).unwrap()
}

#[test]
fn what_is_encrypted_anew_takes_the_name_of_nothing_that_others_need() {
    let (shelf, other, to) = (Shelf::new(), Shelf::new(), somebody());
    let model = noise(1, 40_000);
    let files: &[(&str, &[u8])] = &[("./model", &model), ("./again", &model)];
    let first = shelf.take_to(FIRST, files, &to);
    assert_eq!(shelf.objects().len(), 1, "the same content is there once");
    let second = shelf.take_to(SECOND, files, &to);
    assert_eq!(shelf.objects().len(), 1, "and stays so");
    let elsewhere = other.take_to(FIRST, files, &to);
    let name = |entry: &BackupEntry| entry.objects[0].path.clone();
    assert_eq!(name(&first), name(&second));
    assert_eq!(name(&first)[..102], name(&elsewhere)[..102], "content and recipients are the same");
    assert_ne!(name(&first), name(&elsewhere), "the bytes are not");

    // What has rotted is not used again, and not overwritten either.
    let object = shelf.objects().remove(0);
    let mut rotten = std::fs::read(&object).unwrap();
    rotten[20_000] ^= 1;
    std::fs::write(&object, &rotten).unwrap();
    let third = shelf.take_to(THIRD, files, &to);
    assert_eq!((problems(&third), problems(&first).len()), (Vec::new(), 1));
    assert!(std::fs::read(&object).unwrap() == rotten);
    shelf.take_to("2026-11-23T02:00:00Z", files, &to);
    assert_eq!(shelf.objects().len(), 2);
}

#[test]
fn an_object_of_an_old_name_is_used_as_long_as_a_manifest_vouches_for_it() {
    let (shelf, to) = (Shelf::new(), somebody());
    let model = noise(1, 40_000);
    let entry = shelf.take_to(FIRST, &[("./model", &model)], &to);
    let path = &entry.objects[0].path;
    let old = format!("{}.age", path.rsplit_once('-').unwrap().0);
    let place = |path: &str| shelf.stack().join(below_stack_of(path).unwrap());
    std::fs::rename(place(path), place(&old)).unwrap();
    let manifest = entry.directory.join(MANIFEST);
    let text = std::fs::read_to_string(&manifest).unwrap().replace(path.as_str(), &old);
    std::fs::write(&manifest, &text).unwrap();
    assert!((has_old_name(&old), has_old_name(path)) == (true, false) && list_is_good(&shelf, &entry));
    let second = shelf.take_to(SECOND, &[("./model", &model)], &to);
    assert_eq!((&second.objects[0].path, problems(&second)), (&old, Vec::new()));

    // What cannot be read vouches for nothing, and what it may refer to stays.
    for damaged in [&entry, &second] {
        std::fs::write(damaged.directory.join(MANIFEST), "{").unwrap();
    }
    let third = shelf.take_to(THIRD, &[("./model", &model)], &to);
    assert_ne!(third.objects[0].path, old);
    assert_eq!(shelf.objects().len(), 2);
    std::fs::write(&manifest, text).unwrap();
    assert!(list_is_good(&shelf, &entry));
}

#[test]
fn under_an_old_name_nothing_is_put_that_takes_another_bundle_s_bytes_away() {
    let (shelf, to) = (Shelf::new(), somebody());
    let entry = shelf.take_to(FIRST, &[("./model", &noise(1, 40_000))], &to);
    let path = &entry.objects[0].path;
    let old = format!("{}.age", path.rsplit_once('-').unwrap().0);
    let manifest = entry.directory.join(MANIFEST);
    let text = std::fs::read_to_string(&manifest).unwrap().replace(path.as_str(), &old);
    std::fs::write(&manifest, &text).unwrap();
    let parsed = Manifest::parse(text.as_bytes(), MANIFEST).unwrap();
    let same = BackupPart { path: old.clone(), ..entry.objects[0].clone() };
    let others = BackupPart { sha256: "cd".repeat(32), ..same.clone() };
    let new = BackupPart { path: path.clone(), ..others.clone() };
    let of = |part: &BackupPart| taken_by(&parsed, std::iter::once(part)).is_some();
    assert_eq!([of(&same), of(&others), of(&new)], [false, true, false]);
    let needed = |part: &BackupPart| needed_otherwise(&shelf.stack(), std::slice::from_ref(part));
    assert_eq!(needed(&others).unwrap(), None, "nothing lies there that could be lost");
    std::fs::write(shelf.stack().join(below_stack_of(&old).unwrap()), "sealed").unwrap();
    assert_eq!(needed(&others).unwrap(), Some((entry.name.clone(), old)));
    assert_eq!(needed(&same).unwrap(), None, "what has rotted is mended");
    std::fs::write(&manifest, "{").unwrap();
    assert!(needed(&others).is_err(), "nobody knows what it needs");
}

#[test]
fn the_name_of_an_object_tells_as_much_of_its_sum_as_it_holds() {
    let (raw, tag, sum) = ("ab".repeat(32), "0123456789abcdef", "cd".repeat(32));
    let is_sound = |name: &str| {
        let part = BackupPart { path: path_of(name), bytes: 1, sha256: sum.clone() };
        Object { part, ..Object::default() }.is_sound()
    };
    assert!(is_sound(&sum), "as it is");
    assert!(is_sound(&format!("{raw}-{tag}.age")), "as it was once called");
    assert!(is_sound(&sealed_name(&sealed_stem(&raw, tag), &sum)));
    for wrong in [
        raw.clone(),
        format!("{raw}.age"),
        format!("{raw}-{tag}-{tag}.age"),
        format!("{raw}-{tag}-cdcd.age"),
        format!("{raw}-{tag}-cdcdcdcdcdcdcdcd-x.age"),
    ] {
        assert!(!is_sound(&wrong), "{wrong}");
    }
}

#[test]
fn an_exported_bundle_has_its_objects_and_is_whole_wherever_it_is_unpacked() {
    let shelf = Shelf::new();
    let model = noise(1, 40_000);
    let entry = shelf.take(FIRST, &[("./model", &model)]);
    shelf.take(SECOND, &[("./other", &noise(2, 40_000))]);
    let found = find(shelf.root.path(), Some("shop"), &entry.name).unwrap();
    let file = shelf.root.path().join("one.tar");
    export(&found, &file).unwrap();
    let elsewhere = shelf.root.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let unpack = Command::new("tar").arg("-xf").arg(&file).arg("-C").arg(&elsewhere).status().unwrap();
    assert!(unpack.success());
    let directory = elsewhere.join(&entry.name);
    assert_eq!(verify::verify(&directory, "shop", &verify::Reading::default()).problems, []);
    assert_eq!(std::fs::read_dir(elsewhere.join("objects/sha256")).unwrap().count(), 1, "no other's");
}

#[test]
fn a_manifest_whose_objects_lie_elsewhere_is_refused() {
    let shelf = Shelf::new();
    let entry = shelf.take(FIRST, &[("./model", &noise(1, 40_000))]);
    assert!(proof::read(&entry.directory).failed.is_none());
    let manifest = std::fs::read_to_string(entry.directory.join(MANIFEST)).unwrap();
    let path = &entry.objects[0].path;
    for wrong in ["../../../etc/shadow", "objects/x", &path.replace("../", "../../"), &path[..path.len() - 1]]
    {
        let text = manifest.replace(path.as_str(), wrong);
        assert_ne!(text, manifest);
        assert!(Manifest::parse(text.as_bytes(), MANIFEST).is_err(), "{wrong}");
    }
    assert!(manifest.contains("\"format\": 3"));
}
