//! Errors that the NVIDIA driver reports of a device (Xid), by what they ask for.

use crate::domain::host::KernelMessageKind;
use crate::domain::{GpuDevice, GpuSample};
use crate::triage::{About, Facts, Finding, Origin, Severity};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

/// What was reported longer ago has been seen, or shows in the device's own figures.
const RECENT: Duration = Duration::from_mins(15);

struct Told<'facts> {
    time: Timestamp,
    origin: Origin,
    text: String,
    device: Option<&'facts GpuDevice>,
}

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    // By device and code, the newest.
    let mut told: BTreeMap<(String, u64), Told<'_>> = BTreeMap::new();
    for message in &facts.kernel {
        if let KernelMessageKind::Xid { pci, code } = &message.kind {
            let device = devices(facts).iter().find(|device| is_at(device, pci));
            let name = device.map_or_else(|| pci.clone(), |device| device.index.to_string());
            let text = message.text.to_string();
            told.insert(
                (name, u64::from(*code)),
                Told { time: message.time, origin: Origin::Kernel, text, device },
            );
        }
    }
    for device in devices(facts) {
        for xid in &device.xids {
            told.entry((device.index.to_string(), xid.code)).or_insert_with(|| Told {
                time: xid.time,
                origin: Origin::Nvml,
                text: format!("NVML reports Xid {}", xid.code),
                device: Some(device),
            });
        }
    }
    let recent = facts.now - RECENT;
    for ((name, code), told) in told.into_iter().filter(|(_, told)| told.time >= recent) {
        let Some((severity, what, advice)) = meaning(code) else { continue };
        let title = format!("GPU {name} reports Xid {code}: {what}");
        findings.push(
            Finding::new("xid", &format!("{name}/{code}"), severity, title, About::default())
                .seen(told.origin, told.time, &told.text)
                .advise(advice)
                .blames(match told.device.filter(|device| device.reading.is_err()) {
                    // The device itself is a finding that says more.
                    Some(device) => format!("gpu/{}", object(device)),
                    None => "gpu/nvml".to_owned(),
                }),
        );
    }
}

fn devices<'facts>(facts: &Facts<'facts>) -> &'facts [GpuDevice] {
    match facts.gpus {
        Some(GpuSample::Devices(devices)) => devices,
        Some(GpuSample::Absent { .. } | GpuSample::Failed(_)) | None => &[],
    }
}

/// As the rule about devices names them.
fn object(device: &GpuDevice) -> String {
    device.uuid.as_ref().map_or_else(|| device.index.to_string(), ToString::to_string)
}

/// The kernel writes `0000:3b:00`, NVML `00000000:3B:00.0`.
fn is_at(device: &GpuDevice, pci: &str) -> bool {
    let tail = |address: &str| {
        let lower = address.to_ascii_lowercase();
        let (rest, _) = lower.split_once('.').unwrap_or((&lower, ""));
        let mut parts = rest.rsplit(':').map(str::to_owned);
        let slot = parts.next();
        (slot, parts.next())
    };
    device.bus.as_ref().is_some_and(|bus| tail(bus) == tail(pci))
}

/// How grave it is, what it means and what to do; `None` of those that are only told.
fn meaning(code: u64) -> Option<(Severity, &'static str, &'static str)> {
    Some(match code {
        43 | 63 | 92 => return None,
        13 | 31 | 94 => (
            Severity::Warning,
            "a program's own error",
            "restart the service that ran on it; when it comes again, look at the program",
        ),
        46 | 62 | 64 | 95 | 109 | 119 | 120 | 140 => (
            Severity::Critical,
            "the device must be reset",
            "stop what runs on it, then `nvidia-smi --gpu-reset`; the machine's restart does it too",
        ),
        79 => (
            Severity::Critical,
            "it has fallen off the bus",
            "restart the machine; when it comes again, look at the power and the seat of the card",
        ),
        74 | 144..=150 => (
            Severity::Critical,
            "an error of NVLink",
            "reset the devices of the link; when it comes again, have the bridge or the board looked at",
        ),
        _ => (
            Severity::Warning,
            "an error of the device",
            "look the number up in NVIDIA's list of Xid errors; restart the service that ran on it",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("00000000:3B:00.0", "0000:3b:00", true)]
    #[case("00000000:3B:00.0", "0000:af:00", false)]
    fn the_kernel_and_nvml_write_an_address_differently(
        #[case] bus: &str,
        #[case] pci: &str,
        #[case] same: bool,
    ) {
        let device = GpuDevice {
            index: 0,
            uuid: None,
            name: None,
            bus: Some(crate::domain::Safe::new(bus)),
            reading: Err(crate::domain::Safe::default()),
            silent_seconds: None,
            xids: Vec::new(),
        };
        assert_eq!(is_at(&device, pci), same);
    }

    #[test]
    fn what_is_only_told_is_no_finding() {
        assert!(meaning(43).is_none());
        assert_eq!(meaning(79).map(|(severity, ..)| severity), Some(Severity::Critical));
    }
}
