//! GPUs by NVML. The library is initialised once and held: without persistence mode each initialisation wakes the
//! devices up, which takes seconds.
//!
//! Any call may block for seconds while a driver waits for a device, so nobody who shows figures makes one. Each device
//! has two threads of its own, one for the figures and one for what is slow to tell, and they leave what they read on
//! the board; one more listens for Xids, and one keeps the library. [`GpuProbe::sample`] only reads the board.

mod ask;
mod board;
mod condition;
mod device;
mod events;
mod fixed;
mod host_memory;
mod keep;
mod mig;
mod nvlink;
mod pcie;
mod processes;
mod remember;
mod slow;
mod start;
mod throttle;
mod versions;

use crate::domain::{Fault, GpuDevice, GpuSample};
use board::Board;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

pub struct GpuProbe {
    board: Arc<Board>,
    /// What was seen of each device while it answered, so that a lost one keeps its name.
    known: Vec<GpuDevice>,
}

impl GpuProbe {
    /// Loads NVML from the given file, or from where the loader finds it, on a thread of its own.
    pub fn start(library: Option<PathBuf>) -> Self {
        Self::start_in(library, PathBuf::from("/"))
    }

    /// The same with the kernel's files below another root than the system's.
    pub fn start_in(library: Option<PathBuf>, root: PathBuf) -> Self {
        let board = Arc::new(Board::default());
        let of_keeper = Arc::clone(&board);
        let keeper = thread::Builder::new().name("gpu-keeper".to_owned());
        if let Err(error) = keeper.spawn(move || keep::keep(&of_keeper, library.as_deref(), &root)) {
            board.fail(Fault::io("start", "the reader of GPUs", &error));
        }
        Self { board, known: Vec::new() }
    }

    /// What is known now. Never waits for a driver.
    pub fn sample(&mut self) -> GpuSample {
        self.board.sample(&mut self.known)
    }

    /// The first complete picture, or what there is of it after so long.
    pub fn first(&mut self, patience: Duration) -> GpuSample {
        self.board.wait_complete(patience);
        self.sample()
    }
}

impl Drop for GpuProbe {
    /// The threads end as soon as the driver lets them.
    fn drop(&mut self) {
        self.board.end();
    }
}

#[cfg(test)]
mod tests;
