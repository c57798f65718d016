//! What is done to a service when something has happened: `exec` with a `command`, or `restart`.

use super::super::scalars::{scalar, scalars};
use crate::compose::file::mcp::{Reaction, ReactionKind};
use crate::domain::yaml::{Reader, Value};

/// `own` is the service that is meant where an item names none; without it, every item must.
pub fn read(reader: &Reader<'_>, own: Option<&str>) -> Vec<Reaction> {
    reader.list().iter().filter_map(|item| reaction(item, own)).collect()
}

fn reaction(reader: &Reader<'_>, own: Option<&str>) -> Option<Reaction> {
    reader.only(&["exec", "command", "restart"]);
    let command = reader.get("command");
    match (reader.get("exec"), reader.get("restart")) {
        (None, Some(service)) => {
            if let Some(command) = command {
                command.complain("only `exec` has a command");
            }
            Some(Reaction { service: scalar(&service)?, kind: ReactionKind::Restart })
        }
        (Some(_), Some(restart)) => {
            restart.complain("stands beside `exec`; make two items of it");
            None
        }
        (exec, None) => {
            let service = match (&exec, own) {
                (Some(exec), _) => scalar(exec)?,
                (None, Some(own)) => own.to_owned(),
                (None, None) => {
                    reader.complain("expected `exec: SERVICE` with a `command`, or `restart: SERVICE`");
                    return None;
                }
            };
            let Some(command) = command else {
                reader.complain("expected a `command`, the program to run there and its arguments");
                return None;
            };
            Some(Reaction { service, kind: ReactionKind::Exec { command: words(&command)? } })
        }
    }
}

/// A list only: text would have to be split, and whether by a shell or not is what nobody remembers.
fn words(reader: &Reader<'_>) -> Option<Vec<String>> {
    if !matches!(reader.node().value, Value::Sequence(_)) {
        reader.expected("a list such as [nginx, -s, reload]");
        return None;
    }
    let words = scalars(reader);
    if words.first().is_none_or(String::is_empty) {
        reader.complain("expected a program to run");
        return None;
    }
    Some(words)
}
