//! What processes cost, as `/proc` has it.

use std::collections::BTreeMap;
use std::fs::{read_dir, read_to_string};

/// The unit of `/proc/PID/stat`, whatever the kernel itself counts in.
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds of processor time of a set of processes, each by its number: one that ends meanwhile takes nothing back.
#[derive(Debug, Clone)]
pub struct CpuTime(BTreeMap<u32, f64>);

impl CpuTime {
    pub fn since(&self, before: &Self) -> f64 {
        let used = |(pid, seconds): (&u32, &f64)| seconds - before.0.get(pid).copied().unwrap_or_default();
        self.0.iter().map(used).sum()
    }
}

struct Process {
    pid: u32,
    parent: u32,
    name: String,
    seconds: f64,
}

/// Of a process and all that descend from it, those that it has waited for included.
pub fn cpu_of_tree(root: u32) -> Option<CpuTime> {
    let all = processes();
    let mut wanted = vec![root];
    let mut next = 0;
    while let Some(parent) = wanted.get(next).copied() {
        wanted.extend(all.iter().filter(|process| process.parent == parent).map(|process| process.pid));
        next += 1;
    }
    of(all, |process| wanted.contains(&process.pid))
}

/// Of all processes of these names; `None` where none is to be seen, as for a daemon on another machine.
pub fn cpu_of_named(names: &[String]) -> Option<CpuTime> {
    of(processes(), |process| names.contains(&process.name))
}

/// The memory that is resident for one process.
pub fn resident_bytes(pid: u32) -> Option<f64> {
    let status = read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}

fn of(processes: Vec<Process>, is_wanted: impl Fn(&Process) -> bool) -> Option<CpuTime> {
    let wanted: BTreeMap<_, _> =
        processes.into_iter().filter(is_wanted).map(|process| (process.pid, process.seconds)).collect();
    (!wanted.is_empty()).then_some(CpuTime(wanted))
}

fn processes() -> Vec<Process> {
    let numbers =
        read_dir("/proc").expect("/proc").filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    numbers.filter_map(process).collect()
}

fn process(pid: u32) -> Option<Process> {
    let text = read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold spaces and parentheses itself.
    let (head, rest) = text.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // From the third field on, as proc(5) counts them.
    let field = |number: usize| fields.get(number - 3).copied();
    let ticks = |number| field(number)?.parse::<f64>().ok();
    let used = ticks(14)? + ticks(15)? + ticks(16)? + ticks(17)?;
    Some(Process { pid, parent: field(4)?.parse().ok()?, name, seconds: used / TICKS_PER_SECOND })
}
