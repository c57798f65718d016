//! Which GPUs a container asked for, and which devices those are.

use super::GpuDevice;
use crate::domain::Safe;
use crate::domain::container::{ContainerDetails, GpuRequest};
use std::collections::BTreeSet;

/// How devices are named to the Container Device Interface.
pub const CDI_PREFIX: &str = "nvidia.com/gpu=";
const VARIABLE: &str = "NVIDIA_VISIBLE_DEVICES=";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedBy {
    /// So many, and the Engine chose which: always the first ones.
    Count,
    All,
    Ids,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GpuAsk {
    pub by: AskedBy,
    /// As it was written: `count 1`, `id 0,1`, `all`.
    pub words: Safe,
    pub devices: BTreeSet<u32>,
    /// It named something that is no device here, or not known to be one.
    pub unknown: bool,
    /// What it named that is surely no device here, as it is counted or called: `4-7`, `GPU-5c…`.
    pub absent: Vec<Safe>,
    /// Images made for CUDA say `all` in their environment, whether or not they are given a GPU.
    pub from_environment: bool,
}

enum Wish<'c> {
    Count(u32),
    All,
    Ids(Vec<&'c str>),
}

impl GpuAsk {
    /// `None` where it asked for nothing. What was requested of the Engine counts more than the environment, which the
    /// Engine sets anew then.
    pub fn of(details: &ContainerDetails, devices: &[GpuDevice]) -> Option<Self> {
        let requested: Vec<Wish<'_>> = details.gpu_requests.iter().filter_map(requested).collect();
        if !requested.is_empty() {
            return Some(Self::resolved(&requested, devices, false));
        }
        let mut values = details.environment.iter().filter_map(|line| line.strip_prefix(VARIABLE));
        let wish = match values.next_back()?.trim() {
            "" | "none" | "void" => return None,
            "all" => Wish::All,
            value => of_ids(value.split(',').map(str::trim).collect()),
        };
        Some(Self::resolved(&[wish], devices, true))
    }

    fn resolved(wishes: &[Wish<'_>], devices: &[GpuDevice], from_environment: bool) -> Self {
        let mut ask = Self {
            by: AskedBy::Ids,
            words: Safe::default(),
            devices: BTreeSet::new(),
            unknown: false,
            absent: Vec::new(),
            from_environment,
        };
        let mut words = Vec::new();
        for wish in wishes {
            match wish {
                Wish::Count(count) => {
                    ask.by = AskedBy::Count;
                    let first = devices.iter().map(|device| device.index).filter(|index| index < count);
                    ask.devices.extend(first);
                    ask.absent.extend(beyond(*count, devices));
                    words.push(format!("count {count}"));
                }
                Wish::All => {
                    if ask.by == AskedBy::Ids {
                        ask.by = AskedBy::All;
                    }
                    ask.devices.extend(devices.iter().map(|device| device.index));
                    words.push("all".to_owned());
                }
                Wish::Ids(ids) => {
                    let found = ids.iter().filter_map(|id| device_of(id, devices));
                    let before = found.clone().count();
                    ask.devices.extend(found);
                    ask.unknown |= before < ids.len();
                    ask.absent
                        .extend(ids.iter().filter(|id| is_surely_none(id, devices)).map(|id| Safe::new(*id)));
                    words.push(format!("id {}", ids.join(",")));
                }
            }
        }
        let words = words.join(" + ");
        ask.words = Safe::new(if from_environment { format!("env {words}") } else { words });
        ask
    }
}

/// Neither a count nor ids ask for nothing: the Engine leaves the environment as it is.
fn requested(request: &GpuRequest) -> Option<Wish<'_>> {
    if !request.device_ids.is_empty() {
        return Some(of_ids(request.device_ids.iter().map(String::as_str).collect()));
    }
    match request.count? {
        0 => None,
        count => Some(u32::try_from(count).map_or(Wish::All, Wish::Count)),
    }
}

fn of_ids(ids: Vec<&str>) -> Wish<'_> {
    let ids: Vec<&str> = ids.into_iter().map(|id| id.strip_prefix(CDI_PREFIX).unwrap_or(id)).collect();
    if ids.contains(&"all") { Wish::All } else { Wish::Ids(ids) }
}

/// The indices that a count reaches to and no device has.
fn beyond(count: u32, devices: &[GpuDevice]) -> Option<Safe> {
    let first = devices.iter().map(|device| device.index + 1).max().unwrap_or(0);
    let last = count.checked_sub(1).filter(|last| *last >= first)?;
    Some(Safe::new(if first == last { last.to_string() } else { format!("{first}-{last}") }))
}

/// Of slices, and of devices that do not say what they are called, that cannot be known.
fn is_surely_none(id: &str, devices: &[GpuDevice]) -> bool {
    if id.starts_with("GPU-") {
        return devices.iter().all(|device| device.uuid.as_ref().is_some_and(|uuid| !uuid.starts_with(id)));
    }
    let is_index = id.split_once(':').map_or(id, |(device, _)| device).parse::<u32>().is_ok();
    is_index && device_of(id, devices).is_none()
}

/// By its index, by its UUID or the beginning of that, or by the index or UUID of one of its slices.
fn device_of(id: &str, devices: &[GpuDevice]) -> Option<u32> {
    let number = id.split_once(':').map_or(id, |(device, _)| device);
    if let Ok(index) = number.parse::<u32>() {
        return devices.iter().map(|device| device.index).find(|known| *known == index);
    }
    let is_it = |uuid: Option<&Safe>| uuid.is_some_and(|uuid| id.len() > 4 && uuid.starts_with(id));
    let mut found = devices.iter().filter(|device| {
        let mut slices = device.reading.iter().flat_map(|reading| &reading.instances);
        is_it(device.uuid.as_ref()) || slices.any(|slice| is_it(slice.uuid.as_ref()))
    });
    let device = found.next()?;
    found.next().is_none().then_some(device.index)
}
