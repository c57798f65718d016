//! What `config` tells of files that are not resolved: they need not even be valid yet.

use crate::cli::context::Context;
use crate::cli::output::{Output, print_json};
use crate::cli::stack::load_request;
use crate::cli::table::Table;
use crate::compose::file::{as_written, mentions, render, variables as known};
use crate::domain::{Fault, FaultKind};
use serde_json::{Value, json};

/// The variables that the files may use, one a line.
pub fn environment(context: &Context) -> Result<String, Fault> {
    let variables = known(&load_request(context)?).map_err(Fault::merged)?;
    let pieces = variables.iter().flat_map(|(name, value)| [name.as_str(), "=", value.as_str(), "\n"]);
    Ok(pieces.collect())
}

/// Those that the files speak of.
pub fn variables(context: &Context, json: bool, output: Output) -> Result<(), Fault> {
    let (_, tree) = as_written(&load_request(context)?).map_err(Fault::merged)?;
    let found = mentions(&tree);
    if json {
        let rows: serde_json::Map<String, Value> = found
            .into_iter()
            .map(|(name, mention)| {
                let row = json!({
                    "Name": name,
                    "DefaultValue": mention.default,
                    "PresenceValue": mention.alternate,
                    "Required": mention.required,
                });
                (name, row)
            })
            .collect();
        return print_json(&rows);
    }
    let titles = ["NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"];
    let mut table = Table::new(&titles, "the files speak of no variable");
    for (name, mention) in found {
        table.plain_row(vec![name, mention.required.to_string(), mention.default, mention.alternate]);
    }
    table.print(output)
}

/// The files merged, with nothing put in for variables.
pub fn uninterpolated(context: &Context, json: bool) -> Result<String, Fault> {
    let (name, tree) = as_written(&load_request(context)?).map_err(Fault::merged)?;
    if !json {
        return Ok(render::tree_yaml(&name, &tree));
    }
    let text = render::tree_json(&name, &tree);
    text.map(|text| text + "\n")
        .map_err(|error| Fault::new(FaultKind::Internal, "write project", name).caused_by(&error))
}
