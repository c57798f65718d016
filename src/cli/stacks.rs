//! `stacks`: what can be named with `--stack`.

mod check;

use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::stack::{read_listed, sources};
use super::table::Table;
use crate::compose::Project;
use crate::domain::{Fault, StackFile, StackOrigin};
use clap::Subcommand;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<StacksCommand>,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum StacksCommand {
    /// The stacks that can be named with --stack, and their overlays
    List,
    /// Look for what keeps a stack from working: all overlays and profiles, and all that lies beside the files
    Check {
        /// All of them when none is named
        #[arg(value_name = "STACK")]
        name: Option<String>,
    },
}

/// One stack as the list shows it: its file, or all that is wrong with it.
pub struct Listed {
    pub name: String,
    /// The first of its files.
    pub path: Option<PathBuf>,
    pub overlays: BTreeMap<String, PathBuf>,
    pub file: Result<StackFile, Vec<Fault>>,
    /// All that the files say, when they can be read.
    pub project: Option<Project>,
}

/// Every stack of the search path. A broken one is listed with its faults.
pub fn all(context: &Context) -> Vec<Listed> {
    let read = |source: crate::config::stacks::StackSource| {
        let read = read_listed(context, &source);
        let path = source.files.first().cloned();
        let (file, project) = match read {
            Ok(chosen) => (Ok(chosen.file()), chosen.project),
            Err(faults) => (Err(faults), None),
        };
        Listed { name: source.name, path, overlays: source.overlays, file, project }
    };
    sources(context).into_iter().map(read).collect()
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    match arguments.command.unwrap_or(StacksCommand::List) {
        StacksCommand::List => list(context, output).await,
        StacksCommand::Check { name } => check::run(context, name.as_deref(), output),
    }
}

async fn list(context: &Context, output: Output) -> Result<u8, Fault> {
    let listed = all(context);
    // The files are worth listing without a daemon; what runs without files is shown when there is one.
    let running = running(context).await;
    let unfiled: Vec<_> = running
        .iter()
        .flatten()
        .filter(|(project, _)| {
            !listed
                .iter()
                .any(|stack| stack.file.as_ref().is_ok_and(|file| file.reference.project == **project))
        })
        .collect();
    if output.json {
        let files = listed.iter().map(|stack| match &stack.file {
            Ok(file) => serde_json::json!({ "name": stack.name, "file": file, "overlays": stack.overlays }),
            Err(faults) => {
                serde_json::json!({ "name": stack.name, "error": Fault::merged(faults.clone()), "errors": faults })
            }
        });
        let labels =
            unfiled.iter().map(|(name, count)| serde_json::json!({ "name": name, "containers": count }));
        return print_json(&files.chain(labels).collect::<Vec<_>>()).map(|()| 0);
    }
    let mut table =
        Table::new(&["STACK", "RUNS", "FROM", "TITLE", "OVERLAYS", "FILE"], "no stacks in the search path");
    for stack in &listed {
        let count = |project: &str| match &running {
            Some(running) => running.get(project).map_or_else(|| "no".to_owned(), ToString::to_string),
            None => "–".to_owned(),
        };
        match &stack.file {
            Ok(file) => table.plain_row(vec![
                stack.name.clone(),
                count(&file.reference.project),
                origin(file.origin).to_owned(),
                file.title.as_ref().map(ToString::to_string).unwrap_or_default(),
                overlays(stack, file),
                file.reference.files.first().map(|path| path.display().to_string()).unwrap_or_default(),
            ]),
            Err(_) => table.row(vec![
                (Tone::Plain, stack.name.clone()),
                (Tone::Plain, "–".to_owned()),
                (Tone::Bad, "–".to_owned()),
                (Tone::Bad, "unreadable".to_owned()),
                (Tone::Plain, String::new()),
                (Tone::Plain, stack.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default()),
            ]),
        }
    }
    for (name, count) in unfiled {
        table.plain_row(vec![name.clone(), count.to_string(), "labels".to_owned()]);
    }
    table.print(output)?;
    let broken = listed.iter().filter_map(|stack| Some((stack, stack.file.as_ref().err()?)));
    for (stack, faults) in broken {
        output.line("")?;
        output.toned(&[(Tone::Bad, "unreadable "), (Tone::Plain, &stack.name)])?;
        for fault in faults {
            output.line(format!("  {fault}"))?;
        }
    }
    Ok(0)
}

/// `dev, tls*`: the star is at those that are chosen, by the stack's own `.env` or with --overlay.
fn overlays(stack: &Listed, file: &StackFile) -> String {
    let shown = |(name, path): (&String, &PathBuf)| {
        let chosen = file.reference.files.contains(path);
        format!("{name}{}", if chosen { "*" } else { "" })
    };
    stack.overlays.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// How many containers run per project; unknown when the daemon does not say.
async fn running(context: &Context) -> Option<BTreeMap<String, usize>> {
    let listed = match context.engine().await {
        Ok(engine) => engine.containers(None).await,
        Err(fault) => Err(fault),
    };
    let containers = match listed {
        Ok(containers) => containers,
        Err(fault) => {
            log::info!("{fault}");
            return None;
        }
    };
    let mut counts = BTreeMap::new();
    for container in containers {
        if let Some(labels) = &container.compose {
            *counts.entry(labels.project.clone()).or_default() += usize::from(container.is_running());
        }
    }
    Some(counts)
}

fn origin(origin: StackOrigin) -> &'static str {
    match origin {
        StackOrigin::Directory => "directory",
        StackOrigin::BuiltIn => "built in",
        StackOrigin::Given => "given",
        StackOrigin::Labels => "labels",
    }
}
