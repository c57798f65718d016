//! Xids, as the driver reports them. It keeps the last one only, so somebody has to listen all the time.

use super::keep::Session;
use crate::domain::gpu::Xid;
use jiff::Timestamp;
use nvml_wrapper::EventSet;
use nvml_wrapper::bitmasks::event::EventTypes;
use nvml_wrapper::enums::event::XidError;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::event::EventData;
use std::time::{Duration, Instant};

/// So long a wait lasts at most, in milliseconds: the end of the program is looked for in between.
const WAIT: u32 = 500;
/// After so long the devices are named anew, for there may be others.
const RENEW: Duration = Duration::from_mins(1);
/// After a failure.
const PAUSE: Duration = Duration::from_secs(5);
/// The driver's number for an error that it does not know.
const UNKNOWN: u64 = 999;

/// A device, and what it sends.
type Registration<'nvml> = Option<EventSet<'nvml>>;

pub(super) fn listen(session: &Session) {
    let lib = session.nvml.lib();
    if lib.nvmlEventSetCreate.is_err() || lib.nvmlEventSetFree.is_err() || lib.nvmlEventSetWait_v2.is_err() {
        log::info!("this driver is too old to report Xids; the kernel's log has them");
        return;
    }
    while session.rest(Duration::ZERO) {
        let listened = register(session).map(|set| set.is_some_and(|set| take(session, &set)));
        match listened {
            Ok(true) => {}
            Ok(false) | Err(_) => {
                if !session.rest(PAUSE) {
                    return;
                }
            }
        }
    }
}

/// A set is given up when one device refuses, so each is asked with a set of its own first.
fn register(session: &Session) -> Result<Registration<'_>, NvmlError> {
    let types = EventTypes::CRITICAL_XID_ERROR;
    let count = session.nvml.device_count()?;
    let devices = (0..count).filter_map(|index| session.nvml.device_by_index(index).ok());
    let mut set: Registration<'_> = None;
    for device in devices {
        let alone = session.nvml.create_event_set()?;
        if device.register_events(types, alone).is_err() {
            continue;
        }
        let all = match set.take() {
            Some(set) => set,
            None => session.nvml.create_event_set()?,
        };
        set = device.register_events(types, all).ok();
    }
    Ok(set)
}

/// False when the set does not work.
fn take(session: &Session, set: &EventSet<'_>) -> bool {
    let began = Instant::now();
    while began.elapsed() < RENEW && session.rest(Duration::ZERO) {
        match set.wait(WAIT) {
            Ok(event) => tell(session, &event),
            Err(NvmlError::Timeout) => {}
            Err(_) => return false,
        }
    }
    true
}

fn tell(session: &Session, event: &EventData<'_>) {
    let code = match event.event_data {
        Some(XidError::Value(code)) => code,
        Some(XidError::Unknown) => UNKNOWN,
        None => return,
    };
    let of_identity = event.device.uuid().ok().and_then(|uuid| session.board.index_of(&uuid));
    match of_identity.or_else(|| event.device.index().ok()) {
        Some(index) => session.board.tell_xid(session.number, index, Xid { time: Timestamp::now(), code }),
        None => log::warn!("Xid {code} was reported of a GPU that no longer says which one it is"),
    }
}
