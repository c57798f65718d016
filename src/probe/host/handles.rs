//! Open files and inotify instances, and how many there may be.

use crate::domain::host::Share;
use std::collections::HashMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// `used free limit`
pub(super) fn open_files() -> Option<Share> {
    let text = std::fs::read_to_string("/proc/sys/fs/file-nr").ok()?;
    let mut numbers = text.split_ascii_whitespace().map(str::parse);
    let used = numbers.next()?.ok()?;
    // The kernel says "no limit" by a number beyond any memory.
    let limit = numbers.nth(1)?.ok().filter(|limit| *limit < 1 << 60)?;
    Some(Share { used, limit })
}

/// Looks at the open files of all processes, so it is for now and then. What belongs to others than we may look at is not
/// counted.
pub(super) fn inotify(proc: &Path) -> Option<Share> {
    let limit = std::fs::read_to_string(proc.join("sys/fs/inotify/max_user_instances")).ok()?;
    let limit = limit.trim().parse().ok()?;
    let mut of_users: HashMap<u32, u64> = HashMap::new();
    for entry in std::fs::read_dir(proc).ok()?.flatten() {
        let is_process = entry.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok());
        let Ok(files) = std::fs::read_dir(entry.path().join("fd")) else { continue };
        let Ok(owner) = entry.metadata().map(|metadata| metadata.uid()) else { continue };
        if is_process {
            let watching = files.flatten().filter(|file| {
                std::fs::read_link(file.path()).is_ok_and(|target| target.as_os_str() == "anon_inode:inotify")
            });
            *of_users.entry(owner).or_default() += watching.count() as u64;
        }
    }
    Some(Share { used: of_users.into_values().max().unwrap_or(0), limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instances_of_the_user_that_holds_the_most_are_counted() {
        let directory = tempfile::tempdir().unwrap();
        let proc = directory.path();
        assert_eq!(inotify(proc), None);
        std::fs::create_dir_all(proc.join("sys/fs/inotify")).unwrap();
        std::fs::write(proc.join("sys/fs/inotify/max_user_instances"), "128\n").unwrap();
        for (pid, targets) in
            [("1", ["anon_inode:inotify", "/dev/null"]), ("2", ["anon_inode:inotify", "socket:[1]"])]
        {
            let files = proc.join(pid).join("fd");
            std::fs::create_dir_all(&files).unwrap();
            for (number, target) in targets.iter().enumerate() {
                std::os::unix::fs::symlink(target, files.join(number.to_string())).unwrap();
            }
        }
        assert_eq!(inotify(proc), Some(Share { used: 2, limit: 128 }));
    }

    #[test]
    fn this_host_tells_its_open_files() {
        assert!(open_files().is_none_or(|share| share.used > 0 && share.limit >= share.used));
    }
}
