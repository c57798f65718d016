//! What changes slowly: limits, the peak, kills, throttling and pressure. Read now and then, since each of these is a call
//! to the kernel.

use super::parse;
use super::place::{Place, Version};
use super::source::Source;
use crate::domain::figures::{Pressure, Stall, Throttling};

/// Limits are changed by hand, so they are read at every so many readings of the rest only.
const LIMIT_READINGS: u32 = 4;

#[derive(Debug)]
pub(super) struct DetailFiles {
    memory_limit: Option<Source>,
    memory_peak: Option<Source>,
    oom_kills: Option<Source>,
    throttling: Option<(Source, Version)>,
    quota: Quota,
    pressure: [Option<Source>; 3],
    last: Details,
    limits_in: u32,
}

#[derive(Debug)]
enum Quota {
    Unknown,
    /// Microseconds, and microseconds of the period that they are for.
    One(Source, Source),
    /// Both of them in one file.
    Two(Source),
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Details {
    pub memory_limit_bytes: Option<u64>,
    pub memory_peak_bytes: Option<u64>,
    pub oom_kills: Option<u64>,
    pub throttling: Option<Throttling>,
    pub cpu_limit_cores: Option<f64>,
    pub pressure: Pressure,
}

impl DetailFiles {
    pub(super) fn at(place: &Place) -> Self {
        let quota = || {
            let (quota, version) = place.file("cpu", "cpu.cfs_quota_us", "cpu.max")?;
            Some(match version {
                Version::One => Quota::One(quota, place.file_of_one("cpu", "cpu.cfs_period_us")?),
                Version::Two => Quota::Two(quota),
            })
        };
        let memory = |one: &str, two: &str| place.file("memory", one, two).map(|(source, _)| source);
        Self {
            memory_limit: memory("memory.limit_in_bytes", "memory.max"),
            memory_peak: memory("memory.max_usage_in_bytes", "memory.peak"),
            oom_kills: memory("memory.oom_control", "memory.events"),
            throttling: place.file("cpu", "cpu.stat", "cpu.stat"),
            quota: quota().unwrap_or(Quota::Unknown),
            pressure: ["cpu.pressure", "memory.pressure", "io.pressure"].map(|name| place.file_of_two(name)),
            last: Details::default(),
            limits_in: 0,
        }
    }

    pub(super) fn read(&mut self, hold: bool, host_memory: Option<u64>, buffer: &mut [u8]) -> Details {
        if self.limits_in == 0 {
            self.limits_in = LIMIT_READINGS;
            self.read_limits(host_memory, buffer);
        }
        self.limits_in -= 1;
        let [cpu, memory, io] =
            self.pressure.each_mut().map(|source| stall(source.as_mut()?.read(hold, buffer)?));
        self.last.pressure = Pressure { cpu, memory, io };
        self.last.memory_peak_bytes =
            self.memory_peak.as_mut().and_then(|source| parse::number(source.read(hold, buffer)?));
        self.last.oom_kills =
            self.oom_kills.as_mut().and_then(|source| parse::field(source.read(hold, buffer)?, b"oom_kill"));
        self.last.throttling = self
            .throttling
            .as_mut()
            .and_then(|(source, version)| throttling(source.read(hold, buffer)?, *version));
        self.last
    }

    /// A limit is the container's own when it is less than the host has; v1's way to say that there is none is a number
    /// beyond any memory.
    fn read_limits(&mut self, host_memory: Option<u64>, buffer: &mut [u8]) {
        let most = host_memory.unwrap_or(1 << 60);
        let limit = self.memory_limit.as_mut().and_then(|source| parse::number(source.read(false, buffer)?));
        self.last.memory_limit_bytes = limit.filter(|limit| *limit < most);
        self.last.cpu_limit_cores = self.quota.read(buffer);
    }
}

impl Quota {
    fn read(&mut self, buffer: &mut [u8]) -> Option<f64> {
        let (quota, period) = match self {
            Self::Unknown => return None,
            // Without a quota it is -1, which is no number here, as `max` is none.
            Self::One(quota, period) => {
                (parse::number(quota.read(false, buffer)?)?, parse::number(period.read(false, buffer)?)?)
            }
            Self::Two(both) => parse::pair(both.read(false, buffer)?)?,
        };
        cores(quota, period)
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds within one period")]
fn cores(quota: u64, period: u64) -> Option<f64> {
    (period > 0).then(|| quota as f64 / period as f64)
}

/// The fields are there only where the controller is on for this cgroup.
fn throttling(bytes: &[u8], version: Version) -> Option<Throttling> {
    let waited = match version {
        Version::One => parse::field(bytes, b"throttled_time")?,
        Version::Two => parse::field(bytes, b"throttled_usec")?.saturating_mul(1000),
    };
    Some(Throttling {
        periods: parse::field(bytes, b"nr_periods")?,
        throttled_periods: parse::field(bytes, b"nr_throttled")?,
        throttled_nanoseconds: waited,
    })
}

fn stall(bytes: &[u8]) -> Option<Stall> {
    Some(Stall {
        some_percent: parse::average(bytes, b"some")?,
        full_percent: parse::average(bytes, b"full"),
    })
}
