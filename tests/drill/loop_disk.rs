//! A small disk that fills quickly: a file behind a loop device. Only the incident's own console and containers see it
//! once it fills, so that nobody else on this machine finds a disk of his full.

use crate::support::workplace::Workplace;
use std::cell::RefCell;
use std::env::temp_dir;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The incidents that have one.
const INCIDENTS: [&str; 2] = ["disk_full", "disk_without_inodes"];
/// Stands in its mount point, by which what is said of it is told from what is said of the machine's own disks.
pub const MARK: &str = "drill-disk";
const BYTES: u64 = 16 << 20;
/// Few files fill it, too.
const INODES: &str = "128";

pub struct LoopDisk {
    mount_point: PathBuf,
    /// As long as everybody sees it, it is the only one: who looks at the mounts now keeps what he sees.
    seen: RefCell<Option<File>>,
}

pub fn has_one(incident: &str) -> bool {
    INCIDENTS.contains(&incident)
}

/// Why there can be none on this machine.
pub fn why_not() -> Option<String> {
    let directory = tempfile::tempdir().map_err(|error| error.to_string());
    let tried = directory.and_then(|directory| {
        let image = directory.path().join("image");
        File::create(&image).and_then(|file| file.set_len(BYTES)).map_err(|error| error.to_string())?;
        run("mkfs.ext4", &["-q", text(&image)])?;
        let device = run("losetup", &["--find", "--show", text(&image)])?;
        run("losetup", &["--detach", &device])?;
        // The console gets a view of the mounts of its own.
        run("unshare", &["--mount", "true"])
    });
    tried.err()
}

impl LoopDisk {
    /// Empty, and mounted where everybody sees it until it is hidden.
    pub fn new(workplace: &Workplace) -> Self {
        let lock = File::create(temp_dir().join("mcp-tui-test-drill-disk.lock")).expect("a file");
        lock.lock().expect("a lock");
        let (image, mount_point) = (workplace.path("disk.img"), workplace.path("work").join(MARK));
        File::create(&image).and_then(|file| file.set_len(BYTES)).expect("a file");
        fs::create_dir_all(&mount_point).expect("a directory");
        must("mkfs.ext4", &["-q", "-m", "0", "-N", INODES, text(&image)]);
        let device = must("losetup", &["--find", "--show", text(&image)]);
        must("mount", &[&device, text(&mount_point)]);
        // It goes by itself with the last that has it mounted.
        must("losetup", &["--detach", &device]);
        Self { mount_point, seen: RefCell::new(Some(lock)) }
    }

    pub fn mount_point(&self) -> &Path {
        &self.mount_point
    }

    /// Who has it mounted keeps it: the containers that were started, and whoever has mounts of his own.
    pub fn hide(&self) {
        if let Some(lock) = self.seen.take() {
            must("umount", &[text(&self.mount_point)]);
            drop(lock);
        }
    }
}

impl Drop for LoopDisk {
    fn drop(&mut self) {
        if self.seen.get_mut().is_some() {
            run("umount", &["--lazy", text(&self.mount_point)]).ok();
        }
    }
}

fn must(program: &str, arguments: &[&str]) -> String {
    run(program, arguments).expect("what was tried before works")
}

fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    let printed = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        Ok(printed(&output.stdout))
    } else {
        Err(format!("{program}: {}", printed(&output.stderr)))
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of letters")
}
