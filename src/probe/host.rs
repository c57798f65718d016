//! The host: processors, memory and disks by sysinfo, the rest from `/proc`.

mod handles;
mod network;
mod pressure;

use crate::domain::HostSample;
use crate::domain::figures::Pressure;
use crate::domain::host::{DiskUse, Share};
use network::Network;
use std::path::Path;
use sysinfo::{Disk, DiskRefreshKind, Disks, System};

/// Every container has a root file system that is mounted on the host too. Only what counts as a disk is asked at each
/// reading; which those are, at every so many.
const LIST_READINGS: u32 = 30;
/// What looks at every process is read at each so many.
const SLOW_READINGS: u32 = 120;
/// The kernel renews the averages of pressure every two seconds.
const PRESSURE_READINGS: u32 = 2;

pub struct HostProbe {
    system: Option<System>,
    disks: Option<Disks>,
    /// A processor's use is a difference between two readings.
    readings: u32,
    /// After so many readings the disks are listed anew.
    list_in: u32,
    network: Network,
    pressure: Pressure,
    inotify: Option<Share>,
}

impl Default for HostProbe {
    fn default() -> Self {
        Self::new()
    }
}

impl HostProbe {
    pub fn new() -> Self {
        Self {
            system: System::new().ok(),
            disks: Disks::new().ok(),
            readings: 0,
            list_in: 0,
            network: Network::default(),
            pressure: Pressure::default(),
            inotify: None,
        }
    }

    /// Reads everything anew; takes about a millisecond.
    pub fn sample(&mut self) -> HostSample {
        if let Some(system) = &mut self.system {
            system.refresh_cpu_usage();
            system.refresh_memory();
        }
        if let Some(disks) = &mut self.disks {
            let storage = DiskRefreshKind::nothing().with_storage();
            if self.list_in == 0 {
                disks.refresh_specifics(true, storage);
                self.list_in = LIST_READINGS;
            } else {
                for disk in disks.iter_mut().filter(|disk| counts(disk)) {
                    disk.refresh_specifics(storage);
                }
            }
            self.list_in -= 1;
        }
        if self.readings.is_multiple_of(PRESSURE_READINGS) {
            self.pressure = pressure::read();
        }
        // Not at the first one, which is for the first picture.
        if self.readings % SLOW_READINGS == 1 {
            self.inotify = handles::inotify(Path::new("/proc"));
        }
        self.readings = self.readings.saturating_add(1);
        let system = self.system.as_ref();
        // Sysinfo reads nothing as 0. No host has no memory, but it may well have no swap.
        let total = system.map(System::total_memory).filter(|bytes| *bytes > 0);
        let of = |read: fn(&System) -> u64| system.filter(|_| total.is_some()).map(read);
        let load = System::load_average().ok();
        HostSample {
            host_name: System::host_name().ok(),
            uptime_seconds: System::uptime().ok(),
            cpu_percent: system
                .filter(|_| self.readings > 1)
                .map(|system| f64::from(system.global_cpu_usage()).clamp(0.0, 100.0)),
            cores: system.map(|system| system.cpus().len()).filter(|cores| *cores > 0),
            core_percents: system
                .filter(|_| self.readings > 1)
                .map(|system| system.cpus().iter().map(|core| f64::from(core.usage())).collect())
                .unwrap_or_default(),
            load_one: load.as_ref().map(|load| load.one),
            load_five: load.as_ref().map(|load| load.five),
            load_fifteen: load.as_ref().map(|load| load.fifteen),
            memory_used_bytes: of(System::used_memory),
            memory_total_bytes: total,
            swap_used_bytes: of(System::used_swap),
            swap_total_bytes: of(System::total_swap),
            pressure: self.pressure,
            network: self.network.read(),
            open_files: handles::open_files(),
            inotify_instances: self.inotify,
            disks: self.disks.as_ref().map(disks_in_use).unwrap_or_default(),
        }
    }
}

/// One row for each disk, at the shortest of its mount points; the root first.
fn disks_in_use(disks: &Disks) -> Vec<DiskUse> {
    let mut found: Vec<(std::ffi::OsString, DiskUse)> = Vec::new();
    for disk in disks {
        if !counts(disk) {
            continue;
        }
        let used = DiskUse {
            mount_point: disk.mount_point().to_string_lossy().into_owned(),
            used_bytes: disk.total_space().saturating_sub(disk.available_space()),
            total_bytes: disk.total_space(),
            inodes: inodes(disk.mount_point()),
        };
        match found.iter_mut().find(|(device, _)| device == disk.name()) {
            Some((_, known)) if known.mount_point.len() <= used.mount_point.len() => {}
            Some((_, known)) => *known = used,
            None => found.push((disk.name().to_owned(), used)),
        }
    }
    let mut disks: Vec<_> = found.into_iter().map(|(_, disk)| disk).collect();
    disks.sort_by(|left, right| left.mount_point.cmp(&right.mount_point));
    disks
}

/// A file system that makes them as they are needed says that it has none.
fn inodes(mount_point: &Path) -> Option<Share> {
    let told = rustix::fs::statvfs(mount_point).ok().filter(|told| told.f_files > 0)?;
    Some(Share { used: told.f_files.saturating_sub(told.f_ffree), limit: told.f_files })
}

/// Whether it can fill up, and is not a view of another one.
fn counts(disk: &Disk) -> bool {
    let file_system = disk.file_system().to_string_lossy();
    // A container's root is an overlay over a disk that is listed already, unless this is our own root.
    let layered = matches!(&*file_system, "overlay" | "overlayfs" | "aufs" | "fuse.fuse-overlayfs");
    // What cannot be written cannot fill up: file systems in memory, images, firmware variables.
    let fixed = matches!(&*file_system, "tmpfs" | "ramfs" | "efivarfs" | "erofs" | "nsfs" | "tracefs");
    disk.total_space() > 0 && !fixed && (!layered || disk.mount_point() == Path::new("/"))
}

#[cfg(test)]
mod tests;
