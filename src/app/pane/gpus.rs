//! Pane 2: the GPUs.

use super::List;
use super::services::Series;
use crate::app::store::figures::STEP_SECONDS;
use crate::app::store::gpus::{GpuStore, Measure};
use crate::app::store::minutes::SECONDS;
use crate::domain::gpu::GpuPlace;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct GpusPane {
    pub list: List<GpuPlace>,
    /// Of the selected device, while they are shown.
    pub graphs: Option<GpuGraphs>,
}

/// What a device did in fifteen minutes. It is made when figures come or another device is selected, and not while
/// drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct GpuGraphs {
    pub device: u32,
    /// The number of the last step since the epoch: what is drawn together stays together while time goes on.
    pub last: i64,
    /// The second of the last reading that is in them.
    pub newest: i64,
    pub each: [(Measure, Series); 6],
}

impl GpuGraphs {
    pub fn of(device: u32, gpus: &GpuStore) -> Option<Self> {
        let course = gpus.course(device)?;
        let newest = course.newest()?;
        let last = newest.div_euclid(STEP_SECONDS);
        let series = |measure: Measure| {
            let steps = last - SECONDS / STEP_SECONDS + 1..=last;
            let mean = |step: i64| course.mean(measure, step * STEP_SECONDS, (step + 1) * STEP_SECONDS);
            (measure, Series(steps.map(mean).collect()))
        };
        Some(Self { device, last, newest, each: Measure::ALL.map(series) })
    }
}
