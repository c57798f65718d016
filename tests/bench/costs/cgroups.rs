//! The cgroup files of any number of containers, as plain files under a root of their own.

use mcp_tui::domain::ContainerId;
use mcp_tui::domain::figures::NetworkOwner;
use mcp_tui::probe::cgroup::{CgroupSampler, Target};
use std::fs::{create_dir_all, write};
use std::path::Path;
use tempfile::TempDir;

const MOUNTS: &str = "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
const FILES: [(&str, &str); 6] = [
    ("cpu.stat", "usage_usec 5000000\nuser_usec 3000000\nsystem_usec 2000000\n"),
    ("memory.current", "900000\n"),
    ("memory.stat", "anon 3\nactive_file 2\ninactive_file 100000\n"),
    ("memory.max", "max\n"),
    ("pids.current", "12\n"),
    ("io.stat", "8:0 rbytes=4096 wbytes=10 rios=1 wios=1 dbytes=0 dios=0\n"),
];
const NETWORK: &str = "header\nheader\n  eth0: 1000 3 0 0 0 0 0 0 200 2 0 0 0 0 0 0\n";

/// The directory goes when it is dropped.
pub fn containers(count: u32) -> (TempDir, CgroupSampler, Vec<Target>) {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path();
    put(&root.join("proc/self/mountinfo"), MOUNTS);
    put(&root.join("proc/meminfo"), "MemTotal: 263000000 kB\n");
    let targets: Vec<_> = (0..count)
        .map(|number| {
            let (id, pid) = (format!("{number:064x}"), 1000 + number);
            let scope = format!("/system.slice/docker-{id}.scope");
            put(&root.join(format!("proc/{pid}/cgroup")), &format!("0::{scope}\n"));
            put(&root.join(format!("proc/{pid}/net/dev")), NETWORK);
            for (name, contents) in FILES {
                put(&root.join(format!("sys/fs/cgroup{scope}/{name}")), contents);
            }
            Target { id: ContainerId(id), pid, network: NetworkOwner::Itself }
        })
        .collect();
    let sampler = CgroupSampler::at(root);
    (directory, sampler, targets)
}

fn put(path: &Path, contents: &str) {
    create_dir_all(path.parent().expect("a file stands in a directory"))
        .and_then(|()| write(path, contents))
        .expect("a file");
}
