//! What the devices are and say.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    pub driver: Option<String>,
    /// What whole functions answer, by their names, instead of what they would: NVML's numbers.
    pub answers: BTreeMap<String, u32>,
    /// For so many seconds functions do not come back, by their names.
    pub blocks: BTreeMap<String, u64>,
    /// Of the devices, the newest last. Each is reported once.
    pub xids: Vec<XidEvent>,
    pub gpus: Vec<Gpu>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XidEvent {
    pub gpu: usize,
    pub xid: u64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gpu {
    pub name: Option<String>,
    pub uuid: Option<String>,
    pub bus: Option<String>,
    /// As above, of this device alone.
    pub answers: BTreeMap<String, u32>,
    pub blocks: BTreeMap<String, u64>,
    /// Every call about it answers that it is lost.
    pub lost: bool,
    /// Of the multiprocessors and of the memory, in percent.
    pub utilisation: Option<[u32; 2]>,
    /// Used and total, in mebibytes.
    pub memory: Option<[u64; 2]>,
    pub celsius: Option<u32>,
    /// Shutdown, slowdown, of the memory, to work at.
    pub thresholds: Option<[u32; 4]>,
    pub milliwatts: Option<u32>,
    pub milliwatts_limit: Option<u32>,
    /// In megahertz: of the multiprocessors and the memory.
    pub clocks: Option<[u32; 2]>,
    pub clocks_most: Option<[u32; 2]>,
    pub fans: Vec<u32>,
    pub performance_state: Option<u32>,
    pub encoder: Option<u32>,
    pub decoder: Option<u32>,
    /// NVML's bits.
    pub throttle: Option<u64>,
    /// Nanoseconds lost, by NVML's number of the policy.
    pub violations: BTreeMap<u32, u64>,
    pub pcie: Option<Pcie>,
    /// Corrected and uncorrected, since the driver was loaded and since ever.
    pub ecc: Option<[u64; 4]>,
    /// Values by NVML's number of the field.
    pub fields: BTreeMap<u32, u64>,
    /// Where each link leads; nowhere when it is down.
    pub nvlinks: Vec<Option<String>>,
    pub mig: bool,
    pub instances: Vec<Option<Instance>>,
    pub processes: Vec<Process>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pcie {
    pub generation: [u32; 2],
    pub width: [u32; 2],
    /// Kibibytes a second, received and sent.
    pub traffic: Option<[u32; 2]>,
    pub replays: Option<u32>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Instance {
    pub uuid: Option<String>,
    pub profile: String,
    pub multiprocessors: u32,
    pub memory: Option<[u64; 2]>,
    pub processes: Vec<Process>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Process {
    /// Without one, the process that has loaded the library.
    pub pid: Option<u32>,
    /// In mebibytes.
    pub memory: Option<u64>,
    pub sm: Option<u32>,
    pub instance: Option<u32>,
    pub graphics: bool,
}

impl Process {
    pub fn number(&self) -> u32 {
        self.pid.unwrap_or_else(std::process::id)
    }
}

/// The file as it was read last, told from a later one by when, how long and which it is.
type Read = (Option<(i64, i64, u64, u64)>, Arc<Scenario>);

static LAST: Mutex<Option<Read>> = Mutex::new(None);

/// The scenario as it is now. A file that is not there or makes no sense plays a machine without devices.
pub fn now() -> Arc<Scenario> {
    let path = path();
    let stamp = path
        .as_deref()
        .and_then(|path| fs::metadata(path).ok())
        .map(|file| (file.mtime(), file.mtime_nsec(), file.len(), file.ino()));
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, scenario)) = &*last
        && *known == stamp
    {
        return Arc::clone(scenario);
    }
    let text = path.as_deref().and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
    let scenario = Arc::new(serde_yaml::from_str(&text).unwrap_or_else(|error| Scenario {
        driver: Some(format!("the scenario makes no sense: {error}")),
        ..Scenario::default()
    }));
    *last = Some((stamp, Arc::clone(&scenario)));
    scenario
}

fn path() -> Option<PathBuf> {
    let beside = own_path()?.parent()?.join("scenario.yaml");
    if beside.exists() { Some(beside) } else { std::env::var_os("FAKE_NVML_SCENARIO").map(PathBuf::from) }
}

/// The file that this code was loaded from: the one that is mapped where it stands.
fn own_path() -> Option<PathBuf> {
    let here = now as fn() -> Arc<Scenario> as usize;
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    maps.lines().find_map(|line| {
        let (range, rest) = line.split_once(' ')?;
        let (from, to) = range.split_once('-')?;
        let holds =
            usize::from_str_radix(from, 16).ok()? <= here && here < usize::from_str_radix(to, 16).ok()?;
        holds.then(|| rest.find('/').map(|at| Path::new(&rest[at..]).to_path_buf()))?
    })
}
