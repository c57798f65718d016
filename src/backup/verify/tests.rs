use super::*;
use crate::backup::bundle::tests::committed_at;
use crate::backup::feed::Watch;
use crate::backup::proof;
use crate::domain::stack::Proof;
use std::path::PathBuf;

const FILES: [&str; 4] = ["postgres/mlflow.dump", "manifest.json", "SHA256SUMS", "RESTORE.md"];

fn bundle() -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let directory = committed_at(root.path(), "shop", "2026-11-20T02:00:00Z").directory;
    (root, directory)
}

fn problems(directory: &Path) -> Vec<Problem> {
    verify(directory, "shop", &Reading::default()).problems
}

#[test]
fn a_whole_bundle_is_found_whole_with_its_proof_and_its_pin_beside_it() {
    let (_root, directory) = bundle();
    proof::write(&directory, &Proof::default()).unwrap();
    proof::pin(&directory, true).unwrap();
    let progress = Reading::default();
    let verdict = verify(&directory, "shop", &progress);
    assert_eq!((verdict.problems.as_slice(), verdict.bytes), ([].as_slice(), 15));
}

#[test]
fn every_bit_that_flips_anywhere_is_found() {
    let (_root, directory) = bundle();
    for file in FILES {
        let path = directory.join(file);
        let whole = std::fs::read(&path).unwrap();
        // Every byte of what is short, and a byte of every line of what is long.
        for at in (0..whole.len()).step_by(whole.len().div_ceil(300)) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            std::fs::write(&path, &bytes).unwrap();
            assert_ne!(problems(&directory), [], "bit {} of byte {at} of {file}", at % 8);
        }
        std::fs::write(&path, &whole).unwrap();
    }
    assert_eq!(problems(&directory), []);
}

#[test]
fn every_cut_and_every_extension_is_found_and_names_its_file() {
    let (_root, directory) = bundle();
    for file in FILES {
        let path = directory.join(file);
        let whole = std::fs::read(&path).unwrap();
        for length in (0..whole.len()).step_by(29) {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert_ne!(problems(&directory), [], "{file} cut to {length}");
        }
        for more in [b"x".as_slice(), b"\0", b"\n"] {
            std::fs::write(&path, [&whole, more].concat()).unwrap();
            let found = problems(&directory);
            // A manifest that still reads as one is told by its sum.
            let names = |problem: &Problem| problem.path == file || file == MANIFEST && problem.path == SUMS;
            assert!(found.iter().any(names), "{file}: {found:?}");
        }
        std::fs::write(&path, &whole).unwrap();
    }
}

#[test]
fn what_is_missing_and_what_was_added_is_named() {
    for file in FILES {
        let (_root, directory) = bundle();
        std::fs::remove_file(directory.join(file)).unwrap();
        let found = problems(&directory);
        assert!(found.iter().any(|problem| problem.path == file), "{file}: {found:?}");
    }
    let (_root, directory) = bundle();
    std::fs::write(directory.join("postgres/extra"), "").unwrap();
    std::fs::create_dir(directory.join("empty")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", directory.join("link")).unwrap();
    let found: Vec<String> = problems(&directory).into_iter().map(|problem| problem.path).collect();
    assert_eq!(found, ["empty", "link", "postgres/extra"]);
}

#[test]
fn a_part_that_is_a_link_to_the_right_bytes_is_no_part() {
    let (root, directory) = bundle();
    let elsewhere = root.path().join("elsewhere");
    std::fs::rename(directory.join(FILES[0]), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, directory.join(FILES[0])).unwrap();
    assert_ne!(problems(&directory), []);
}

#[test]
fn a_bundle_of_another_stack_or_name_is_told_from_ours() {
    let (root, directory) = bundle();
    let found = verify(&directory, "blog", &Reading::default()).problems;
    assert!(found.iter().any(|problem| problem.what.contains("of the stack shop")), "{found:?}");
    let moved = root.path().join("shop/20260101T000000Z-0000");
    std::fs::rename(&directory, &moved).unwrap();
    assert!(problems(&moved).iter().any(|problem| problem.what.contains("the manifest of")));
}

#[tokio::test]
async fn a_verification_that_is_stopped_leaves_what_is_known_as_it_was() {
    let root = tempfile::tempdir().unwrap();
    let entry = committed_at(root.path(), "shop", "2026-11-10T02:00:00Z");
    let found = crate::backup::find(root.path(), Some("shop"), &entry.name).unwrap();
    let watch = Watch { told: &|_| (), cancelled: &|| true };
    let fault = crate::backup::check(None, root.path(), &found, &watch).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Cancelled);
    assert_eq!(proof::read(&found.directory), Proof::default());
    let reading = Reading { stopped: AtomicBool::new(true), ..Reading::default() };
    let seen = verify(&found.directory, "shop", &reading).problems;
    assert!(!seen.is_empty() && seen.iter().all(|problem| problem.what == "it was not read to its end"));
}
