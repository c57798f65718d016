//! Disks and what is mounted.

use crate::scene::{Scene, Told};
use crate::support::wait::{PATIENCE, eventually};
use jiff::Timestamp;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// A disk of the host that a container fills by what it mounts.
pub fn disk_full(scene: &Scene) -> Told {
    on_the_disk(scene, "while :; do dd if=/dev/zero bs=64k count=512 >> /data/file; sleep 1; done");
    Told::new(
        scene.wrote("writer", "No space left on device"),
        format!("the disk at {} is", scene.disk().mount_point().display()),
        ["M free", "writer-1 finds its disk full"],
    )
}

/// The same by many small files.
pub fn disk_without_inodes(scene: &Scene) -> Told {
    on_the_disk(scene, "i=0; while :; do i=$$((i + 1)); touch /data/$$i || sleep 1; done");
    let mount_point = scene.disk().mount_point().display();
    Told::new(
        scene.wrote("writer", "No space left on device"),
        format!("the disk at {mount_point} has nearly no room for more files: 100% of its inodes"),
        ["inodes are in use", "writer-1 finds its disk full"],
    )
}

/// Starts a container that has the disk mounted and runs this when nobody else sees the disk any more.
fn on_the_disk(scene: &Scene, script: &str) {
    let disk = scene.disk();
    scene.up(&format!(
        "
services:
  writer:
    image: mcp-tui-test/busybox
    labels: *seen
    stop_grace_period: 0s
    volumes: ['{}:/data']
    command: [sh, -c, 'until [ -e /go ]; do sleep 1; done; {script}']
",
        disk.mount_point().display()
    ));
    disk.hide();
    scene.exec("writer", &["touch", "/go"]);
}

/// A volume that is no disk of the host: only the container tells.
pub fn full_volume(scene: &Scene) -> Told {
    scene.up("
services:
  writer:
    image: mcp-tui-test/busybox
    labels: *seen
    stop_grace_period: 0s
    volumes: [small:/data]
    command: [sh, -c, 'while :; do dd if=/dev/zero of=/data/file bs=64k count=64; sleep 1; done']
volumes:
  small: {driver: local, driver_opts: {type: tmpfs, device: tmpfs, o: size=1m}}
");
    Told::new(
        scene.wrote("writer", "No space left on device"),
        "writer-1 finds its disk full",
        ["'/data/file': No space left on device"],
    )
}

/// Some daemons bound all logs by default, so this one is given a bound that is none.
pub fn log_bloat(scene: &Scene) -> Told {
    scene.up("
services:
  chatty:
    image: mcp-tui-test/busybox
    labels: *seen
    stop_grace_period: 0s
    logging: {driver: json-file, options: {max-size: 2g}}
    command: [sh, -c, 'yes \"$$(head -c 8000 /dev/zero | tr \"\\0\" x)\" | head -c 280000000; exec sleep 600']
");
    let file = scene.log_file("chatty");
    Told::new(
        eventually("a large log", PATIENCE, || {
            (fs::metadata(&file).ok()?.len() >= 256 << 20).then(Timestamp::now)
        }),
        "the log of chatty-1 takes 2",
        [&*format!("in {}", file.display()), "`max-size` and `max-file` give it"],
    )
}

pub fn bind_mount_without_permission(scene: &Scene) -> Told {
    let source = scene.workplace.path("work/private");
    fs::create_dir_all(&source).expect("a directory");
    fs::set_permissions(&source, fs::Permissions::from_mode(0o700)).expect("a mode");
    let source = source.to_string_lossy();
    scene.up(&format!(
        "
services:
  writer:
    image: mcp-tui-test/busybox
    labels: *seen
    stop_grace_period: 0s
    user: '65534:65534'
    volumes: ['{source}:/data']
    command: [sh, -c, 'while :; do touch /data/file; sleep 1; done']
"
    ));
    Told::new(
        scene.wrote("writer", "Permission denied"),
        format!("writer-1 may not use /data, which is {source} of the host"),
        ["touch: /data/file: Permission denied", "it runs as 65534:65534"],
    )
}
