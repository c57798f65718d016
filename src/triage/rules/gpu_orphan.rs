//! Memory of a GPU that nobody answers for: its process is gone, or there is none at all.

use crate::domain::{GpuReading, GpuSample, units};
use crate::triage::{About, Confidence, Facts, Finding, Origin, Severity};
use std::time::Duration;

/// While a process ends the driver takes its time to free what it had.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let Some(GpuSample::Devices(devices)) = facts.gpus else { return };
    for device in devices {
        let orphan = device.reading.as_ref().ok().and_then(GpuReading::orphan_memory);
        let (Some(orphan), Some(since)) = (orphan, facts.orphans_since.get(&device.index)) else { continue };
        let lasts = units::since(*since, facts.now);
        if lasts < PATIENCE || device.silent_seconds.is_some() {
            continue;
        }
        let bytes = units::bytes(orphan.bytes);
        let pids: Vec<String> = orphan.processes.iter().map(ToString::to_string).collect();
        let (whose, confidence) = if pids.is_empty() {
            ("no process", Confidence::Likely)
        } else {
            ("no process that lives", Confidence::Certain)
        };
        let title = format!("{bytes} of GPU {} are held by {whose}", device.index);
        let object = device.uuid.as_ref().map_or_else(|| device.index.to_string(), ToString::to_string);
        let mut finding = Finding::new("gpu-orphan", &object, Severity::Warning, title, About::default())
            .confidence(confidence)
            .seen(Origin::Nvml, *since, format!("{bytes} for {}", units::duration(lasts)));
        if !pids.is_empty() {
            let text = format!("the driver still lists {}, which the host has no more", pids.join(", "));
            finding = finding.seen(Origin::Nvml, None, text);
        }
        findings.push(finding.advise(format!(
            "see with `fuser -v /dev/nvidia{0}` who still has the device open and end that; if nobody has, \
             `nvidia-smi --gpu-reset -i {0}` gives the memory back",
            device.index
        )));
    }
}
