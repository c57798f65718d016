//! `exec`: a command in a container that runs.

use super::context::Context;
use super::output::Output;
use super::pick;
use super::stack::choose;
use crate::domain::{Fault, FaultKind};
use crate::engine::{ExecRequest, SessionOptions};
use crate::runtime::session::{self, Left};
use std::io::{self, IsTerminal as _};

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Do not wait for the command
    #[arg(short, long)]
    pub detach: bool,
    /// A variable for the command; without a value it is taken from here
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub env: Vec<String>,
    /// The number of the container, where the service has several
    #[arg(long, value_name = "N")]
    pub index: Option<u32>,
    /// Hand standard input on
    #[arg(
        short,
        long,
        value_name = "BOOL",
        action = clap::ArgAction::Set,
        default_value_t = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    pub interactive: bool,
    /// No terminal for the command, even if there is one here
    #[arg(short = 'T', long = "no-tty", alias = "no-TTY")]
    pub no_tty: bool,
    /// Give the command all rights
    #[arg(long)]
    pub privileged: bool,
    #[arg(short, long, value_name = "USER")]
    pub user: Option<String>,
    #[arg(short, long, value_name = "DIRECTORY")]
    pub workdir: Option<String>,
    #[arg(value_name = "SERVICE")]
    pub service: String,
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

/// Ends with the command's own exit code.
pub async fn run(context: &Context, arguments: Arguments, _: Output) -> Result<u8, Fault> {
    context.may_change("run a command in")?;
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let container = pick::container(&engine, &chosen, &arguments.service, arguments.index, false).await?;
    let named = |fault: Fault| Fault { object: container.name.to_string(), ..fault };
    let request = ExecRequest {
        command: arguments.command,
        environment: arguments.env.iter().map(|entry| variable(entry)).collect::<Result<_, _>>()?,
        user: arguments.user,
        working_directory: arguments.workdir,
        privileged: arguments.privileged,
    };
    let options = SessionOptions {
        tty: !arguments.no_tty && !arguments.detach && has_terminal(),
        stdin: arguments.interactive && !arguments.detach,
        detach_keys: String::new(),
    };
    if arguments.detach {
        return engine.exec_detached(&container.id, &request, &options).await.map(|()| 0).map_err(named);
    }
    let mut session = engine.exec_session(&container.id, &request, &options).await.map_err(named)?;
    match session::run(&mut session, options.tty, options.stdin, None).await? {
        Left::Signalled(code) => return Ok(code),
        Left::Detached => return Ok(0),
        Left::Ended => {}
    }
    let code = session.program.exit_code().await?.ok_or_else(|| {
        Fault::new(FaultKind::Unreachable, "run command in", container.name.as_str())
            .because("its output ended while it still runs")
            .hint("the connection to the daemon broke; what it wrote may be incomplete")
    })?;
    Ok(u8::try_from(code).unwrap_or(u8::MAX))
}

/// `KEY=value`, or `KEY` with the value that it has here.
pub fn variable(entry: &str) -> Result<String, Fault> {
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
