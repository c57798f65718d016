//! The host, its GPUs and its daemon.

use super::*;
use crate::domain::host::{KernelMessage, KernelMessageKind, Share};

#[test]
fn a_lost_gpu_is_named_beside_the_healthy_ones() {
    let lost = gpu_device(2, Err(Safe::new("GPU is lost")));
    let gpus = GpuSample::Devices(vec![gpu_device(0, Ok(GpuReading::default())), lost]);
    let found = findings(&Facts { gpus: Some(&gpus), ..Facts::default() });
    assert_eq!(
        told(&found),
        ["Critical: GPU 2 gives no readings: GPU is lost [GPU 2 (A100): GPU is lost; 1 of 2 GPUs answer]"]
    );
    assert!(found[0].fix.as_ref().unwrap().label.contains("Xid"));
    let failed = GpuSample::Failed(Fault::new(FaultKind::Conflict, "read GPUs", "").hint("reboot"));
    let found = findings(&Facts { gpus: Some(&failed), ..Facts::default() });
    assert_eq!(&*found[0].fix.as_ref().unwrap().label, "reboot");
}

#[test]
fn a_gpu_that_hangs_is_told_and_one_that_has_not_answered_yet_is_not() {
    let titles = |device: GpuDevice| -> Vec<String> {
        let gpus = GpuSample::Devices(vec![device]);
        told(&findings(&Facts { gpus: Some(&gpus), ..Facts::default() }))
    };
    let hung =
        |seconds| GpuDevice { silent_seconds: Some(seconds), ..gpu_device(1, Ok(GpuReading::default())) };
    assert!(titles(hung(9)).is_empty());
    assert_eq!(
        titles(hung(10)),
        ["Critical: GPU 1 does not answer any more [GPU 1 (A100): no answer for 10 s; 0 of 1 GPUs answer]"]
    );
    assert!(titles(GpuDevice::unheard(1, None)).is_empty());
    assert!(titles(GpuDevice::unheard(1, Some(3))).is_empty());
    assert_eq!(
        titles(GpuDevice::unheard(1, Some(5))),
        ["Critical: GPU 1 has never answered [GPU 1 (unknown model): no answer for 5 s; 0 of 1 GPUs answer]"]
    );
}

#[rstest]
#[case(90, Some(Severity::Warning))]
#[case(97, Some(Severity::Critical))]
#[case(89, None)]
fn a_full_disk_is_noticed(#[case] percent: u64, #[case] severity: Option<Severity>) {
    let host = host(percent << 30, 100 << 30);
    let found = findings(&Facts { host: Some(&host), ..Facts::default() });
    assert_eq!(found.first().map(|finding| finding.severity), severity);
    assert!(found.iter().all(|finding| finding.evidence[0].text.contains("of 100G free")), "{found:?}");
}

#[test]
fn a_disk_without_a_size_is_no_disk() {
    let host = host(0, 0);
    assert_eq!(findings(&Facts { host: Some(&host), ..Facts::default() }), []);
}

#[test]
fn a_daemon_that_is_away_comes_first() {
    let fault = Fault::new(FaultKind::Unreachable, "connect to", "unix:///var/run/docker.sock")
        .because("connection refused")
        .hint("start it: systemctl start docker");
    let stopped = exited("api", 1);
    let running = container("db");
    let found = findings(&Facts {
        containers: vec![&stopped, &running],
        daemon: Some(&fault),
        now: now(),
        ..Facts::default()
    });
    assert_eq!(found[0].id, "daemon/docker");
    assert!(found[0].evidence[0].text.contains("connection refused"));
    assert_eq!(&*found[0].fix.as_ref().unwrap().label, "start it: systemctl start docker");
}

#[test]
fn what_the_host_runs_out_of_is_named() {
    let victim = with("api", |container, details| {
        container.state = ContainerState::Exited;
        details.exit_code = 137;
    });
    let killed = KernelMessage {
        time: ago(Duration::from_secs(9)),
        kind: KernelMessageKind::OutOfMemory {
            task_cgroup: format!("/docker/{}", victim.id.0),
            of_host: true,
        },
        text: Safe::new("oom-kill:constraint=CONSTRAINT_NONE"),
    };
    let sample = HostSample {
        open_files: Some(Share { used: 95, limit: 100 }),
        inotify_instances: Some(Share { used: 5, limit: 128 }),
        ..HostSample::default()
    };
    let neighbour = container("db");
    let found = findings(&Facts {
        containers: vec![&victim, &neighbour],
        host: Some(&sample),
        kernel: vec![&killed],
        clock_ahead_seconds: Some(-90),
        now: now(),
        ..Facts::default()
    });
    let titles: Vec<&str> = found.iter().map(|finding| &*finding.title).collect();
    assert_eq!(
        titles,
        [
            "the host ran out of memory, and api-1 was killed for it",
            "the host has nearly no open files left",
            "the daemon's clock is 1m behind this host's",
        ]
    );
    let old = KernelMessage { time: ago(Duration::from_hours(1)), ..killed };
    let facts = Facts { kernel: vec![&old], clock_ahead_seconds: Some(2), now: now(), ..Facts::default() };
    assert_eq!(findings(&facts), []);
}

#[rstest]
#[case::soon(75, Some(60), Some("the disk at / will be full in 1h"))]
#[case::not_so_soon(75, Some(300), None)]
#[case::with_much_room(50, Some(60), None)]
#[case::full_already(91, Some(60), Some("the disk at / is 91% full"))]
fn a_disk_that_fills_is_told_before_it_is_full(
    #[case] percent: u64,
    #[case] minutes: Option<u64>,
    #[case] title: Option<&str>,
) {
    let host = host(percent << 30, 100 << 30);
    let full_in = minutes.map(|minutes| ("/", Duration::from_mins(minutes))).into_iter().collect();
    let found = findings(&Facts { host: Some(&host), full_in, ..Facts::default() });
    assert_eq!(found.first().map(|finding| &*finding.title), title);
}

#[test]
fn a_disk_without_room_for_files_is_full_too() {
    let mut host = host(10, 100);
    host.disks[0].inodes = Some(Share { used: 98, limit: 100 });
    let found = findings(&Facts { host: Some(&host), ..Facts::default() });
    assert_eq!((found.len(), found[0].severity), (1, Severity::Critical));
    assert!(found[0].title.contains("98% of its inodes"), "{:?}", told(&found));
}
