//! Loading NVML, and why it could not be.

use super::State;
use crate::domain::{Fault, FaultKind, Safe};
use nvml_wrapper::Nvml;
use nvml_wrapper::error::NvmlError;
use std::ffi::OsStr;
use std::path::Path;

pub(super) const NO_DEVICE: &str = "no NVIDIA GPU in this machine";
const NAMES: [&str; 2] = ["libnvidia-ml.so.1", "libnvidia-ml.so"];

pub(super) fn start(library: Option<&Path>) -> State {
    let names: Vec<&OsStr> = match library {
        Some(path) => vec![path.as_os_str()],
        None => NAMES.iter().map(OsStr::new).collect(),
    };
    let mut missing = None;
    for name in names {
        match Nvml::builder().lib_path(name).init() {
            Ok(nvml) => {
                let processes = processes_can_be_listed(&nvml.sys_driver_version().unwrap_or_default());
                return State::Ready { nvml: Box::new(nvml), processes };
            }
            Err(NvmlError::LibloadingError(error)) if is_missing(&error) => missing = Some(name),
            // A library without a device, as in an image that was made for GPUs.
            Err(NvmlError::DriverNotLoaded | NvmlError::NotFound | NvmlError::LibraryNotFound)
                if !has_hardware(Path::new("/sys/bus/pci/devices")) =>
            {
                return State::Absent(Safe::new(NO_DEVICE));
            }
            Err(error) => return State::Failed(fault(&error)),
        }
    }
    let hardware = has_hardware(Path::new("/sys/bus/pci/devices"));
    State::Absent(Safe::new(match (library, missing) {
        (Some(path), _) => format!("there is no NVML library at {}", path.display()),
        (None, _) if hardware => "an NVIDIA GPU is there, but its driver is not installed".to_owned(),
        (None, _) => format!("{NO_DEVICE} (no {})", NAMES[0]),
    }))
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

/// NVML as a whole does not work.
pub(super) fn fault(error: &NvmlError) -> Fault {
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
        NvmlError::LibloadingError(_) | NvmlError::FailedToLoadSymbol(_) => (
            FaultKind::Invalid,
            "the NVML library cannot be used: install the driver's own, for this kind of processor",
        ),
        _ => (FaultKind::Internal, "see whether `nvidia-smi` works, and what dmesg says of NVRM"),
    };
    Fault::new(kind, "read GPUs by", "NVML").caused_by(error).hint(hint)
}
