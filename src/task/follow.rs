//! Follows one task: its journal, and whether its worker still lives.

use super::{JournalTail, ProcessMark};
use crate::domain::task::JournalLine;
use crate::domain::units::since;
use crate::domain::{Fault, FaultKind, TaskRecord, TaskState};
use jiff::Timestamp;
use std::time::Duration;

/// A task without any journal is given this long to begin one.
const START_PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub struct Follower {
    record: TaskRecord,
    tail: JournalTail,
}

impl Follower {
    pub(super) fn new(record: TaskRecord, tail: JournalTail) -> Self {
        Self { record, tail }
    }

    /// The task as of the last poll.
    pub fn record(&self) -> &TaskRecord {
        &self.record
    }

    pub fn into_record(self) -> TaskRecord {
        self.record
    }

    /// Takes in what is new and gives it. When the worker is found dead the record turns to `Interrupted`.
    pub fn poll(&mut self) -> Result<Vec<JournalLine>, Fault> {
        let mut lines = self.take_in()?;
        if lines.is_empty() && self.is_abandoned() {
            // The worker may have written its ending and left between the two looks.
            lines = self.take_in()?;
            if lines.is_empty() {
                self.interrupt();
            }
        }
        Ok(lines)
    }

    /// Whether nothing more will come: it is over, and its worker, which tells others of the end, has left.
    pub fn is_settled(&self) -> bool {
        self.record.state.is_over() && !self.worker_lives()
    }

    /// Polls until nothing is new.
    pub fn catch_up(&mut self) -> Result<(), Fault> {
        while !self.poll()?.is_empty() {}
        Ok(())
    }

    fn take_in(&mut self) -> Result<Vec<JournalLine>, Fault> {
        let lines = self.tail.poll()?;
        for line in &lines {
            self.record.apply(line);
        }
        Ok(lines)
    }

    fn is_abandoned(&self) -> bool {
        if self.record.state.is_over() {
            return false;
        }
        match &self.record.worker {
            Some(_) => !self.worker_lives(),
            None => since(self.record.spec.requested_at, Timestamp::now()) > START_PATIENCE,
        }
    }

    fn worker_lives(&self) -> bool {
        let mark = self.record.worker.clone();
        mark.is_some_and(|(pid, boot_id, start_ticks)| ProcessMark { pid, boot_id, start_ticks }.is_alive())
    }

    fn interrupt(&mut self) {
        self.record.state = TaskState::Interrupted;
        self.record.waits_for = None;
        let spec = &self.record.spec;
        let fault = Fault::new(FaultKind::Internal, spec.operation.verb(), spec.target.name())
            .because("its worker died without finishing")
            .hint(self.record.offer());
        self.record.fault = Some(fault);
    }
}
