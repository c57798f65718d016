//! What connects a device with the rest of the machine.

use crate::domain::Safe;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PcieLink {
    pub generation: Option<u32>,
    pub generation_most: Option<u32>,
    pub width: Option<u32>,
    pub width_most: Option<u32>,
    /// By the device, in a second.
    pub received_bytes: Option<u64>,
    pub sent_bytes: Option<u64>,
    /// How often something had to be sent again.
    pub replays: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NvLink {
    pub link: u32,
    pub active: bool,
    /// Where it leads: the bus address of another device, or of a switch.
    pub peer_bus: Option<Safe>,
    /// The other device, when it is one of this machine's.
    pub peer: Option<u32>,
}
