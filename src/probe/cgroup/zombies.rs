//! Processes of a container that have ended and that its main process, whose children they are, does not wait for.
//!
//! The kernel counts them among the tasks of the cgroup and lists them in none of its files, so that the difference tells
//! that there are some. Only then all processes of the host are looked at: that costs some microseconds for each of them.

use super::place::Place;
use super::source::Source;
use std::path::{Path, PathBuf};

/// Fewer are not looked for: a program may wait for several at once, and a little later.
const MANY: u64 = 10;

#[derive(Debug)]
pub(super) struct Zombies {
    tasks: Option<Source>,
    proc: PathBuf,
    /// The container's main process.
    parent: u32,
    /// Those of the last look, in order.
    seen: Vec<u32>,
}

impl Zombies {
    pub(super) fn at(place: &Place, proc: &Path, parent: u32) -> Self {
        let tasks = place.file("pids", "tasks", "cgroup.threads").map(|(source, _)| source);
        Self { tasks, proc: proc.to_owned(), parent, seen: Vec::new() }
    }

    /// How many there are that were there at the last look, too.
    pub(super) fn read(&mut self, pids: Option<u64>, buffer: &mut [u8]) -> Option<u64> {
        let (tasks, pids) = (self.tasks.as_mut()?, pids?);
        // Version 1 lists them for whoever opens the file: one that is held open goes on with the list of that time.
        let listed = if pids < MANY { pids } else { lines(tasks.read(false, buffer)?) };
        let now = if pids.saturating_sub(listed) < MANY { Vec::new() } else { self.children() };
        let lasting = now.iter().filter(|pid| self.seen.binary_search(pid).is_ok()).count();
        self.seen = now;
        u64::try_from(lasting).ok()
    }

    fn children(&self) -> Vec<u32> {
        let entries = std::fs::read_dir(&self.proc).into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let mut zombies: Vec<u32> = pids.filter(|pid| self.is_one(*pid)).collect();
        zombies.sort_unstable();
        zombies
    }

    /// Behind the name, which may hold blanks and brackets, stand the state and the parent.
    fn is_one(&self, pid: u32) -> bool {
        let stat = std::fs::read(self.proc.join(pid.to_string()).join("stat")).unwrap_or_default();
        let stat = String::from_utf8_lossy(&stat);
        let mut fields =
            stat.rsplit_once(')').map(|(_, fields)| fields.split_whitespace()).into_iter().flatten();
        fields.next() == Some("Z")
            && fields.next().and_then(|parent| parent.parse().ok()) == Some(self.parent)
    }
}

fn lines(bytes: &[u8]) -> u64 {
    u64::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u64::MAX)
}
