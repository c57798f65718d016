//! A GPU that fell off the bus, and NVML as a whole failing.

use crate::domain::GpuSample;
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
    for device in devices {
        let Err(reason) = &device.reading else { continue };
        let name = device.name.as_deref().unwrap_or("unknown model");
        let object = device.uuid.as_ref().map_or_else(|| device.index.to_string(), ToString::to_string);
        let title = format!("GPU {} gives no readings: {reason}", device.index);
        let mut finding = Finding::new("gpu", &object, Severity::Critical, title, About::default()).seen(
            Origin::Nvml,
            None,
            format!(
                "GPU {} ({name}): {reason}; {} of {} GPUs answer",
                device.index,
                devices.iter().filter(|device| device.reading.is_ok()).count(),
                devices.len()
            ),
        );
        if reason.contains("lost") {
            finding = finding.advise(
                "look for `NVRM: Xid` in dmesg; after Xid 79 only a restart of the machine brings the GPU back",
            );
        }
        findings.push(finding);
    }
}
