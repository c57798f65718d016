//! `stacks`: what can be named with `--stack`.

mod check;

use super::arguments::Global;
use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::stack::{Chosen, read_labelled, read_listed, sources};
use super::table::Table;
use crate::compose::{Project, file};
use crate::domain::{Container, Fault, StackFile, StackOrigin, StackRef};
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
        /// A stack of the search path, a directory or a Compose file, or a project that runs; all stacks of the search
        /// path when none is named
        #[arg(value_name = "STACK|PATH")]
        name: Option<String>,
    },
}

/// One stack as the list shows it: its file, or all that is wrong with it.
pub struct Listed {
    pub name: String,
    /// The first of its files.
    pub path: Option<PathBuf>,
    pub overlays: BTreeMap<String, PathBuf>,
    pub origin: StackOrigin,
    pub file: Result<StackFile, Vec<Fault>>,
    /// All that the files say, when they can be read.
    pub project: Option<Project>,
}

impl Listed {
    /// One stack that was chosen.
    pub fn of(name: String, chosen: Chosen) -> Self {
        let path = chosen.reference.files.first().cloned();
        let origin = chosen.origin;
        let read = match chosen.unread.clone() {
            Some(fault) => Err(vec![fault]),
            None => Ok(chosen),
        };
        of(name, path, origin, read)
    }

    /// Whether what is wrong with it is that its files are gone, or not ours to read.
    pub fn is_out_of_reach(&self) -> bool {
        self.origin == StackOrigin::Labels
            && self.file.as_ref().is_err_and(|faults| file::out_of_reach(faults))
    }
}

/// Every stack of the search path, and those outside of it that these containers were made from. A broken one is listed
/// with its faults.
pub fn all(context: &Context, containers: &[Container]) -> Vec<Listed> {
    // What one project is to be called is not the name of all the others.
    let context = &Context { global: Global { project: None, ..context.global.clone() }, ..context.clone() };
    let mut listed: Vec<Listed> = sources(context)
        .into_iter()
        .map(|source| {
            let read = read_listed(context, &source);
            let path = source.files.first().cloned();
            Listed { overlays: source.overlays, ..of(source.name, path, source.origin, read) }
        })
        .collect();
    let found: Vec<StackFile> = listed.iter().filter_map(|stack| stack.file.clone().ok()).collect();
    let broken: Vec<PathBuf> =
        listed.iter().filter(|stack| stack.file.is_err()).filter_map(|stack| stack.path.clone()).collect();
    for stack in StackRef::outside(StackRef::labelled(containers), &found, &broken) {
        // A built-in one of this name is not the one that runs.
        listed
            .retain(|other| other.file.as_ref().map_or(true, |file| file.reference.project != stack.project));
        let read = read_labelled(context, &stack);
        listed.push(of(stack.project, stack.files.first().cloned(), StackOrigin::Labels, read));
    }
    listed
}

fn of(name: String, path: Option<PathBuf>, origin: StackOrigin, read: Result<Chosen, Vec<Fault>>) -> Listed {
    let (file, project) = match read {
        Ok(chosen) => (Ok(chosen.file()), chosen.project),
        Err(faults) => (Err(faults), None),
    };
    Listed { name, path, overlays: BTreeMap::new(), origin, file, project }
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    match arguments.command.unwrap_or(StacksCommand::List) {
        StacksCommand::List => list(context, output).await,
        StacksCommand::Check { name } => check::run(context, name.as_deref(), output).await,
    }
}

async fn list(context: &Context, output: Output) -> Result<u8, Fault> {
    // The files are worth listing without a daemon; what runs from elsewhere is shown when there is one.
    let containers = containers(context).await;
    let listed = all(context, containers.as_deref().unwrap_or_default());
    let running = containers.as_deref().map(running);
    let unfiled: Vec<_> = running
        .iter()
        .flatten()
        .filter(|(project, _)| {
            !listed.iter().any(|stack| match &stack.file {
                Ok(file) => file.reference.project == **project,
                Err(_) => stack.name == **project,
            })
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
                (
                    Tone::Plain,
                    if stack.origin == StackOrigin::Labels { count(&stack.name) } else { "–".to_owned() },
                ),
                (Tone::Plain, origin(stack.origin).to_owned()),
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
        for (fault, hint) in Fault::merged(faults.clone()).each() {
            output.line(format!("  {}", fault.sentence()))?;
            hint.map_or(Ok(()), |hint| output.line(format!("    hint: {hint}")))?;
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

/// Unknown when the daemon does not say.
async fn containers(context: &Context) -> Option<Vec<Container>> {
    let listed = match context.engine().await {
        Ok(engine) => engine.fleet().await,
        Err(fault) => Err(fault),
    };
    listed.inspect_err(|fault| log::info!("{fault}")).ok()
}

/// How many containers run per project.
fn running(containers: &[Container]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for container in containers {
        if let Some(labels) = &container.compose {
            *counts.entry(labels.project.clone()).or_default() += usize::from(container.state.serves());
        }
    }
    counts
}

fn origin(origin: StackOrigin) -> &'static str {
    match origin {
        StackOrigin::Directory => "directory",
        StackOrigin::BuiltIn => "built in",
        StackOrigin::Given => "given",
        StackOrigin::Labels => "labels",
    }
}
