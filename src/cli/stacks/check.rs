//! `stacks check`: whether a stack would work, found out without an Engine unless only its containers tell of it.

use crate::cli::context::Context;
use crate::cli::output::{Output, Tone, print_json};
use crate::cli::stack::{Chosen, read_listed, running, sources, unknown};
use crate::compose::file::process_environment;
use crate::compose::file::review::{Problem, Review, Severity, Subject, review};
use crate::config::stacks::{StackSource, stack_at};
use crate::domain::{Fault, FaultKind, StackOrigin};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Exit code 0 when nothing keeps the stacks from working, whatever has to be known about them.
pub async fn run(context: &Context, name: Option<&str>, output: Output) -> Result<u8, Fault> {
    let global = &context.global;
    let subjects = match name.or(global.stack.as_deref()) {
        Some(name) => vec![named(context, name, output).await?],
        None if !global.files.is_empty() => vec![of_files(context)?],
        None => match &global.project {
            Some(project) => vec![named(context, project, output).await?],
            None => sources(context).into_iter().map(|source| of_source(context, source)).collect(),
        },
    };
    let reviews: Vec<(String, Review)> =
        subjects.into_iter().map(|(name, subject)| (name, review(&subject))).collect();
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

type Named = (String, Subject);

/// A stack of the search path by its directory's name or its project's, else what lies at this path, else what runs
/// under this name.
async fn named(context: &Context, name: &str, output: Output) -> Result<Named, Fault> {
    let path = Path::new(name);
    let sources = sources(context);
    let is_meant = |source: &&StackSource| {
        source.name == name
            || read_listed(context, source).is_ok_and(|listed| listed.reference.project == name)
    };
    if !name.contains('/')
        && name != "."
        && let Some(source) = sources.iter().find(is_meant)
    {
        return Ok(of_source(context, source.clone()));
    }
    if path.exists() {
        return match stack_at(path)? {
            Some(source) => Ok(of_source(context, source)),
            None => Err(Fault::new(FaultKind::NotFound, "find a compose file in", name)
                .because("the directory has none")
                .hint("name the file itself")),
        };
    }
    let known: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    match running(context, name, &known).await {
        Ok(chosen) => of_chosen(&chosen, output),
        // Without an Engine the search path is all there is.
        Err(fault) if fault.kind != FaultKind::NotFound => {
            log::info!("{fault}");
            Err(unknown("stack", name, name, &known))
        }
        Err(fault) => Err(fault),
    }
}

/// The files that were named, as if they were a stack's own.
fn of_files(context: &Context) -> Result<Named, Fault> {
    let absolute =
        |file: &PathBuf| std::path::absolute(file).map_err(|error| Fault::io("find", file.display(), &error));
    let files = context.global.files.iter().map(absolute).collect::<Result<Vec<_>, _>>()?;
    let directory = files.first().and_then(|file| file.parent()).unwrap_or(Path::new("/")).to_path_buf();
    let name = directory.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let source =
        StackSource { name, directory, files, overlays: BTreeMap::new(), origin: StackOrigin::Given };
    Ok(of_source(context, source))
}

/// Files that labels name: nothing is chosen among them any more.
fn of_chosen(chosen: &Chosen, output: Output) -> Result<Named, Fault> {
    let project = chosen.needed("check")?;
    chosen.tell_files(output);
    let subject = Subject {
        directory: project.directory.clone(),
        files: project.files.clone(),
        overlays: BTreeMap::new(),
        project: Some(project.name.clone()),
        env_files: project.env_files.clone(),
        environment: environment(),
    };
    Ok((project.name.clone(), subject))
}

fn of_source(context: &Context, source: StackSource) -> Named {
    let subject = Subject {
        directory: source.directory,
        files: source.files,
        overlays: source.overlays,
        project: context.global.project.clone(),
        env_files: context.global.env_files.clone(),
        environment: environment(),
    };
    (source.name, subject)
}

/// Which files and profiles there are is what the check goes through itself.
fn environment() -> BTreeMap<String, String> {
    let mut environment = process_environment();
    environment.remove("COMPOSE_FILE");
    environment.remove("COMPOSE_PROFILES");
    environment
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
