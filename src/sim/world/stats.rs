//! What containers use, as the stats API tells it.

use super::World;
use super::container::Container;
use crate::sim::clock::{Moment, NEVER};
use crate::sim::numbers::{float, whole};
use crate::sim::scenario::spec::{Curve, Size, SizeCurve, Span};
use serde_json::{Value, json};
use std::time::Duration;

/// Page cache that is counted as used and can be given back.
const INACTIVE_CACHE: u64 = 24 << 20;

fn cpu(container: &Container) -> Curve {
    container.behaviour.cpu.unwrap_or(Curve {
        base: 0.05,
        swing: 0.04,
        period: Span(Duration::from_secs(40)),
    })
}

fn memory(container: &Container) -> SizeCurve {
    container.behaviour.memory.unwrap_or(SizeCurve {
        base: Size(6 << 20),
        swing: Size(1 << 20),
        period: Span(Duration::from_mins(3)),
    })
}

/// Seconds that a container has run by `moment`.
fn running_for(container: &Container, moment: Moment) -> f64 {
    container.started.map_or(0.0, |started| moment.since(started).as_secs_f64())
}

fn limit(container: &Container) -> Option<u64> {
    container.host_config.get("Memory").and_then(Value::as_u64).filter(|limit| *limit > 0)
}

impl World {
    pub fn cpu_percent(&self, container: &Container) -> f64 {
        cpu(container).at(running_for(container, self.now), container.seed)
    }

    /// Without the page cache.
    pub fn memory_used(&self, container: &Container) -> u64 {
        let used = whole(memory(container).at(running_for(container, self.now), container.seed));
        limit(container).map_or(used, |limit| used.min(limit))
    }

    /// One sample; with `previous` the sample of a second before stands beside it.
    pub fn stats(&self, container: &Container, previous: bool) -> Value {
        if !container.is_running() {
            let nothing = json!({ "cpu_usage": { "total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0 },
                "throttling_data": { "periods": 0, "throttled_periods": 0, "throttled_time": 0 } });
            return json!({
                "read": NEVER,
                "preread": NEVER,
                "pids_stats": {},
                "blkio_stats": { "io_service_bytes_recursive": null },
                "num_procs": 0,
                "storage_stats": {},
                "cpu_stats": nothing,
                "precpu_stats": nothing,
                "memory_stats": {},
                "name": format!("/{}", container.name),
                "id": container.id,
            });
        }
        let before = self.now.before(Duration::from_secs(1));
        let running = running_for(container, self.now);
        let amount = |rate: Option<Size>, otherwise: u64| {
            whole(float(rate.map_or(otherwise, |size| size.0)) * running)
        };
        let behaviour = &container.behaviour;
        let received = amount(behaviour.received, 40);
        let sent = amount(behaviour.sent, 30);
        let block = |operation: &str, bytes: u64| json!({ "major": 259, "minor": 0, "op": operation, "value": bytes });
        let usage = self.memory_used(container) + INACTIVE_CACHE;
        let anonymous = usage.saturating_sub(2 * INACTIVE_CACHE);
        let precpu = if previous {
            self.cpu_stats(container, before)
        } else {
            json!({ "cpu_usage": { "total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0 },
                "throttling_data": { "periods": 0, "throttled_periods": 0, "throttled_time": 0 } })
        };
        let mut sample = json!({
            "read": self.now.rfc3339(),
            "preread": if previous { before.rfc3339() } else { NEVER.to_owned() },
            "pids_stats": { "current": behaviour.processes.unwrap_or(1), "limit": 618_902 },
            "blkio_stats": {
                "io_service_bytes_recursive":
                    [block("read", amount(behaviour.read, 0)), block("write", amount(behaviour.written, 0))],
                "io_serviced_recursive": null,
                "io_queue_recursive": null,
                "io_service_time_recursive": null,
                "io_wait_time_recursive": null,
                "io_merged_recursive": null,
                "io_time_recursive": null,
                "sectors_recursive": null,
            },
            "num_procs": 0,
            "storage_stats": {},
            "cpu_stats": self.cpu_stats(container, self.now),
            "precpu_stats": precpu,
            "memory_stats": {
                "usage": usage,
                "stats": {
                    "anon": anonymous,
                    "file": 2 * INACTIVE_CACHE,
                    "active_file": INACTIVE_CACHE,
                    "inactive_file": INACTIVE_CACHE,
                    "kernel": 2 << 20,
                    "pgfault": 1000,
                    "pgmajfault": 3,
                },
                "limit": limit(container).unwrap_or(self.script.host.memory.0),
            },
            "name": format!("/{}", container.name),
            "id": container.id,
        });
        // On the host's network, or on none, there are no interfaces to count at.
        let mode = container.host_config.get("NetworkMode").and_then(Value::as_str);
        if !matches!(mode, Some("host" | "none")) {
            sample["networks"] = json!({ "eth0": {
                "rx_bytes": received, "rx_packets": received / 600, "rx_errors": 0, "rx_dropped": 0,
                "tx_bytes": sent, "tx_packets": sent / 600, "tx_errors": 0, "tx_dropped": 0,
            } });
        }
        sample
    }

    fn cpu_stats(&self, container: &Container, moment: Moment) -> Value {
        let cores = self.script.host.cores.max(1);
        let used = cpu(container).area(running_for(container, moment), container.seed) / 100.0;
        let used = whole(used * 1e9);
        let back = self.now.since(moment).as_secs_f64();
        let system = whole((self.host_uptime() - back) * f64::from(cores) * 1e9);
        json!({
            "cpu_usage": {
                "total_usage": used,
                "usage_in_kernelmode": used / 5,
                "usage_in_usermode": used - used / 5,
            },
            "system_cpu_usage": system,
            "online_cpus": cores,
            "throttling_data": { "periods": 0, "throttled_periods": 0, "throttled_time": 0 },
        })
    }
}
