//! The README's table of keys.

use super::{COMMANDS, Scope};
use std::fmt::Write as _;

/// Keys, name, what it does and where, as a Markdown table.
pub fn markdown() -> String {
    let mut table = String::from("| key | command | what it does | where |\n| --- | --- | --- | --- |\n");
    for spec in COMMANDS {
        let mut keys: Vec<String> = spec.keys.iter().map(|key| format!("`{key}`")).collect();
        if keys.is_empty() {
            // By its name, in the palette.
            keys.push("`:`".to_owned());
        }
        let mut places: Vec<&str> = spec
            .scopes
            .iter()
            .map(|scope| match scope {
                Scope::Everywhere => "everywhere",
                Scope::Pane(pane) => pane.title(),
                Scope::NoDocker => "without Docker",
            })
            .collect();
        if places.contains(&"everywhere") {
            places = vec!["everywhere"];
        }
        let keys = keys.join(" ");
        // Writing to a string does not fail.
        let _ = writeln!(table, "| {keys} | `{}` | {} | {} |", spec.name, spec.help, places.join(", "));
    }
    table
}
