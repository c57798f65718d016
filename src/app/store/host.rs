//! The host: the newest reading, and how quickly its disks fill.

use crate::domain::host::{DiskUse, Share};
use crate::domain::{HostSample, units};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// A disk's use is noted so often…
const APART: SignedDuration = SignedDuration::from_secs(10);
/// …and so many times: fifteen minutes.
const NOTES: usize = 90;
/// A shorter course says nothing of the hours to come.
const LEAST: SignedDuration = SignedDuration::from_mins(5);
/// What is further away than that is no course but chance.
const FAR: Duration = Duration::from_hours(30 * 24);

#[derive(Debug, Clone, Default, PartialEq)]
pub struct HostStore {
    sample: Option<HostSample>,
    /// By mount point, the oldest first.
    courses: BTreeMap<String, VecDeque<(Timestamp, u64)>>,
}

/// What a new reading changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostChange {
    /// The host line reads differently.
    pub line: bool,
    /// So does what a finding could be drawn from.
    pub trouble: bool,
}

impl HostStore {
    pub fn apply(&mut self, sample: HostSample, now: Timestamp) -> HostChange {
        let before = self.sample.as_ref();
        let trouble = before.is_none_or(|before| !troubles_the_same(before, &sample));
        let change = HostChange {
            line: trouble || before.is_none_or(|before| !reads_the_same(before, &sample)),
            trouble,
        };
        self.courses
            .retain(|mount_point, _| sample.disks.iter().any(|disk| disk.mount_point == *mount_point));
        for disk in &sample.disks {
            let course = self.courses.entry(disk.mount_point.clone()).or_default();
            // A clock that was set back begins a new course.
            course.retain(|(time, _)| *time <= now);
            if course.back().is_none_or(|(time, _)| now.duration_since(*time) >= APART) {
                course.push_back((now, disk.used_bytes));
            }
            if course.len() > NOTES {
                course.pop_front();
            }
        }
        self.sample = Some(sample);
        change
    }

    pub fn sample(&self) -> Option<&HostSample> {
        self.sample.as_ref()
    }

    /// In what time the disk will be full if it goes on as in the last minutes; `None` when it does not fill, or it is not
    /// known for long enough.
    pub fn full_in(&self, disk: &DiskUse) -> Option<Duration> {
        let course = self.courses.get(&disk.mount_point)?;
        let ((then, before), (now, after)) = (course.front()?, course.back()?);
        let passed = now.duration_since(*then);
        let grown = after.checked_sub(*before).filter(|grown| *grown > 0)?;
        if passed < LEAST {
            return None;
        }
        let left = u128::from(disk.total_bytes.saturating_sub(*after));
        let seconds = left * u128::try_from(passed.as_secs()).ok()? / u128::from(grown);
        Some(Duration::from_secs(u64::try_from(seconds).ok()?)).filter(|duration| *duration <= FAR)
    }
}

/// Whether what of them is visible in a few columns is the same.
fn reads_the_same(a: &HostSample, b: &HostSample) -> bool {
    let cpu = |sample: &HostSample| sample.cpu_percent.map(f64::round);
    let memory = |sample: &HostSample| sample.memory_used_bytes.map(units::bytes_reading);
    let minutes = |sample: &HostSample| sample.uptime_seconds.map(|seconds| seconds / 60);
    cpu(a) == cpu(b) && memory(a) == memory(b) && minutes(a) == minutes(b)
}

/// Whether as much is left of what the host can run out of.
fn troubles_the_same(a: &HostSample, b: &HostSample) -> bool {
    let part = |used: u64, total: u64| used.saturating_mul(100).checked_div(total).unwrap_or(0);
    let disk = |disk: &DiskUse| {
        let files = disk.inodes.map(|inodes| part(inodes.used, inodes.limit));
        (part(disk.used_bytes, disk.total_bytes), disk.total_bytes, files)
    };
    let handles = |sample: &HostSample| {
        [sample.open_files, sample.inotify_instances].map(|share| share.and_then(Share::percent))
    };
    handles(a) == handles(b) && a.disks.iter().map(disk).eq(b.disks.iter().map(disk))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::fixtures::now;

    const GIB: u64 = 1 << 30;

    fn after(course: &[(i64, u64)]) -> Option<Duration> {
        let mut store = HostStore::default();
        let disk = |used: u64| DiskUse {
            mount_point: "/".to_owned(),
            used_bytes: used * GIB,
            total_bytes: 100 * GIB,
            inodes: None,
        };
        for (seconds, used) in course {
            let sample = HostSample { disks: vec![disk(*used)], ..HostSample::default() };
            store.apply(sample, now() + SignedDuration::from_secs(*seconds));
        }
        store.full_in(&disk(course.last().unwrap().1))
    }

    #[test]
    fn the_time_until_a_disk_is_full_follows_from_its_course() {
        // 2 GiB in ten minutes; 20 are left.
        assert_eq!(after(&[(0, 78), (300, 79), (600, 80)]), Some(Duration::from_mins(100)));
        assert_eq!(after(&[(0, 78), (100, 80)]), None, "too short");
        assert_eq!(after(&[(0, 80), (600, 80)]), None, "it does not fill");
        assert_eq!(after(&[(0, 80), (600, 70)]), None, "it empties");
        assert_eq!(
            after(&[(900, 60), (0, 78), (600, 80)]),
            Some(Duration::from_mins(100)),
            "the clock went back"
        );
    }
}
