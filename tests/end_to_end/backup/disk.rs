//! A disk of 64 MiB that is to take more than that.

use super::shop::Shop;
use std::path::Path;
use std::process::Command;

/// What comes of a command has no size that could be told before.
const ENDLESS: &str = r#"
x-mcp:
  backup:
    exec: [{ service: web, command: [head, -c, "200000000", /dev/urandom], path: noise }]
services:
  web:
    image: mcp-tui-test/busybox
    command: ["sleep", "100000"]
    stop_grace_period: 1s
    volumes: ["pages:/pages"]
volumes:
  pages:
"#;

pub fn a_disk_that_is_too_small() {
    let shop = Shop::with("small", ENDLESS);
    std::fs::create_dir_all(shop.directory()).expect("a directory");
    let disk = LoopDisk::mount(&shop.workplace.path("disk.img"), &shop.directory());
    shop.run(["backup", "create"]).failed(6, ["No space left"]);
    let missing = disk.free.saturating_sub(free(&shop.directory()));
    assert!(missing < 1 << 20, "what could not be finished gives its room back: {missing} bytes");

    shop.in_pages("head -c 100M /dev/urandom > /pages/noise");
    let by_estimate = ENDLESS.replace(
        "exec: [{ service: web, command: [head, -c, \"200000000\", /dev/urandom], path: noise }]",
        "volumes: [pages]",
    );
    shop.workplace.stack(&shop.project.name, &by_estimate);
    shop.run(["backup", "create"]).failed(6, ["No space left", "by estimate"]);
    let left = shop.bundles().into_iter().filter(|path| !path.ends_with("lost+found")).count();
    assert_eq!(left, 0, "nothing is left behind");
    assert_eq!(shop.helpers(), "");
}

struct LoopDisk {
    at: String,
    free: u64,
}

impl LoopDisk {
    fn mount(image: &Path, at: &Path) -> Self {
        let (image, at) = (image.display().to_string(), at.display().to_string());
        for command in [
            format!("truncate -s 64M {image}"),
            format!("mkfs.ext4 -q -m 0 {image}"),
            format!("mount -o loop {image} {at}"),
        ] {
            let done = Command::new("sh").args(["-c", &command]).output().expect("a shell");
            assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
        }
        let free = free(Path::new(&at));
        Self { at, free }
    }
}

impl Drop for LoopDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").args(["--lazy", &self.at]).output());
    }
}

fn free(at: &Path) -> u64 {
    rustix::fs::statvfs(at).map(|found| found.f_bavail * found.f_frsize).unwrap_or_default()
}
