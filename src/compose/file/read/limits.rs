//! `ulimits` and `blkio_config`.

use super::scalars::{count, integer, size, string};
use crate::compose::file::service::{BlockIo, ThrottleDevice, Ulimit, WeightDevice};
use crate::domain::yaml::{Reader, Value};
use std::collections::BTreeMap;

pub fn ulimits(reader: &Reader<'_>) -> BTreeMap<String, Ulimit> {
    let mut limits = BTreeMap::new();
    for (name, value) in reader.mapping() {
        if let Value::Mapping(_) = value.node().value {
            value.only(&["soft", "hard"]);
            let number = |key: &str| value.get(key).and_then(|value| integer(&value));
            match (number("soft"), number("hard")) {
                (Some(soft), Some(hard)) => {
                    limits.insert(name.to_owned(), Ulimit { soft, hard, single: false });
                }
                _ => value.complain("expected both `soft` and `hard`"),
            }
        } else if let Some(limit) = integer(&value) {
            limits.insert(name.to_owned(), Ulimit { soft: limit, hard: limit, single: true });
        }
    }
    limits
}

pub fn block_io(reader: &Reader<'_>) -> BlockIo {
    reader.only(&[
        "weight",
        "weight_device",
        "device_read_bps",
        "device_read_iops",
        "device_write_bps",
        "device_write_iops",
    ]);
    let items = |key: &str| reader.get(key).map(|value| value.list()).unwrap_or_default();
    let throttles = |key: &str| items(key).iter().map(throttle).collect();
    BlockIo {
        weight: weight(reader),
        weight_device: items("weight_device")
            .iter()
            .map(|item| {
                item.only(&["path", "weight"]);
                WeightDevice { path: device_path(item), weight: weight(item) }
            })
            .collect(),
        device_read_bps: throttles("device_read_bps"),
        device_read_iops: throttles("device_read_iops"),
        device_write_bps: throttles("device_write_bps"),
        device_write_iops: throttles("device_write_iops"),
    }
}

fn weight(reader: &Reader<'_>) -> u16 {
    let Some(value) = reader.get("weight") else { return 0 };
    let weight = count(&value).unwrap_or_default();
    u16::try_from(weight).unwrap_or_else(|_| {
        value.expected("a weight from 10 to 1000");
        0
    })
}

fn throttle(reader: &Reader<'_>) -> ThrottleDevice {
    reader.only(&["path", "rate"]);
    let rate = reader.get("rate").and_then(|value| size(&value)).unwrap_or_default();
    ThrottleDevice { path: device_path(reader), rate }
}

fn device_path(reader: &Reader<'_>) -> String {
    let Some(path) = reader.get("path") else {
        reader.complain("expected `path`, a device of the host");
        return String::new();
    };
    string(&path).unwrap_or_default()
}
