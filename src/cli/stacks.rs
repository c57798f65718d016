//! `stacks`: what can be named with `--stack`.

use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::stack::{from_files, sources};
use super::table::Table;
use crate::domain::{Fault, StackFile, StackOrigin};
use std::collections::BTreeMap;

/// One stack as the list shows it: its file, or why it cannot be read.
pub struct Listed {
    pub name: String,
    pub file: Result<StackFile, Fault>,
}

/// Every stack of the search path. A broken one is listed with its fault.
pub fn all(context: &Context) -> Vec<Listed> {
    let read = |source: crate::config::stacks::StackSource| Listed {
        file: from_files(context, &source.files, Some(&source.directory), source.origin)
            .map(|chosen| chosen.file()),
        name: source.name,
    };
    sources(context).into_iter().map(read).collect()
}

pub async fn run(context: &Context, output: Output) -> Result<u8, Fault> {
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
            Ok(file) => serde_json::json!({ "name": stack.name, "file": file }),
            Err(fault) => serde_json::json!({ "name": stack.name, "error": fault }),
        });
        let labels =
            unfiled.iter().map(|(name, count)| serde_json::json!({ "name": name, "containers": count }));
        return print_json(&files.chain(labels).collect::<Vec<_>>()).map(|()| 0);
    }
    let mut table = Table::new(&["STACK", "RUNS", "FROM", "TITLE", "FILE"], "no stacks in the search path");
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
                file.reference.files.first().map(|path| path.display().to_string()).unwrap_or_default(),
            ]),
            Err(fault) => table.row(vec![
                (Tone::Plain, stack.name.clone()),
                (Tone::Plain, "–".to_owned()),
                (Tone::Bad, "broken".to_owned()),
                (Tone::Bad, fault.to_string()),
            ]),
        }
    }
    for (name, count) in unfiled {
        table.plain_row(vec![name.clone(), count.to_string(), "labels".to_owned()]);
    }
    table.print(output).map(|()| 0)
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
    }
}
