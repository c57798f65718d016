//! Commands that change something: handed over as a task, then followed.

use super::attach::{attach, words};
use super::context::Context;
use super::orphans;
use super::output::{Output, Tone};
use super::plan;
use super::report;
use super::stack::{Chosen, choose};
use crate::domain::task::TaskRequest;
use crate::domain::{Fault, FaultKind, Operation, Plan, StackOrigin, StackRef, StepVerb, TaskTarget};
use crate::task;
use jiff::Timestamp;
use std::io::{self, IsTerminal as _};

/// Ends with the task; `named` are the services that must be there.
pub async fn run(
    context: &Context,
    operation: Operation,
    named: &[String],
    output: Output,
) -> Result<u8, Fault> {
    let request = request(context, operation, named, output).await?;
    submit(context, request, output).await
}

/// The same, after what would be done has been shown and agreed to. What has nothing to do is not asked about.
pub async fn confirmed(
    context: &Context,
    operation: Operation,
    named: &[String],
    force: bool,
    output: Output,
) -> Result<u8, Fault> {
    let request = request(context, operation, named, output).await?;
    submit_confirmed(context, request, force, output).await
}

/// Of a request that is complete.
pub async fn submit_confirmed(
    context: &Context,
    request: TaskRequest,
    force: bool,
    output: Output,
) -> Result<u8, Fault> {
    if !force && context.dry_run.is_none() {
        let plan = task::plan(&context.engine().await?, &context.paths.state, &request).await?;
        if !plan.is_empty() && !agreed(&request, &plan, output)? {
            return Err(Fault::new(FaultKind::Cancelled, request.operation.verb(), request.target.name())
                .because("it was not agreed to; nothing was changed"));
        }
    }
    submit(context, request, output).await
}

/// The same, unless all is as it should be already; then nothing is said of it.
pub async fn unless_done(context: &Context, operation: Operation, output: Output) -> Result<(), Fault> {
    let request = request(context, operation, &[], output).await?;
    if task::plan(&context.engine().await?, &context.paths.state, &request).await?.is_empty() {
        return Ok(());
    }
    submit(context, request, output).await.map(drop)
}

async fn request(
    context: &Context,
    operation: Operation,
    named: &[String],
    output: Output,
) -> Result<TaskRequest, Fault> {
    context.may_change(operation.verb())?;
    let chosen = match (choose(context).await, &operation, &context.global.project) {
        // As docker compose has it: what is not there is as it should be after `down`, and a network may be left of it.
        (Err(fault), Operation::Down(_), Some(project))
            if fault.kind == FaultKind::NotFound
                && context.global.stack.is_none()
                && context.global.files.is_empty() =>
        {
            if let Some(hint) = &fault.hint {
                report::aside("hint", hint, output);
            }
            Chosen::without_files(StackRef::named(project))
        }
        (chosen, _, _) => chosen?,
    };
    chosen.tell_files(output);
    if operation.needs_files() {
        chosen.needed(operation.verb())?;
    }
    if !named.is_empty() {
        let containers = match chosen.origin {
            // Files that somebody named say what services there are.
            StackOrigin::Directory | StackOrigin::BuiltIn | StackOrigin::Given => Vec::new(),
            StackOrigin::Labels => {
                context.engine().await?.containers(Some(&chosen.reference.project)).await?
            }
        };
        chosen.check_services(named, &containers)?;
    }
    let operation = orphans::heed(operation, &chosen.reference);
    Ok(TaskRequest { operation, target: TaskTarget::Stack(chosen.reference) })
}

pub async fn submit(context: &Context, request: TaskRequest, output: Output) -> Result<u8, Fault> {
    if let Some(dry_run) = context.dry_run {
        return plan::show(context, request, dry_run, output).await;
    }
    let store = context.store()?;
    let id = store.submit(request, &context.endpoint()?.to_string(), Timestamp::now())?;
    let output = if context.global.is_quiet() { Output::silent() } else { output };
    attach(&store, &id, output).await
}

/// Only a person at a terminal can agree; a script says so beforehand.
fn agreed(request: &TaskRequest, plan: &Plan, output: Output) -> Result<bool, Fault> {
    if output.json || !io::stdin().is_terminal() {
        return Err(Fault::new(FaultKind::Invalid, request.operation.verb(), request.target.name())
            .because("it must be agreed to, and there is no terminal to ask at")
            .hint("--force does it without asking"));
    }
    for step in plan.steps.iter().filter(|step| step.verb != StepVerb::Keep) {
        output.line(format!("  {}", words(step)))?;
    }
    for warning in &plan.warnings {
        output.toned(&[(Tone::Warning, "! "), (Tone::Plain, warning)])?;
    }
    output.prompt("Are you sure? [yN] ")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(|error| Fault::io("read", "the answer", &error))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
