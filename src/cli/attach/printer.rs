//! A task's events as lines: what is planned, what is at work, what came of it.

use super::{takes_time, words};
use crate::cli::output::{Output, Tone, print_json};
use crate::domain::task::{JournalLine, Pace, TaskEvent};
use crate::domain::{Fault, Plan, PlannedStep, StepVerb, TaskId, units};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

/// How often the progress of one step is told.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

pub struct Printer {
    id: TaskId,
    output: Output,
    /// As it was when the events happened: a plan may be made anew on the way.
    plan: Option<Plan>,
    warned: BTreeSet<String>,
    /// When the progress of a step was told last.
    told: BTreeMap<usize, Timestamp>,
    paces: BTreeMap<usize, Pace>,
}

impl Printer {
    pub fn new(id: TaskId, output: Output) -> Self {
        Self {
            id,
            output,
            plan: None,
            warned: BTreeSet::new(),
            told: BTreeMap::new(),
            paces: BTreeMap::new(),
        }
    }

    pub fn print(&mut self, line: &JournalLine) -> Result<(), Fault> {
        if self.output.json {
            return print_json(line);
        }
        let output = self.output;
        match &line.event {
            TaskEvent::Started { .. } => output.toned(&[(Tone::Dim, "task "), (Tone::Dim, &self.id.0)]),
            TaskEvent::Waiting { owner } => {
                output.toned(&[(Tone::Warning, "… waits: "), (Tone::Plain, owner)])
            }
            TaskEvent::Planned { plan } => self.planned(plan),
            TaskEvent::StepStarted { step } => match self.step(*step) {
                Some(step) if takes_time(step.verb) => {
                    output.toned(&[(Tone::Dim, "… "), (Tone::Plain, &words(step))])
                }
                Some(_) | None => Ok(()),
            },
            TaskEvent::StepProgress { step, done, total, text } => {
                self.progress(line.time, *step, done.zip(*total), text)
            }
            TaskEvent::StepOutput { step, text } => {
                let name = self.step(*step).map(|step| step.service.as_ref().unwrap_or(&step.object));
                let name = format!("  {} | ", name.map_or("", String::as_str));
                output.toned(&[(Tone::Dim, &name), (Tone::Plain, text)])
            }
            TaskEvent::StepFinished { step, fault } => match (self.step(*step), fault) {
                (Some(step), None) if step.verb == StepVerb::Keep => {
                    output.toned(&[(Tone::Dim, "= "), (Tone::Dim, &words(step))])
                }
                (Some(step), None) => output.toned(&[(Tone::Good, "✓ "), (Tone::Plain, &words(step))]),
                (Some(step), Some(fault)) => {
                    output.toned(&[(Tone::Bad, "✗ "), (Tone::Plain, &format!("{}: {fault}", words(step)))])
                }
                (None, _) => Ok(()),
            },
            TaskEvent::Output { text } => output.line(text),
            // The parts are summed up in the progress; the ending is told by the exit code and, if it failed, by the
            // report. Nobody waits for whoever else is told of it.
            TaskEvent::StepParts { .. } | TaskEvent::Finished { .. } | TaskEvent::Notified(_) => Ok(()),
        }
    }

    fn step(&self, number: usize) -> Option<&PlannedStep> {
        self.plan.as_ref()?.steps.get(number)
    }

    fn planned(&mut self, plan: &Plan) -> Result<(), Fault> {
        for warning in &plan.warnings {
            if self.warned.insert(warning.clone()) {
                self.output.toned(&[(Tone::Warning, "! "), (Tone::Plain, warning)])?;
            }
        }
        self.plan = Some(plan.clone());
        match (plan.is_empty(), plan.warnings.is_empty()) {
            (true, true) => self.output.line("✓ nothing to do"),
            // A tick would say that all is well.
            (true, false) => self.output.line("nothing was done"),
            (false, _) => Ok(()),
        }
    }

    /// Where bytes go over a wire one wants to know how many; the words of other steps come too fast and too often.
    fn progress(
        &mut self,
        time: Timestamp,
        number: usize,
        bytes: Option<(u64, u64)>,
        text: &str,
    ) -> Result<(), Fault> {
        let Some((done, total)) = bytes else { return Ok(()) };
        let pace = self.paces.entry(number).or_default();
        pace.take(time, done);
        let pace = pace.clone();
        let Some(step) = self.step(number) else { return Ok(()) };
        let recently = |told: &Timestamp| time.duration_since(*told).unsigned_abs() < PROGRESS_EVERY;
        if self.told.get(&number).is_some_and(recently) {
            return Ok(());
        }
        let mut words = format!("{} of {}, {text}", units::bytes(done), units::bytes(total));
        if let (Some(rate), Some(end)) = (pace.rate(), pace.end(total)) {
            let left = units::duration(units::since(time, end));
            let _ = write!(words, ", {}/s, {left} left", units::bytes(rate));
        }
        self.output.toned(&[
            (Tone::Dim, "  "),
            (Tone::Dim, &step.object),
            (Tone::Dim, "  "),
            (Tone::Dim, &words),
        ])?;
        self.told.insert(number, time);
        Ok(())
    }
}
