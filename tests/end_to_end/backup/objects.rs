//! Large files of a volume and of a path: stored once beside the bundles, put back by a restore, by a rehearsal and by hand.

use super::shop::{self, Shop};
use crate::support::engine::docker;
use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;
use std::process::Command;

pub const COMPOSE: &str = r#"
x-mcp:
  backup:
    volumes: [pages]
    binds: [{ service: web, target: /models }]
    objects_over: 1m
services:
  web:
    image: mcp-tui-test/busybox
    command: ["sleep", "100000"]
    stop_grace_period: 1s
    volumes: ["pages:/pages", "./models:/models"]
volumes:
  pages:
"#;

const FILL: &str = "cd /pages && echo note > note && head -c 5000000 /dev/urandom > 'large one' && \
    mkdir -p deep && head -c 3000000 /dev/urandom > deep/two && cp 'large one' deep/same && ln deep/two linked && \
    truncate -s 100M sparse && head -c 2000000 /dev/urandom >> sparse";

pub fn filled(what: &str, compose: &str) -> Shop {
    let shop = Shop::empty(what, compose);
    shop.workplace
        .write(&format!("work/stacks/{}/models/weights", shop.project.name), &"weight ".repeat(400_000));
    shop.run(["up"]).succeeded("up");
    shop.in_pages(FILL);
    shop
}

pub fn sums(shop: &Shop) -> String {
    let line = "cd / && find pages models -type f ! -path '*/.mcp-tui-*' | sort | while read -r f; do sha256sum \"$f\"; done";
    docker(["exec", &shop.container("web"), "sh", "-c", line])
}

/// Those that lie there, by name, each with its inode and when it was written.
pub fn objects(shop: &Shop) -> Vec<(PathBuf, u64, i64)> {
    let mut found: Vec<_> = shop::files(&shop.directory().join("objects"))
        .into_iter()
        .map(|path| {
            let metadata = fs::metadata(&path).expect("an object");
            (path, metadata.ino(), metadata.mtime_nsec())
        })
        .collect();
    found.sort();
    found
}

fn newest(shop: &Shop) -> PathBuf {
    let mut bundles = shop.bundles();
    bundles.sort();
    bundles.pop().expect("a bundle")
}

pub fn large_files_lie_there_once() {
    let shop = filled("objects", COMPOSE);
    let before = sums(&shop);
    shop.run(["backup", "create"]).succeeded("create");
    let first = objects(&shop);
    // The same content twice is one; the file that is mostly a hole, and the one of the host.
    assert_eq!(first.len(), 4, "{first:?}");
    let bundle = newest(&shop);
    assert!(shop::files(&bundle).iter().all(|file| file.metadata().expect("a file").len() < 100_000));
    shop.run(["backup", "verify", "latest", "--deep"]).succeeded("verify");
    shop.run(["backup", "rehearse", "latest"]).succeeded("rehearse");

    docker(["exec", &shop.container("web"), "sh", "-c", "echo more > /pages/more"]);
    shop.run(["backup", "create"]).succeeded("create again");
    assert_eq!(objects(&shop), first, "what did not change is neither copied nor written again");
    let stats = shop.run(["backup", "stats", "--json"]).succeeded("stats").json();
    let bytes = stats["bytes"].as_u64().expect("bytes");
    let listed = shop.run(["backup", "list", "--json"]).succeeded("list").json();
    let one = listed[0]["size_bytes"].as_u64().expect("a size");
    assert!(one > 12_000_000 && bytes > one && bytes < one + 100_000, "{bytes} for two backups of {one}");

    docker([
        "exec",
        &shop.container("web"),
        "sh",
        "-c",
        "rm /pages/more; echo x >> /pages/deep/two; rm /pages/sparse",
    ]);
    let name = bundle.file_name().expect("a name").to_string_lossy().into_owned();
    shop.run(["backup", "restore", &name, "--yes"]).succeeded("restore");
    assert_eq!(sums(&shop), before);
    shop.run(["backup", "accept", "--yes"]).succeeded("accept");
    assert_eq!(shop.helpers(), "");
}

pub fn damaged_ones_are_found_out() {
    let shop = filled("objectdamage", COMPOSE);
    shop.run(["backup", "create"]).succeeded("create");
    let (object, ..) = objects(&shop).pop().expect("an object");
    let name = object.file_name().expect("a name").to_string_lossy().into_owned();
    let file = fs::OpenOptions::new().read(true).write(true).open(&object).expect("an object");
    let mut byte = [0];
    file.read_exact_at(&mut byte, 1_500_000).expect("a byte");
    file.write_all_at(&[byte[0] ^ 1], 1_500_000).expect("a byte");
    let before = sums(&shop);
    for verb in ["verify", "rehearse"] {
        shop.run(["backup", verb, "latest"]).failed(2, [&name, "not those that were written"]);
    }
    shop.run(["backup", "restore", "latest", "--yes"]).failed(2, [&name]);
    fs::rename(&object, object.with_extension("aside")).expect("the object is ours");
    shop.run(["backup", "list"]).failed(2, [&name]);
    assert_eq!(sums(&shop), before, "nothing was put in place");
    shop.run(["backup", "create"]).succeeded("create");
    shop.run(["backup", "verify", "latest"]).succeeded("the next one mends it");
    assert_eq!(
        shop.run(["backup", "list", "--json"]).succeeded("both are good").json().as_array().map(Vec::len),
        Some(2)
    );
}

pub fn put_back_by_hand() {
    let shop = filled("objecthand", COMPOSE);
    let before = sums(&shop);
    shop.run(["backup", "create"]).succeeded("create");
    let file = shop.workplace.path("one.tar");
    shop.run(["backup", "export", "latest", "-o", &file.display().to_string()]).succeeded("export");
    let name = newest(&shop).file_name().expect("a name").to_string_lossy().into_owned();
    shop.run(["down", "--volumes"]).succeeded("down");
    shop.run(["backup", "rm", &name, "--force"]).succeeded("rm");
    assert_eq!(shop.bundles(), Vec::<PathBuf>::new());
    assert!(!shop.directory().join("objects").exists(), "the last one takes its objects along");
    let elsewhere = shop.workplace.path("elsewhere");
    fs::create_dir(&elsewhere).expect("a directory");
    shop::output("tar", &["-xf", &file.display().to_string(), "-C", &elsewhere.display().to_string()]);
    fs::remove_dir_all(shop.workplace.path(&format!("work/stacks/{}/models", shop.project.name)))
        .expect("ours");
    let bundle = elsewhere.join(name);
    let text = fs::read_to_string(bundle.join("RESTORE.md")).expect("instructions");
    for block in text.split("```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next()) {
        let ended = Command::new("bash").args(["-c", block]).current_dir(&bundle).output().expect("a shell");
        assert!(ended.status.success(), "{block}\n{}", String::from_utf8_lossy(&ended.stderr));
    }
    shop.run(["up"]).succeeded("up");
    assert_eq!(sums(&shop), before);
}
