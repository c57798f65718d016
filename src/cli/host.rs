//! `host`: this host's processors, memory, disks and handles, read twice, as some figures are differences; and what Docker
//! takes of its disks.

use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::report;
use super::table::Table;
use crate::domain::disk_use::{DockerDisk, LogSize};
use crate::domain::host::Share;
use crate::domain::units::{bytes, percent, whole};
use crate::domain::{Fault, FaultKind, HostSample};
use crate::engine::Engine;
use crate::probe::host::HostProbe;
use crate::probe::json_log::{LogAt, sizes};
use serde::Serialize;
use std::time::Duration;

const APART: Duration = Duration::from_millis(300);
/// Logs in the table; `--json` tells all of them.
const LOGS: usize = 5;

#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    host: HostSample,
    /// `null` where the daemon cannot be asked.
    docker_disk: Option<DockerDisk>,
    /// The largest first; `null` where the daemon's files cannot be seen.
    container_logs: Option<Vec<LogSize>>,
}

pub async fn run(context: &Context, output: Output) -> Result<u8, Fault> {
    let mut probe = HostProbe::new();
    probe.sample();
    let (docker, ()) = tokio::join!(docker(context), tokio::time::sleep(APART));
    let host = probe.sample();
    let (docker_disk, container_logs) = match docker {
        Ok((disk, logs)) => (Some(disk), logs),
        // The host is there without it.
        Err(fault) => {
            report::warn(&fault, output);
            (None, None)
        }
    };
    let told = Told { host, docker_disk, container_logs };
    if output.json {
        return print_json(&told).map(|()| 0);
    }
    print(&told, output).map(|()| 0)
}

async fn docker(context: &Context) -> Result<(DockerDisk, Option<Vec<LogSize>>), Fault> {
    let engine = context.engine().await?;
    let disk = engine.disk_use().await?;
    let here = engine.endpoint().is_local() && !engine.daemon().await?.simulated;
    let logs = if here { sizes(logs(&engine).await?) } else { None };
    Ok((disk, logs))
}

/// Only an inspect tells where a log is.
async fn logs(engine: &Engine) -> Result<Vec<LogAt>, Fault> {
    let mut logs = Vec::new();
    for container in engine.containers(None).await? {
        match engine.inspect(&container.id).await {
            Ok(container) => logs.extend(LogAt::of(&container)),
            // It went meanwhile.
            Err(fault) if fault.kind == FaultKind::NotFound => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(logs)
}

fn print(told: &Told, output: Output) -> Result<(), Fault> {
    let host = &told.host;
    let mut table = Table::new(&["WHAT", "NOW", "OF"], "nothing can be read");
    let absent = || "–".to_owned();
    let mut row = |what: &str, now: Option<String>, of: Option<String>| {
        let cell = |text: Option<String>| (Tone::Plain, text.unwrap_or_else(absent));
        table.row(vec![(Tone::Plain, what.to_owned()), cell(now), cell(of)]);
    };
    let loads =
        [host.load_one, host.load_five, host.load_fifteen].map(|load| load.map(|load| format!("{load:.2}")));
    let load: Vec<String> = loads.into_iter().flatten().collect();
    let cores = host.cores.map(|cores| format!("{cores} cores"));
    row("load", (!load.is_empty()).then(|| load.join(" ")), cores);
    row("cpu", host.cpu_percent.map(percent), None);
    row("memory", host.memory_used_bytes.map(bytes), host.memory_total_bytes.map(bytes));
    row("swap", host.swap_used_bytes.map(bytes), host.swap_total_bytes.map(bytes));
    for (what, stall) in [
        ("cpu pressure", host.pressure.cpu),
        ("memory pressure", host.pressure.memory),
        ("io pressure", host.pressure.io),
    ] {
        row(what, stall.map(|stall| percent(stall.some_percent)), None);
    }
    let rate = |rate: f64| format!("{}/s", bytes(whole(rate)));
    row("network in", host.network.map(|network| rate(network.received_bytes_per_second)), None);
    row("network out", host.network.map(|network| rate(network.sent_bytes_per_second)), None);
    let mut share = |what: &str, share: Option<Share>| {
        row(what, share.map(|share| share.used.to_string()), share.map(|share| share.limit.to_string()));
    };
    share("open files", host.open_files);
    share("inotify instances", host.inotify_instances);
    for disk in &host.disks {
        row(
            &format!("disk {}", disk.mount_point),
            Some(bytes(disk.used_bytes)),
            Some(bytes(disk.total_bytes)),
        );
        if let Some(inodes) = disk.inodes {
            let what = format!("inodes {}", disk.mount_point);
            row(&what, Some(inodes.used.to_string()), Some(inodes.limit.to_string()));
        }
    }
    table.print(output)?;
    match &told.docker_disk {
        Some(disk) => print_docker(disk, told.container_logs.as_deref(), output),
        None => Ok(()),
    }
}

fn print_docker(disk: &DockerDisk, logs: Option<&[LogSize]>, output: Output) -> Result<(), Fault> {
    output.line("")?;
    let mut table = Table::new(&["DOCKER'S", "SIZE", "RECLAIMABLE", "COUNT", "IN USE"], "");
    for (name, part) in disk.parts() {
        let numbers = [part.count, part.active].map(|number| number.to_string());
        let sizes = [part.bytes, part.reclaimable_bytes].map(bytes);
        table.plain_row([name.to_owned()].into_iter().chain(sizes).chain(numbers).collect());
    }
    let absent = || "–".to_owned();
    let all = logs.map(|logs| bytes(logs.iter().map(|log| log.bytes).sum()));
    let count = logs.map(|logs| logs.len().to_string());
    let row = |name: String, size: Option<String>, count: Option<String>| {
        vec![name, size.unwrap_or_else(absent), absent(), count.unwrap_or_else(absent), absent()]
    };
    table.plain_row(row("logs".to_owned(), all, count));
    for log in logs.unwrap_or_default().iter().take(LOGS).filter(|log| log.bytes > 0) {
        table.plain_row(row(format!("log of {}", log.name), Some(bytes(log.bytes)), None));
    }
    table.print(output)
}
