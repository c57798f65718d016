//! The reader of GPUs, on a library that plays NVML and is loaded as the real one is.

use crate::nvml::{FakeNvml, text};
use crate::support::trial;
use crate::support::wait::{PATIENCE, eventually};
use libtest_mimic::Trial;
use mcp_tui::domain::gpu::{Clocks, EccCounts, RecoveryAction, RowRemaps, Thresholds, ThrottleReason};
use mcp_tui::domain::{FaultKind, GpuDevice, GpuReading, GpuSample};
use mcp_tui::probe::gpu::GpuProbe;
use std::path::Path;
use std::time::{Duration, Instant};

/// Names the cases.
macro_rules! cases {
    ($($case:ident),+ $(,)?) => {
        vec![$(trial(concat!("reader::", stringify!($case)), $case)),+]
    };
}

pub fn trials() -> Vec<Trial> {
    cases![
        eight_devices_tell_all_that_they_know,
        lost_devices_keep_their_rows_beside_the_healthy_ones,
        the_slices_of_a_device_stand_for_themselves,
        errors_of_memory_and_what_to_do_about_them_are_told,
        xids_are_heard_while_they_come,
        a_call_that_blocks_hides_neither_its_own_figures_nor_other_devices,
        a_device_that_never_answers_says_for_how_long,
        a_library_that_takes_long_to_open_says_so,
        an_old_drivers_missing_functions_cost_their_own_figures_only,
        what_a_user_may_not_see_is_named,
        a_driver_that_scrambles_its_list_of_processes_is_not_asked_for_it,
        memory_that_is_the_hosts_is_told_as_such,
        nvml_that_fails_as_a_whole_says_why,
        nvml_that_fails_later_says_so_too,
        no_library_and_no_device_are_one_plain_line,
        a_file_that_is_no_library_is_a_fault,
    ]
}

fn probe(fake: &FakeNvml) -> GpuProbe {
    GpuProbe::start(Some(fake.library().to_path_buf()))
}

fn devices(sample: GpuSample) -> Vec<GpuDevice> {
    match sample {
        GpuSample::Devices(devices) => devices,
        other => panic!("{other:?}"),
    }
}

fn first(fake: &FakeNvml) -> Vec<GpuDevice> {
    devices(probe(fake).first(PATIENCE))
}

fn reading(device: &GpuDevice) -> &GpuReading {
    device.reading.as_ref().unwrap_or_else(|reason| panic!("GPU {}: {reason}", device.index))
}

fn why(device: &GpuDevice) -> &str {
    device.reading.as_ref().expect_err("a device without figures")
}

fn eight_devices_tell_all_that_they_know() {
    let devices = first(&FakeNvml::new("eight"));
    assert_eq!(devices.iter().map(|device| device.index).collect::<Vec<_>>(), (0..8).collect::<Vec<_>>());
    assert!(devices.iter().all(|device| device.reading.is_ok() && device.silent_seconds.is_none()));
    let (device, told) = (&devices[0], reading(&devices[0]));
    assert_eq!(device.uuid.as_deref(), Some("GPU-eight-0"));
    assert_eq!(device.bus.as_deref(), Some("00000000:00:00.0"));
    assert_eq!((told.utilisation_percent, told.memory_busy_percent), (Some(97), Some(48)));
    assert_eq!((told.memory_used_bytes, told.memory_total_bytes), (Some(70 << 30), Some(80 << 30)));
    assert_eq!((told.temperature_celsius, told.memory_temperature_celsius), (Some(71), Some(61)));
    let thresholds = Thresholds {
        operating_celsius: Some(85),
        slowdown_celsius: Some(89),
        shutdown_celsius: Some(92),
        memory_celsius: Some(95),
    };
    assert_eq!(told.thresholds, thresholds);
    assert_eq!((told.power_watts, told.power_limit_watts), (Some(398.0), Some(400.0)));
    let clocks = Clocks { sm: Some(1410), sm_most: Some(1410), memory: Some(1593), memory_most: Some(1593) };
    assert_eq!(told.clocks, clocks);
    assert_eq!(
        (told.performance_state, told.encoder_percent, told.decoder_percent),
        (Some(0), Some(0), Some(0))
    );
    assert_eq!(told.fan_percent, None, "the server cools it");
    assert_eq!(told.throttle.reasons.as_deref(), Some(&[ThrottleReason::Power][..]));
    assert_eq!(
        reading(&devices[2]).throttle.reasons.as_deref(),
        Some(&[][..]),
        "it says that nothing holds it back"
    );
    assert_eq!(reading(&devices[2]).throttle.lost_milliseconds[&ThrottleReason::Power], 120_000);
    let pcie = told.pcie;
    assert_eq!((pcie.generation, pcie.width, pcie.replays), (Some(4), Some(16), Some(0)));
    assert_eq!((pcie.received_bytes, pcie.sent_bytes), (Some(1 << 30), Some(2 << 20)));
    let links: Vec<_> = told.nvlinks.iter().map(|link| (link.active, link.peer)).collect();
    assert_eq!(links, [(true, Some(1)), (true, Some(2))]);
    let process = &told.processes[0];
    assert_eq!(
        (process.pid, process.memory_bytes, process.sm_percent),
        (40_000, Some(71_250 << 20), Some(94))
    );
    assert_eq!(process.started_ticks, None, "there is no such process on this host");
    assert!(told.refused.is_empty() && told.unknown_to_driver.is_empty(), "{told:?}");
}

fn lost_devices_keep_their_rows_beside_the_healthy_ones() {
    let fake = FakeNvml::new("lost");
    let mut probe = probe(&fake);
    let before = devices(probe.first(PATIENCE));
    assert_eq!(
        before.iter().map(|device| device.reading.is_ok()).collect::<Vec<_>>(),
        [true, false, false, true]
    );
    assert_eq!((why(&before[1]), why(&before[2])), ("GPU is lost", "GPU is lost"));
    assert_eq!(before[3].name.as_deref(), Some("NVIDIA A100"), "no escape sequence comes through");
    let own = &reading(&before[0]).processes[0];
    assert_eq!(own.pid, std::process::id());
    assert!(own.started_ticks.is_some(), "a process of this host is told from one that has its number later");

    // It goes while it is looked at, and is still called by its name.
    let loss = "GPU-lost-0\n    answers: {nvmlDeviceGetHandleByIndex_v2: 15}\n";
    fake.play(&text("lost").replace("GPU-lost-0\n", loss));
    let gone = eventually("the loss of the first", PATIENCE, || {
        let now = devices(probe.sample());
        now[0].reading.is_err().then_some(now)
    });
    assert_eq!((gone[0].uuid.as_deref(), why(&gone[0])), (Some("GPU-lost-0"), "GPU is lost"));
    assert!(gone[0].name.is_some());
}

fn the_slices_of_a_device_stand_for_themselves() {
    let devices = first(&FakeNvml::new("mig"));
    let whole = reading(&devices[0]);
    assert!(whole.mig);
    assert_eq!(whole.utilisation_percent, None, "what the parent says of itself means nothing");
    let told: Vec<_> = whole
        .instances
        .iter()
        .map(|slice| (slice.index, slice.profile.as_deref(), slice.memory_used_bytes, slice.multiprocessors))
        .collect();
    assert_eq!(
        told,
        [(0, Some("3g.40gb"), Some(18 << 30), Some(42)), (2, Some("1g.10gb"), Some(2 << 30), Some(14))]
    );
    assert_eq!(whole.instances[0].uuid.as_deref(), Some("MIG-one"));
    let processes: Vec<_> = whole.processes.iter().map(|process| (process.pid, process.instance)).collect();
    assert_eq!(processes, [(51_000, Some(2))], "those of the slices are the device's");
    assert_eq!((reading(&devices[1]).mig, reading(&devices[1]).utilisation_percent), (false, Some(12)));
}

fn errors_of_memory_and_what_to_do_about_them_are_told() {
    let devices = first(&FakeNvml::new("errors"));
    let (old, new) = (reading(&devices[0]), reading(&devices[1]));
    assert_eq!(old.memory_condition.volatile, EccCounts { corrected: Some(12), uncorrected: Some(1) });
    assert_eq!(old.memory_condition.aggregate, EccCounts { corrected: Some(340), uncorrected: Some(2) });
    let retired = (old.memory_condition.retired_corrected, old.memory_condition.retired_uncorrected);
    assert_eq!((retired, old.memory_condition.retirement_pending), ((Some(3), Some(2)), Some(true)));
    assert_eq!(old.memory_condition.remaps, RowRemaps::default(), "it has no such thing, which is no 0");
    assert_eq!((old.recovery, old.fan_percent), (None, Some(55)));
    assert_eq!(old.throttle.reasons.as_deref(), Some(&[ThrottleReason::Heat][..]));
    assert_eq!(old.throttle.lost_milliseconds[&ThrottleReason::Heat], 754_000);
    let remaps =
        RowRemaps { corrected: Some(1), uncorrected: Some(4), pending: Some(true), failed: Some(false) };
    assert_eq!(new.memory_condition.remaps, remaps);
    assert_eq!((new.recovery, new.memory_temperature_celsius), (Some(RecoveryAction::Reset), Some(88)));
    let pcie = new.pcie;
    assert_eq!((pcie.generation, pcie.generation_most), (Some(3), Some(5)));
    assert_eq!((pcie.width, pcie.width_most, pcie.replays), (Some(8), Some(16), Some(17)));
}

fn xids_are_heard_while_they_come() {
    let fake = FakeNvml::new("lost");
    let mut probe = probe(&fake);
    probe.first(PATIENCE);
    // The lost ones cannot be listened to, which must not keep the others from it.
    fake.play(&format!("xids: [{{gpu: 3, xid: 31}}, {{gpu: 3, xid: 79}}]\n{}", text("lost")));
    let heard = eventually("both Xids", PATIENCE, || {
        let now = devices(probe.sample());
        (now[3].xids.len() == 2).then_some(now)
    });
    assert_eq!(heard[3].xids.iter().map(|xid| xid.code).collect::<Vec<_>>(), [31, 79]);
    assert!(heard[0].xids.is_empty());
    fake.play(&text("lost").replace("GPU-lost-3\n", "GPU-lost-3\n    lost: true\n"));
    let lost = eventually("its loss", PATIENCE, || {
        let now = devices(probe.sample());
        now[3].reading.is_err().then_some(now)
    });
    assert_eq!(why(&lost[3]), "GPU is lost (Xid 79)");
}

fn a_call_that_blocks_hides_neither_its_own_figures_nor_other_devices() {
    let fake = FakeNvml::new("stuck");
    let mut probe = probe(&fake);
    assert!(devices(probe.first(PATIENCE)).iter().all(|device| device.reading.is_ok()));
    let stuck = text("stuck")
        .replace("GPU-stuck-0\n", "GPU-stuck-0\n    blocks: {nvmlDeviceGetTemperature: 20}\n")
        .replace("GPU-stuck-1\n", "GPU-stuck-1\n    blocks: {nvmlDeviceGetPcieThroughput: 20}\n")
        .replace("[54, 4]", "[55, 5]")
        .replace("[76, 6]", "[77, 7]");
    fake.play(&stuck);
    let now = eventually("word of the two that do not answer", PATIENCE, || {
        let began = Instant::now();
        let now = devices(probe.sample());
        assert!(began.elapsed() < Duration::from_secs(5), "nobody waits for a driver");
        let silent = reading(&now[1]).slow_silent_seconds.is_some();
        (now[0].silent_seconds.is_some() && silent).then_some(now)
    });
    assert_eq!(reading(&now[0]).utilisation_percent, Some(93), "what it said before stands");
    assert_eq!(reading(&now[1]).utilisation_percent, Some(55), "its figures go on");
    assert_eq!(reading(&now[1]).pcie.received_bytes, None, "and its traffic is not what it was");
    assert_eq!((reading(&now[2]).utilisation_percent, now[2].silent_seconds), (Some(77), None));
}

fn a_device_that_never_answers_says_for_how_long() {
    let blocked =
        text("stuck").replace("GPU-stuck-0\n", "GPU-stuck-0\n    blocks: {nvmlDeviceGetUUID: 20}\n");
    let fake = FakeNvml::with(&blocked);
    let mut probe = probe(&fake);
    let now = eventually("word of it", PATIENCE, || {
        let GpuSample::Devices(now) = probe.sample() else { return None };
        (now[0].silent_seconds.is_some() && now[2].reading.is_ok()).then_some(now)
    });
    assert!(why(&now[0]).starts_with("not answering for "), "{}", why(&now[0]));
}

fn a_library_that_takes_long_to_open_says_so() {
    let fake = FakeNvml::with("blocks: {nvmlInit_v2: 20}");
    let mut probe = probe(&fake);
    eventually("word of it", PATIENCE, || match probe.sample() {
        GpuSample::Absent { reason } => {
            reason.contains("NVML is being opened; not answering for").then_some(())
        }
        other => panic!("{other:?}"),
    });
}

fn an_old_drivers_missing_functions_cost_their_own_figures_only() {
    // Truly missing, and there but without what they need.
    let lacks =
        "gpus: [{uuid: GPU-old, utilisation: [40, 1], memory: [1024, 2048], celsius: 50, milliwatts: 1}]";
    let answers = text("eight").replace(
        "uuid: GPU-eight-0\n",
        "uuid: GPU-eight-0\n    answers: {nvmlDeviceGetPowerUsage: 13, nvmlDeviceGetViolationStatus: 13}\n",
    );
    for (fake, unknown) in [(FakeNvml::old(lacks), "clocks"), (FakeNvml::with(&answers), "throttle times")] {
        let devices = first(&fake);
        let told = reading(&devices[0]);
        assert!(told.utilisation_percent.is_some() && told.temperature_celsius.is_some(), "{told:?}");
        assert_eq!(told.power_watts, None);
        let named: Vec<&str> = told.unknown_to_driver.iter().map(|what| &**what).collect();
        assert!(named.contains(&"power") && named.contains(&unknown), "{named:?}");
    }
}

fn what_a_user_may_not_see_is_named() {
    let devices = first(&FakeNvml::new("refused"));
    let told = reading(&devices[0]);
    assert_eq!((told.utilisation_percent, told.power_watts), (Some(40), None));
    let refused: Vec<&str> = told.refused.iter().map(|what| &**what).collect();
    assert_eq!(refused, ["power", "ECC errors"]);
    assert_eq!(told.processes_unread.as_deref(), Some("this user may not list processes"));
}

fn a_driver_that_scrambles_its_list_of_processes_is_not_asked_for_it() {
    let devices = first(&FakeNvml::with(&text("eight").replace("550.54.15", "535.54.03")));
    let told = reading(&devices[0]);
    assert!(told.processes.is_empty());
    assert!(
        told.processes_unread.as_ref().is_some_and(|why| why.contains("535.54.03 scrambles")),
        "{told:?}"
    );
}

fn memory_that_is_the_hosts_is_told_as_such() {
    for zero in ["", "    memory: [0, 0]\n"] {
        let scenario = text("unified").replace("    celsius", &format!("{zero}    celsius"));
        let devices = first(&FakeNvml::with(&scenario));
        let told = reading(&devices[0]);
        assert!(told.unified_memory);
        assert!(told.memory_total_bytes.is_some_and(|bytes| bytes > 1 << 28), "{told:?}");
    }
}

fn nvml_that_fails_as_a_whole_says_why() {
    for (code, kind, hint) in [
        (18, FaultKind::Conflict, "reboot"),
        (4, FaultKind::Permission, "/dev/nvidiactl"),
        (999, FaultKind::Internal, "nvidia-smi"),
    ] {
        let fake = FakeNvml::with(&format!("answers: {{nvmlInit_v2: {code}}}"));
        let root = tempfile::tempdir().expect("a temporary directory");
        let module = root.path().join("sys/module/nvidia");
        std::fs::create_dir_all(&module).expect("a folder");
        std::fs::write(module.join("version"), "535.129.03\n").expect("a file");
        let mut probe = GpuProbe::start_in(Some(fake.library().to_path_buf()), root.path().to_path_buf());
        let GpuSample::Failed(fault) = probe.first(PATIENCE) else { panic!("{code} is no failure") };
        assert_eq!(fault.kind, kind);
        assert!(fault.hint.as_ref().is_some_and(|text| text.contains(hint)), "{fault:?}");
        if code == 18 {
            let versions = "the library is 550.54.15, and the driver that is loaded 535.129.03";
            assert!(fault.causes.iter().any(|cause| cause == versions), "{fault:?}");
        }
    }
}

fn nvml_that_fails_later_says_so_too() {
    let fake = FakeNvml::new("eight");
    let mut probe = probe(&fake);
    devices(probe.first(PATIENCE));
    fake.play(&format!("answers: {{nvmlDeviceGetCount_v2: 999}}\n{}", text("eight")));
    eventually("the failure", PATIENCE, || matches!(probe.sample(), GpuSample::Failed(_)).then_some(()));
}

fn no_library_and_no_device_are_one_plain_line() {
    let reason = |library: &Path| match GpuProbe::start(Some(library.to_path_buf())).first(PATIENCE) {
        GpuSample::Absent { reason } => reason.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(Path::new("/nowhere/libnone.so")), "there is no NVML library at /nowhere/libnone.so");
    assert_eq!(reason(FakeNvml::new("none").library()), "no NVIDIA GPU in this machine");
}

fn a_file_that_is_no_library_is_a_fault() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("libnvidia-ml.so");
    std::fs::write(&path, "not a library").expect("a file");
    let GpuSample::Failed(fault) = GpuProbe::start(Some(path)).first(PATIENCE) else {
        panic!("it was opened")
    };
    assert_eq!(fault.kind, FaultKind::Invalid);
}
