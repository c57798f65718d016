//! A GPU that fell off the bus or whose driver hangs, and NVML as a whole failing.

use crate::domain::{GpuDevice, GpuSample, Safe};
use crate::triage::{About, Facts, Finding, Origin, Severity};

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    let devices = match facts.gpus {
        None | Some(GpuSample::Absent { .. }) => return,
        Some(GpuSample::Failed(fault)) => {
            let finding =
                Finding::new("gpu", "nvml", Severity::Critical, "the GPUs cannot be read", About::default())
                    .seen(Origin::Nvml, None, fault.to_string());
            let advice = fault.hint.clone();
            findings.push(finding.advise(advice.unwrap_or_else(|| "look at it with: nvidia-smi".to_owned())));
            return;
        }
        Some(GpuSample::Devices(devices)) => devices,
    };
    let answering = devices.iter().filter(|device| trouble(device).is_none() && !device.is_unheard()).count();
    for device in devices {
        let Some(trouble) = trouble(device) else { continue };
        let name = device.name.as_deref().unwrap_or("unknown model");
        let object = device.uuid.as_ref().map_or_else(|| device.index.to_string(), ToString::to_string);
        let (title, reason) = match trouble {
            Trouble::Error(reason) => {
                (format!("GPU {} gives no readings: {reason}", device.index), reason.to_string())
            }
            // The title stays the same while the seconds go on.
            Trouble::Silent(seconds) => (
                format!("GPU {} does not answer any more", device.index),
                format!("no answer for {seconds} s"),
            ),
            Trouble::Unheard(seconds) => {
                (format!("GPU {} has never answered", device.index), format!("no answer for {seconds} s"))
            }
        };
        let mut finding = Finding::new("gpu", &object, Severity::Critical, title, About::default()).seen(
            Origin::Nvml,
            None,
            format!("GPU {} ({name}): {reason}; {answering} of {} GPUs answer", device.index, devices.len()),
        );
        if reason.contains("lost") {
            finding = finding.advise(
                "look for `NVRM: Xid` in dmesg; after Xid 79 only a restart of the machine brings the GPU back",
            );
        } else if !matches!(trouble, Trouble::Error(_)) {
            finding = finding.advise("its driver hangs: look for `NVRM` in dmesg, and try `nvidia-smi`");
        }
        findings.push(finding);
    }
}

/// A device that answered before, and then not for so long.
const SILENT_SECONDS: u64 = 10;
/// One that has never answered: its first figures take a driver a moment.
const UNHEARD_SECONDS: u64 = 5;

enum Trouble<'device> {
    Error(&'device Safe),
    Silent(u64),
    Unheard(u64),
}

fn trouble(device: &GpuDevice) -> Option<Trouble<'_>> {
    match (&device.reading, device.silent_seconds) {
        (Err(_), seconds) if device.is_unheard() => {
            seconds.filter(|seconds| *seconds >= UNHEARD_SECONDS).map(Trouble::Unheard)
        }
        (Err(reason), _) => Some(Trouble::Error(reason)),
        (Ok(_), seconds) => seconds.filter(|seconds| *seconds >= SILENT_SECONDS).map(Trouble::Silent),
    }
}
