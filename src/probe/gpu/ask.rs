//! What becomes of an answer that is an error.

use crate::domain::Safe;
use nvml_wrapper::error::NvmlError;

/// One round of questions to a device, and what it would not tell.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) refused: Vec<Safe>,
    pub(super) unknown_to_driver: Vec<Safe>,
}

impl Asked {
    /// A device that is lost says so at any call; everything else is one figure that it would not tell.
    pub(super) fn figure<T>(
        &mut self,
        what: &str,
        answer: Result<T, NvmlError>,
    ) -> Result<Option<T>, NvmlError> {
        let list = match answer {
            Ok(value) => return Ok(Some(value)),
            Err(error @ (NvmlError::GpuLost | NvmlError::ResetRequired)) => return Err(error),
            Err(NvmlError::NoPermission) => &mut self.refused,
            Err(NvmlError::FunctionNotFound | NvmlError::FailedToLoadSymbol(_)) => {
                &mut self.unknown_to_driver
            }
            Err(_) => return Ok(None),
        };
        if !list.iter().any(|known| **known == *what) {
            list.push(Safe::new(what));
        }
        Ok(None)
    }
}

/// Why a device has no figures at all.
pub(super) fn words(error: &NvmlError) -> Safe {
    match error {
        NvmlError::GpuLost => Safe::new(LOST),
        NvmlError::ResetRequired => Safe::new("GPU needs a reset"),
        NvmlError::NoPermission => Safe::new("this user may not read this GPU"),
        other => Safe::new(other.to_string()),
    }
}

pub(super) const LOST: &str = "GPU is lost";
