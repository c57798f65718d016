//! Figures for many containers at once.

use super::files::{BUFFER, Files, Reading};
use super::mounts::Mounts;
use super::parse;
use crate::domain::figures::FigureSource;
use crate::domain::{ContainerFigures, ContainerId};
use jiff::Timestamp;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Limits change by hand only, so they are read at the first pass and then at every so many.
const LIMIT_PASSES: u32 = 15;
/// A container has six files. Those of so many are held open; a process may open 1,024 by default.
const HELD_CONTAINERS: usize = 100;

/// Keeps what it found of each container from one pass to the next.
#[derive(Debug)]
pub struct CgroupSampler {
    mounts: Mounts,
    proc: PathBuf,
    host_memory: Option<u64>,
    containers: HashMap<ContainerId, Watched>,
    buffer: Box<[u8]>,
    pass: u32,
}

#[derive(Debug)]
struct Watched {
    pid: u32,
    /// The pass that named it last; who was not named is forgotten.
    pass: u32,
    limit_in: u32,
    hold: bool,
    files: Files,
    memory_limit: Option<u64>,
    cpu: Option<(u64, Instant)>,
}

impl Default for CgroupSampler {
    fn default() -> Self {
        Self::new()
    }
}

impl CgroupSampler {
    pub fn new() -> Self {
        Self::at(Path::new("/"))
    }

    /// The same over a copy of the file system, for tests.
    pub(super) fn at(root: &Path) -> Self {
        let meminfo = std::fs::read(root.join("proc/meminfo")).unwrap_or_default();
        let total = meminfo.split(|byte| *byte == b'\n').find_map(|line| {
            let rest = line.strip_prefix(b"MemTotal:")?.trim_ascii();
            parse::number(rest.strip_suffix(b"kB")?)
        });
        Self {
            mounts: Mounts::read(root),
            proc: root.join("proc"),
            host_memory: total.map(|kilobytes| kilobytes.saturating_mul(1024)),
            containers: HashMap::new(),
            buffer: vec![0; BUFFER].into_boxed_slice(),
            pass: 0,
        }
    }

    /// One pass. A container whose cgroup cannot be found or has gone is not in the answer.
    pub fn sample(
        &mut self,
        targets: &[(ContainerId, u32)],
        now: Timestamp,
    ) -> Vec<(ContainerId, ContainerFigures)> {
        self.pass = self.pass.wrapping_add(1);
        let mut sampled = Vec::with_capacity(targets.len());
        for (id, pid) in targets {
            // A container that was started again has a new process and, with it, new cgroups.
            if self.containers.get(id).is_none_or(|known| known.pid != *pid) && !self.watch(id, *pid) {
                continue;
            }
            let Some(watched) = self.containers.get_mut(id) else { continue };
            watched.pass = self.pass;
            if let Some(figures) = watched.figures(self.host_memory, now, &mut self.buffer) {
                sampled.push((id.clone(), figures));
            } else {
                self.containers.remove(id);
            }
        }
        self.containers.retain(|_, watched| watched.pass == self.pass);
        sampled
    }

    fn watch(&mut self, id: &ContainerId, pid: u32) -> bool {
        self.containers.remove(id);
        // The daemon reports 0 for what does not run.
        let files = if pid == 0 { None } else { Files::resolve(&self.mounts, &self.proc, pid, &id.0) };
        let Some(files) = files else { return false };
        let held = self.containers.values().filter(|known| known.hold).count();
        self.containers.insert(
            id.clone(),
            Watched {
                pid,
                pass: self.pass,
                limit_in: 0,
                hold: held < HELD_CONTAINERS,
                files,
                memory_limit: None,
                cpu: None,
            },
        );
        true
    }
}

impl Watched {
    fn figures(
        &mut self,
        host_memory: Option<u64>,
        now: Timestamp,
        buffer: &mut [u8],
    ) -> Option<ContainerFigures> {
        let Reading { cpu, memory_bytes, pids, block, network } = self.files.read(self.hold, buffer)?;
        if self.limit_in == 0 {
            self.memory_limit = self.files.memory_limit(host_memory, buffer);
            self.limit_in = LIMIT_PASSES;
        }
        self.limit_in -= 1;
        let cpu_percent = self.cpu.zip(cpu).and_then(|(before, after)| cpu_percent(before, after));
        self.cpu = cpu;
        Some(ContainerFigures {
            time: now,
            source: FigureSource::Cgroup,
            cpu_percent,
            memory_bytes,
            memory_limit_bytes: self.memory_limit,
            network_received_bytes: network.map(|(received, _)| received),
            network_sent_bytes: network.map(|(_, sent)| sent),
            block_read_bytes: block.map(|(read, _)| read),
            block_written_bytes: block.map(|(_, written)| written),
            pids,
        })
    }
}

/// Percent of one core between two readings; none when no time passed or the count began anew.
#[expect(clippy::cast_precision_loss, reason = "a percentage needs a few digits only")]
pub(super) fn cpu_percent(before: (u64, Instant), after: (u64, Instant)) -> Option<f64> {
    let used = after.0.checked_sub(before.0)? as f64;
    let passed = after.1.checked_duration_since(before.1)?.as_nanos() as f64;
    (passed > 0.0).then(|| used / passed * 100.0)
}
