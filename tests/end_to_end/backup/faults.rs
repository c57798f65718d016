//! What goes wrong while a backup is taken or lies on its disk.

use super::shop::{self, Shop};
use crate::support::engine::docker;
use crate::support::wait::{PATIENCE, eventually};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};

/// Nothing but a volume, so that a test is about that.
const FILES_ONLY: &str = r#"
services:
  web:
    image: mcp-tui-test/busybox
    command: ["sleep", "100000"]
    stop_grace_period: 1s
    volumes: ["pages:/pages"]
volumes:
  pages:
"#;

pub fn a_damaged_backup_is_found_out() {
    let shop = Shop::with("damage", FILES_ONLY);
    let bundle = shop.backup();
    let part = format!("volumes/{}_pages.tar.zst", shop.project.name);
    let file = OpenOptions::new().read(true).write(true).open(bundle.join(&part)).expect("the part");
    let mut byte = [0];
    file.read_exact_at(&mut byte, 100).expect("a byte");
    file.write_all_at(&[byte[0] ^ 0x10], 100).expect("a byte");
    shop.run(["backup", "verify", "latest"]).failed(2, [&part, "not those that were written"]);
    let listed = shop.run(["backup", "list"]).succeeded("list").stdout;
    assert!(listed.contains("bad, seen"), "what is bad is listed as bad: {listed}");
    shop.run(["backup", "rehearse", "latest"]).failed(2, [&part]);
    file.write_all_at(&byte, 100).expect("a byte");
    shop.run(["backup", "verify", "latest", "--deep"]).succeeded("mended");
    fs::write(bundle.join("stray"), "").expect("a file");
    shop.run(["backup", "verify", "latest"]).failed(2, ["stray", "not part of the bundle"]);
}

/// Killed at whatever it is at, some moments apart: before, in and after the volume.
pub fn a_killed_backup_leaves_nothing_behind() {
    let shop = Shop::open("killed");
    shop.in_pages("head -c 150M /dev/urandom > /pages/noise");
    for grown in [0, 1 << 20, 60 << 20] {
        let create = shop.workplace.command(["-s", &shop.project.name, "backup", "create"]);
        let mut create = { create }.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program");
        let worker = eventually("a worker", PATIENCE, || {
            let tasks = shop.run(["tasks", "--json"]).succeeded("tasks").json();
            tasks[0]["worker"][0].as_i64().filter(|_| tasks[0]["state"] == "running")
        });
        // Nothing else is asked meanwhile: there is little time between so much and all of it.
        eventually("so much is written", PATIENCE, || {
            let partial =
                shop.bundles().into_iter().find(|path| path.to_string_lossy().contains("/.partial-"))?;
            // A large file leaves the bundle when it is whole.
            let files = [shop::files(&partial), shop::files(&shop.directory().join("objects"))].concat();
            let size: u64 = files.iter().filter_map(|file| Some(file.metadata().ok()?.len())).sum();
            (size >= grown).then_some(())
        });
        let pid = i32::try_from(worker).ok().and_then(Pid::from_raw).expect("a process");
        kill_process(pid, Signal::KILL).expect("the worker is killed");
        drop(create.wait());
        let listed = shop.run(["backup", "list", "--json"]).succeeded("list").json();
        assert_eq!(listed.as_array().map(Vec::len), Some(0), "{listed}");
    }
    shop.backup();
    shop.run(["backup", "verify", "latest", "--deep"]).succeeded("the next one is whole");
    assert_eq!(shop.project.running("db").len() + shop.project.running("cache").len(), 2);
}

pub fn a_file_that_is_written_to_meanwhile() {
    let shop = Shop::with("grows", FILES_ONLY);
    shop.in_pages("head -c 80M /dev/urandom > /pages/log");
    let grow = "while :; do echo more >> /pages/log; touch /pages/new; rm /pages/new; done";
    docker(["exec", "--detach", &shop.container("web"), "sh", "-c", grow]);
    let bundle = shop.backup();
    let manifest = fs::read_to_string(bundle.join("manifest.json")).expect("a manifest");
    assert!(manifest.contains("\"changed\""), "it is told which files changed: {manifest}");
    assert!(manifest.contains("./log"), "{manifest}");
    shop.run(["backup", "verify", "latest", "--deep"]).succeeded("what came of it is a whole archive");
}

/// While they are read, some files lose all that is in them and others are taken away: the archive is whole all the
/// same, and says which they were.
pub fn files_that_shrink_and_vanish() {
    let shop = Shop::with("shrinks", FILES_ONLY);
    shop.in_pages("rm /pages/sparse && head -c 20M /dev/urandom > /pages/noise");
    let web = shop.container("web");
    let shrink = "while :; do for n in 1 2 3 4; do cp /pages/noise /pages/shrinks-$n; done; \
                  for n in 1 2 3 4; do usleep 200000; : > /pages/shrinks-$n; done; done";
    let vanish =
        "while :; do for n in $(seq 60); do : > /pages/vanishes-$n; done; rm /pages/vanishes-*; done";
    for script in [shrink, vanish] {
        docker(["exec", "--detach", &web, "sh", "-c", script]);
    }
    // What a run of tar meets with is chance; sooner or later it is both.
    let (mut cut, mut gone) = (false, false);
    eventually("backups of files that shrank, and of some that vanished", PATIENCE * 3, || {
        shop.run(["backup", "create"]).succeeded("backup create");
        shop.run(["backup", "verify", "latest", "--deep"]).succeeded("what came of it is a whole archive");
        let shown = shop.run(["backup", "show", "latest", "--json"]).succeeded("show").stdout;
        assert!(shown.contains("\"changed\""), "{shown}");
        cut |= shown.contains("./shrinks-");
        gone |= shown.contains("./vanishes-");
        (cut && gone).then_some(())
    });
    assert_eq!(shop.helpers(), "", "nothing stays of a backup");
}

/// Attributes of files, those that only root may set among them, come back with the files.
pub fn what_files_are_marked_with() {
    let shop = Shop::with("marked", FILES_ONLY);
    let pages = format!("{}_pages:/pages", shop.project.name);
    // The image has no tool to set them with but tar.
    let mut archive = tar::Builder::new(Vec::new());
    let capability: &[u8] = &[1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let marks: [(&str, &[u8]); 2] =
        [("SCHILY.xattr.user.origin", b"ledger"), ("SCHILY.xattr.security.capability", capability)];
    archive.append_pax_extensions(marks).expect("a header");
    let mut header = tar::Header::new_ustar();
    header.set_size(0);
    header.set_mode(0o755);
    header.set_cksum();
    archive.append_data(&mut header, "marked", std::io::empty()).expect("an entry");
    let unpack = ["tar", "-x", "--xattrs", "--xattrs-include=*", "-C", "/pages"];
    let mut put = Command::new("docker");
    put.args(["run", "--rm", "-i", "--network", "none", "-v", &pages, "debian:bookworm-slim"]).args(unpack);
    let mut put = put.stdin(Stdio::piped()).spawn().expect("the docker client");
    let bytes = archive.into_inner().expect("an archive");
    put.stdin.take().expect("a pipe").write_all(&bytes).expect("tar reads");
    assert!(put.wait().expect("the docker client").success());
    let marks = || {
        shop.in_pages(
            "tar -c --xattrs --xattrs-include='*' --format=posix -C /pages marked | cat -v | grep -o 'SCHILY.*'",
        )
    };
    let then = marks();
    assert!(then.contains("user.origin=ledger") && then.contains("security.capability="), "{then}");

    shop.backup();
    shop.in_pages("rm /pages/marked && touch /pages/marked");
    shop.run(["backup", "rehearse", "latest"]).succeeded("rehearse");
    shop.run(["backup", "restore", "latest", "--yes"]).succeeded("restore");
    assert_eq!(marks(), then);
}

pub fn a_snapshot_that_fails() {
    let compose = r#"
services:
  cache:
    image: redis:7-alpine
    command: ["redis-server", "--appendonly", "yes", "--requirepass", "canary-of-the-cache"]
    volumes: ["keys:/data"]
volumes:
  keys:
"#;
    let shop = Shop::with("snapshot", compose);
    shop.run(["backup", "create"]).succeeded("with a password");
    let tasks = shop.run(["tasks", "--json"]).succeeded("tasks").json().to_string();
    assert!(!tasks.contains("canary"), "{tasks}");
    // A directory where the snapshot is to be written.
    docker(["exec", &shop.container("cache"), "sh", "-c", "cd /data && rm dump.rdb && mkdir dump.rdb"]);
    shop.run(["backup", "create"]).failed(7, ["could not write its snapshot"]);
    assert_eq!(shop.bundles().len(), 1, "the failed one is not there");
}

pub fn names_that_are_none() {
    let shop = Shop::with("names", FILES_ONLY);
    shop.backup();
    for name in ["..", "../../etc", "/etc/passwd", "20261120T103104Z-../x", ""] {
        for verb in ["show", "verify", "pin", "rehearse", "rm"] {
            shop.run(["backup", verb, name]).failed(2, ["no name of a backup"]);
        }
    }
    shop.run(["backup", "show", "20200101T000000Z-0000"]).failed(4, ["no such backup"]);
    assert_eq!(shop.bundles().len(), 1);
}
