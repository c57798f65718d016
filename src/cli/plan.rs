//! `plan`: what a command would do now, as a tree, and nothing of it done.

use super::arguments::EXIT_SOMETHING_TO_DO;
use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::stack::choose_or_all;
use super::stacks::all;
use super::{
    accept, change, create, down, kill, of_services, restart, rm, rollback, scale, start, stop, up, update,
};
use crate::domain::task::TaskRequest;
use crate::domain::{Fault, Operation, Plan, PlannedStep, StepVerb, TaskTarget, UpOptions, units};
use crate::task;
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
#[command(
    after_help = "Without a command of its own it plans `up`; where no stack is named and the directory has \
                        none, of every stack that has containers."
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Planned>,
    /// End with exit code 10 when there is something to do
    #[arg(long, global = true)]
    pub exit_code: bool,
    /// What `up` would be given; all of them when none is named
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

/// The commands whose plan can be asked for, with the options that they have themselves.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum Planned {
    /// What `up` would do
    Up(up::Arguments),
    /// What `create` would do
    Create(create::Arguments),
    /// What `down` would do
    Down(down::Arguments),
    /// What `start` would do
    Start(start::Arguments),
    /// What `stop` would do
    Stop(stop::Arguments),
    /// What `restart` would do
    Restart(restart::Arguments),
    /// What `scale` would do
    Scale(scale::Arguments),
    /// What `update` would do
    Update(update::Arguments),
    /// What `accept` would do
    Accept(accept::Arguments),
    /// What `rollback` would do
    Rollback(rollback::Arguments),
    /// What `kill` would do
    Kill(kill::Arguments),
    /// What `pause` would do
    Pause(of_services::Services),
    /// What `unpause` would do
    Unpause(of_services::Services),
    /// What `rm` would do
    Rm(rm::Arguments),
}

/// A change that is only to be planned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DryRun {
    exit_code: bool,
}

/// One stack's plan, or why there is none.
#[derive(Debug, Serialize)]
struct Answer {
    stack: String,
    operation: &'static str,
    /// Whether there is anything to do.
    changes: Option<bool>,
    summary: Option<String>,
    plan: Option<Plan>,
    error: Option<Fault>,
    /// Somebody else's files may be anywhere: that they cannot be read is said, and is no failure of ours.
    #[serde(skip)]
    out_of_reach: bool,
}

pub async fn run(context: Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    let dry_run = DryRun { exit_code: arguments.exit_code };
    let context = Context { dry_run: Some(dry_run), ..context };
    match arguments.command {
        Some(Planned::Up(arguments)) => Box::pin(up::run(&context, arguments, output)).await,
        Some(Planned::Create(arguments)) => create::run(&context, arguments, output).await,
        Some(Planned::Down(arguments)) => down::run(&context, arguments, output).await,
        Some(Planned::Start(arguments)) => start::run(&context, arguments, output).await,
        Some(Planned::Stop(arguments)) => stop::run(&context, arguments, output).await,
        Some(Planned::Restart(arguments)) => restart::run(&context, arguments, output).await,
        Some(Planned::Scale(arguments)) => scale::run(&context, arguments, output).await,
        Some(Planned::Update(arguments)) => update::run(&context, arguments, output).await,
        Some(Planned::Accept(arguments)) => accept::run(&context, arguments, output).await,
        Some(Planned::Rollback(arguments)) => rollback::run(&context, arguments, output).await,
        Some(Planned::Kill(arguments)) => kill::run(&context, arguments, output).await,
        Some(Planned::Pause(arguments)) => {
            of_services::run(&context, arguments, of_services::pause, output).await
        }
        Some(Planned::Unpause(arguments)) => {
            of_services::run(&context, arguments, of_services::unpause, output).await
        }
        Some(Planned::Rm(arguments)) => rm::run(&context, arguments, output).await,
        None if arguments.services.is_empty() && choose_or_all(&context).await?.is_none() => {
            Box::pin(of_all(&context, dry_run, output)).await
        }
        None => {
            let services = arguments.services;
            let named = services.clone();
            let operation = Operation::Up(UpOptions { services, ..UpOptions::default() });
            change::run(&context, operation, &named, output).await
        }
    }
}

/// What would be done to this stack. No lock is taken and nothing is written.
pub async fn show(
    context: &Context,
    request: TaskRequest,
    dry_run: DryRun,
    output: Output,
) -> Result<u8, Fault> {
    let answer = ask(context, request).await?;
    match answer.error {
        Some(fault) => Err(fault),
        None => tell(&[answer], dry_run, output),
    }
}

async fn ask(context: &Context, request: TaskRequest) -> Result<Answer, Fault> {
    let planned = task::plan(&context.engine().await?, &context.paths.state, &request).await;
    Ok(Answer {
        stack: request.target.name().to_owned(),
        operation: request.operation.verb(),
        changes: planned.as_ref().ok().map(|plan| !plan.is_empty()),
        summary: planned.as_ref().ok().map(Plan::counts),
        error: planned.as_ref().err().cloned(),
        plan: planned.ok(),
        out_of_reach: false,
    })
}

/// Of every stack that has containers. One that cannot be planned hides no other.
async fn of_all(context: &Context, dry_run: DryRun, output: Output) -> Result<u8, Fault> {
    let containers = context.engine().await?.fleet().await?;
    let labels = containers.iter().filter_map(|container| container.compose.as_ref());
    let deployed: BTreeSet<&str> = labels.map(|labels| labels.project.as_str()).collect();
    let mut answers = Vec::new();
    for listed in all(context, &containers) {
        let out_of_reach = listed.is_out_of_reach();
        match listed.file {
            Ok(file) if deployed.contains(file.reference.project.as_str()) => {
                let operation = Operation::Up(UpOptions::default());
                let target = TaskTarget::Stack(file.reference);
                answers.push(ask(context, TaskRequest { operation, target }).await?);
            }
            Ok(_) => {}
            Err(faults) => answers.push(Answer {
                stack: listed.name,
                operation: "up",
                changes: None,
                summary: None,
                plan: None,
                error: Some(Fault::merged(faults)),
                out_of_reach,
            }),
        }
    }
    tell(&answers, dry_run, output)
}

fn tell(answers: &[Answer], dry_run: DryRun, output: Output) -> Result<u8, Fault> {
    if output.json {
        print_json(&serde_json::json!({ "stacks": answers }))?;
    } else if answers.is_empty() {
        output.line("no stack has containers; `mcp-tui stacks` lists the stacks")?;
    } else {
        for (index, answer) in answers.iter().enumerate() {
            if index > 0 {
                output.line("")?;
            }
            print(answer, output)?;
        }
    }
    let mut counted = answers.iter().filter(|answer| !answer.out_of_reach);
    if let Some(fault) = counted.find_map(|answer| answer.error.as_ref()) {
        return Ok(fault.exit_code());
    }
    let changes = answers.iter().any(|answer| answer.changes == Some(true));
    Ok(if dry_run.exit_code && changes { EXIT_SOMETHING_TO_DO } else { 0 })
}

fn print(answer: &Answer, output: Output) -> Result<(), Fault> {
    output.toned(&[(Tone::Plain, answer.operation), (Tone::Plain, " "), (Tone::Plain, &answer.stack)])?;
    if let Some(fault) = &answer.error {
        for (fault, hint) in fault.each() {
            output.toned(&[(Tone::Bad, "✗ "), (Tone::Plain, &fault.sentence())])?;
            hint.map_or(Ok(()), |hint| output.toned(&[(Tone::Dim, "  hint: "), (Tone::Plain, hint)]))?;
        }
        return Ok(());
    }
    let Some(plan) = &answer.plan else { return Ok(()) };
    for line in tree(plan) {
        let pieces: Vec<(Tone, &str)> = line.iter().map(|(tone, text)| (*tone, text.as_str())).collect();
        output.toned(&pieces)?;
    }
    for warning in &plan.warnings {
        output.toned(&[(Tone::Warning, "! "), (Tone::Plain, warning)])?;
    }
    let facts = [("volumes", &plan.volumes), ("GPUs", &plan.gpus)];
    for (label, items) in facts.into_iter().filter(|(_, items)| !items.is_empty()) {
        output.toned(&[(Tone::Dim, &format!("{label:<9}")), (Tone::Plain, &items.join(", "))])?;
    }
    output.toned(&[(Tone::Dim, "in all   "), (Tone::Plain, &plan.counts())])?;
    // What Docker's own tools cannot do has no such line.
    if plan.equivalent.is_empty() {
        return Ok(());
    }
    output.toned(&[(Tone::Dim, "same as  "), (Tone::Plain, &plan.equivalent)])
}

type Line = Vec<(Tone, String)>;

/// The steps of the stack itself, then its services, each with its steps unless one line says it all.
fn tree(plan: &Plan) -> Vec<Line> {
    let outline = plan.outline();
    let widest = outline.iter().filter_map(|branch| branch.service.as_ref().map(|name| name.chars().count()));
    let column = widest.max().unwrap_or(0);
    let mut lines = Vec::new();
    for (index, branch) in outline.iter().enumerate() {
        let last_branch = index + 1 == outline.len();
        let Some(service) = &branch.service else {
            for (at, step) in branch.steps.iter().enumerate() {
                let last = last_branch && at + 1 == branch.steps.len();
                lines.push(step_line(if last { "└─ " } else { "├─ " }, &plan.steps[*step]));
            }
            continue;
        };
        let (mark, tone) = mark(branch.verb);
        lines.push(vec![
            (Tone::Dim, if last_branch { "└─ " } else { "├─ " }.to_owned()),
            (tone, format!("{mark} ")),
            (Tone::Plain, format!("{service:<column$}  ")),
            (if branch.verb == StepVerb::Keep { Tone::Dim } else { Tone::Plain }, branch.headline.clone()),
        ]);
        if branch.verb == StepVerb::Keep {
            continue;
        }
        let above = if last_branch { "   " } else { "│  " };
        for (at, step) in branch.steps.iter().enumerate() {
            let corner = if at + 1 == branch.steps.len() { "└─ " } else { "├─ " };
            lines.push(step_line(&format!("{above}{corner}"), &plan.steps[*step]));
        }
    }
    lines
}

fn step_line(lead: &str, step: &PlannedStep) -> Line {
    let (mark, tone) = mark(step.verb);
    let reason = if step.reason.is_empty() { String::new() } else { format!("  {}", step.reason) };
    let mut line = vec![
        (Tone::Dim, lead.to_owned()),
        (tone, format!("{mark} ")),
        (Tone::Plain, format!("{} {}", step.verb.words(), step.object)),
        (Tone::Dim, reason),
    ];
    if let Some(downtime) = step.downtime {
        line.push((Tone::Warning, format!("  stops for at most {}", units::duration(downtime))));
    }
    line
}

fn mark(verb: StepVerb) -> (&'static str, Tone) {
    let tone = match verb {
        StepVerb::Keep
        | StepVerb::Await
        | StepVerb::Exec
        | StepVerb::Check
        | StepVerb::Steer
        | StepVerb::Drain => Tone::Dim,
        StepVerb::RecreateContainer
        | StepVerb::RestartContainer
        | StepVerb::RenameContainer
        | StepVerb::StopContainer
        | StepVerb::KillContainer
        | StepVerb::PauseContainer
        | StepVerb::RemoveContainer
        | StepVerb::RemoveNetwork
        | StepVerb::RemoveImage => Tone::Warning,
        StepVerb::RemoveVolume | StepVerb::RemoveBackup | StepVerb::Switch => Tone::Bad,
        StepVerb::Pull
        | StepVerb::Build
        | StepVerb::Push
        | StepVerb::CreateNetwork
        | StepVerb::CreateVolume
        | StepVerb::CreateContainer
        | StepVerb::StartContainer
        | StepVerb::UnpauseContainer
        | StepVerb::CreateRoles
        | StepVerb::Stage
        | StepVerb::TagImage
        | StepVerb::PinBackup
        | StepVerb::UnpinBackup
        | StepVerb::Export
        | StepVerb::CopyOffsite
        | StepVerb::FetchOffsite
        | StepVerb::Dump => Tone::Good,
    };
    (verb.mark(), tone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_tree_has_the_stacks_own_objects_then_services_and_their_steps() {
        let plan = Plan {
            steps: vec![
                PlannedStep::new(StepVerb::CreateVolume, "shop_data", "does not exist"),
                PlannedStep::new(StepVerb::RecreateContainer, "shop-api-1", "configuration changed: ports")
                    .of("api")
                    .away(Duration::from_secs(10)),
                PlannedStep::new(StepVerb::Keep, "shop-database-1", "up to date").of("database"),
                PlannedStep::new(StepVerb::StartContainer, "shop-api-1", "recreated").of("api"),
            ],
            ..Plan::default()
        };
        let texts: Vec<String> =
            tree(&plan).into_iter().map(|line| line.into_iter().map(|(_, text)| text).collect()).collect();
        let expected = [
            "├─ + create volume shop_data  does not exist",
            "├─ ↻ api       recreate: configuration changed: ports",
            "│  ├─ ↻ recreate shop-api-1  configuration changed: ports  stops for at most 10s",
            "│  └─ + start shop-api-1  recreated",
            "└─ = database  nothing to do",
        ];
        assert_eq!(texts, expected);
    }
}
