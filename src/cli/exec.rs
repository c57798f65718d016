//! `exec`: a command in a container that runs.

use super::context::Context;
use super::output::Output;
use super::pick;
use super::program::Program;
use super::stack::choose;
use crate::domain::{Fault, FaultKind};
use crate::engine::{ExecRequest, SessionOptions};
use crate::runtime::session::{self, Left};

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    program: Program,
    /// The number of the container, where the service has several
    #[arg(long, value_name = "N")]
    index: Option<u32>,
    /// Give the command all rights
    #[arg(long)]
    privileged: bool,
    #[arg(value_name = "SERVICE")]
    service: String,
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

/// Ends with the command's own exit code.
pub async fn run(context: &Context, arguments: Arguments, _: Output) -> Result<u8, Fault> {
    context.may_change("run a command in")?;
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let container = pick::container(&engine, &chosen, &arguments.service, arguments.index, false).await?;
    let named = |fault: Fault| Fault { object: container.name.to_string(), ..fault };
    let program = arguments.program;
    let options = program.session();
    let request = ExecRequest {
        command: arguments.command,
        environment: program.environment()?,
        user: program.user,
        working_directory: program.workdir,
        privileged: arguments.privileged,
    };
    if program.detach {
        // Nobody is there to type or to look.
        let alone = SessionOptions::default();
        return engine.exec_detached(&container.id, &request, &alone).await.map(|()| 0).map_err(named);
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
