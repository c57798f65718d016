//! The files of one container's cgroups.

use super::details::{DetailFiles, Details};
use super::parse;
use super::place::{Place, Version};
use super::source::Source;
use super::zombies::Zombies;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Debug)]
pub(super) struct Files {
    cpu: Option<(Source, Version)>,
    memory: Option<(Source, Version)>,
    memory_details: Option<(Source, Version)>,
    pids: Option<Source>,
    block: Option<(Source, Version)>,
    network: Option<Source>,
    details: DetailFiles,
    /// Where the main process is known by its number here.
    zombies: Option<Zombies>,
    /// What was read last.
    last: Reading,
}

/// One reading; `None` where the kernel does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Reading {
    /// Processor time since the container's start, and when that was read.
    pub cpu: Option<(u64, Instant)>,
    pub memory_bytes: Option<u64>,
    pub pids: Option<u64>,
    pub block: Option<(u64, u64)>,
    pub network: Option<(u64, u64)>,
    pub details: Details,
    pub zombies: Option<u64>,
}

impl Files {
    /// `None` where there is no such cgroup. The network's file is that of the container's main process, which is that of
    /// the zombies, too.
    pub(super) fn at(place: &Place, network: Option<PathBuf>, main: Option<(&Path, u32)>) -> Option<Self> {
        let cpu = place.file("cpuacct", "cpuacct.usage", "cpu.stat");
        let memory = place.file("memory", "memory.usage_in_bytes", "memory.current");
        if cpu.is_none() && memory.is_none() {
            return None;
        }
        // The scheduler's own counts where it keeps them, as Docker has it; else those of the throttle.
        let block = [
            "blkio.bfq.io_service_bytes_recursive",
            "blkio.io_service_bytes_recursive",
            "blkio.throttle.io_service_bytes_recursive",
            "blkio.throttle.io_service_bytes",
        ];
        Some(Self {
            cpu,
            memory,
            memory_details: place.file("memory", "memory.stat", "memory.stat"),
            pids: place.file("pids", "pids.current", "pids.current").map(|(source, _)| source),
            block: block.iter().find_map(|name| place.file("blkio", name, "io.stat")),
            network: network.and_then(Source::new),
            details: DetailFiles::at(place),
            zombies: main.map(|(proc, pid)| Zombies::at(place, proc, pid)),
            last: Reading::default(),
        })
    }

    /// `None` when the cgroup is gone. A container in which nothing ran since the last pass has taken no memory, started
    /// no process and caused no input or output, so its other files are read only when `all` are due: most containers
    /// idle, and every file costs a call.
    pub(super) fn read(
        &mut self,
        all: bool,
        hold: bool,
        host_memory: Option<u64>,
        buffer: &mut [u8],
    ) -> Option<Reading> {
        let mut ran = true;
        if let Some((source, version)) = &mut self.cpu {
            let bytes = source.read(hold, buffer)?;
            let nanoseconds = match version {
                Version::One => parse::number(bytes),
                Version::Two => parse::field(bytes, b"usage_usec").map(|usage| usage.saturating_mul(1000)),
            };
            ran = nanoseconds.is_none() || nanoseconds != self.last.cpu.map(|(before, _)| before);
            self.last.cpu = nanoseconds.map(|nanoseconds| (nanoseconds, Instant::now()));
        }
        if (all || ran)
            && let Some((source, _)) = &mut self.memory
        {
            let used = parse::number(source.read(hold, buffer)?);
            let inactive = self.memory_details.as_mut().and_then(|(source, version)| {
                let key: &[u8] = match version {
                    Version::One => b"total_inactive_file",
                    Version::Two => b"inactive_file",
                };
                parse::field(source.read(hold, buffer)?, key)
            });
            // Docker subtracts it only where it is the smaller one.
            let without = |used: u64| inactive.and_then(|inactive| used.checked_sub(inactive));
            self.last.memory_bytes = used.map(|used| without(used).unwrap_or(used));
        }
        if all || ran {
            self.last.pids = self.pids.as_mut().and_then(|source| parse::number(source.read(hold, buffer)?));
            self.last.block = self.block.as_mut().and_then(|(source, version)| {
                let bytes = source.read(hold, buffer)?;
                Some(match version {
                    Version::One => parse::block_v1(bytes),
                    Version::Two => parse::block_v2(bytes),
                })
            });
        }
        let pids = self.last.pids;
        self.last.zombies = self.zombies.as_mut().and_then(|zombies| zombies.read(pids, buffer));
        // Packets come in without anything running for them.
        self.last.network =
            self.network.as_mut().and_then(|source| parse::network(source.read(hold, buffer)?));
        if all {
            self.last.details = self.details.read(hold, host_memory, buffer);
        }
        Some(self.last)
    }
}
