//! Backups that are encrypted to a public key: taken without the identity, checked without it, and put back with it alone.

use super::dumps;
use super::objects::{self, filled, sums};
use super::shop::{self, Shop};
use crate::support::engine::{self, docker};
use libtest_mimic::Trial;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Ignored where there is no `age`, which makes the identities and opens by hand; failing where all must run.
pub fn trial(name: &str, test: fn()) -> Trial {
    let here = Command::new("age").arg("--version").output().is_ok();
    let runs = engine::required() || (engine::wanted() && here);
    engine::trial(name, test).with_ignored_flag(!runs)
}

fn compose(key: &str) -> String {
    objects::COMPOSE.replace("objects_over: 1m", &format!("objects_over: 1m\n    encrypt: [{key}]"))
}

/// An identity in a file, and its public key.
fn identity(directory: &Path, name: &str) -> (PathBuf, String) {
    let file = directory.join(name);
    let made = Command::new("age-keygen").arg("-o").arg(&file).output().expect("age-keygen");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let key = shop::output("age-keygen", &["-y", &file.display().to_string()]).trim().to_owned();
    (file, key)
}

pub fn only_the_identity_reads_it() {
    let keys = tempfile::tempdir().expect("a directory");
    let ((file, key), (other, _)) = (identity(keys.path(), "one"), identity(keys.path(), "other"));
    let (file, other) = (file.display().to_string(), other.display().to_string());
    let shop: Shop = filled("sealed", &compose(&key));
    let before = sums(&shop);
    shop.run(["backup", "create"]).succeeded("create, without an identity");
    let stored = shop::files(&shop.directory());
    for path in &stored {
        let bytes = fs::read(path).expect("a file");
        let sealed = path.extension().is_some_and(|extension| extension == "age");
        assert_eq!(sealed, bytes.starts_with(b"age-encryption.org/v1"), "{}", path.display());
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("weight weight") && !text.contains("deep/two"), "{}", path.display());
    }
    // Two of the volume, one that is mostly a hole, one of the host.
    assert_eq!(objects::objects(&shop).len(), 4, "{stored:?}");
    shop.run(["backup", "verify", "latest"]).succeeded("whole, without an identity");
    let wanted = ["no identity was given", "--identity", "MCP_TUI_AGE_IDENTITY"];
    shop.run(["backup", "verify", "latest", "--deep"]).failed(3, wanted);
    shop.run(["backup", "rehearse", "latest"]).failed(3, wanted);
    shop.run(["backup", "restore", "latest", "--yes"]).failed(3, wanted);
    let wrong = ["is one that it is encrypted to", "encrypted_to"];
    shop.run(["backup", "restore", "latest", "--yes", "--identity", &other]).failed(3, wrong);
    let listed = shop.run(["backup", "list"]).succeeded("list").stdout;
    assert!(!listed.contains("bad"), "that it could not be read says nothing about it: {listed}");
    shop.run(["backup", "verify", "latest", "--deep", "--identity", &file]).succeeded("deep");
    shop.run(["backup", "rehearse", "latest", "--identity", &file]).succeeded("rehearse");

    let first = objects::objects(&shop);
    shop.run(["backup", "create"]).succeeded("create again");
    assert_eq!(objects::objects(&shop), first, "the same to the same recipients is stored once");

    docker(["exec", &shop.container("web"), "sh", "-c", "echo x > /pages/note; rm /pages/deep/two"]);
    shop.run(["backup", "restore", "latest", "--yes", "--identity", &file]).succeeded("restore");
    assert_eq!(sums(&shop), before);
    shop.run(["backup", "accept", "--yes"]).succeeded("accept");
    let tasks = shop.run(["tasks", "--json"]).succeeded("tasks").json().to_string();
    assert!(!tasks.contains("AGE-SECRET"), "{tasks}");

    let (object, ..) = first.into_iter().next().expect("an object");
    let mut bytes = fs::read(&object).expect("an object");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&object, bytes).expect("the object is ours");
    shop.run(["backup", "verify", "latest"]).failed(2, ["not those that were written"]);
}

/// What is made from the bundle is read as all of it is.
pub fn a_role_that_is_missing() {
    let keys = tempfile::tempdir().expect("a directory");
    let (file, key) = identity(keys.path(), "one");
    let file = file.display().to_string();
    let compose = dumps::DATABASE_ONLY.replace("{backup: {", &format!("{{backup: {{encrypt: [{key}], "));
    let shop = Shop::with("sealedrole", &compose);
    shop.backup();
    let sql = |text: &str| dumps::sql(&shop, "ledger", text);
    sql("DROP OWNED BY reader; DROP ROLE reader");
    shop.run(["backup", "restore", "latest", "--yes", "--identity", &file]).succeeded("restore");
    assert_eq!(sql("SELECT has_table_privilege('reader', 'entries', 'SELECT')"), "t");
}

pub fn put_back_with_age_alone() {
    let keys = tempfile::tempdir().expect("a directory");
    let (file, key) = identity(keys.path(), "one");
    let shop = filled("sealedhand", &compose(&key));
    let before = sums(&shop);
    shop.run(["backup", "create"]).succeeded("create");
    shop.run(["down", "--volumes"]).succeeded("down");
    fs::remove_dir_all(shop.workplace.path(&format!("work/stacks/{}/models", shop.project.name)))
        .expect("ours");
    let bundle = shop.bundles().into_iter().find(|path| !path.ends_with("objects")).expect("a bundle");
    let text = fs::read_to_string(bundle.join("RESTORE.md")).expect("instructions");
    assert!(text.contains(&key), "who can read it is named: {text}");
    for block in text.split("```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next()) {
        let mut shell = Command::new("bash");
        let ended = shell.args(["-o", "pipefail", "-c", block]).current_dir(&bundle).env("IDENTITY", &file);
        let ended = ended.output().expect("a shell");
        assert!(ended.status.success(), "{block}\n{}", String::from_utf8_lossy(&ended.stderr));
    }
    shop.run(["up"]).succeeded("up");
    assert_eq!(sums(&shop), before);
}

pub fn a_key_that_is_none() {
    let shop = filled("sealednot", &compose("age1nonsense"));
    shop.run(["backup", "create"]).failed(2, ["no public key of age", "encrypt"]);
    assert_eq!(shop.bundles(), Vec::<PathBuf>::new());
}
