//! Figures for many containers at once.

use super::Target;
use super::descriptors;
use super::files::{Files, Reading};
use super::missed::Missed;
use super::mounts::Mounts;
use super::parse;
use super::place::Place;
use super::search::{self, Found};
use super::source::BUFFER;
use crate::domain::figures::{FigureSource, NetworkOwner};
use crate::domain::{ContainerFigures, ContainerId};
use jiff::Timestamp;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// All files of a container are read at its first pass and then at every so many, for different containers at different
/// passes.
const ALL_PASSES: u32 = 5;
/// A search walks the whole tree, so there is one at every so many passes at most.
const SEARCH_PASSES: u32 = 15;
/// Of each container's files so many are held open, as long as there are descriptors.
const HELD_FILES: usize = 12;

/// Keeps what it found of each container from one pass to the next.
#[derive(Debug)]
pub struct CgroupSampler {
    mounts: Mounts,
    proc: PathBuf,
    host_memory: Option<u64>,
    containers: HashMap<ContainerId, Watched>,
    buffer: Box<[u8]>,
    pass: u32,
    /// How many containers' files may be held open.
    hold: usize,
    missed: Missed,
    found: Found,
    /// The tree may be searched anew at this pass.
    search_at: u32,
}

#[derive(Debug)]
struct Watched {
    pid: u32,
    /// The pass that named it last; who was not named is forgotten.
    pass: u32,
    /// In so many passes all files are due.
    all_in: u32,
    hold: bool,
    files: Files,
    network: NetworkOwner,
    cpu: Option<(u64, Instant)>,
}

impl Default for CgroupSampler {
    fn default() -> Self {
        Self::new()
    }
}

impl CgroupSampler {
    pub fn new() -> Self {
        Self { hold: descriptors::allowance() / HELD_FILES, ..Self::at(Path::new("/")) }
    }

    /// The same over a copy of the file system under another root, for tests and benches. No file is held open.
    pub fn at(root: &Path) -> Self {
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
            hold: 0,
            missed: Missed::default(),
            found: Found::new(),
            search_at: 0,
        }
    }

    /// One pass. A container whose cgroup cannot be found or has gone is not in the answer.
    pub fn sample(&mut self, targets: &[Target], now: Timestamp) -> Vec<(ContainerId, ContainerFigures)> {
        self.pass = self.pass.saturating_add(1);
        let mut sampled = Vec::with_capacity(targets.len());
        for target in targets {
            if let Some(figures) = self.read(target, now) {
                self.missed.remove(&target.id);
                sampled.push((target.id.clone(), figures));
            } else {
                self.missed.add(target, self.pass);
            }
        }
        self.containers.retain(|_, watched| watched.pass == self.pass);
        self.missed.keep(self.pass);
        sampled
    }

    /// Containers that the last few passes did not find.
    pub fn unread(&self) -> impl Iterator<Item = &ContainerId> {
        self.missed.lasting()
    }

    fn read(&mut self, target: &Target, now: Timestamp) -> Option<ContainerFigures> {
        // A container that was started again has a new process and, with it, new cgroups.
        if self.containers.get(&target.id).is_none_or(|known| known.pid != target.pid)
            && !(self.missed.is_due(target, self.pass) && self.watch(target))
        {
            return None;
        }
        let watched = self.containers.get_mut(&target.id)?;
        watched.pass = self.pass;
        let figures = watched.figures(self.host_memory, now, &mut self.buffer);
        if figures.is_none() {
            self.containers.remove(&target.id);
        }
        figures
    }

    fn watch(&mut self, target: &Target) -> bool {
        let Target { id, pid, network } = target;
        self.containers.remove(id);
        let Some(files) = self.resolve(target) else { return false };
        let held = self.containers.values().filter(|known| known.hold).count();
        let watched = Watched {
            pid: *pid,
            pass: self.pass,
            all_in: 0,
            hold: held < self.hold,
            files,
            network: *network,
            cpu: None,
        };
        self.containers.insert(id.clone(), watched);
        true
    }

    /// By the way that the main process tells. Its number may mean another process here, or none: then by the id alone.
    fn resolve(&mut self, target: &Target) -> Option<Files> {
        let Target { id, pid, network } = target;
        // The daemon reports 0 for what does not run.
        if *pid == 0 {
            return None;
        }
        let process = self.proc.join(pid.to_string());
        let membership = std::fs::read_to_string(process.join("cgroup")).unwrap_or_default();
        let same = membership.contains(&id.0);
        let traffic = (same && *network == NetworkOwner::Itself).then(|| process.join("net/dev"));
        let main = same.then_some((self.proc.as_path(), *pid));
        let told = Files::at(&Place::by_membership(&self.mounts, &id.0, &membership), traffic.clone(), main);
        if told.is_some() {
            return told;
        }
        if self.pass >= self.search_at {
            self.search_at = self.pass.saturating_add(SEARCH_PASSES);
            self.found =
                self.mounts.searched().map(search::below).find(|found| !found.is_empty()).unwrap_or_default();
        }
        Files::at(&Place::found(&self.mounts, &id.0, self.found.get(&id.0)?), traffic, None)
    }
}

impl Watched {
    fn figures(
        &mut self,
        host_memory: Option<u64>,
        now: Timestamp,
        buffer: &mut [u8],
    ) -> Option<ContainerFigures> {
        let all = self.all_in == 0;
        let Reading { cpu, memory_bytes, pids, block, network, details, zombies } =
            self.files.read(all, self.hold, host_memory, buffer)?;
        if all {
            // The second turn comes by the process's number, so that not all have theirs in the same pass.
            self.all_in = if self.cpu.is_none() { 1 + self.pid % ALL_PASSES } else { ALL_PASSES };
        }
        self.all_in -= 1;
        let cpu_percent = self.cpu.zip(cpu).and_then(|(before, after)| cpu_percent(before, after));
        self.cpu = cpu;
        Some(ContainerFigures {
            time: now,
            source: FigureSource::Cgroup,
            cpu_percent,
            cpu_limit_cores: details.cpu_limit_cores,
            throttling: details.throttling,
            memory_bytes,
            memory_limit_bytes: details.memory_limit_bytes,
            memory_peak_bytes: details.memory_peak_bytes,
            oom_kills: details.oom_kills,
            pressure: details.pressure,
            network_owner: self.network,
            network_received_bytes: network.map(|(received, _)| received),
            network_sent_bytes: network.map(|(_, sent)| sent),
            block_read_bytes: block.map(|(read, _)| read),
            block_written_bytes: block.map(|(_, written)| written),
            pids,
            zombies,
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
