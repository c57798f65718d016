//! `tasks show`.

use super::{by, state, took};
use crate::cli::attach::words;
use crate::cli::output::{Output, Tone, print_json};
use crate::domain::task::StepState;
use crate::domain::{Fault, TaskRecord};
use jiff::{Timestamp, Unit};

pub(super) fn run(record: &TaskRecord, output: Output) -> Result<(), Fault> {
    if output.json {
        return print_json(record);
    }
    let spec = &record.spec;
    let at = spec.requested_at.round(Unit::Second).unwrap_or(spec.requested_at);
    let (tone, word) = state(record.state);
    output.toned(&[(Tone::Dim, "task    "), (Tone::Plain, &spec.id.0)])?;
    output.toned(&[
        (Tone::Dim, "asked   "),
        (Tone::Plain, &format!("{} {} by {} at {at}", spec.operation.verb(), spec.target.name(), by(record))),
    ])?;
    if let Some(before) = &spec.terms.continues {
        output.toned(&[(Tone::Dim, "goes on "), (Tone::Plain, &format!("with {}", before.0))])?;
    }
    output.toned(&[
        (Tone::Dim, "state   "),
        (tone, &word),
        (Tone::Plain, &format!(" after {}", took(record))),
    ])?;
    if let Some(deploy) = record.deploy_state() {
        output.toned(&[(Tone::Dim, "deploy  "), (Tone::Plain, deploy.words())])?;
    }
    if let Some(owner) = &record.waits_for {
        output.toned(&[(Tone::Dim, "waits   "), (Tone::Plain, owner)])?;
    }
    for (step, planned) in record.steps.iter().zip(record.plan.iter().flat_map(|plan| &plan.steps)) {
        let (tone, sign) = match step.state {
            StepState::Pending => (Tone::Dim, "  · "),
            StepState::Running => (Tone::Warning, "  … "),
            StepState::Done => (Tone::Good, "  ✓ "),
            StepState::Failed => (Tone::Bad, "  ✗ "),
        };
        let said = [step.text.clone(), step.amount(Timestamp::now())];
        let said: Vec<String> = said.into_iter().filter(|part| !part.is_empty()).collect();
        let text = if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) };
        output.toned(&[(tone, sign), (Tone::Plain, &words(planned)), (Tone::Plain, &text)])?;
    }
    for line in &record.output {
        output.line(line)?;
    }
    if let Some(fault) = &record.fault {
        output.toned(&[(Tone::Bad, "error   "), (Tone::Plain, &fault.to_string())])?;
        if let Some(hint) = &fault.hint {
            output.toned(&[(Tone::Dim, "hint    "), (Tone::Plain, hint)])?;
        }
    }
    for told in &record.told {
        let (tone, words) = match &told.undelivered {
            None => (Tone::Plain, told.to.clone()),
            Some(cause) => (Tone::Warning, format!("undelivered: {}: {cause}", told.to)),
        };
        output.toned(&[(Tone::Dim, "told    "), (tone, &words)])?;
    }
    if record.state.is_unfinished() {
        let left = record.left();
        if !left.is_empty() {
            output.toned(&[(Tone::Dim, "undone  "), (Tone::Plain, &left.join(", "))])?;
        }
        output.toned(&[(Tone::Dim, "offer   "), (Tone::Plain, &record.offer())])?;
    }
    Ok(())
}
