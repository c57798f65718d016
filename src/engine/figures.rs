//! What a container uses, by the daemon's own counting: for daemons whose cgroup files cannot be read here.

use super::connect::{CALL_LIMIT, Engine};
use crate::domain::figures::{FigureSource, NetworkOwner, Throttling};
use crate::domain::{ContainerFigures, ContainerId, Fault, FaultKind};
use bollard::models::{ContainerBlkioStats, ContainerCpuStats, ContainerMemoryStats, ContainerStatsResponse};
use bollard::query_parameters::StatsOptions;
use futures_util::StreamExt;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Samples kept for the difference; far more than containers on one host. Beyond it all are forgotten, which costs
/// each container one figure.
const SAMPLE_LIMIT: usize = 4096;

#[derive(Debug, Clone, Copy)]
struct ProcessorSample {
    used: u64,
    system: u64,
}

/// The last counters of each container: one sample says how much was used in all, two say how much now.
#[derive(Debug, Default)]
pub(super) struct ProcessorSamples(Mutex<HashMap<ContainerId, ProcessorSample>>);

impl ProcessorSamples {
    fn exchange(&self, id: &ContainerId, sample: ProcessorSample) -> Option<ProcessorSample> {
        let mut samples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.len() >= SAMPLE_LIMIT {
            samples.clear();
        }
        samples.insert(id.clone(), sample)
    }
}

impl Engine {
    /// One sample, without the daemon's wait for a second one: the processor's share is against the call before, and
    /// absent on the first. Traffic counts only when the interfaces are the container's own.
    pub async fn figures(&self, id: &ContainerId, network: NetworkOwner) -> Result<ContainerFigures, Fault> {
        let operation = "read the figures of container";
        let options = StatsOptions { stream: false, one_shot: true };
        let mut answers = Box::pin(self.docker.stats(&id.0, Some(options)));
        let first = async {
            match answers.next().await {
                Some(answer) => answer.map(Some),
                None => Ok(None),
            }
        };
        let answer = self.call(operation, id.short(), CALL_LIMIT, first).await?;
        let answer = answer.ok_or_else(|| {
            Fault::new(FaultKind::Refused, operation, id.short()).because("the daemon sent no figures")
        })?;
        // Without a limit of its own a container reports the host's memory, so that has to be known.
        let host = self
            .host_memory
            .get_or_try_init(|| async { self.daemon().await.map(|daemon| daemon.memory_bytes) });
        let host = host.await?.unwrap_or(u64::MAX);
        Ok(self.read_figures(id, &answer, host, network))
    }

    fn read_figures(
        &self,
        id: &ContainerId,
        answer: &ContainerStatsResponse,
        host: u64,
        owner: NetworkOwner,
    ) -> ContainerFigures {
        let sample = answer.cpu_stats.as_ref().and_then(sample);
        let before = sample.and_then(|sample| self.processors.exchange(id, sample));
        let cores = answer.cpu_stats.as_ref().map_or(1, cores);
        let network = |count: fn(&bollard::models::ContainerNetworkStats) -> Option<u64>| {
            let own = answer
                .networks
                .as_ref()
                .filter(|networks| !networks.is_empty() && owner == NetworkOwner::Itself);
            own.map(|networks| networks.values().filter_map(count).sum())
        };
        ContainerFigures {
            throttling: answer.cpu_stats.as_ref().and_then(throttling),
            // Version 1 alone has it in the answer.
            memory_peak_bytes: answer.memory_stats.as_ref().and_then(|memory| memory.max_usage),
            network_owner: owner,
            cpu_percent: before.zip(sample).and_then(|(before, sample)| share(before, sample, cores)),
            memory_bytes: answer.memory_stats.as_ref().and_then(memory),
            memory_limit_bytes: answer
                .memory_stats
                .as_ref()
                .and_then(|memory| memory.limit)
                .filter(|limit| *limit > 0 && *limit < host),
            network_received_bytes: network(|network| network.rx_bytes),
            network_sent_bytes: network(|network| network.tx_bytes),
            block_read_bytes: answer.blkio_stats.as_ref().and_then(|blocks| block_bytes(blocks, "read")),
            block_written_bytes: answer.blkio_stats.as_ref().and_then(|blocks| block_bytes(blocks, "write")),
            pids: answer.pids_stats.as_ref().and_then(|pids| pids.current),
            ..ContainerFigures::unknown(Timestamp::now(), FigureSource::StatsApi)
        }
    }
}

fn sample(stats: &ContainerCpuStats) -> Option<ProcessorSample> {
    // A container that has ended reports no system time.
    let system = stats.system_cpu_usage.filter(|system| *system > 0)?;
    Some(ProcessorSample { used: stats.cpu_usage.as_ref()?.total_usage?, system })
}

fn cores(stats: &ContainerCpuStats) -> u32 {
    let listed = stats.cpu_usage.as_ref().and_then(|usage| usage.percpu_usage.as_ref()).map(Vec::len);
    let listed = listed.and_then(|count| u32::try_from(count).ok());
    stats.online_cpus.filter(|count| *count > 0).or(listed).unwrap_or(1).max(1)
}

#[expect(clippy::cast_precision_loss, reason = "counters of nanoseconds; a percentage needs no 53 bits")]
fn share(before: ProcessorSample, now: ProcessorSample, cores: u32) -> Option<f64> {
    let used = now.used.checked_sub(before.used)?;
    let system = now.system.checked_sub(before.system).filter(|system| *system > 0)?;
    Some(used as f64 / system as f64 * f64::from(cores) * 100.0)
}

fn throttling(stats: &ContainerCpuStats) -> Option<Throttling> {
    let told = stats.throttling_data.as_ref()?;
    Some(Throttling {
        periods: told.periods?,
        throttled_periods: told.throttled_periods?,
        throttled_nanoseconds: told.throttled_time?,
    })
}

/// As `docker stats` counts: without the page cache that is given up first.
fn memory(stats: &ContainerMemoryStats) -> Option<u64> {
    let usage = stats.usage?;
    let inactive = |key: &str| stats.stats.as_ref().and_then(|details| details.get(key)).copied();
    let cache = inactive("total_inactive_file").or_else(|| inactive("inactive_file")).unwrap_or_default();
    Some(if cache < usage { usage - cache } else { usage })
}

fn block_bytes(stats: &ContainerBlkioStats, operation: &str) -> Option<u64> {
    let entries = stats.io_service_bytes_recursive.as_ref()?;
    let of = entries
        .iter()
        .filter(|entry| entry.op.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(operation)));
    Some(of.filter_map(|entry| entry.value).sum())
}

#[cfg(test)]
mod tests;
