//! What takes a device long to tell, or changes seldom: on a thread of its own, so that the figures do not wait for it.

use super::ask::Asked;
use super::condition::{self, Condition};
use super::device::until_next;
use super::keep::Session;
use super::{nvlink, pcie, throttle};
use crate::domain::gpu::{NvLink, PcieLink, ThrottleReason};
use crate::domain::{GpuReading, Safe};
use jiff::Timestamp;
use nvml_wrapper::error::NvmlError;
use std::collections::BTreeMap;

/// Counts of errors are read every so many rounds, traffic in each.
const SELDOM: u32 = 5;

#[derive(Clone, Default)]
pub(super) struct Slow {
    pcie: PcieLink,
    nvlinks: Vec<NvLink>,
    condition: Condition,
    lost: BTreeMap<ThrottleReason, u64>,
    refused: Vec<Safe>,
    unknown_to_driver: Vec<Safe>,
}

pub(super) fn follow(session: &Session, index: u32) {
    let mut slow = Slow::default();
    let mut round = 0u32;
    loop {
        session.board.ask_slow(session.number, index);
        // Why a device says nothing is told by the thread of its figures.
        slow = read(session, index, slow, round.is_multiple_of(SELDOM)).unwrap_or_default();
        session.board.tell_slow(session.number, index, slow.clone());
        round = round.wrapping_add(1);
        if !session.rest(until_next(Timestamp::now())) {
            return;
        }
    }
}

fn read(session: &Session, index: u32, before: Slow, all: bool) -> Result<Slow, NvmlError> {
    let device = session.nvml.device_by_index(index)?;
    let asked = &mut Asked::default();
    let mut slow = before;
    if all {
        slow.pcie = pcie::link(&device, asked)?;
        slow.nvlinks = nvlink::links(&device)?;
        slow.condition = condition::read(&device, asked)?;
        slow.lost = throttle::lost(&device, asked)?;
    }
    (slow.pcie.received_bytes, slow.pcie.sent_bytes) = pcie::traffic(&device, asked)?;
    if all {
        slow.refused = std::mem::take(&mut asked.refused);
        slow.unknown_to_driver = std::mem::take(&mut asked.unknown_to_driver);
    }
    Ok(slow)
}

impl Slow {
    /// Puts it beside the figures. Traffic is of a moment, and is left out once that is past.
    pub(super) fn fill(&self, reading: &mut GpuReading) {
        reading.pcie = self.pcie;
        if reading.slow_silent_seconds.is_some() {
            (reading.pcie.received_bytes, reading.pcie.sent_bytes) = (None, None);
        }
        reading.nvlinks.clone_from(&self.nvlinks);
        reading.memory_condition = self.condition.memory;
        reading.memory_temperature_celsius = self.condition.memory_celsius;
        reading.recovery = self.condition.recovery;
        reading.throttle.lost_milliseconds.clone_from(&self.lost);
        reading.refused.extend(self.refused.iter().cloned());
        reading.unknown_to_driver.extend(self.unknown_to_driver.iter().cloned());
    }
}
