//! `ls`: the projects that have containers.

use super::context::Context;
use super::output::{Output, print_json};
use super::table::Table;
use crate::domain::{Container, Fault, FaultKind};
use clap::ValueEnum;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Those of which nothing runs, too
    #[arg(short, long)]
    pub all: bool,
    /// Only the names
    #[arg(short, long)]
    pub quiet: bool,
    /// Only those with a name like this
    #[arg(long, value_name = "name=PATTERN")]
    pub filter: Vec<String>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    name: String,
    status: String,
    config_files: String,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let patterns = arguments.filter.iter().map(|filter| pattern(filter)).collect::<Result<Vec<_>, _>>()?;
    let containers = context.engine().await?.fleet().await?;
    let mut listed = projects(&containers, arguments.all);
    listed.retain(|project| patterns.iter().all(|pattern| pattern.is_match(&project.name)));
    if arguments.quiet {
        listed.iter().try_for_each(|project| output.line(&project.name))?;
    } else if output.json || arguments.format == Format::Json {
        print_json(&listed)?;
    } else {
        let mut table =
            Table::new(&["NAME", "STATUS", "CONFIG FILES"], "no stack runs; with -a others are listed too");
        for project in listed {
            table.plain_row(vec![project.name, project.status, project.config_files]);
        }
        table.print(output)?;
    }
    Ok(0)
}

/// `name=` and a regular expression, as docker compose takes it.
fn pattern(filter: &str) -> Result<regex::Regex, Fault> {
    let wrong = |cause: String| {
        Fault::new(FaultKind::Invalid, "read argument", format!("--filter {filter}"))
            .because(cause)
            .hint("for example --filter name=shop")
    };
    match filter.split_once('=') {
        Some(("name", pattern)) => regex::Regex::new(pattern).map_err(|error| wrong(error.to_string())),
        Some(_) | None => Err(wrong("projects can be filtered by `name` only".to_owned())),
    }
}

fn projects(containers: &[Container], all: bool) -> Vec<Listed> {
    let mut states: BTreeMap<&str, BTreeMap<&'static str, usize>> = BTreeMap::new();
    let mut files: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for container in containers.iter().filter(|container| all || container.is_running()) {
        let Some(labels) = container.compose.as_ref().filter(|labels| labels.config_hash.is_some()) else {
            continue;
        };
        let counts = states.entry(&labels.project).or_default();
        *counts.entry(super::ps::state(container.state)).or_default() += 1;
        files.entry(&labels.project).or_default().insert(labels.config_files.join(","));
    }
    let summary = |counts: BTreeMap<&str, usize>| {
        counts.iter().map(|(state, count)| format!("{state}({count})")).collect::<Vec<_>>().join(", ")
    };
    let listed = states.into_iter().map(|(name, counts)| Listed {
        name: name.to_owned(),
        status: summary(counts),
        config_files: files.remove(name).unwrap_or_default().into_iter().collect::<Vec<_>>().join(","),
    });
    listed.collect()
}
