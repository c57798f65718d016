//! Markdown about the program, from what it knows of itself, so that the README cannot be wrong.

use super::arguments;
use super::output::print_document;
use crate::domain::Fault;
use clap::{ArgAction, CommandFactory, ValueEnum};
use std::fmt::Write as _;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[arg(value_enum)]
    pub what: Document,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Document {
    Keys,
    Commands,
}

pub fn print(document: Document) -> Result<(), Fault> {
    match document {
        Document::Commands => print_document(&commands()),
        Document::Keys => print_document(&crate::app::command::markdown()),
    }
}

/// One row per command; those that have commands of their own give one row for each.
fn commands() -> String {
    let mut text = String::from("| command | does |\n| --- | --- |\n");
    let mut root = arguments::Arguments::command();
    root.build();
    for command in
        root.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help")
    {
        let nested: Vec<_> =
            command.get_subcommands().filter(|command| command.get_name() != "help").cloned().collect();
        // What takes arguments of its own does something without the others, and its row says it all.
        if nested.is_empty() || command.get_positionals().next().is_some() {
            row(&mut text, command.get_name(), command);
            continue;
        }
        for inner in nested {
            row(&mut text, &format!("{} {}", command.get_name(), inner.get_name()), &inner);
        }
    }
    text
}

fn row(text: &mut String, name: &str, command: &clap::Command) {
    let mut usage = name.to_owned();
    let own = command.get_arguments().filter(|argument| {
        !argument.is_global_set()
            && !argument.is_hide_set()
            && !["help", "version"].contains(&argument.get_id().as_str())
    });
    for argument in own {
        let value = argument.get_value_names().map(|names| names[0].as_str()).unwrap_or_default();
        let _ = match (argument.get_short(), argument.get_long()) {
            (None, None) if argument.is_required_set() => write!(usage, " {value}"),
            (None, None) if matches!(argument.get_action(), ArgAction::Append) => {
                write!(usage, " [{value}…]")
            }
            (None, None) => write!(usage, " [{value}]"),
            (Some(short), _) if argument.get_action().takes_values() => write!(usage, " [-{short} {value}]"),
            (Some(short), _) => write!(usage, " [-{short}]"),
            (None, Some(long)) if argument.get_action().takes_values() => {
                write!(usage, " [--{long} {value}]")
            }
            (None, Some(long)) => write!(usage, " [--{long}]"),
        };
    }
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(text, "| `{}` | {} |", usage.replace('|', "\\|"), about.replace('|', "\\|"));
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = include_str!("../../README.md");

    /// `mcp-tui docs keys` and `mcp-tui docs commands` print what belongs there.
    #[test]
    fn the_readme_says_what_the_program_says() {
        for (what, text) in [("keys", crate::app::command::markdown()), ("commands", commands())] {
            let begin =
                README.find(&format!("<!-- {what}:")).and_then(|at| Some(at + README[at..].find("-->")? + 3));
            let end = README.find(&format!("<!-- /{what} -->"));
            let section = &README[begin.unwrap()..end.unwrap()];
            assert_eq!(section.trim(), text.trim(), "the README's {what} are not the program's");
        }
    }

    #[test]
    fn the_readmes_picture_is_there() {
        let picture = README.split_once("](").and_then(|(_, rest)| rest.split_once(')')).unwrap().0;
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(picture);
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("<svg"), "{}", path.display());
    }
}
