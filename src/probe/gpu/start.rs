//! Loading NVML, and why it could not be.

use super::versions;
use crate::domain::{Fault, FaultKind, Safe};
use nvml_wrapper::Nvml;
use nvml_wrapper::error::NvmlError;
use std::ffi::OsStr;
use std::path::Path;

pub(super) const NO_DEVICE: &str = "no NVIDIA GPU in this machine";
/// The plain name is a developer's link; the other is the one that every driver installs.
const NAMES: [&str; 2] = ["libnvidia-ml.so", "libnvidia-ml.so.1"];

pub(super) enum Opened {
    Open { nvml: Box<Nvml>, processes_unread: Option<Safe> },
    Absent(Safe),
    Failed(Fault),
}

pub(super) fn open(library: Option<&Path>, root: &Path) -> Opened {
    let names: Vec<&OsStr> = match library {
        Some(path) => vec![path.as_os_str()],
        None => NAMES.iter().map(OsStr::new).collect(),
    };
    for name in names {
        match Nvml::builder().lib_path(name).init() {
            Ok(nvml) => return opened(nvml),
            Err(NvmlError::LibloadingError(error)) if is_missing(&error) => {}
            // A library without a device, as in an image that was made for GPUs.
            Err(NvmlError::DriverNotLoaded | NvmlError::NotFound | NvmlError::LibraryNotFound)
                if !has_hardware(&root.join("sys/bus/pci/devices")) =>
            {
                return Opened::Absent(Safe::new(NO_DEVICE));
            }
            Err(error) => return Opened::Failed(fault(&error, library, root)),
        }
    }
    Opened::Absent(Safe::new(match library {
        Some(path) => format!("there is no NVML library at {}", path.display()),
        None if has_hardware(&root.join("sys/bus/pci/devices")) => {
            "an NVIDIA GPU is there, but its driver is not installed".to_owned()
        }
        None => format!("{NO_DEVICE} (no {})", NAMES[1]),
    }))
}

fn opened(nvml: Nvml) -> Opened {
    if nvml.lib().nvmlShutdown.is_err() {
        // To close it would need the function that it lacks.
        std::mem::forget(nvml);
        let fault = Fault::new(FaultKind::Invalid, "read GPUs by", "NVML");
        return Opened::Failed(fault.because("the library has no nvmlShutdown").hint(UNUSABLE));
    }
    let driver = nvml.sys_driver_version().unwrap_or_default();
    let processes_unread = (!processes_can_be_listed(&driver)).then(|| {
        Safe::new(format!("driver {driver} scrambles its list of processes; upgrade to 535.86 or later"))
    });
    Opened::Open { nvml: Box::new(nvml), processes_unread }
}

/// The loader gives words only; these are glibc's for a file that is not there.
fn is_missing(error: &dyn std::error::Error) -> bool {
    error.to_string().contains("cannot open shared object file: No such file")
}

/// Whether a PCI device of NVIDIA's that computes or displays is plugged in.
pub(super) fn has_hardware(devices: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(devices) else { return false };
    let reads = |path: &Path, name: &str, start: &str| {
        std::fs::read_to_string(path.join(name)).is_ok_and(|text| text.starts_with(start))
    };
    entries
        .flatten()
        .map(|entry| entry.path())
        .any(|path| reads(&path, "vendor", "0x10de") && reads(&path, "class", "0x03"))
}

/// Drivers 535.43 to 535.85 changed the record of a process under its old name; reading it yields scrambled numbers.
pub(super) fn processes_can_be_listed(driver: &str) -> bool {
    let mut parts = driver.split('.').map(|part| part.parse::<u32>().ok());
    !matches!((parts.next().flatten(), parts.next().flatten()), (Some(535), Some(43..=85)))
}

const UNUSABLE: &str =
    "the NVML library cannot be used: install the driver's own, for this kind of processor";

/// NVML as a whole does not work.
pub(super) fn fault(error: &NvmlError, library: Option<&Path>, root: &Path) -> Fault {
    let (kind, hint) = match error {
        NvmlError::LibRmVersionMismatch => (
            FaultKind::Conflict,
            "the driver was upgraded while the old one is loaded: reboot, or reload the nvidia kernel modules",
        ),
        NvmlError::DriverNotLoaded => {
            (FaultKind::Unreachable, "load the driver with `modprobe nvidia`, and see dmesg if that fails")
        }
        NvmlError::NoPermission => (
            FaultKind::Permission,
            "this user may not open /dev/nvidiactl; see its group, or ask for the right to it",
        ),
        NvmlError::LibloadingError(_) | NvmlError::FailedToLoadSymbol(_) => (FaultKind::Invalid, UNUSABLE),
        _ => (FaultKind::Internal, "see whether `nvidia-smi` works, and what dmesg says of NVRM"),
    };
    let fault = Fault::new(kind, "read GPUs by", "NVML").caused_by(error).hint(hint);
    match error {
        NvmlError::LibRmVersionMismatch => fault.because(versions::both(library, root)),
        _ => fault,
    }
}
