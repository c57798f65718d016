//! What goes wrong while a backup is taken or lies on its disk.

use super::shop::{self, Shop};
use crate::support::engine::docker;
use crate::support::wait::{PATIENCE, eventually};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::process::Stdio;

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
        let worker = eventually("a worker that has written so much", PATIENCE, || {
            let partial =
                shop.bundles().into_iter().find(|path| path.to_string_lossy().contains("/.partial-"))?;
            let size: u64 =
                shop::files(&partial).iter().filter_map(|file| Some(file.metadata().ok()?.len())).sum();
            let tasks = shop.run(["tasks", "--json"]).succeeded("tasks").json();
            let pid = tasks[0]["worker"][0].as_i64()?;
            (size >= grown && tasks[0]["state"] == "running").then_some(pid)
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
