//! A container's figures in the fields and the words of `docker stats`, for scripts that know those.

use crate::cli::ps;
use crate::cli::template::Piece;
use crate::domain::{Container, ContainerFigures};
use serde_json::{Value, json};

/// What a template may ask for.
pub const FIELDS: [&str; 10] =
    ["BlockIO", "CPUPerc", "Container", "ID", "MemPerc", "MemUsage", "Name", "NetIO", "PIDs", "Service"];

/// Without a template.
const COLUMNS: [(&str, &str); 8] = [
    ("CONTAINER ID", "ID"),
    ("NAME", "Name"),
    ("CPU %", "CPUPerc"),
    ("MEM USAGE / LIMIT", "MemUsage"),
    ("MEM %", "MemPerc"),
    ("NET I/O", "NetIO"),
    ("BLOCK I/O", "BlockIO"),
    ("PIDS", "PIDs"),
];

const UNKNOWN: &str = "--";

pub fn columns() -> Vec<(String, Vec<Piece>)> {
    COLUMNS
        .iter()
        .map(|(title, field)| ((*title).to_owned(), vec![Piece::Field((*field).to_owned())]))
        .collect()
}

/// `host_memory` limits a container that has no limit of its own.
pub fn row(
    container: &Container,
    figures: Option<&ContainerFigures>,
    host_memory: Option<u64>,
    cut: bool,
) -> Value {
    let id = if cut { container.id.short() } else { &container.id.0 };
    let used = figures.and_then(|figures| figures.memory_bytes);
    let limit = figures.and_then(|figures| figures.memory_limit_bytes).or(host_memory);
    let both = |one: fn(&ContainerFigures) -> Option<u64>, other: fn(&ContainerFigures) -> Option<u64>| {
        let word = |value: Option<u64>| value.map_or_else(|| UNKNOWN.to_owned(), decimal);
        format!("{} / {}", word(figures.and_then(one)), word(figures.and_then(other)))
    };
    let memory = |value: Option<u64>| value.map_or_else(|| UNKNOWN.to_owned(), binary);
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    let part =
        used.zip(limit.filter(|limit| *limit > 0)).map(|(used, limit)| used as f64 / limit as f64 * 100.0);
    json!({
        "BlockIO": both(|figures| figures.block_read_bytes, |figures| figures.block_written_bytes),
        "CPUPerc": percent(figures.and_then(|figures| figures.cpu_percent)),
        "Container": id,
        "ID": id,
        "MemPerc": percent(part),
        "MemUsage": format!("{} / {}", memory(used), memory(limit.filter(|_| used.is_some()))),
        "Name": container.name.as_str(),
        "NetIO": both(|figures| figures.network_received_bytes, |figures| figures.network_sent_bytes),
        "PIDs": figures.and_then(|figures| figures.pids).map_or_else(|| UNKNOWN.to_owned(), |pids| pids.to_string()),
        "Service": ps::service(container),
    })
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| format!("{value:.2}%"))
}

/// `21.3MiB`
fn binary(value: u64) -> String {
    scaled(value, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB", "PiB"])
}

/// `1.45kB`
fn decimal(value: u64) -> String {
    scaled(value, 1000.0, &["B", "kB", "MB", "GB", "TB", "PB"])
}

/// Four digits that count.
fn scaled(value: u64, base: f64, units: &[&str]) -> String {
    #[expect(clippy::cast_precision_loss, reason = "four digits are shown")]
    let mut value = value as f64;
    let mut unit = 0;
    while value >= base && unit + 1 < units.len() {
        value /= base;
        unit += 1;
    }
    let digits = match value {
        ..10.0 => 3,
        ..100.0 => 2,
        ..1000.0 => 1,
        _ => 0,
    };
    let number = format!("{value:.digits$}");
    let number = if digits > 0 { number.trim_end_matches('0').trim_end_matches('.') } else { &number };
    format!("{number}{}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::figures::FigureSource;
    use crate::domain::fixtures;
    use jiff::Timestamp;

    #[test]
    fn sizes_are_written_as_docker_writes_them() {
        assert_eq!((binary(0), decimal(656)), ("0B".to_owned(), "656B".to_owned()));
        assert_eq!((binary(22_334_668), decimal(1_450)), ("21.3MiB".to_owned(), "1.45kB".to_owned()));
        assert_eq!((binary(1023 << 20), decimal(123_456_789)), ("1023MiB".to_owned(), "123.5MB".to_owned()));
        assert_eq!(binary(16 << 30), "16GiB");
    }

    #[test]
    fn what_is_not_known_is_no_zero_and_the_processor_is_not_clamped() {
        let container = fixtures::replica("shop", "web", 1);
        let unknown = row(&container, None, Some(1 << 30), true);
        assert_eq!(unknown["CPUPerc"], "--");
        assert_eq!(unknown["MemUsage"], "-- / --");
        assert_eq!(unknown["NetIO"], "-- / --");
        assert_eq!((&unknown["Name"], &unknown["Service"]), (&json!("shop-web-1"), &json!("web")));
        assert_eq!(unknown["ID"].as_str().map(str::len), Some(12));
        let figures = ContainerFigures {
            cpu_percent: Some(412.0),
            memory_bytes: Some(256 << 20),
            network_received_bytes: Some(0),
            pids: Some(7),
            ..ContainerFigures::unknown(Timestamp::UNIX_EPOCH, FigureSource::Cgroup)
        };
        let told = row(&container, Some(&figures), Some(1 << 30), false);
        assert_eq!(told["CPUPerc"], "412.00%");
        assert_eq!((&told["MemUsage"], &told["MemPerc"]), (&json!("256MiB / 1GiB"), &json!("25.00%")));
        assert_eq!((&told["NetIO"], &told["PIDs"]), (&json!("0B / --"), &json!("7")));
        assert_eq!(told["ID"].as_str().map(str::len), Some(64));
        let fields: Vec<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, FIELDS);
    }
}
