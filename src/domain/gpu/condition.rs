//! What went wrong in a device, as it counts it itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Errors of its memory, and what the device has put out of use because of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryCondition {
    /// Since the driver was loaded.
    pub volatile: EccCounts,
    /// Since the device was made.
    pub aggregate: EccCounts,
    /// Pages retired after several errors that could be corrected; of devices before Ampere.
    pub retired_corrected: Option<u64>,
    /// Pages retired after an error that could not.
    pub retired_uncorrected: Option<u64>,
    /// More are to be retired as soon as the device is reset.
    pub retirement_pending: Option<bool>,
    /// Of devices from Ampere on.
    pub remaps: RowRemaps,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EccCounts {
    pub corrected: Option<u64>,
    pub uncorrected: Option<u64>,
}

/// Rows of memory that spare ones stand in for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowRemaps {
    pub corrected: Option<u64>,
    pub uncorrected: Option<u64>,
    /// One waits for the device to be reset.
    pub pending: Option<bool>,
    /// There was no spare row left: the board has to be replaced.
    pub failed: Option<bool>,
}

/// What the driver says must be done before the device is used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryAction {
    None,
    Reset,
    Reboot,
    /// Stop what talks to other devices through it, then reset.
    DrainPeers,
    DrainAndReset,
    /// One that this program does not know.
    Other(u32),
}

impl RecoveryAction {
    /// By the driver's number.
    pub fn of(number: u64) -> Self {
        match number {
            0 => Self::None,
            1 => Self::Reset,
            2 => Self::Reboot,
            3 => Self::DrainPeers,
            4 => Self::DrainAndReset,
            other => Self::Other(u32::try_from(other).unwrap_or(u32::MAX)),
        }
    }

    /// What is to be done, if anything is.
    pub fn words(self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Reset => Some("reset the GPU".to_owned()),
            Self::Reboot => Some("restart the machine".to_owned()),
            Self::DrainPeers => Some("stop what uses peer access, then reset the GPU".to_owned()),
            Self::DrainAndReset => Some("stop its processes, then reset the GPU".to_owned()),
            Self::Other(number) => Some(format!("action {number}, which is not known here")),
        }
    }
}

/// A message of the driver about an error of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Xid {
    /// When it was heard of.
    pub time: Timestamp,
    pub code: u64,
}
