//! What Docker's own things take of the disk.

use super::connect::Engine;
use crate::domain::Fault;
use crate::domain::disk_use::{DiskPart, DockerDisk};
use hyper::Method;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// The daemon looks at every file of its volumes and containers.
const DISK_LIMIT: Duration = Duration::from_mins(2);
const OPERATION: &str = "ask for the disk use of the daemon";
/// It counts for one at a time, and refuses everybody else meanwhile.
const BUSY: &str = "a disk usage operation is already running";
const APART: Duration = Duration::from_secs(1);

impl Engine {
    /// As `docker system df` counts it. To be asked for when somebody wants to know, and never by the way: it is the
    /// most expensive question that there is.
    pub async fn disk_use(&self) -> Result<DockerDisk, Fault> {
        let end = Instant::now() + DISK_LIMIT;
        loop {
            // Engines before 29 list the things themselves; later ones give sums.
            let asked = self.json(&Method::GET, "/system/df", None, OPERATION, "", DISK_LIMIT);
            match asked.await {
                Ok(answer) => return Ok(disk_use(&answer)),
                Err(fault)
                    if Instant::now() < end && fault.causes.iter().any(|cause| cause.contains(BUSY)) =>
                {
                    tokio::time::sleep(APART).await;
                }
                Err(fault) => return Err(fault),
            }
        }
    }
}

fn disk_use(answer: &Value) -> DockerDisk {
    let listed = [images(answer), containers(answer), volumes(answer), build_cache(answer)];
    let [images, containers, volumes, build_cache] = listed;
    DockerDisk {
        images: sums(answer, "ImageUsage").unwrap_or(images),
        containers: sums(answer, "ContainerUsage").unwrap_or(containers),
        volumes: sums(answer, "VolumeUsage").unwrap_or(volumes),
        build_cache: sums(answer, "BuildCacheUsage").unwrap_or(build_cache),
    }
}

fn sums(answer: &Value, key: &str) -> Option<DiskPart> {
    let usage = answer.get(key).filter(|usage| usage.is_object())?;
    Some(DiskPart {
        count: number(usage, "TotalCount"),
        active: number(usage, "ActiveCount"),
        bytes: number(usage, "TotalSize"),
        reclaimable_bytes: number(usage, "Reclaimable"),
    })
}

/// Layers that images share count once, so the sum of all is the daemon's own; what an image in use has for itself alone
/// cannot be had back.
fn images(answer: &Value) -> DiskPart {
    let images = list(answer, "Images");
    let used = || images.iter().filter(|image| number(image, "Containers") > 0);
    let own = |image: &Value| number(image, "Size").saturating_sub(number(image, "SharedSize"));
    let known =
        |image: &&Value| image.get("SharedSize").and_then(Value::as_i64).is_some_and(|size| size >= 0);
    let bytes = number(answer, "LayersSize");
    DiskPart {
        count: count(images.iter()),
        active: count(used()),
        bytes,
        reclaimable_bytes: bytes.saturating_sub(used().filter(known).map(own).sum()),
    }
}

fn containers(answer: &Value) -> DiskPart {
    let runs = |container: &Value| {
        let state = container.get("State").and_then(Value::as_str).unwrap_or_default();
        ["running", "paused", "restarting"].iter().any(|word| state.contains(word))
    };
    part(list(answer, "Containers"), runs, |container| number(container, "SizeRw"))
}

fn volumes(answer: &Value) -> DiskPart {
    let usage = |volume: &Value, key: &str| volume.get("UsageData").map_or(0, |usage| number(usage, key));
    part(list(answer, "Volumes"), |volume| usage(volume, "RefCount") > 0, |volume| usage(volume, "Size"))
}

/// A record that another one shares is counted with that.
fn build_cache(answer: &Value) -> DiskPart {
    let is = |record: &Value, key: &str| record.get(key).and_then(Value::as_bool).unwrap_or_default();
    let size = |record: &Value| if is(record, "Shared") { 0 } else { number(record, "Size") };
    part(list(answer, "BuildCache"), |record| is(record, "InUse"), size)
}

fn part(things: &[Value], active: impl Fn(&Value) -> bool, size: impl Fn(&Value) -> u64) -> DiskPart {
    let idle = things.iter().filter(|thing| !active(thing));
    DiskPart {
        count: count(things.iter()),
        active: count(things.iter().filter(|thing| active(thing))),
        bytes: things.iter().map(&size).sum(),
        reclaimable_bytes: idle.map(&size).sum(),
    }
}

fn list<'answer>(answer: &'answer Value, key: &str) -> &'answer [Value] {
    answer.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// What is not known is -1 or missing.
fn number(of: &Value, key: &str) -> u64 {
    of.get(key).and_then(Value::as_u64).unwrap_or_default()
}

fn count<'a>(things: impl Iterator<Item = &'a Value>) -> u64 {
    u64::try_from(things.count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn part(count: u64, active: u64, bytes: u64, reclaimable_bytes: u64) -> DiskPart {
        DiskPart { count, active, bytes, reclaimable_bytes }
    }

    #[test]
    fn lists_are_counted_as_docker_system_df_counts_them() {
        let answer = json!({
            "LayersSize": 1000,
            "Images": [
                { "Containers": 2, "Size": 700, "SharedSize": 300 },
                { "Containers": 1, "Size": 900, "SharedSize": -1 },
                { "Containers": 0, "Size": 500, "SharedSize": 300 },
            ],
            "Containers": [
                { "State": "running", "SizeRw": 10 },
                { "State": "exited", "SizeRw": 7 },
                { "State": "created" },
            ],
            "Volumes": [
                { "UsageData": { "RefCount": 1, "Size": 40 } },
                { "UsageData": { "RefCount": 0, "Size": 60 } },
                { "UsageData": { "RefCount": -1, "Size": -1 } },
                {},
            ],
            "BuildCache": [
                { "InUse": true, "Shared": false, "Size": 5 },
                { "InUse": false, "Shared": false, "Size": 6 },
                { "InUse": false, "Shared": true, "Size": 100 },
            ],
        });
        let expected = DockerDisk {
            images: part(3, 2, 1000, 600),
            containers: part(3, 1, 17, 7),
            volumes: part(4, 1, 100, 60),
            build_cache: part(3, 1, 11, 6),
        };
        assert_eq!(disk_use(&answer), expected);
    }

    #[test]
    fn sums_are_taken_as_they_are() {
        let answer = json!({
            "ImageUsage": { "TotalCount": 3, "ActiveCount": 1, "TotalSize": 90, "Reclaimable": 80, "Items": null },
            "ContainerUsage": { "TotalCount": 2, "TotalSize": 1 },
        });
        let told = disk_use(&answer);
        assert_eq!((told.images, told.containers), (part(3, 1, 90, 80), part(2, 0, 1, 0)));
        assert_eq!(told.volumes, DiskPart::default());
    }
}
