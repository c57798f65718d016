//! One process of this host.

use std::path::Path;

/// When it was started, in the kernel's ticks since boot. With its number that tells it from every other process.
pub fn started_ticks(pid: u32) -> Option<u64> {
    started(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Whether the host has no such process any more. Where not all of its processes can be seen, in a container with
/// processes of its own or with those of others hidden, nobody is said to be gone.
pub fn is_gone(pid: u32) -> bool {
    // What the kernel numbers the namespace of all processes.
    const ALL_PROCESSES: &str = "pid:[4026531836]";
    let namespace = std::fs::read_link("/proc/self/ns/pid");
    let sees_all = namespace.is_ok_and(|name| name.as_os_str() == ALL_PROCESSES) && exists(1);
    sees_all && !exists(pid)
}

fn exists(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

/// The twenty-second field; the second, its name, may hold blanks and brackets.
fn started(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lives_is_not_gone() {
        assert!(!is_gone(std::process::id()));
    }

    #[test]
    fn a_name_with_brackets_moves_no_field() {
        let stat = "4242 (py) thon (3)) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 987654 20 21";
        assert_eq!(started(stat), Some(987_654));
        assert_eq!(started("4242 (cut short) S 1"), None);
        assert!(started_ticks(std::process::id()).is_some_and(|ticks| ticks > 0));
    }
}
