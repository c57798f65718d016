//! What `exec` and `run` are both told of the program that they run.

use super::arguments::{Interactive, Tty};
use crate::domain::{Fault, FaultKind};
use crate::engine::SessionOptions;
use std::io::{self, IsTerminal as _};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Program {
    /// Do not wait for the command; `run` prints the container's id
    #[arg(short, long)]
    pub detach: bool,
    /// A variable for the command; without a value it is taken from here
    #[arg(short = 'e', long = "env", value_name = "KEY=VALUE")]
    variables: Vec<String>,
    #[command(flatten)]
    interactive: Interactive,
    #[command(flatten)]
    tty: Tty,
    /// No terminal for the command, even if there is one here
    #[arg(short = 'T', long = "no-tty", alias = "no-TTY", conflicts_with = "tty")]
    no_tty: bool,
    #[arg(short, long, value_name = "USER")]
    pub user: Option<String>,
    #[arg(short, long, value_name = "DIRECTORY")]
    pub workdir: Option<String>,
}

impl Program {
    pub fn environment(&self) -> Result<Vec<String>, Fault> {
        self.variables.iter().map(|entry| variable(entry)).collect()
    }

    /// What it has of this terminal, also when nobody stays with it.
    pub fn session(&self) -> SessionOptions {
        SessionOptions {
            tty: !self.no_tty && self.tty.tty && has_terminal(),
            stdin: self.interactive.interactive,
            ..SessionOptions::default()
        }
    }
}

/// `KEY=value`, or `KEY` with the value that it has here.
fn variable(entry: &str) -> Result<String, Fault> {
    let wrong = || {
        Fault::new(FaultKind::Invalid, "read argument", format!("--env {entry}"))
            .because("a variable needs a name")
            .hint("write KEY=value, or KEY to hand on the value that it has here")
    };
    match entry.split_once('=') {
        Some(("", _)) => Err(wrong()),
        Some(_) => Ok(entry.to_owned()),
        None if entry.is_empty() => Err(wrong()),
        None => {
            Ok(std::env::var(entry).map_or_else(|_| entry.to_owned(), |value| format!("{entry}={value}")))
        }
    }
}

/// A terminal to type at and one to read from.
pub fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}
