//! The host as lines: what it has, what of it is in use, and what of ours lies on which disk.

mod docker;

use crate::app::State;
use crate::domain::figures::Stall;
use crate::domain::host::{DiskUse, Share};
use crate::domain::{HostSample, Safe, units};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What is not known is left out.
pub fn lines(state: &State, now: Timestamp) -> Vec<Safe> {
    let Some(host) = state.host.sample() else { return vec![Safe::new("Nothing has been read yet.")] };
    let mut lines = processors(host);
    lines.extend(memory(host));
    lines.extend(pressure(host));
    if let Some(network) = host.network {
        let rate = |bytes: f64| format!("{}/s", units::bytes(units::whole(bytes)));
        lines.push(format!(
            "network: {} in, {} out",
            rate(network.received_bytes_per_second),
            rate(network.sent_bytes_per_second)
        ));
    }
    let share = |share: Share| format!("{} of {}", share.used, share.limit);
    lines.extend(host.open_files.map(|files| format!("open files: {}", share(files))));
    lines.extend(
        host.inotify_instances.map(|held| format!("inotify instances: {} of the busiest user", share(held))),
    );
    if let Some(ahead) = state.fleet.daemon().and_then(|daemon| daemon.clock_ahead_seconds) {
        lines.push(match ahead {
            0 => "daemon's clock: as ours".to_owned(),
            1.. => format!("daemon's clock: {ahead} s ahead of ours"),
            _ => format!("daemon's clock: {} s behind ours", ahead.unsigned_abs()),
        });
    }
    if !host.disks.is_empty() {
        lines.push("disks:".to_owned());
    }
    for disk in &host.disks {
        lines.extend(self::disk(state, host, disk));
    }
    lines.extend(docker::lines(&state.docker_disk, now));
    lines.iter().map(Safe::new).collect()
}

fn processors(host: &HostSample) -> Vec<String> {
    let mut lines = Vec::new();
    let load: Vec<String> = [host.load_one, host.load_five, host.load_fifteen]
        .into_iter()
        .flatten()
        .map(|load| format!("{load:.2}"))
        .collect();
    if !load.is_empty() {
        let cores = host.cores.map(|cores| format!(" on {cores} cores")).unwrap_or_default();
        lines.push(format!("load: {}{cores}", load.join(" ")));
    }
    lines.extend(host.cpu_percent.map(|cpu| format!("cpu: {}", units::percent(cpu))));
    // As many in a line as there is room for at eighty columns.
    for (row, cores) in host.core_percents.chunks(10).enumerate() {
        let cores: Vec<String> = cores.iter().map(|core| format!("{core:>4.0}%")).collect();
        lines.push(format!("  {:>3}: {}", row * 10, cores.join("")));
    }
    lines
}

fn memory(host: &HostSample) -> Vec<String> {
    let pair = |name: &str, used: Option<u64>, total: Option<u64>| {
        Some(format!(
            "{name}: {} of {}",
            units::bytes(used?),
            units::bytes(total.filter(|total| *total > 0)?)
        ))
    };
    let memory = pair("memory", host.memory_used_bytes, host.memory_total_bytes);
    let swap = pair("swap", host.swap_used_bytes, host.swap_total_bytes);
    memory.into_iter().chain(swap).collect()
}

fn pressure(host: &HostSample) -> Option<String> {
    let told =
        |name: &str, stall: Option<Stall>| stall.map(|stall| format!("{name} {:.1}%", stall.some_percent));
    let pressure = host.pressure;
    let told = [told("cpu", pressure.cpu), told("memory", pressure.memory), told("io", pressure.io)];
    let told: Vec<String> = told.into_iter().flatten().collect();
    (!told.is_empty()).then(|| format!("waited for in the last ten seconds: {}", told.join(", ")))
}

fn disk(state: &State, host: &HostSample, disk: &DiskUse) -> Vec<String> {
    let percent = disk.used_bytes.saturating_mul(100).checked_div(disk.total_bytes).unwrap_or(0);
    let mut lines = vec![format!(
        "  {}: {percent}%, {} of {}",
        disk.mount_point,
        units::bytes(disk.used_bytes),
        units::bytes(disk.total_bytes)
    )];
    lines.extend(disk.inodes.and_then(Share::percent).map(|percent| format!("    inodes: {percent}%")));
    lines.extend(
        state.host.full_in(disk).map(|full| format!("    full in: {} as it goes", units::duration(full))),
    );
    lines.extend(holds(state, host, disk));
    lines
}

/// What of ours lies on the disk: Docker's root, the backups, and the paths that containers mount.
fn holds(state: &State, host: &HostSample, disk: &DiskUse) -> Vec<String> {
    const SHOWN: usize = 6;
    let is_here = |path: &str| of_path(host, path).is_some_and(|found| found.mount_point == disk.mount_point);
    // What another host's daemon names lies on no disk of this one.
    let daemon = state.fleet.daemon().filter(|_| state.places.daemon_is_here);
    let root = daemon.and_then(|daemon| daemon.root_directory.as_ref()).filter(|root| is_here(root));
    let backups = state.places.backups.as_ref().filter(|backups| is_here(backups));
    let containers = state.fleet.containers().values().filter(|_| state.places.daemon_is_here);
    let binds: BTreeSet<&str> = containers
        .flat_map(|container| &container.mounts)
        .filter(|mount| mount.kind == "bind" && is_here(&mount.source))
        .map(|mount| &*mount.source)
        .collect();
    let more = binds.len().saturating_sub(SHOWN);
    let root = root.map(|root| format!("    Docker's root: {root}"));
    let backups = backups.map(|backups| format!("    backups: {backups}"));
    let mut lines: Vec<String> = root.into_iter().chain(backups).collect();
    lines.extend(binds.into_iter().take(SHOWN).map(|path| format!("    mounted: {path}")));
    if more > 0 {
        lines.push(format!("    mounted: {more} more"));
    }
    lines
}

/// The disk with the longest mount point that the path lies below.
fn of_path<'host>(host: &'host HostSample, path: &str) -> Option<&'host DiskUse> {
    let below = |mount_point: &str| {
        mount_point == "/"
            || path == mount_point
            || path.strip_prefix(mount_point).is_some_and(|rest| rest.starts_with('/'))
    };
    host.disks.iter().filter(|disk| below(&disk.mount_point)).max_by_key(|disk| disk.mount_point.len())
}
