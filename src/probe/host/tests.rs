use super::*;

#[test]
fn this_host_has_memory_and_a_name_and_its_root_comes_first() {
    let sample = HostProbe::new().sample();
    assert!(sample.host_name.as_deref().is_some_and(|name| !name.is_empty()));
    assert!(sample.cores.is_some_and(|cores| cores > 0));
    assert!(sample.memory_used_bytes.is_some() && sample.memory_used_bytes < sample.memory_total_bytes);
    assert_eq!(sample.disks.first().map(|disk| disk.mount_point.as_str()), Some("/"));
    for disk in &sample.disks {
        assert!(disk.used_bytes <= disk.total_bytes, "{disk:?}");
    }
}

#[test]
fn the_processor_has_no_figure_before_the_second_reading() {
    let mut probe = HostProbe::new();
    assert_eq!(probe.sample().cpu_percent, None);
    let second = probe.sample().cpu_percent.unwrap();
    assert!((0.0..=100.0).contains(&second));
}
