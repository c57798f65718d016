//! `host`: this host's processors, memory, disks and handles, read twice, as some figures are differences.

use super::output::{Output, Tone, print_json};
use super::table::Table;
use crate::domain::host::Share;
use crate::domain::units::{bytes, percent, whole};
use crate::domain::{Fault, HostSample};
use crate::probe::host::HostProbe;
use std::time::Duration;

const APART: Duration = Duration::from_millis(300);

pub fn run(output: Output) -> Result<u8, Fault> {
    let mut probe = HostProbe::new();
    probe.sample();
    std::thread::sleep(APART);
    let sample = probe.sample();
    if output.json {
        return print_json(&sample).map(|()| 0);
    }
    print(&sample, output).map(|()| 0)
}

fn print(host: &HostSample, output: Output) -> Result<(), Fault> {
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
    table.print(output)
}
