//! The machine that everything runs on.

use super::World;
use crate::sim::numbers::{float, whole};

#[derive(Debug, Clone, PartialEq)]
pub struct SimHost {
    pub host_name: String,
    pub uptime_seconds: u64,
    /// Of all cores together, 0 to 100.
    pub cpu_percent: Option<f64>,
    pub cores: u32,
    pub load_one: f64,
    pub memory_used_bytes: u64,
    pub memory_total_bytes: u64,
    pub swap_used_bytes: u64,
    pub swap_total_bytes: u64,
    pub disks: Vec<SimDisk>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimDisk {
    pub mount_point: String,
    pub used_bytes: u64,
    pub total_bytes: u64,
}

impl World {
    /// Since the machine was booted.
    pub fn host_uptime(&self) -> f64 {
        self.now.since(self.origin).as_secs_f64() + self.script.host.up.0.as_secs_f64()
    }

    pub fn host_snapshot(&self) -> SimHost {
        let host = &self.script.host;
        let uptime = self.host_uptime();
        let running = || self.containers.values().filter(|container| container.is_running());
        let percent_of_a_core: f64 =
            host.own_cpu.at(uptime, 1) + running().map(|container| self.cpu_percent(container)).sum::<f64>();
        let memory: u64 = running().map(|container| self.memory_used(container)).sum();
        let cores = host.cores.max(1);
        SimHost {
            host_name: host.name.clone(),
            uptime_seconds: whole(uptime),
            cpu_percent: Some((percent_of_a_core / f64::from(cores)).min(100.0)),
            cores,
            load_one: float(whole(percent_of_a_core * 1.05)) / 100.0,
            memory_used_bytes: (host.own_memory.0 + memory).min(host.memory.0),
            memory_total_bytes: host.memory.0,
            swap_used_bytes: host.swap.0 / 64,
            swap_total_bytes: host.swap.0,
            disks: host
                .disks
                .iter()
                .map(|disk| SimDisk {
                    mount_point: disk.mount_point.clone(),
                    used_bytes: disk.used.0,
                    total_bytes: disk.total.0,
                })
                .collect(),
        }
    }
}
