//! Who is on which GPU, and who holds its memory.

use super::*;
use crate::domain::container::GpuRequest;
use crate::domain::gpu::GpuProcess;
use std::collections::HashMap;

const GIB: u64 = 1 << 30;

fn asking(service: &str, count: Option<i64>, ids: &[&str]) -> Container {
    let device_ids = ids.iter().map(|id| (*id).to_owned()).collect();
    with(service, |_, details| details.gpu_requests = vec![GpuRequest { count, device_ids }])
}

fn process(container: Option<&Container>, gibibytes: u64) -> GpuProcess {
    GpuProcess {
        pid: 31_337,
        started_ticks: None,
        memory_bytes: Some(gibibytes * GIB),
        sm_percent: None,
        instance: None,
        container: container.map(|container| container.id.0.clone()),
        gone: false,
    }
}

fn device(index: u32, used: u64, processes: Vec<GpuProcess>) -> GpuDevice {
    let reading = GpuReading {
        utilisation_percent: Some(0),
        memory_used_bytes: Some(used * GIB),
        memory_total_bytes: Some(80 * GIB),
        processes,
        ..GpuReading::default()
    };
    gpu_device(index, Ok(reading))
}

fn on(containers: &[Container], devices: Vec<GpuDevice>, since: Option<Duration>) -> Vec<Finding> {
    let orphans_since: HashMap<u32, Timestamp> =
        since.into_iter().flat_map(|since| (0..8).map(move |index| (index, ago(since)))).collect();
    findings(&Facts {
        containers: containers.iter().collect(),
        gpus: Some(&GpuSample::Devices(devices)),
        orphans_since,
        now: now(),
        ..Facts::default()
    })
}

#[test]
fn two_that_asked_for_one_gpu_share_the_first_while_another_is_idle() {
    let both = [asking("inference", Some(1), &[]), asking("training", Some(1), &[])];
    let crowded = || device(0, 70, both.iter().map(|one| process(Some(one), 34)).collect());
    let found = on(&both, vec![crowded(), device(1, 0, Vec::new())], None);
    assert_eq!(
        told(&found),
        ["Warning: inference-1 and training-1 all sit on GPU 0 while GPU 1 is idle \
          [inference-1 asked by count 1: GPU 0 | training-1 asked by count 1: GPU 0 | \
          GPU 0, 70.0G of 80.0G used: inference-1 34.0G, training-1 34.0G | GPU 1, 0B of 80.0G used: no process]"]
    );
    let origins: Vec<Origin> = found[0].evidence.iter().map(|line| line.origin).collect();
    assert_eq!(origins, [Origin::Inspect, Origin::Inspect, Origin::Nvml, Origin::Nvml]);
    assert!(found[0].fix.as_ref().unwrap().label.contains("device_ids"));
    assert_eq!(found[0].about.stack.as_deref(), Some("mcp"));
}

#[test]
fn no_other_gpu_is_idle_when_it_works_was_given_away_or_does_not_say() {
    let both = [asking("inference", Some(1), &[]), asking("training", Some(1), &[])];
    let crowded = || device(0, 70, both.iter().map(|one| process(Some(one), 34)).collect());
    let of_another = |other: GpuDevice| on(&both, vec![crowded(), other], None).len();
    assert_eq!(of_another(device(1, 0, Vec::new())), 1);
    assert_eq!(of_another(device(1, 9, vec![process(None, 9)])), 0);
    assert_eq!(of_another(GpuDevice { silent_seconds: Some(9), ..device(1, 0, Vec::new()) }), 0);
    let mut unread = device(1, 0, Vec::new());
    if let Ok(reading) = &mut unread.reading {
        reading.processes_unread = Some(Safe::new("this user may not list processes"));
    }
    assert_eq!(of_another(unread), 0);
    let given = [both[0].clone(), both[1].clone(), asking("batch", None, &["1"])];
    assert_eq!(on(&given, vec![crowded(), device(1, 0, Vec::new())], None), []);
}

#[test]
fn one_alone_or_by_its_id_is_where_it_belongs() {
    let devices = |on_it: &[Container]| {
        vec![
            device(0, 70, on_it.iter().map(|one| process(Some(one), 34)).collect()),
            device(1, 0, Vec::new()),
        ]
    };
    let pinned = [asking("inference", Some(1), &[]), asking("training", None, &["0"])];
    assert_eq!(on(&pinned, devices(&pinned), None), []);
    // One that has loaded nothing yet is in nobody's way.
    let late = [asking("inference", Some(1), &[]), asking("training", Some(1), &[])];
    assert_eq!(on(&late, devices(&late[..1]), None), []);
}

#[test]
fn a_process_on_a_gpu_that_its_container_did_not_ask_for_is_astray() {
    let api = asking("api", None, &["1"]);
    let devices = || vec![device(0, 4, vec![process(Some(&api), 3)]), device(1, 0, Vec::new())];
    assert_eq!(
        told(&on(std::slice::from_ref(&api), devices(), None)),
        ["Warning: api-1 uses GPU 0, which it did not ask for [it asked by id 1: GPU 1 | \
          its process 31337 holds 3.0G on GPU 0 | GPU 0, 4.0G of 80.0G used: api-1 3.0G]"]
    );
    // The same one, had it asked for nothing that can be compared.
    let unknown = Container { id: api.id.clone(), ..asking("api", None, &["1", "MIG-elsewhere"]) };
    let silent = Container { id: api.id.clone(), ..container("api") };
    let all = Container { id: api.id.clone(), ..asking("api", Some(-1), &[]) };
    for other in [unknown, silent, all] {
        assert_eq!(on(&[other], devices(), None), []);
    }
}

#[test]
fn one_that_runs_and_asked_for_what_is_not_there_is_told() {
    let devices = || vec![device(0, 0, Vec::new()), device(1, 0, Vec::new())];
    let of = |count, ids: &[&str]| on(&[asking("api", count, ids)], devices(), None);
    assert_eq!(
        told(&of(None, &["1", "GPU-elsewhere", "7"])),
        ["Warning: api-1 asked for a GPU that is not there: 7 \
          [it asked by id 1,GPU-elsewhere,7 | there are GPU 0,1]"]
    );
    let found = of(Some(4), &[]);
    assert_eq!(&*found[0].title, "api-1 asked for a GPU that is not there: 2-3");
    assert!(found[0].fix.as_ref().unwrap().label.contains("device_ids"));
    let image = with("api", |_, details| details.environment.push("NVIDIA_VISIBLE_DEVICES=7".to_owned()));
    assert_eq!(on(&[image], devices(), None), [], "nobody asked the Engine for it");
}

#[test]
fn one_that_uses_no_gpu_yet_is_not_wrong() {
    let asked = asking("api", Some(1), &[]);
    assert_eq!(on(&[asked], vec![device(0, 0, Vec::new())], None), []);
}

#[test]
fn memory_that_nobody_answers_for_is_a_finding_after_a_while() {
    let gone = || GpuProcess { gone: true, ..process(None, 12) };
    let devices = || vec![device(0, 12, vec![gone()]), device(1, 9, Vec::new()), device(2, 0, Vec::new())];
    let found = on(&[], devices(), Some(Duration::from_mins(2)));
    assert_eq!(
        told(&found),
        [
            "Warning: 12.0G of GPU 0 are held by no process that lives \
             [12.0G for 2m | the driver still lists 31337, which the host has no more]",
            "Warning: 9.0G of GPU 1 are held by no process [9.0G for 2m]",
        ]
    );
    assert!(found[0].fix.as_ref().unwrap().label.contains("fuser -v /dev/nvidia0"));
    assert_eq!(on(&[], devices(), Some(Duration::from_secs(3))), [], "a process is about to end");
    assert_eq!(on(&[], devices(), None), []);
}

#[test]
fn who_holds_the_memory_stands_with_the_line_that_misses_it() {
    let inference = asking("inference", None, &["1"]);
    let training = asking("training", None, &["1"]);
    let text = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB";
    let sign = told_sign(&inference, Sign::CudaOutOfMemory, text);
    let seen = |processes: Vec<GpuProcess>| {
        let gpus = GpuSample::Devices(vec![device(0, 9, vec![process(None, 9)]), device(1, 79, processes)]);
        let facts = Facts {
            containers: vec![&inference, &training],
            signs: vec![&sign],
            gpus: Some(&gpus),
            now: now(),
            ..Facts::default()
        };
        let found = findings(&facts);
        assert_eq!(&*found[0].title, "inference-1 runs out of GPU memory");
        let of_driver = found[0].evidence.iter().filter(|line| line.origin == Origin::Nvml);
        of_driver.map(|line| line.text.to_string()).collect::<Vec<_>>()
    };
    let other = || process(Some(&training), 70);
    assert_eq!(
        seen(vec![process(Some(&inference), 8), other()]),
        ["GPU 1 (its GPU 0), 79.0G of 80.0G used: training-1 70.0G, inference-1 8.0G"]
    );
    // It ended of it, and what it asked for still tells.
    assert_eq!(
        seen(vec![other()]),
        ["GPU 1 (its GPU 0), 79.0G of 80.0G used now that it has let go: training-1 70.0G"]
    );
}
