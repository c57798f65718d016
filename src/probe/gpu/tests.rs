//! What needs no library. Everything that does is tried by `tests/gpus.rs`, through a library that plays NVML.

use super::*;
use crate::domain::gpu::ThrottleReason;
use crate::domain::{GpuReading, Safe};
use jiff::Timestamp;
use nvml_wrapper::bitmasks::device::ThrottleReasons;
use nvml_wrapper::struct_wrappers::device::ProcessUtilizationSample;
use rstest::rstest;

#[test]
fn a_device_that_is_no_longer_counted_keeps_its_row() {
    let device = |index, uuid: &str| GpuDevice {
        index,
        uuid: Some(Safe::new(uuid)),
        name: None,
        bus: None,
        reading: Ok(GpuReading::default()),
        silent_seconds: None,
        xids: Vec::new(),
    };
    let mut known = Vec::new();
    remember::remember(&mut known, vec![device(0, "a"), device(1, "b"), device(2, "c")]);
    // The others move up.
    let rows = remember::remember(&mut known, vec![device(0, "a"), device(1, "c")]);
    let told: Vec<_> = rows.iter().map(|row| (row.uuid.as_deref().unwrap(), row.reading.is_ok())).collect();
    assert_eq!(told, [("a", true), ("c", true), ("b", false)]);
    let rows = remember::remember(&mut known, vec![device(0, "a"), device(1, "b"), device(2, "c")]);
    assert!(rows.len() == 3 && rows.iter().all(|row| row.reading.is_ok()), "{rows:?}");
}

#[test]
fn hardware_is_known_by_its_vendor_and_class() {
    let directory = tempfile::tempdir().unwrap();
    let device = |name: &str, vendor: &str, class: &str| {
        let path = directory.path().join(name);
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("vendor"), vendor).unwrap();
        std::fs::write(path.join("class"), class).unwrap();
    };
    device("0", "0x10de\n", "0x040300\n");
    device("1", "0x8086\n", "0x030000\n");
    assert!(!start::has_hardware(directory.path()), "its sound device computes nothing");
    device("2", "0x10de\n", "0x030200\n");
    assert!(start::has_hardware(directory.path()));
    assert!(!start::has_hardware(&directory.path().join("none")));
}

#[rstest]
#[case("535.43.02", false)]
#[case("535.85", false)]
#[case("535.86.10", true)]
#[case("550.54.15", true)]
#[case("", true)]
fn drivers_with_a_scrambled_process_list_are_known(#[case] driver: &str, #[case] listed: bool) {
    assert_eq!(start::processes_can_be_listed(driver), listed);
}

#[test]
fn both_versions_are_told_of_a_mismatch() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("usr/lib64");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::create_dir_all(root.path().join("proc/driver/nvidia")).unwrap();
    assert_eq!(
        versions::both(None, root.path()),
        "the library is of an unknown version, and the driver that is loaded of an unknown version"
    );
    std::fs::write(folder.join("libnvidia-ml.so.535.161.08"), "").unwrap();
    std::os::unix::fs::symlink("libnvidia-ml.so.535.161.08", folder.join("libnvidia-ml.so.1")).unwrap();
    let loaded =
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 18:56:32 UTC 2023\nGCC";
    std::fs::write(root.path().join("proc/driver/nvidia/version"), loaded).unwrap();
    let expected = "the library is 535.161.08, and the driver that is loaded 535.129.03";
    assert_eq!(versions::both(None, root.path()), expected);
    assert_eq!(versions::both(Some(&folder.join("libnvidia-ml.so.1")), root.path()), expected);
}

#[test]
fn what_processes_used_is_the_newest_sample_that_makes_sense() {
    let sample = |pid, timestamp, sm_util| {
        let rest = (0, 0, 0);
        ProcessUtilizationSample {
            pid,
            timestamp,
            sm_util,
            mem_util: rest.0,
            enc_util: rest.1,
            dec_util: rest.2,
        }
    };
    let used =
        processes::newest(vec![sample(1, 20, 40), sample(1, 10, 90), sample(2, 10, 7), sample(1, 30, 4_000)]);
    assert_eq!((used.get(&1), used.get(&2)), (Some(&40), Some(&7)));
}

#[test]
fn reasons_that_say_more_stand_for_those_that_say_less() {
    let named = throttle::named;
    assert_eq!(named(ThrottleReasons::GPU_IDLE | ThrottleReasons::APPLICATIONS_CLOCKS_SETTING), []);
    assert_eq!(named(ThrottleReasons::HW_SLOWDOWN), [ThrottleReason::Hardware]);
    let hot = ThrottleReasons::HW_SLOWDOWN | ThrottleReasons::HW_THERMAL_SLOWDOWN;
    assert_eq!(named(hot | ThrottleReasons::SW_POWER_CAP), [ThrottleReason::Power, ThrottleReason::Heat]);
}

#[test]
fn the_hosts_memory_stands_in_where_it_is_shared() {
    let text = "MemTotal:       125000000 kB\nMemFree: 1 kB\nMemAvailable:   100000000 kB\n";
    assert_eq!(host_memory::of_host(text), (Some(25_600_000_000), Some(128_000_000_000)));
    assert_eq!(host_memory::of_host("garbage"), (None, None));
}

#[test]
fn figures_are_read_shortly_before_a_second_begins_and_not_twice_in_one() {
    let rest =
        |milliseconds| device::until_next(Timestamp::from_millisecond(milliseconds).unwrap()).as_millis();
    assert_eq!(rest(10_000), 850);
    assert_eq!(rest(10_850), 1_000);
    assert_eq!(rest(10_500), 1_350);
}
