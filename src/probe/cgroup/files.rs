//! The files of one container's cgroups.

use super::mounts::Mounts;
use super::{membership, network, parse};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A file that is read again and again.
#[derive(Debug)]
pub(super) struct Source {
    path: PathBuf,
    /// Kernel files render anew when they are read from their start, so one that is held open costs one call.
    held: Option<File>,
}

/// Reads are into one buffer; the largest of these files, `memory.stat`, is some 2 KiB.
pub(super) const BUFFER: usize = 64 * 1024;
/// The kernel hands out whole lines up to a page of 4 KiB, so an answer shorter than this one is the last.
const SHORT: usize = 2048;

#[derive(Debug)]
pub(super) struct Files {
    cpu: Option<(Source, Version)>,
    memory: Option<(Source, Version)>,
    memory_details: Option<(Source, Version)>,
    memory_limit: Option<Source>,
    pids: Option<Source>,
    block: Option<(Source, Version)>,
    network: Option<Source>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
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
}

impl Source {
    fn new(path: PathBuf) -> Option<Self> {
        path.is_file().then_some(Self { path, held: None })
    }

    fn read<'buffer>(&mut self, hold: bool, buffer: &'buffer mut [u8]) -> Option<&'buffer [u8]> {
        let file = self.held.take().map_or_else(|| File::open(&self.path), Ok).ok()?;
        let mut length = 0;
        while length < buffer.len() {
            match file.read_at(&mut buffer[length..], length as u64) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(_) => return None,
            }
            if length < SHORT {
                break;
            }
        }
        if hold {
            self.held = Some(file);
        }
        Some(&buffer[..length])
    }
}

impl Files {
    /// By the container's main process; `None` when the process is gone or is not in this container's cgroup.
    pub(super) fn resolve(mounts: &Mounts, proc: &Path, pid: u32, id: &str) -> Option<Self> {
        let text = std::fs::read_to_string(proc.join(pid.to_string()).join("cgroup")).ok()?;
        let unified = mounts.v2().and_then(|mount| mount.directory(membership::v2(&text, id)?));
        let find = |controller: &str, one: &str, two: &str| {
            let bound = mounts.v1(controller).map(|mount| {
                let directory = mount.directory(membership::v1(&text, controller, id)?)?;
                Some((Source::new(directory.join(one))?, Version::One))
            });
            // On hybrid hosts a controller is bound to one version or the other, never to both.
            bound.unwrap_or_else(|| Some((Source::new(unified.as_ref()?.join(two))?, Version::Two)))
        };
        let cpu = find("cpuacct", "cpuacct.usage", "cpu.stat");
        let memory = find("memory", "memory.usage_in_bytes", "memory.current");
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
        let network = proc.join(pid.to_string()).join("net/dev");
        Some(Self {
            cpu,
            memory,
            memory_details: find("memory", "memory.stat", "memory.stat"),
            memory_limit: find("memory", "memory.limit_in_bytes", "memory.max").map(|(source, _)| source),
            pids: find("pids", "pids.current", "pids.current").map(|(source, _)| source),
            block: block.iter().find_map(|name| find("blkio", name, "io.stat")),
            network: if network::is_the_hosts(proc, pid) { None } else { Source::new(network) },
        })
    }

    /// `None` when the cgroup is gone.
    pub(super) fn read(&mut self, hold: bool, buffer: &mut [u8]) -> Option<Reading> {
        let mut reading = Reading::default();
        if let Some((source, version)) = &mut self.cpu {
            let bytes = source.read(hold, buffer)?;
            let nanoseconds = match version {
                Version::One => parse::number(bytes),
                Version::Two => parse::field(bytes, b"usage_usec").map(|usage| usage.saturating_mul(1000)),
            };
            reading.cpu = nanoseconds.map(|nanoseconds| (nanoseconds, Instant::now()));
        }
        if let Some((source, _)) = &mut self.memory {
            reading.memory_bytes = parse::number(source.read(hold, buffer)?);
        }
        if let (Some(used), Some((source, version))) = (&mut reading.memory_bytes, &mut self.memory_details) {
            let key: &[u8] = match version {
                Version::One => b"total_inactive_file",
                Version::Two => b"inactive_file",
            };
            let inactive = source.read(hold, buffer).and_then(|bytes| parse::field(bytes, key));
            // Docker subtracts it only where it is the smaller one.
            *used = inactive.and_then(|inactive| used.checked_sub(inactive)).unwrap_or(*used);
        }
        reading.pids = self.pids.as_mut().and_then(|source| parse::number(source.read(hold, buffer)?));
        reading.block = self.block.as_mut().and_then(|(source, version)| {
            let bytes = source.read(hold, buffer)?;
            Some(match version {
                Version::One => parse::block_v1(bytes),
                Version::Two => parse::block_v2(bytes),
            })
        });
        reading.network = self.network.as_mut().and_then(|source| parse::network(source.read(hold, buffer)?));
        Some(reading)
    }

    /// The container's own limit in bytes; v1's way to say that there is none is a number beyond any memory.
    pub(super) fn memory_limit(&mut self, host_memory: Option<u64>, buffer: &mut [u8]) -> Option<u64> {
        let limit = parse::number(self.memory_limit.as_mut()?.read(false, buffer)?)?;
        let most = host_memory.unwrap_or(1 << 60);
        (limit < most).then_some(limit)
    }
}
