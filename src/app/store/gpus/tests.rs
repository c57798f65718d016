use super::*;
use crate::app::fixtures::gpu_device;
use crate::domain::gpu::MigInstance;
use crate::domain::{GpuDevice, GpuReading, Safe};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_600_000 + second).unwrap()
}

fn busy(percent: u32) -> GpuDevice {
    let reading =
        GpuReading { utilisation_percent: Some(percent), power_watts: Some(287.5), ..GpuReading::default() };
    gpu_device(0, Ok(reading))
}

fn mean(store: &GpuStore, measure: Measure, from: i64, to: i64) -> Option<f64> {
    let second = |offset| at(offset).as_second();
    store.course(0).and_then(|course| course.mean(measure, second(from), second(to)))
}

#[test]
fn fifteen_minutes_are_kept_and_one_of_them_a_reading_at_a_time() {
    let mut store = GpuStore::default();
    for second in 0..2_000 {
        store.apply(GpuSample::Devices(vec![busy(if second < 1_990 { 40 } else { 90 })]), at(second));
    }
    assert_eq!(store.history(0).len(), HISTORY);
    assert_eq!(store.history(0).last(), Some(Some(90)));
    assert_eq!(mean(&store, Measure::Busy, 1_980, 2_000), Some(65.0));
    assert_eq!(mean(&store, Measure::Power, 1_980, 2_000), Some(287.5));
    assert_eq!(mean(&store, Measure::Busy, 1_100, 1_105), Some(40.0));
    assert_eq!(mean(&store, Measure::Busy, 1_000, 1_100), None, "that is longer ago");
}

#[test]
fn what_was_not_read_is_a_gap_in_the_course_and_no_zero() {
    let mut store = GpuStore::default();
    store.apply(GpuSample::Devices(vec![busy(40)]), at(0));
    let silent = GpuDevice { silent_seconds: Some(3), ..busy(40) };
    store.apply(GpuSample::Devices(vec![silent]), at(1));
    store.apply(GpuSample::Devices(vec![gpu_device(0, Err(Safe::new("GPU is lost")))]), at(2));
    assert_eq!(store.history(0).collect::<Vec<_>>(), [Some(40), None, None]);
    assert_eq!((mean(&store, Measure::Busy, 0, 1), mean(&store, Measure::Busy, 1, 3)), (Some(40.0), None));
}

#[test]
fn slices_have_rows_of_their_own_below_their_device() {
    let mut store = GpuStore::default();
    let slice = |index| MigInstance { index, ..MigInstance::default() };
    let reading = GpuReading { mig: true, instances: vec![slice(0), slice(2)], ..GpuReading::default() };
    store.apply(
        GpuSample::Devices(vec![gpu_device(0, Ok(reading)), gpu_device(1, Err(Safe::new("lost")))]),
        at(0),
    );
    let places: Vec<_> = store.places().iter().map(|place| (place.device, place.instance)).collect();
    assert_eq!(places, [(0, None), (0, Some(0)), (0, Some(2)), (1, None)]);
}

#[test]
fn memory_that_nobody_answers_for_is_timed_until_somebody_does() {
    let mut store = GpuStore::default();
    let used = |gibibytes: u64| {
        let reading = GpuReading { memory_used_bytes: Some(gibibytes << 30), ..GpuReading::default() };
        GpuSample::Devices(vec![gpu_device(0, Ok(reading))])
    };
    let since = |store: &GpuStore| store.orphans_since().collect::<Vec<_>>();
    for second in 0..5 {
        store.apply(used(12), at(second));
    }
    assert_eq!(since(&store), [(0, at(0))]);
    store.apply(used(0), at(5));
    assert_eq!(since(&store), []);
    store.apply(used(12), at(6));
    assert_eq!(since(&store), [(0, at(6))]);
    store.apply(GpuSample::Devices(Vec::new()), at(7));
    assert_eq!(since(&store), []);
}
