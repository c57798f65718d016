//! Keeps the library: opens it, tries again slowly while that fails, and starts the threads of each device.

use super::board::Board;
use super::start::{self, Opened};
use super::{device, events, slow};
use crate::domain::{Fault, Safe};
use nvml_wrapper::Nvml;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// How long until a library that was missing or failed is tried again; a driver can be loaded later.
const RETRY: Duration = Duration::from_secs(30);
/// How often the devices are counted.
const COUNT: Duration = Duration::from_secs(1);
/// More than any machine holds. A count beyond it is a driver's mistake, and each device costs two threads.
const MOST: u32 = 64;

/// One library that is open, for all the threads that use it.
pub(super) struct Session {
    pub(super) nvml: Nvml,
    pub(super) board: Arc<Board>,
    pub(super) number: u64,
    /// Why processes are not asked for.
    pub(super) processes_unread: Option<Safe>,
}

impl Session {
    /// Waits so long, and says whether to go on.
    pub(super) fn rest(&self, time: Duration) -> bool {
        self.board.rest(self.number, time)
    }
}

pub(super) fn keep(board: &Arc<Board>, library: Option<&Path>, root: &Path) {
    while !board.is_over() {
        match start::open(library, root) {
            Opened::Open { nvml, processes_unread } => {
                let session =
                    Session { nvml: *nvml, board: Arc::clone(board), number: board.open(), processes_unread };
                attend(&Arc::new(session), library, root);
            }
            Opened::Absent(reason) => board.absent(reason),
            Opened::Failed(fault) => board.fail(fault),
        }
        board.pause(RETRY);
    }
}

/// Until NVML as a whole fails or nobody looks any more.
fn attend(session: &Arc<Session>, library: Option<&Path>, root: &Path) {
    loop {
        let new = match session.nvml.device_count() {
            Ok(count) => session.board.count(count.min(MOST)),
            Err(error) => return session.board.fail(start::fault(&error, library, root)),
        };
        if let Err(error) = begin(session, &new) {
            return session.board.fail(Fault::io("start", "the readers of a GPU", &error));
        }
        if !session.rest(COUNT) {
            return;
        }
    }
}

fn begin(session: &Arc<Session>, new: &[u32]) -> std::io::Result<()> {
    for index in new.iter().copied() {
        let (of_figures, of_slow) = (Arc::clone(session), Arc::clone(session));
        let thread = |name: &str| thread::Builder::new().name(format!("gpu-{name}{index}"));
        thread("").spawn(move || device::follow(&of_figures, index))?;
        thread("slow-").spawn(move || slow::follow(&of_slow, index))?;
    }
    if new.contains(&0) {
        let listener = Arc::clone(session);
        thread::Builder::new().name("gpu-events".to_owned()).spawn(move || events::listen(&listener))?;
    }
    Ok(())
}
