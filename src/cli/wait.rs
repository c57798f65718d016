//! `wait`: until a container ends, and with what code.

use super::change;
use super::context::Context;
use super::interrupts::{ENDED, Interrupts};
use super::output::{Output, print_json};
use super::pick;
use super::stack::choose;
use crate::domain::{Container, DownOptions, Fault, FaultKind, Operation};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Take the stack down when the first container has ended
    #[arg(long)]
    pub down_project: bool,
    #[arg(value_name = "SERVICE", required = true)]
    pub services: Vec<String>,
}

/// Ends with the exit code of the container that ended first.
pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    if arguments.down_project {
        context.may_change("take down")?;
    }
    let engine = context.engine().await?;
    let chosen = choose(context).await?;
    let containers = pick::of_services(&engine, &chosen, &arguments.services, false).await?;
    let running: Vec<Container> = containers.into_iter().filter(Container::is_running).collect();
    if running.is_empty() {
        return Err(Fault::new(FaultKind::Conflict, "wait for", arguments.services.join(", "))
            .because("nothing of it runs")
            .hint("`ps -a` tells how it ended"));
    }
    let waits = running.iter().map(|container| {
        let engine = &engine;
        async move { (container, engine.wait(&container.id).await) }
    });
    let mut waits: FuturesUnordered<_> = waits.collect();
    let mut interrupts = Interrupts::new()?;
    let ended = tokio::select! {
        ended = waits.next() => ended,
        () = interrupts.next() => return Ok(ENDED),
    };
    let Some((container, code)) = ended else { return Ok(0) };
    let code = code?;
    if output.json {
        print_json(&serde_json::json!({ "container": container.name, "exit_code": code }))?;
    } else {
        output.line(format!("{} ended with exit code {code}", container.name))?;
    }
    if arguments.down_project {
        change::run(context, Operation::Down(DownOptions::default()), &[], output).await?;
    }
    Ok(u8::try_from(code).unwrap_or(u8::MAX))
}
