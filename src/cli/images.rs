//! `images`: what the stack's containers are made from.

use super::context::Context;
use super::output::{Output, print_json};
use super::stack::choose;
use super::table::Table;
use crate::domain::resources::Image;
use crate::domain::{Container, Fault, Safe, units};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[arg(long, value_name = "FORMAT", value_parser = ["table", "json"], default_value = "table")]
    format: String,
    /// Only the ids
    #[arg(short, long)]
    quiet: bool,
    /// All of them when none is named
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

/// Named as docker compose names it.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    #[serde(rename = "ID")]
    id: String,
    container_name: String,
    repository: String,
    tag: String,
    /// In bytes; unknown for an image that is gone.
    size: Option<u64>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let containers = engine.containers(Some(&chosen.reference.project)).await?;
    chosen.check_services(&arguments.services, &containers)?;
    let mut rows = Vec::new();
    for container in &containers {
        let Some(labels) = &container.compose else { continue };
        if arguments.services.is_empty() || arguments.services.contains(&labels.service) {
            rows.push(row(container, engine.image(&container.image_id).await?.as_ref()));
        }
    }
    rows.sort_by(|one, other| one.container_name.cmp(&other.container_name));
    if arguments.quiet {
        let ids: BTreeSet<&str> = rows.iter().map(|row| bare(&row.id)).collect();
        ids.iter().try_for_each(|id| output.line(id))?;
    } else if output.json || arguments.format == "json" {
        print_json(&rows)?;
    } else {
        let mut table = Table::new(&["CONTAINER", "REPOSITORY", "TAG", "IMAGE ID", "SIZE"], "no containers");
        for row in rows {
            let id = bare(&row.id).chars().take(12).collect();
            let size = row.size.map_or_else(|| "–".to_owned(), units::bytes);
            table.plain_row(vec![row.container_name, row.repository, row.tag, id, size]);
        }
        table.print(output)?;
    }
    Ok(0)
}

fn row(container: &Container, image: Option<&Image>) -> Row {
    // Of several names of the image that one counts by which the container was made, if it still has it.
    let tags: Vec<&str> =
        image.map(|image| image.tags.iter().map(Safe::as_str).collect()).unwrap_or_default();
    let named = container.image.as_str();
    let own = tags.iter().find(|tag| **tag == named || tag.strip_suffix(":latest") == Some(named));
    let tag = own.or(tags.first()).copied().unwrap_or_default();
    let (repository, tag) = tag.rsplit_once(':').unwrap_or(("<none>", "<none>"));
    Row {
        id: container.image_id.clone(),
        container_name: container.name.to_string(),
        repository: repository.to_owned(),
        tag: tag.to_owned(),
        size: image.map(|image| image.size_bytes),
    }
}

fn bare(id: &str) -> &str {
    id.strip_prefix("sha256:").unwrap_or(id)
}
