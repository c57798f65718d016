//! Where the threads leave what they read. No lock is held while a driver is asked.

use super::ask::LOST;
use super::slow::Slow;
use super::{remember, start};
use crate::domain::gpu::Xid;
use crate::domain::{Fault, GpuDevice, GpuSample, Safe};
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// An answer that takes longer is told of.
const SILENT: Duration = Duration::from_secs(2);
/// The newest of each device are kept.
const XIDS: usize = 16;

#[derive(Default)]
pub(super) struct Board {
    state: Mutex<State>,
    /// Something new was left.
    changed: Condvar,
    /// Another session, or none any more.
    ended: Condvar,
}

#[derive(Default)]
struct State {
    stand: Stand,
    /// Threads of an earlier session may come back late from a call; what they bring counts no more.
    session: u64,
    over: bool,
    count: u32,
    slots: BTreeMap<u32, Slot>,
}

enum Stand {
    Opening(Instant),
    Absent(Safe),
    Failed(Fault),
    Open,
}

impl Default for Stand {
    fn default() -> Self {
        Self::Opening(Instant::now())
    }
}

/// What one device's threads said last.
#[derive(Default)]
struct Slot {
    figures: Part<GpuDevice>,
    slow: Part<Slow>,
    xids: Vec<Xid>,
}

struct Part<T> {
    last: Option<T>,
    /// Since when an answer is waited for.
    asked: Option<Instant>,
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self { last: None, asked: None }
    }
}

impl<T> Part<T> {
    fn tell(&mut self, value: T) {
        (self.last, self.asked) = (Some(value), None);
    }

    fn silent_seconds(&self) -> Option<u64> {
        let silent = self.asked.map(|asked| asked.elapsed()).filter(|silent| *silent >= SILENT);
        silent.map(|silent| silent.as_secs())
    }
}

impl Board {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn absent(&self, reason: Safe) {
        self.state().stand = Stand::Absent(reason);
        self.changed.notify_all();
    }

    pub(super) fn fail(&self, fault: Fault) {
        let mut state = self.state();
        state.stand = Stand::Failed(fault);
        state.session += 1;
        self.changed.notify_all();
        self.ended.notify_all();
    }

    /// A library was opened; its number tells its threads from those of the one before.
    pub(super) fn open(&self) -> u64 {
        let mut state = self.state();
        state.session += 1;
        state.slots.clear();
        state.session
    }

    /// Says which of the devices have no threads yet.
    pub(super) fn count(&self, count: u32) -> Vec<u32> {
        let mut state = self.state();
        (state.stand, state.count) = (Stand::Open, count);
        let new: Vec<u32> = (0..count).filter(|index| !state.slots.contains_key(index)).collect();
        for index in &new {
            state.slots.insert(*index, Slot::default());
        }
        self.changed.notify_all();
        new
    }

    pub(super) fn ask_figures(&self, session: u64, index: u32) {
        self.change(session, index, |slot| slot.figures.asked = Some(Instant::now()));
    }

    pub(super) fn tell_figures(&self, session: u64, device: GpuDevice) {
        self.change(session, device.index, |slot| slot.figures.tell(device));
    }

    pub(super) fn ask_slow(&self, session: u64, index: u32) {
        self.change(session, index, |slot| slot.slow.asked = Some(Instant::now()));
    }

    pub(super) fn tell_slow(&self, session: u64, index: u32, slow: Slow) {
        self.change(session, index, |slot| slot.slow.tell(slow));
    }

    pub(super) fn tell_xid(&self, session: u64, index: u32, xid: Xid) {
        self.change(session, index, |slot| {
            if slot.xids.len() == XIDS {
                slot.xids.remove(0);
            }
            slot.xids.push(xid);
        });
    }

    fn change(&self, session: u64, index: u32, change: impl FnOnce(&mut Slot)) {
        let mut state = self.state();
        if state.session == session
            && let Some(slot) = state.slots.get_mut(&index)
        {
            change(slot);
            self.changed.notify_all();
        }
    }

    /// The device that has this identity, as far as it is known.
    pub(super) fn index_of(&self, uuid: &str) -> Option<u32> {
        let state = self.state();
        let is = |slot: &Slot| {
            slot.figures.last.as_ref().is_some_and(|device| device.uuid.as_deref() == Some(uuid))
        };
        state.slots.iter().find(|(_, slot)| is(slot)).map(|(index, _)| *index)
    }

    pub(super) fn end(&self) {
        self.state().over = true;
        self.changed.notify_all();
        self.ended.notify_all();
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().over
    }

    /// Waits so long, or until the session is over. Says whether it goes on.
    pub(super) fn rest(&self, session: u64, time: Duration) -> bool {
        let goes_on = |state: &mut State| !state.over && state.session == session;
        let rested = self.ended.wait_timeout_while(self.state(), time, goes_on);
        let (mut state, _) = rested.unwrap_or_else(PoisonError::into_inner);
        goes_on(&mut state)
    }

    /// Waits between two attempts to open the library.
    pub(super) fn pause(&self, time: Duration) {
        let rested = self.ended.wait_timeout_while(self.state(), time, |state| !state.over);
        drop(rested.unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until every device has said all of it, or there is none, or so long.
    pub(super) fn wait_complete(&self, patience: Duration) {
        let lacks = |state: &mut State| match state.stand {
            Stand::Opening(_) => true,
            Stand::Absent(_) | Stand::Failed(_) => false,
            Stand::Open => {
                state.slots.values().any(|slot| slot.figures.last.is_none() || slot.slow.last.is_none())
            }
        };
        let waited =
            self.changed.wait_timeout_while(self.state(), patience, |state| !state.over && lacks(state));
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn sample(&self, known: &mut Vec<GpuDevice>) -> GpuSample {
        let state = self.state();
        match &state.stand {
            Stand::Opening(since) => {
                let silent = Some(since.elapsed()).filter(|silent| *silent >= SILENT);
                GpuSample::opening(silent.map(|silent| silent.as_secs()))
            }
            Stand::Absent(reason) => GpuSample::Absent { reason: reason.clone() },
            Stand::Failed(fault) => GpuSample::Failed(fault.clone()),
            Stand::Open => {
                let shown = state.slots.range(..state.count);
                let present = shown.map(|(index, slot)| slot.device(*index)).collect();
                drop(state);
                let mut devices = remember::remember(known, present);
                if devices.is_empty() {
                    return GpuSample::Absent { reason: Safe::new(start::NO_DEVICE) };
                }
                remember::join(&mut devices);
                GpuSample::Devices(devices)
            }
        }
    }
}

impl Slot {
    /// Both halves together. What is not answered in time keeps what was said before, and says since when.
    fn device(&self, index: u32) -> GpuDevice {
        let silent_seconds = self.figures.silent_seconds();
        let unheard = || GpuDevice::unheard(index, silent_seconds);
        let mut device = self.figures.last.clone().unwrap_or_else(unheard);
        device.silent_seconds = silent_seconds;
        device.xids.clone_from(&self.xids);
        match (&mut device.reading, &self.slow.last) {
            (Ok(reading), slow) => {
                reading.slow_silent_seconds = self.slow.silent_seconds();
                if let Some(slow) = slow {
                    slow.fill(reading);
                }
            }
            (Err(reason), _) if **reason == *LOST => {
                if let Some(xid) = self.xids.last() {
                    *reason = Safe::new(format!("{LOST} (Xid {})", xid.code));
                }
            }
            (Err(_), _) => {}
        }
        device
    }
}
