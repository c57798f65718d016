//! Tells a living worker from a dead one, and from a stranger that got its process number later.

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;

/// A process as nothing else can be: its number, the boot it lives in, and when in that boot it started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessMark {
    pub pid: u32,
    pub boot_id: String,
    /// Clock ticks after boot, field 22 of `/proc/<pid>/stat`.
    pub start_ticks: u64,
}

impl ProcessMark {
    /// The process that asks.
    pub fn current() -> std::io::Result<Self> {
        Self::of(std::process::id())
    }

    /// A process that lives now.
    pub fn of(pid: u32) -> std::io::Result<Self> {
        let start_ticks = living_since(pid)
            .ok_or_else(|| std::io::Error::other(format!("/proc/{pid}/stat cannot be read")))?;
        Ok(Self { pid, boot_id: boot_id()?, start_ticks })
    }

    /// Asks this very process, and no stranger that has its number now, to end. Says whether there was one to ask.
    pub fn terminate(&self) -> std::io::Result<bool> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        let Some(pid) = pid.filter(|_| self.is_alive()) else { return Ok(false) };
        match kill_process(pid, Signal::TERM) {
            Ok(()) => Ok(true),
            Err(Errno::SRCH) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    pub fn is_alive(&self) -> bool {
        boot_id().is_ok_and(|id| id == self.boot_id) && living_since(self.pid) == Some(self.start_ticks)
    }
}

fn boot_id() -> std::io::Result<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|text| text.trim().to_owned())
}

/// When the process started, unless there is none or only its zombie.
fn living_since(pid: u32) -> Option<u64> {
    let bytes = std::fs::read(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    parse_stat(&String::from_utf8_lossy(&bytes))
}

/// The name in brackets may hold anything, brackets and spaces too; the fields are counted from its end.
fn parse_stat(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let tail = "1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 998877 1 2";
        assert_eq!(parse_stat(&format!("12 (a) S (b)) S {tail}")), Some(998_877));
        assert_eq!(parse_stat(&format!("12 (gone) Z {tail}")), None);
    }

    #[test]
    fn the_asking_process_lives_and_another_start_is_another_process() {
        let mark = ProcessMark::current().unwrap();
        assert!(mark.is_alive());
        assert!(!ProcessMark { start_ticks: mark.start_ticks + 1, ..mark.clone() }.is_alive());
        assert!(!ProcessMark { boot_id: "another boot".to_owned(), ..mark }.is_alive());
    }

    #[test]
    fn a_zombie_is_dead() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let mark = ProcessMark::of(child.id()).unwrap();
        child.kill().unwrap();
        // Not waited for yet: the process stays in the table until then.
        while mark.is_alive() {
            std::thread::yield_now();
        }
        child.wait().unwrap();
        assert!(!mark.is_alive());
    }
}
