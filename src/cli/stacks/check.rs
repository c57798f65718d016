//! `stacks check`: whether a stack would work, found out without an Engine.

use crate::cli::context::Context;
use crate::cli::output::{Output, Tone, print_json};
use crate::cli::stack::{sources, unknown};
use crate::compose::file::process_environment;
use crate::compose::file::review::{Problem, Review, Severity, Subject, review};
use crate::config::stacks::StackSource;
use crate::domain::{Fault, FaultKind};

/// Exit code 0 when nothing keeps the stacks from working, whatever has to be known about them.
pub fn run(context: &Context, name: Option<&str>, output: Output) -> Result<u8, Fault> {
    let mut sources = sources(context);
    if let Some(name) = name {
        let known: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
        sources.retain(|source| source.name == name);
        if sources.is_empty() {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(unknown("stack", name, name, &known));
        }
    }
    let reviews: Vec<(String, Review)> =
        sources.into_iter().map(|source| (source.name.clone(), review(&subject(source)))).collect();
    if output.json {
        let stacks =
            reviews.iter().map(|(name, review)| serde_json::json!({ "stack": name, "review": review }));
        print_json(&stacks.collect::<Vec<_>>())?;
    } else {
        for (name, review) in &reviews {
            print(name, review, output)?;
        }
    }
    let failed = reviews.iter().any(|(_, review)| review.errors() > 0);
    Ok(if failed { Fault::new(FaultKind::Invalid, "check", "").exit_code() } else { 0 })
}

fn subject(source: StackSource) -> Subject {
    let mut environment = process_environment();
    // Which files there are is what the check goes through itself.
    environment.remove("COMPOSE_FILE");
    environment.remove("COMPOSE_PROFILES");
    Subject { directory: source.directory, files: source.files, overlays: source.overlays, environment }
}

fn print(name: &str, review: &Review, output: Output) -> Result<(), Fault> {
    for problem in &review.problems {
        show(problem, output)?;
    }
    let many = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let tone = match (review.errors(), review.warnings()) {
        (0, 0) => Tone::Good,
        (0, _) => Tone::Warning,
        _ => Tone::Bad,
    };
    let verdict = if review.errors() == 0 { "✓ " } else { "✗ " };
    let summary = format!(
        "{name}: {}, {}; {} of overlays and profiles tried",
        many(review.errors(), "error"),
        many(review.warnings(), "warning"),
        many(review.variants, "choice"),
    );
    output.toned(&[(tone, verdict), (Tone::Plain, &summary)])
}

fn show(problem: &Problem, output: Output) -> Result<(), Fault> {
    let (tone, word) = match problem.severity {
        Severity::Error => (Tone::Bad, "error "),
        Severity::Warning => (Tone::Warning, "warning "),
    };
    let fault = &problem.fault;
    let with = if problem.overlays.is_empty() {
        String::new()
    } else {
        format!(" (with {})", problem.overlays.join(", "))
    };
    let text = format!("{}: {}{with}", fault.object, fault.causes.join(": "));
    output.toned(&[(tone, word), (Tone::Plain, &text)])?;
    match &fault.hint {
        Some(hint) => output.line(format!("  hint: {hint}")),
        None => Ok(()),
    }
}
