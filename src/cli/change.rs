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

/// The same, after a sentence was typed that names the operation and the stack. It is the plan that was shown that is
/// carried out, or none.
pub async fn typed(context: &Context, operation: Operation, yes: bool, output: Output) -> Result<u8, Fault> {
    let mut request = request(context, operation, &[], output).await?;
    if !yes && context.dry_run.is_none() {
        must_be_asked(&request, "--yes", output)?;
        let plan = task::plan(&context.engine().await?, &context.paths.state, &request).await?;
        let sentence = format!("{} {}", request.operation.verb(), request.target.name());
        shown(&plan, output)?;
        output.prompt(&format!("Type `{sentence}` to do it: "))?;
        if answer()?.trim() != sentence {
            return Err(Fault::new(FaultKind::Cancelled, request.operation.verb(), request.target.name())
                .because("it was not agreed to; nothing was changed"));
        }
        if let Operation::Restore(options) = &mut request.operation {
            options.agreed = Some(plan.fingerprint());
        }
    }
    submit(context, request, output).await
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
    let decides =
        matches!(&request.operation, Operation::Accept | Operation::RestoreAccept | Operation::RestoreUndo);
    let flag = if decides { "--yes" } else { "--force" };
    must_be_asked(request, flag, output)?;
    shown(plan, output)?;
    output.prompt("Are you sure? [yN] ")?;
    Ok(matches!(answer()?.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

fn must_be_asked(request: &TaskRequest, flag: &str, output: Output) -> Result<(), Fault> {
    if !output.json && io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Fault::new(FaultKind::Invalid, request.operation.verb(), request.target.name())
        .because("it must be agreed to, and there is no terminal to ask at")
        .hint(format!("{flag} does it without asking")))
}

fn shown(plan: &Plan, output: Output) -> Result<(), Fault> {
    for step in plan.steps.iter().filter(|step| step.verb != StepVerb::Keep) {
        output.line(format!("  {}", words(step)))?;
    }
    for warning in &plan.warnings {
        output.toned(&[(Tone::Warning, "! "), (Tone::Plain, warning)])?;
    }
    Ok(())
}

fn answer() -> Result<String, Fault> {
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(|error| Fault::io("read", "the answer", &error))?;
    Ok(answer)
}
