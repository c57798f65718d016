use super::*;
use crate::domain::{FaultKind, GpuReading};
use rstest::rstest;
use std::path::Path;
use std::process::Command;

/// A library that plays NVML, made by the compiler driver that Rust itself links with.
fn library(directory: &Path, options: &[&str]) -> PathBuf {
    let source = directory.join("library.c");
    std::fs::write(&source, include_str!("tests/library.c")).unwrap();
    let library = directory.join("libplayed.so");
    let defaults = ["-DINIT=0", "-DDEVICES=4", "-DLOST_FROM=1000"];
    let name = |option: &str| option.split('=').next().map(str::to_owned);
    let kept = defaults.iter().filter(|known| !options.iter().any(|option| name(option) == name(known)));
    let output = Command::new("cc")
        .args(["-shared", "-fPIC", "-w", "-o"])
        .arg(&library)
        .args(kept)
        .args(options)
        .arg(&source)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    library
}

fn devices(sample: GpuSample) -> Vec<GpuDevice> {
    match sample {
        GpuSample::Devices(devices) => devices,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_lost_device_keeps_its_row_beside_the_healthy_ones() {
    let directory = tempfile::tempdir().unwrap();
    let mut probe = GpuProbe::start(Some(library(directory.path(), &[])));
    let devices = devices(probe.sample());
    assert_eq!(devices.iter().map(|device| device.index).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(devices[0].name.as_deref(), Some("A100-80G"), "no escape sequence comes through");
    let well = devices[0].reading.as_ref().unwrap();
    let expected = GpuReading {
        utilisation_percent: Some(93),
        memory_used_bytes: Some(71 << 30),
        memory_total_bytes: Some(80 << 30),
        temperature_celsius: Some(62),
        power_watts: Some(287.5),
        power_limit_watts: Some(400.0),
        mig: false,
        processes: well.processes.clone(),
    };
    assert_eq!(*well, expected);
    let pids: Vec<_> = well.processes.iter().map(|process| (process.pid, process.memory_bytes)).collect();
    assert_eq!(pids, [(std::process::id(), Some(70 << 30))]);
    for lost in [1, 3] {
        assert_eq!(devices[lost].reading, Err(Safe::new("GPU is lost")));
    }
}

#[test]
fn what_a_device_would_not_say_is_absent_and_never_zero() {
    let directory = tempfile::tempdir().unwrap();
    let mut probe = GpuProbe::start(Some(library(directory.path(), &[])));
    let mig = devices(probe.sample()).remove(2).reading.unwrap();
    assert!(mig.mig);
    assert_eq!((mig.utilisation_percent, mig.power_watts), (None, None));
    assert_eq!(mig.temperature_celsius, Some(62));
}

#[test]
fn a_device_that_falls_off_the_bus_is_still_called_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let mut probe = GpuProbe::start(Some(library(directory.path(), &["-DLOST_FROM=2"])));
    assert!(devices(probe.sample())[0].reading.is_ok());
    for _ in 0..2 {
        let devices = devices(probe.sample());
        assert_eq!(devices.len(), 4);
        assert_eq!(devices[0].reading, Err(Safe::new("GPU is lost")));
        assert_eq!(devices[0].uuid.as_deref(), Some("GPU-0"));
        assert_eq!(devices[0].name.as_deref(), Some("A100-80G"));
    }
}

#[test]
fn a_device_that_is_no_longer_counted_keeps_its_row() {
    let device = |index, uuid: &str| GpuDevice {
        index,
        uuid: Some(Safe::new(uuid)),
        name: None,
        reading: Ok(GpuReading::default()),
    };
    let mut known = Vec::new();
    device::remember(&mut known, vec![device(0, "a"), device(1, "b"), device(2, "c")]);
    for _ in 0..2 {
        let rows = device::remember(&mut known, vec![device(0, "a"), device(1, "c")]);
        let told: Vec<_> =
            rows.iter().map(|row| (row.uuid.as_deref().unwrap(), row.reading.is_ok())).collect();
        assert_eq!(told, [("a", true), ("c", true), ("b", false)]);
    }
    let rows = device::remember(&mut known, vec![device(0, "a"), device(1, "b"), device(2, "c")]);
    assert!(rows.len() == 3 && rows.iter().all(|row| row.reading.is_ok()), "{rows:?}");
}

#[rstest]
#[case("-DINIT=18", FaultKind::Conflict, "reboot")]
#[case("-DINIT=4", FaultKind::Permission, "/dev/nvidiactl")]
#[case("-DINIT=999", FaultKind::Internal, "nvidia-smi")]
fn nvml_that_fails_as_a_whole_says_why(#[case] option: &str, #[case] kind: FaultKind, #[case] hint: &str) {
    let directory = tempfile::tempdir().unwrap();
    let mut probe = GpuProbe::start(Some(library(directory.path(), &[option])));
    let GpuSample::Failed(fault) = probe.sample() else { panic!() };
    assert_eq!(fault.kind, kind);
    assert!(!fault.causes.is_empty());
    assert!(fault.hint.unwrap().contains(hint));
}

#[test]
fn no_library_and_no_device_are_one_plain_line() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("libnone.so");
    let reason = |library| match GpuProbe::start(library).sample() {
        GpuSample::Absent { reason } => reason.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(Some(missing.clone())), format!("there is no NVML library at {}", missing.display()));
    assert_eq!(reason(Some(library(directory.path(), &["-DDEVICES=0"]))), "no NVIDIA GPU in this machine");
}

#[test]
fn a_file_that_is_no_library_is_a_fault() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("libnvidia-ml.so");
    std::fs::write(&path, "not a library").unwrap();
    let GpuSample::Failed(fault) = GpuProbe::start(Some(path)).sample() else { panic!() };
    assert_eq!(fault.kind, FaultKind::Invalid);
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
