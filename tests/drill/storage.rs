//! Disks and what is mounted.

use crate::scene::{Scene, Told};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

pub fn disk_full(scene: &Scene) -> Told {
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
