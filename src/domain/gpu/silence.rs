//! What has not answered, or not yet.

use super::{GpuDevice, GpuSample};
use crate::domain::Safe;

const OPENING: &str = "opening NVML…";
const OPENING_LONG: &str = "NVML is being opened; ";
const NOTHING_YET: &str = "no answer yet";

fn not_answering(seconds: u64) -> String {
    format!("not answering for {seconds} s")
}

impl GpuSample {
    /// For as long as the library is being opened; `silent_seconds` when that takes longer than it should.
    pub fn opening(silent_seconds: Option<u64>) -> Self {
        let reason = match silent_seconds {
            Some(seconds) => format!("{OPENING_LONG}{}", not_answering(seconds)),
            None => OPENING.to_owned(),
        };
        Self::Absent { reason: Safe::new(reason) }
    }

    /// Whether it only stands in for what is still to be told.
    pub fn is_stopgap(&self) -> bool {
        match self {
            Self::Absent { reason } => **reason == *OPENING || reason.starts_with(OPENING_LONG),
            Self::Failed(_) => false,
            Self::Devices(devices) => devices.iter().any(GpuDevice::is_unheard),
        }
    }
}

impl GpuDevice {
    /// One that has never answered.
    pub fn unheard(index: u32, silent_seconds: Option<u64>) -> Self {
        let reason = silent_seconds.map_or_else(|| NOTHING_YET.to_owned(), not_answering);
        let reading = Err(Safe::new(reason));
        Self { index, uuid: None, name: None, bus: None, reading, silent_seconds, xids: Vec::new() }
    }

    /// Whether it has never answered, so that it is not known whether anything is wrong with it.
    pub fn is_unheard(&self) -> bool {
        let of_silence = self.silent_seconds.map_or_else(|| NOTHING_YET.to_owned(), not_answering);
        self.reading.as_ref().is_err_and(|reason| **reason == *of_silence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::GpuReading;

    #[test]
    fn what_stands_in_for_an_answer_is_told_from_one() {
        let devices = |device| GpuSample::Devices(vec![device]);
        let unheard = |silent_seconds| devices(GpuDevice::unheard(0, silent_seconds));
        for stopgap in
            [GpuSample::opening(None), GpuSample::opening(Some(7)), unheard(None), unheard(Some(4))]
        {
            assert!(stopgap.is_stopgap(), "{stopgap:?}");
        }
        let lost = GpuDevice { reading: Err(Safe::new("GPU is lost")), ..GpuDevice::unheard(0, Some(4)) };
        let hung = GpuDevice { reading: Ok(GpuReading::default()), ..GpuDevice::unheard(0, Some(4)) };
        let none = GpuSample::Absent { reason: Safe::new("no NVIDIA GPU") };
        for answer in [none, devices(lost), devices(hung), GpuSample::Devices(Vec::new())] {
            assert!(!answer.is_stopgap(), "{answer:?}");
        }
    }
}
