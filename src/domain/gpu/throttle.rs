//! Why a device runs slower than it could, and what that has cost.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throttle {
    /// What holds the clocks back now; `None` when the device would not say.
    pub reasons: Option<Vec<ThrottleReason>>,
    /// Milliseconds lost to each since the driver was loaded.
    pub lost_milliseconds: BTreeMap<ThrottleReason, u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThrottleReason {
    /// The power limit was reached.
    Power,
    /// It is too hot, and the driver or the device slows it down.
    Heat,
    /// The power supply asked for less.
    PowerBrake,
    /// Another device of its group is slower.
    SyncBoost,
    /// The board's own limits, of voltage or current.
    Board,
    Reliability,
    /// The hardware slowed it down and does not say why.
    Hardware,
}

impl ThrottleReason {
    pub fn word(self) -> &'static str {
        match self {
            Self::Power => "power cap",
            Self::Heat => "heat",
            Self::PowerBrake => "power brake",
            Self::SyncBoost => "sync boost",
            Self::Board => "board limit",
            Self::Reliability => "reliability",
            Self::Hardware => "hardware",
        }
    }
}
