//! `volumes`: those of a stack.

use super::context::Context;
use super::output::{Output, print_json};
use super::stack::choose;
use super::table::Table;
use crate::domain::Fault;
use crate::domain::resources::Volume;
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[arg(long, value_name = "FORMAT", value_parser = ["table", "json"], default_value = "table")]
    pub format: String,
    /// Only the names
    #[arg(short, long)]
    pub quiet: bool,
    /// Those that these services use, instead of all
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let project = &chosen.reference.project;
    let containers = engine.containers(Some(project)).await?;
    chosen.check_services(&arguments.services, &containers)?;
    let meant = containers.iter().filter(|container| {
        container.compose.as_ref().is_some_and(|labels| arguments.services.contains(&labels.service))
    });
    let used: BTreeSet<&str> = meant
        .flat_map(|container| &container.mounts)
        .filter(|mount| mount.kind == "volume")
        .map(|mount| mount.source.as_str())
        .collect();
    let is_meant = |volume: &Volume| {
        volume.project.as_deref() == Some(project)
            && (arguments.services.is_empty() || used.contains(volume.name.as_str()))
    };
    let mut volumes: Vec<Volume> = engine.volumes().await?.into_iter().filter(is_meant).collect();
    volumes.sort_by_key(|volume| volume.name.to_string());
    if arguments.quiet {
        volumes.iter().try_for_each(|volume| output.line(volume.name.as_str()))?;
    } else if output.json || arguments.format == "json" {
        print_json(&volumes)?;
    } else {
        let mut table = Table::new(&["DRIVER", "VOLUME NAME"], "no volumes");
        for volume in volumes {
            table.plain_row(vec![volume.driver.to_string(), volume.name.to_string()]);
        }
        table.print(output)?;
    }
    Ok(0)
}
