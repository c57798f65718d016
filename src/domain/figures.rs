//! What a container uses. `None` means unknown, never zero.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureSource {
    /// Read from the cgroup files of this host.
    Cgroup,
    /// Asked from the daemon's stats API.
    StatsApi,
}

impl FigureSource {
    /// How long after one reading the next one is due for what is on the screen.
    pub fn interval(self) -> Duration {
        match self {
            Self::Cgroup => Duration::from_secs(1),
            Self::StatsApi => Duration::from_secs(5),
        }
    }
}

/// Whose network interfaces a container sees. Traffic is counted where the interfaces belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkOwner {
    #[default]
    Itself,
    /// `network_mode: host`: the traffic of all the host is not the container's.
    Host,
    /// `network_mode: service:x` or `container:x`: counted there.
    Another,
}

impl NetworkOwner {
    /// From the daemon's `NetworkMode`.
    pub fn of_mode(mode: &str) -> Self {
        match mode {
            "host" => Self::Host,
            _ if mode.starts_with("container:") => Self::Another,
            _ => Self::Itself,
        }
    }
}

/// How often the processor quota held a container back, counted since it was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throttling {
    /// In which there was something to run.
    pub periods: u64,
    /// In which the quota was used up.
    pub throttled_periods: u64,
    /// Waited by all threads together.
    pub throttled_nanoseconds: u64,
}

/// Pressure stall information: the part of the last ten seconds in which tasks waited, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stall {
    /// At least one of them.
    pub some_percent: f64,
    /// All of them at once; not told by every kernel of every resource.
    pub full_percent: Option<f64>,
}

/// Waiting for what is short. Absent where the kernel keeps no such account.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Pressure {
    pub cpu: Option<Stall>,
    pub memory: Option<Stall>,
    pub io: Option<Stall>,
}

/// Counters count from the container's start on. What changes slowly (peak, kills, throttling, pressure) may be some
/// seconds older than the rest, and limits some twenty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ContainerFigures {
    pub time: Timestamp,
    pub source: FigureSource,
    /// Percent of one core; not clamped.
    pub cpu_percent: Option<f64>,
    /// The quota in cores, as of `--cpus`; `None` when only the host limits it.
    pub cpu_limit_cores: Option<f64>,
    /// `None` where the kernel does not tell.
    pub throttling: Option<Throttling>,
    /// In use without the inactive page cache, in bytes, as `docker stats` counts.
    pub memory_bytes: Option<u64>,
    /// The container's own limit; `None` when only the host's memory limits it.
    pub memory_limit_bytes: Option<u64>,
    /// The most that it ever used, page cache included.
    pub memory_peak_bytes: Option<u64>,
    /// Processes that the kernel killed for want of memory.
    pub oom_kills: Option<u64>,
    pub pressure: Pressure,
    pub network_owner: NetworkOwner,
    /// Absent as well when the interfaces are not the container's own.
    pub network_received_bytes: Option<u64>,
    pub network_sent_bytes: Option<u64>,
    pub block_read_bytes: Option<u64>,
    pub block_written_bytes: Option<u64>,
    pub pids: Option<u64>,
    /// Processes that have ended and that the main one does not wait for, where they are many.
    #[serde(default)]
    pub zombies: Option<u64>,
}

impl ContainerFigures {
    /// A reading that tells nothing.
    pub fn unknown(time: Timestamp, source: FigureSource) -> Self {
        Self {
            time,
            source,
            cpu_percent: None,
            cpu_limit_cores: None,
            throttling: None,
            memory_bytes: None,
            memory_limit_bytes: None,
            memory_peak_bytes: None,
            oom_kills: None,
            pressure: Pressure::default(),
            network_owner: NetworkOwner::default(),
            network_received_bytes: None,
            network_sent_bytes: None,
            block_read_bytes: None,
            block_written_bytes: None,
            pids: None,
            zombies: None,
        }
    }

    /// Whether newer figures should have come three times by now, so that these say nothing of the present.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.time);
        age > jiff::SignedDuration::try_from(self.source.interval() * 3).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(FigureSource::Cgroup, 3, false)]
    #[case(FigureSource::Cgroup, 4, true)]
    #[case(FigureSource::Cgroup, -60, false)]
    #[case(FigureSource::StatsApi, 15, false)]
    #[case(FigureSource::StatsApi, 16, true)]
    fn figures_are_stale_when_three_newer_ones_did_not_come(
        #[case] source: FigureSource,
        #[case] age_seconds: i64,
        #[case] stale: bool,
    ) {
        let time: Timestamp = "2026-11-20T03:00:00Z".parse().unwrap();
        let now = time + jiff::SignedDuration::from_secs(age_seconds);
        assert_eq!(ContainerFigures::unknown(time, source).is_stale(now), stale);
    }

    #[rstest]
    #[case("default", NetworkOwner::Itself)]
    #[case("none", NetworkOwner::Itself)]
    #[case("host", NetworkOwner::Host)]
    #[case("hosting", NetworkOwner::Itself)]
    #[case("container:0123456789ab", NetworkOwner::Another)]
    fn the_mode_says_whose_the_interfaces_are(#[case] mode: &str, #[case] owner: NetworkOwner) {
        assert_eq!(NetworkOwner::of_mode(mode), owner);
    }
}
