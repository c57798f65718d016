use super::*;
use crate::domain::GpuReading;
use crate::domain::container::{ContainerDetails, GpuRequest};
use crate::domain::fixtures;
use crate::domain::gpu::{AskedBy, MigInstance, OrphanMemory};
use rstest::rstest;

const GIB: u64 = 1 << 30;

fn device(index: u32, processes: Vec<GpuProcess>) -> GpuDevice {
    let reading = GpuReading {
        memory_total_bytes: Some(80 * GIB),
        memory_used_bytes: Some(4 * GIB),
        processes,
        ..GpuReading::default()
    };
    GpuDevice {
        index,
        uuid: Some(Safe::new(format!("GPU-aaaa-{index}"))),
        name: None,
        bus: None,
        reading: Ok(reading),
        silent_seconds: None,
        xids: Vec::new(),
    }
}

fn process(container: Option<&Container>, gibibytes: Option<u64>) -> GpuProcess {
    GpuProcess {
        pid: 4242,
        started_ticks: None,
        memory_bytes: gibibytes.map(|count| count * GIB),
        sm_percent: None,
        instance: None,
        container: container.map(|container| container.id.0.clone()),
        gone: false,
    }
}

fn request(count: Option<i64>, ids: &[&str]) -> Vec<GpuRequest> {
    vec![GpuRequest { count, device_ids: ids.iter().map(|id| (*id).to_owned()).collect() }]
}

fn asking(service: &str, number: u32, gpu_requests: Vec<GpuRequest>, environment: &str) -> Container {
    let details = ContainerDetails {
        gpu_requests,
        environment: vec!["PATH=/bin".to_owned(), environment.to_owned()],
        ..fixtures::details()
    };
    Container { details: Some(details), ..fixtures::replica("mcp", service, number) }
}

fn ask(requests: Vec<GpuRequest>, environment: &str) -> Option<(AskedBy, String, Vec<u32>, bool)> {
    let mut devices: Vec<GpuDevice> = (0..4).map(|index| device(index, Vec::new())).collect();
    if let Ok(reading) = &mut devices[3].reading {
        let slice = MigInstance { uuid: Some(Safe::new("MIG-5c")), ..MigInstance::default() };
        (reading.mig, reading.instances) = (true, vec![slice]);
    }
    let container = asking("api", 1, requests, environment);
    let ask = GpuAsk::of(container.details.as_ref().unwrap(), &devices)?;
    Some((ask.by, ask.words.to_string(), ask.devices.into_iter().collect(), ask.unknown))
}

#[rstest]
#[case::the_first(Some(1), &[], AskedBy::Count, "count 1", &[0])]
#[case::the_first_two(Some(2), &[], AskedBy::Count, "count 2", &[0, 1])]
#[case::more_than_there_are(Some(9), &[], AskedBy::Count, "count 9", &[0, 1, 2, 3])]
#[case::all(Some(-1), &[], AskedBy::All, "all", &[0, 1, 2, 3])]
#[case::by_index(None, &["2", "0"], AskedBy::Ids, "id 2,0", &[0, 2])]
#[case::by_uuid(None, &["GPU-aaaa-1"], AskedBy::Ids, "id GPU-aaaa-1", &[1])]
#[case::by_a_slice(None, &["MIG-5c"], AskedBy::Ids, "id MIG-5c", &[3])]
#[case::by_a_slice(None, &["3:0"], AskedBy::Ids, "id 3:0", &[3])]
#[case::in_words_of_the_interface(None, &["nvidia.com/gpu=2"], AskedBy::Ids, "id 2", &[2])]
#[case::in_words_of_the_interface(None, &["nvidia.com/gpu=all"], AskedBy::All, "all", &[0, 1, 2, 3])]
fn a_count_always_means_the_first_devices(
    #[case] count: Option<i64>,
    #[case] ids: &[&str],
    #[case] by: AskedBy,
    #[case] words: &str,
    #[case] devices: &[u32],
) {
    let expected = Some((by, words.to_owned(), devices.to_vec(), false));
    assert_eq!(ask(request(count, ids), ""), expected);
    // The Engine sets the variable anew.
    assert_eq!(ask(request(count, ids), "NVIDIA_VISIBLE_DEVICES=3"), expected);
}

#[rstest]
#[case::one_more_than_there_are(Some(5), &[], &["4"])]
#[case::many_more(Some(9), &[], &["4-8"])]
#[case::as_many_as_there_are(Some(4), &[], &[])]
#[case::indices_and_a_slice_of_none(None, &["1", "4", "9:0"], &["4", "9:0"])]
#[case::a_name(None, &["GPU-bbbb-1", "GPU-aaaa-1"], &["GPU-bbbb-1"])]
#[case::a_name_that_several_begin_with(None, &["GPU-aaaa"], &[])]
#[case::a_slice_may_have_gone_unread(None, &["MIG-77"], &[])]
#[case::all(Some(-1), &[], &[])]
fn what_is_surely_not_there_is_told(
    #[case] count: Option<i64>,
    #[case] ids: &[&str],
    #[case] absent: &[&str],
) {
    let container = asking("api", 1, request(count, ids), "");
    let devices: Vec<GpuDevice> = (0..4).map(|index| device(index, Vec::new())).collect();
    let ask = GpuAsk::of(container.details.as_ref().unwrap(), &devices).unwrap();
    assert_eq!(ask.absent.iter().map(|id| &**id).collect::<Vec<_>>(), absent);
}

#[test]
fn the_environment_asks_where_nothing_else_does() {
    let ids = |words: &str, devices: &[u32], unknown| {
        Some((AskedBy::Ids, words.to_owned(), devices.to_vec(), unknown))
    };
    assert_eq!(ask(Vec::new(), "NVIDIA_VISIBLE_DEVICES=1,2"), ids("env id 1,2", &[1, 2], false));
    assert_eq!(ask(request(Some(0), &[]), "NVIDIA_VISIBLE_DEVICES=1"), ids("env id 1", &[1], false));
    assert_eq!(ask(Vec::new(), "NVIDIA_VISIBLE_DEVICES=1,7"), ids("env id 1,7", &[1], true));
    // The beginning that all of them share names none.
    assert_eq!(ask(Vec::new(), "NVIDIA_VISIBLE_DEVICES=GPU-aaaa"), ids("env id GPU-aaaa", &[], true));
    for nothing in ["NVIDIA_VISIBLE_DEVICES=void", "NVIDIA_VISIBLE_DEVICES=none", "NVIDIA_VISIBLE_DEVICES="] {
        assert_eq!(ask(Vec::new(), nothing), None);
    }
}

fn rows(containers: &[Container], devices: &[GpuDevice]) -> Vec<String> {
    let seats = seats(containers, devices);
    seats.iter().map(|seat| seat.cells().map(|cell| cell.to_string()).join(" | ")).collect()
}

#[test]
fn the_plan_has_what_was_asked_for_beside_where_they_sit() {
    let replicas = [1, 2].map(|number| asking("inference", number, request(Some(1), &[]), ""));
    let training = asking("training", 1, request(None, &["1"]), "");
    let idle = asking("idle", 1, Vec::new(), "NVIDIA_VISIBLE_DEVICES=all");
    let dashboard = asking("dashboard", 1, Vec::new(), "NVIDIA_VISIBLE_DEVICES=all");
    let mut gone = process(None, Some(3));
    gone.gone = true;
    let devices = [
        device(0, vec![process(Some(&replicas[0]), Some(38)), process(Some(&replicas[1]), Some(30))]),
        device(1, vec![process(None, Some(1)), process(Some(&dashboard), None), gone]),
        device(2, Vec::new()),
    ];
    let stranger = fixtures::container("elsewhere");
    let mut others = devices.to_vec();
    if let Ok(reading) = &mut others[2].reading {
        reading.processes.push(process(Some(&stranger), Some(2)));
    }
    let mut all = replicas.to_vec();
    all.extend([training, idle, dashboard]);
    let unknown = format!("container {} | – | 2 | 2.0G", stranger.id.short());
    assert_eq!(
        rows(&all, &others),
        [
            "mcp/dashboard | env all → 0-2 | 1 | – of 240G",
            "mcp/inference ×2 | count 1 → 0 | 0 | 68.0G of 80.0G",
            "mcp/training | id 1 → 1 | – | – of 80.0G",
            &unknown,
            "processes of the host | – | 1 | 1.0G",
            "processes that are gone | – | 1 | 3.0G",
        ]
    );
    all.reverse();
    assert_eq!(rows(&all, &devices).len(), 5);
}

#[test]
fn who_does_not_run_has_no_seat() {
    let mut stopped = asking("inference", 1, request(Some(1), &[]), "");
    stopped.state = crate::domain::ContainerState::Exited;
    assert_eq!(rows(&[stopped], &[device(0, Vec::new())]), [""; 0]);
}

fn reading(used: u64, processes: Vec<GpuProcess>) -> GpuReading {
    GpuReading { memory_used_bytes: Some(used), processes, ..GpuReading::default() }
}

#[test]
fn memory_that_nobody_holds_is_told_only_where_it_can_be_told() {
    assert_eq!(reading(5 * GIB, vec![process(None, Some(3))]).unattributed_bytes(), Some(2 * GIB));
    assert_eq!(reading(5 * GIB, vec![process(None, None)]).unattributed_bytes(), None);
    assert_eq!(GpuReading { mig: true, ..reading(5 * GIB, Vec::new()) }.unattributed_bytes(), None);
    let unread = Some(Safe::new("this user may not list processes"));
    assert_eq!(
        GpuReading { processes_unread: unread, ..reading(5 * GIB, Vec::new()) }.unattributed_bytes(),
        None
    );
}

#[test]
fn memory_is_orphaned_where_its_process_is_gone_or_there_is_none() {
    let gone = GpuProcess { gone: true, ..process(None, Some(3)) };
    let orphan = |bytes, processes: &[u32]| Some(OrphanMemory { bytes, processes: processes.to_vec() });
    assert_eq!(reading(9 * GIB, vec![gone.clone()]).orphan_memory(), orphan(3 * GIB, &[4242]));
    assert_eq!(reading(9 * GIB, Vec::new()).orphan_memory(), orphan(9 * GIB, &[]));
    assert_eq!(reading(500 << 20, Vec::new()).orphan_memory(), None, "the driver's own");
    // Managed memory is counted as nobody's.
    assert_eq!(reading(9 * GIB, vec![process(None, Some(1))]).orphan_memory(), None);
    assert_eq!(GpuReading { mig: true, ..reading(9 * GIB, Vec::new()) }.orphan_memory(), None);
}

#[test]
fn runs_of_indices_are_short() {
    assert_eq!(indices(&BTreeSet::from([0, 1, 2, 5, 7, 8])), "0-2,5,7,8");
    assert_eq!(indices(&BTreeSet::new()), "–");
}
