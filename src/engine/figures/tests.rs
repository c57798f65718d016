use super::*;
use serde_json::{Value, json};

fn stats(value: Value) -> ContainerStatsResponse {
    serde_json::from_value(value).unwrap()
}

#[test]
fn the_share_is_of_one_core() {
    let before = ProcessorSample { used: 1_000, system: 100_000 };
    let now = ProcessorSample { used: 2_000, system: 104_000 };
    assert_eq!(share(before, now, 4), Some(100.0));
    assert_eq!(share(now, before, 4), None, "a container that began anew has no share yet");
    assert_eq!(share(now, now, 4), None);
}

#[test]
fn the_cache_that_is_given_up_first_does_not_count() {
    for key in ["inactive_file", "total_inactive_file"] {
        let answer = stats(json!({ "memory_stats": { "usage": 1000, "stats": { key: 300 } } }));
        assert_eq!(memory(&answer.memory_stats.unwrap()), Some(700));
    }
    let answer = stats(json!({ "memory_stats": { "usage": 100, "stats": { "inactive_file": 300 } } }));
    assert_eq!(memory(&answer.memory_stats.unwrap()), Some(100));
}

#[test]
fn unknown_is_not_zero() {
    let answer = stats(json!({ "memory_stats": {}, "cpu_stats": {}, "blkio_stats": {} }));
    assert_eq!(memory(&answer.memory_stats.unwrap()), None);
    assert!(sample(&answer.cpu_stats.unwrap()).is_none());
    assert_eq!(block_bytes(&answer.blkio_stats.unwrap(), "read"), None);
}

#[test]
fn devices_are_added_up() {
    let entry = |op: &str, value: u64| json!({ "major": 8, "minor": 0, "op": op, "value": value });
    let answer = stats(json!({ "blkio_stats": { "io_service_bytes_recursive": [
        entry("Read", 5), entry("Write", 7), entry("read", 6), entry("Total", 99),
    ]}}));
    let blocks = answer.blkio_stats.unwrap();
    assert_eq!((block_bytes(&blocks, "read"), block_bytes(&blocks, "write")), (Some(11), Some(7)));
}
