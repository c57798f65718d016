//! A finding as a block of text.

use super::past::Past;
use crate::app::State;
use crate::app::store::findings::{Finding, Incident, Severity};
use crate::cli::output::{Output, Tone};
use crate::domain::{Fault, Safe, units};
use crate::triage::Confidence;
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(super) fn print(
    state: &State,
    findings: &[&Finding],
    over: &[Past],
    since: Option<Timestamp>,
    output: Output,
) -> Result<(), Fault> {
    if findings.is_empty() {
        output.toned(&[(Tone::Good, "✓ "), (Tone::Plain, "Nothing wrong that the rules know of.")])?;
    }
    for (at, finding) in findings.iter().enumerate() {
        if at > 0 {
            output.line("")?;
        }
        finding_block(finding, state.findings.incident(&finding.id), output)?;
    }
    if let Some(since) = since {
        output.line("")?;
        let words = if over.is_empty() { "Nothing else was wrong since" } else { "Over, since" };
        output.toned(&[(Tone::Dim, words), (Tone::Dim, " "), (Tone::Dim, &clock(since))])?;
        if let Some(from) = state.timeline.told_from().filter(|from| *from > since) {
            let words = format!("  the daemon keeps no older events than {}", clock(from));
            output.toned(&[(Tone::Dim, &words)])?;
        }
        for past in over {
            output.toned(&[
                (Tone::Dim, "  "),
                (Tone::Dim, &clock(past.last)),
                (Tone::Plain, "  "),
                (Tone::Plain, &past.words()),
            ])?;
        }
    }
    Ok(())
}

fn finding_block(finding: &Finding, incident: Option<&Incident>, output: Output) -> Result<(), Fault> {
    let (tone, mark) = match finding.severity {
        Severity::Critical => (Tone::Bad, "✗ "),
        Severity::Warning => (Tone::Warning, "⚠ "),
    };
    let stack = finding.about.stack.as_ref().map(|stack| format!("  of {}", Safe::new(stack)));
    output.toned(&[(tone, mark), (Tone::Plain, &finding.title), (Tone::Dim, &stack.unwrap_or_default())])?;
    let since = incident.and_then(Incident::since).map(|since| {
        let age = units::duration(units::since(since, Timestamp::now()));
        format!(", since {} ({age})", clock(since))
    });
    let cause = format!("  {}{}", confidence(finding.confidence), since.unwrap_or_default());
    output.toned(&[(Tone::Dim, &cause)])?;
    for line in &finding.evidence {
        let time = line.time.map_or_else(|| "–".to_owned(), clock);
        let lead = format!("  {time:<19} {:<7} ", line.origin.word());
        output.toned(&[(Tone::Dim, &lead), (Tone::Plain, &line.text)])?;
    }
    for title in &finding.explains {
        output.toned(&[(Tone::Dim, "  explains  "), (Tone::Plain, title)])?;
    }
    if let Some(fix) = &finding.fix {
        output.toned(&[(Tone::Dim, "  fix       "), (Tone::Plain, &fix.label)])?;
    }
    Ok(())
}

pub fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "the cause is certain",
        Confidence::Likely => "the cause is likely this",
        Confidence::Possible => "one possible cause among several",
    }
}

fn clock(time: Timestamp) -> String {
    time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
