//! Takes what was written to the disk, beside the work: a disk needs milliseconds for each line, and steps of a plan
//! come at once.

use std::fs::File;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// One at a time, and the next one waiting: more wishes are the same wish.
#[derive(Debug)]
pub(super) struct Disk {
    wishes: Option<SyncSender<()>>,
    failure: Arc<Mutex<Option<io::Error>>>,
    thread: Option<JoinHandle<()>>,
}

impl Disk {
    pub fn start(file: &File) -> io::Result<Self> {
        let file = file.try_clone()?;
        let (wishes, receiver) = sync_channel(1);
        let failure = Arc::new(Mutex::new(None));
        let told = Arc::clone(&failure);
        let thread = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || keep_taking(&file, &receiver, &told))?;
        Ok(Self { wishes: Some(wishes), failure, thread: Some(thread) })
    }

    /// Has everything that is written so far taken to the disk. A failure is that of an earlier wish.
    pub fn take(&self) -> io::Result<()> {
        match self.wishes.as_ref().map(|wishes| wishes.try_send(())) {
            Some(Ok(()) | Err(TrySendError::Full(()))) => {}
            Some(Err(TrySendError::Disconnected(()))) | None => {
                return Err(io::Error::other("the thread that writes to the disk has ended"));
            }
        }
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
    }
}

fn keep_taking(file: &File, wishes: &Receiver<()>, failure: &Mutex<Option<io::Error>>) {
    while wishes.recv().is_ok() {
        if let Err(error) = file.sync_data() {
            *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    }
}

/// Waits for the last lines.
impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.wishes.take());
        if let Some(thread) = self.thread.take() {
            // A thread that has panicked has nothing more to tell.
            let _ = thread.join();
        }
    }
}
