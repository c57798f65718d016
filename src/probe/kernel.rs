//! The kernel's own messages (`/dev/kmsg`), as far as they tell of troubles that are known here. Reading them is root's, or
//! of those with the capability to read the system log.

use crate::domain::Safe;
use crate::domain::host::{KernelMessage, KernelMessageKind};
use jiff::{SignedDuration, Timestamp};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// The kernel hands out one record at a time, none of them longer.
const RECORD: usize = 8192;
/// Records looked at in one pass: a flood of them must not hold up what else is to be read.
const PASS: usize = 4096;
/// `O_NONBLOCK`.
const NONBLOCKING: i32 = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();

#[derive(Debug)]
pub struct KernelLog {
    file: File,
    /// When the machine was started; records count from then on.
    booted: Timestamp,
    buffer: Box<[u8]>,
}

impl KernelLog {
    /// From the oldest record that the kernel still holds.
    pub fn open(now: Timestamp) -> io::Result<Self> {
        let uptime = std::fs::read_to_string("/proc/uptime")?;
        let seconds = uptime.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
        let seconds = seconds.and_then(|seconds| SignedDuration::try_from_secs_f64(seconds).ok());
        let booted = seconds.and_then(|uptime| now.checked_sub(uptime).ok());
        let booted = booted.ok_or_else(|| io::Error::from(ErrorKind::InvalidData))?;
        Self::at(Path::new("/dev/kmsg"), booted)
    }

    pub fn at(path: &Path, booted: Timestamp) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).custom_flags(NONBLOCKING).open(path)?;
        Ok(Self { file, booted, buffer: vec![0; RECORD].into_boxed_slice() })
    }

    /// What has come since the last time.
    pub fn read(&mut self) -> Vec<KernelMessage> {
        let mut told = Vec::new();
        for _ in 0..PASS {
            match self.file.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(length) => {
                    let record = String::from_utf8_lossy(&self.buffer[..length]);
                    told.extend(record.lines().filter_map(|line| message(line, self.booted)));
                }
                // Records were overwritten before they were read, or a signal came: what is left follows.
                Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::Interrupted) => {}
                Err(_) => break,
            }
        }
        told
    }
}

/// `6,1234,5123456789,-;NVRM: Xid (PCI:0000:3b:00): 79, …`: priority, number, microseconds since boot.
fn message(record: &str, booted: Timestamp) -> Option<KernelMessage> {
    let (head, text) = record.split_once(';')?;
    let microseconds: i64 = head.split(',').nth(2)?.parse().ok()?;
    let kind = xid(text).or_else(|| out_of_memory(text))?;
    let time = booted.checked_add(SignedDuration::from_micros(microseconds)).ok()?;
    Some(KernelMessage { time, kind, text: Safe::new(text) })
}

/// `NVRM: Xid (PCI:0000:3b:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.`
fn xid(text: &str) -> Option<KernelMessageKind> {
    let (_, rest) = text.split_once("NVRM: Xid (")?;
    let (address, rest) = rest.split_once(')')?;
    let code = rest.trim_start_matches([':', ' ']).split([',', ' ']).next()?.parse().ok()?;
    Some(KernelMessageKind::Xid { pci: address.trim_start_matches("PCI:").to_owned(), code })
}

/// `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),…,task_memcg=/docker/<id>,task=python,pid=1,uid=0`
fn out_of_memory(text: &str) -> Option<KernelMessageKind> {
    let (_, rest) = text.split_once("oom-kill:constraint=")?;
    let task_cgroup = rest.split_once("task_memcg=")?.1.split(',').next()?;
    let of_host = !rest.starts_with("CONSTRAINT_MEMCG");
    Some(KernelMessageKind::OutOfMemory { task_cgroup: task_cgroup.to_owned(), of_host })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn booted() -> Timestamp {
        "2026-11-20T00:00:00Z".parse().unwrap()
    }

    #[rstest]
    #[case(
        "3,900,60000000,-;NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, GPU has fallen off the bus.",
        Some(KernelMessageKind::Xid { pci: "0000:3b:00".to_owned(), code: 79 })
    )]
    #[case(
        "4,901,60000000,-;NVRM: Xid (0000:af:00): 31, Ch 00000010",
        Some(KernelMessageKind::Xid { pci: "0000:af:00".to_owned(), code: 31 })
    )]
    #[case(
        "6,902,60000000,-;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/docker/ab12,task=python,pid=77,uid=0",
        Some(KernelMessageKind::OutOfMemory { task_cgroup: "/docker/ab12".to_owned(), of_host: true })
    )]
    #[case(
        "6,903,60000000,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),oom_memcg=/docker/ab12,task_memcg=/docker/ab12,task=x,pid=7,uid=0",
        Some(KernelMessageKind::OutOfMemory { task_cgroup: "/docker/ab12".to_owned(), of_host: false })
    )]
    #[case("6,904,60000000,-;usb 1-1: new device", None)]
    #[case("6,905,60000000,-;NVRM: Xid (", None)]
    #[case("garbage", None)]
    #[case(" SUBSYSTEM=pci", None)]
    fn a_record_is_read_by_its_shape(#[case] record: &str, #[case] kind: Option<KernelMessageKind>) {
        let told = message(record, booted());
        assert_eq!(told.as_ref().map(|told| &told.kind), kind.as_ref());
        assert!(told.is_none_or(|told| told.time == booted() + SignedDuration::from_mins(1)));
    }

    #[test]
    fn a_file_that_is_no_kernel_log_tells_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kmsg");
        assert!(KernelLog::at(&path, booted()).is_err());
        std::fs::write(&path, [0xff, 0, b';', b'\n', b'3', b',', b';', 0x1b, b'[']).unwrap();
        assert_eq!(KernelLog::at(&path, booted()).unwrap().read(), []);
    }
}
