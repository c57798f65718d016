//! What an operator should know of a device beside its figures, in words, the gravest first.

use super::{GpuDevice, GpuReading, ThrottleReason};
use crate::domain::{Safe, units};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteLevel {
    Bad,
    Warning,
    /// It explains what is shown, and nothing is wrong.
    Plain,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GpuNote {
    pub level: NoteLevel,
    pub text: String,
}

impl GpuDevice {
    pub fn notes(&self) -> Vec<GpuNote> {
        let mut notes = Notes::default();
        if let Some(seconds) = self.silent_seconds.filter(|_| self.reading.is_ok()) {
            notes.add(NoteLevel::Warning, format!("not answering for {seconds} s"));
        }
        match self.xids.as_slice() {
            [] => {}
            [only] => notes.add(NoteLevel::Bad, format!("Xid {}", only.code)),
            [before @ .., last] => {
                notes.add(NoteLevel::Bad, format!("Xid {}, and {} before it", last.code, before.len()));
            }
        }
        if let Ok(reading) = &self.reading {
            of_memory(reading, &mut notes);
            of_speed(reading, &mut notes);
            of_what_is_not_told(reading, &mut notes);
        }
        notes.0.sort_by_key(|note| note.level);
        notes.0
    }
}

#[derive(Default)]
struct Notes(Vec<GpuNote>);

impl Notes {
    fn add(&mut self, level: NoteLevel, text: impl Into<String>) {
        self.0.push(GpuNote { level, text: text.into() });
    }
}

fn of_memory(reading: &GpuReading, notes: &mut Notes) {
    if let Some(action) = reading.recovery.and_then(super::RecoveryAction::words) {
        notes.add(NoteLevel::Bad, format!("its driver asks: {action}"));
    }
    let condition = &reading.memory_condition;
    if let Some(errors) = condition.volatile.uncorrected.filter(|errors| *errors > 0) {
        notes.add(NoteLevel::Bad, format!("{errors} uncorrected memory errors"));
    }
    if condition.remaps.failed == Some(true) {
        notes.add(NoteLevel::Bad, "no spare row of memory was left: replace the board");
    }
    if condition.remaps.pending == Some(true) {
        notes.add(NoteLevel::Warning, "a row of memory waits to be remapped: reset the GPU");
    }
    if condition.retirement_pending == Some(true) {
        notes.add(NoteLevel::Warning, "pages of memory wait to be retired: reset the GPU");
    }
    if reading.unified_memory {
        notes.add(NoteLevel::Plain, "its memory is the host's");
    }
}

fn of_speed(reading: &GpuReading, notes: &mut Notes) {
    for reason in reading.throttle.reasons.iter().flatten() {
        let lost = reading.throttle.lost_milliseconds.get(reason).filter(|lost| **lost >= 1000);
        let lost = lost.map(|lost| units::duration(Duration::from_millis(*lost)));
        let lost = lost.map(|lost| format!(", {lost} lost so far")).unwrap_or_default();
        // To work at the limit that was set is what a busy device does.
        let level = if *reason == ThrottleReason::Power { NoteLevel::Plain } else { NoteLevel::Warning };
        notes.add(level, format!("held back by {}{lost}", reason.word()));
    }
    if let (Some(width), Some(most)) = (reading.pcie.width, reading.pcie.width_most)
        && width < most
    {
        notes.add(NoteLevel::Warning, format!("PCIe x{width} of x{most}"));
    }
    let (all, up) = (reading.nvlinks.len(), reading.nvlinks.iter().filter(|link| link.active).count());
    if up > 0 && up < all {
        notes.add(NoteLevel::Warning, format!("{} of {all} NVLinks are down", all - up));
    }
}

fn of_what_is_not_told(reading: &GpuReading, notes: &mut Notes) {
    if let Some(seconds) = reading.slow_silent_seconds {
        notes.add(NoteLevel::Warning, format!("links and errors: not answering for {seconds} s"));
    }
    if let Some(reason) = &reading.processes_unread {
        notes.add(NoteLevel::Warning, reason.to_string());
    }
    if !reading.refused.is_empty() {
        notes.add(NoteLevel::Plain, format!("this user may not see: {}", listed(&reading.refused)));
    }
    if !reading.unknown_to_driver.is_empty() {
        let what = listed(&reading.unknown_to_driver);
        notes.add(NoteLevel::Plain, format!("this driver is too old for: {what}"));
    }
}

fn listed(words: &[Safe]) -> String {
    words.iter().map(Safe::as_str).collect::<Vec<_>>().join(", ")
}
