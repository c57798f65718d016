//! Containers on GPUs that they should not be on: those that asked for a number of them all get the first ones, one that
//! sits where it was not sent is in somebody's way, and one may have asked for what is not there.

use crate::domain::gpu::{AskedBy, GpuAsk, indices};
use crate::domain::{Container, GpuDevice, GpuSample, units};
use crate::triage::gpu_holders::{is_on, of_device};
use crate::triage::{About, Facts, Finding, Origin, Severity};
use std::collections::BTreeSet;

/// Less than this nobody works with.
const IDLE_BYTES: u64 = 1 << 30;
const IDLE_PERCENT: u32 = 5;
/// So many are named, the others counted.
const NAMED: usize = 4;

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(GpuSample::Devices(devices)) = facts.gpus else { return };
    let running = facts.containers.iter().copied().filter(|container| container.state.serves());
    let asking: Vec<(&Container, GpuAsk)> = running
        .filter_map(|container| Some((container, GpuAsk::of(container.details.as_ref()?, devices)?)))
        .collect();
    findings.extend(crowded(facts, devices, &asking));
    findings.extend(asking.iter().filter_map(|(container, ask)| astray(facts, devices, container, ask)));
    findings.extend(asking.iter().filter_map(|(container, ask)| missing(devices, container, ask)));
}

/// Who asked for a number of GPUs is on the first one together with others like it, and another GPU has nothing to do.
fn crowded(facts: &Facts<'_>, devices: &[GpuDevice], asking: &[(&Container, GpuAsk)]) -> Option<Finding> {
    let first = devices.iter().find(|device| device.index == 0)?;
    let reading = first.reading.as_ref().ok()?;
    let crowd: Vec<&(&Container, GpuAsk)> = asking
        .iter()
        .filter(|(container, ask)| ask.by == AskedBy::Count && is_on(container, reading))
        .collect();
    // What was given to somebody by name is not free, though it may have nothing to do just now.
    let given =
        |index: u32| asking.iter().any(|(_, ask)| ask.by != AskedBy::All && ask.devices.contains(&index));
    let idle: Vec<&GpuDevice> =
        devices.iter().filter(|device| is_idle(device) && !given(device.index)).collect();
    if crowd.len() < 2 || idle.is_empty() {
        return None;
    }
    let free = indices(&idle.iter().map(|device| device.index).collect());
    let title = format!("{} all sit on GPU 0 while GPU {free} is idle", names(&crowd));
    let mut stacks =
        crowd.iter().map(|(container, _)| container.compose.as_ref().map(|labels| &labels.project));
    let stack = stacks.next().flatten().filter(|stack| stacks.all(|other| other == Some(*stack))).cloned();
    let about = About { stack, ..About::default() };
    let mut finding = Finding::new("gpu-seats", "0", Severity::Warning, title, about);
    for (container, ask) in crowd.iter().take(NAMED) {
        let text = format!("{} asked by {}: GPU {}", container.tag(), ask.words, indices(&ask.devices));
        finding = finding.seen(Origin::Inspect, None, text);
    }
    finding = finding.seen(Origin::Nvml, None, of_device(facts, first, reading));
    for device in idle.into_iter().take(NAMED) {
        if let Ok(reading) = &device.reading {
            finding = finding.seen(Origin::Nvml, None, of_device(facts, device, reading));
        }
    }
    Some(finding.advise(
        "pin each by `device_ids` in the Compose file: `count: N` always means the GPUs 0 to N-1; all replicas of a \
         service get the same ids, so make them services of their own",
    ))
}

fn names(crowd: &[&(&Container, GpuAsk)]) -> String {
    let mut tags: Vec<String> = crowd.iter().map(|(container, _)| container.tag()).collect();
    tags.sort();
    let more = tags.len().saturating_sub(NAMED);
    tags.truncate(NAMED);
    match (more, tags.pop()) {
        (0, Some(last)) => format!("{} and {last}", tags.join(", ")),
        (more, last) => {
            tags.extend(last);
            format!("{} and {more} more", tags.join(", "))
        }
    }
}

/// What does not answer, or may not be looked into, is not said to be idle.
fn is_idle(device: &GpuDevice) -> bool {
    let answers = device.silent_seconds.is_none() && device.xids.is_empty();
    answers
        && device.reading.as_ref().is_ok_and(|reading| {
            !reading.mig
                && reading.processes.is_empty()
                && reading.processes_unread.is_none()
                && reading.memory_used_bytes.is_some_and(|used| used < IDLE_BYTES)
                && reading.utilisation_percent.is_none_or(|percent| percent < IDLE_PERCENT)
        })
}

/// It runs without: the device went after its start, or what grants devices did not look. What an image says of itself
/// is no wish of whoever started it.
fn missing(devices: &[GpuDevice], container: &Container, ask: &GpuAsk) -> Option<Finding> {
    if ask.absent.is_empty() || ask.from_environment {
        return None;
    }
    let absent: Vec<&str> = ask.absent.iter().map(|id| &**id).collect();
    let title = format!("{} asked for a GPU that is not there: {}", container.tag(), absent.join(","));
    let here = indices(&devices.iter().map(|device| device.index).collect());
    let finding = Finding::on("gpu-missing", container, Severity::Warning, title)
        .seen(Origin::Inspect, None, format!("it asked by {}", ask.words))
        .seen(Origin::Nvml, None, format!("there are GPU {here}"));
    Some(finding.advise(
        "name GPUs that are there by `device_ids`, or ask for fewer by `count`, and recreate it; `nvidia-smi -L` lists \
         them, and one that it has lost is back after a restart of the machine",
    ))
}

/// Only who asked for some GPUs can be told from where it is that it is wrong: one that asked for none may have been
/// given the devices' files.
fn astray(facts: &Facts<'_>, devices: &[GpuDevice], container: &Container, ask: &GpuAsk) -> Option<Finding> {
    if ask.unknown {
        return None;
    }
    let elsewhere = devices.iter().filter(|device| !ask.devices.contains(&device.index));
    let wrong: Vec<&GpuDevice> = elsewhere
        .filter(|device| device.reading.as_ref().is_ok_and(|reading| is_on(container, reading)))
        .collect();
    let on: BTreeSet<u32> = wrong.iter().map(|device| device.index).collect();
    if on.is_empty() {
        return None;
    }
    let title = format!("{} uses GPU {}, which it did not ask for", container.tag(), indices(&on));
    let asked = format!("it asked by {}: GPU {}", ask.words, indices(&ask.devices));
    let mut finding =
        Finding::on("gpu-astray", container, Severity::Warning, title).seen(Origin::Inspect, None, asked);
    for device in wrong.into_iter().take(NAMED) {
        let Ok(reading) = &device.reading else { continue };
        let own =
            reading.processes.iter().filter(|process| process.container.as_deref() == Some(&*container.id.0));
        for process in own.take(NAMED) {
            let held = process.memory_bytes.map_or_else(|| "–".to_owned(), units::bytes);
            let text = format!("its process {} holds {held} on GPU {}", process.pid, device.index);
            finding = finding.seen(Origin::Nvml, None, text);
        }
        finding = finding.seen(Origin::Nvml, None, of_device(facts, device, reading));
    }
    Some(finding.advise(
        "look for `privileged: true` and for devices or a runtime given by hand, which show it all GPUs; take that away, \
         or ask for the GPU by `device_ids`, and recreate it",
    ))
}
