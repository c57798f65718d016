//! `top`: the processes of a stack's containers.

use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::pick;
use super::stack::choose;
use super::table::Table;
use crate::domain::Fault;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let containers = pick::of_services(&engine, &chosen, &arguments.services, true).await?;
    let mut listed = Vec::new();
    for container in containers.into_iter().filter(crate::domain::Container::is_running) {
        let processes = engine.processes(&container.id).await?;
        listed.push((container.name, processes));
    }
    if output.json {
        let containers = listed.iter().map(|(name, processes)| {
            let rows = processes.rows.iter().map(|row| {
                let columns =
                    processes.titles.iter().zip(row).map(|(title, cell)| (title.clone(), cell.clone()));
                columns.collect::<std::collections::BTreeMap<_, _>>()
            });
            serde_json::json!({ "container": name, "processes": rows.collect::<Vec<_>>() })
        });
        return print_json(&containers.collect::<Vec<_>>()).map(|()| 0);
    }
    for (at, (name, processes)) in listed.into_iter().enumerate() {
        if at > 0 {
            output.line("")?;
        }
        output.toned(&[(Tone::Plain, &name)])?;
        let titles: Vec<&str> = processes.titles.iter().map(String::as_str).collect();
        let mut table = Table::new(&titles, "no processes");
        processes.rows.into_iter().for_each(|row| table.plain_row(row));
        table.print(output)?;
    }
    Ok(0)
}
