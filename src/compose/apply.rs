//! Carries a plan out: every step as soon as those before it have ended, and none after the first failure.

mod away;
mod build;
mod drain;
mod exec;
mod files;
mod foreign;
mod gate;
mod lifecycle;
mod make;
mod profiles;
mod schedule;
mod steer;
mod steps;
mod transfer;
mod undo;
mod wait;

use super::body::Creation;
use super::observe::{Observed, observe};
use super::plan::{ActionPlan, for_operation};
use crate::domain::{ContainerId, Fault, FaultKind, TaskEvent};
use crate::engine::{Deaths, Engine};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use profiles::Profiles;
use schedule::Schedule;
use std::cell::RefCell;
use std::ops::Range;
use steps::Run;
pub use wait::last_words::add as with_last_words;

/// What was started stays when a step fails: a second `up` goes on from there.
pub async fn apply(engine: &Engine, plan: &ActionPlan, progress: impl FnMut(TaskEvent)) -> Result<(), Fault> {
    apply_unless(engine, plan, progress, &|| false).await
}

/// The same, but once it is cancelled no step is begun any more and none waits on; those at work are finished, but for
/// pulls, builds and commands in containers, which are not waited for.
pub async fn apply_unless(
    engine: &Engine,
    plan: &ActionPlan,
    progress: impl FnMut(TaskEvent),
    is_cancelled: &dyn Fn() -> bool,
) -> Result<(), Fault> {
    let progress = RefCell::new(progress);
    let tell = |event: TaskEvent| (progress.borrow_mut())(event);
    let all = plan.actions().len();
    let Some(again) = plan.again() else {
        let ended = carry_out(engine, plan, 0..all, &tell, is_cancelled).await;
        return Box::pin(undo::unless_done(engine, plan, ended, &tell)).await;
    };
    carry_out(engine, plan, 0..plan.image_steps(), &tell, is_cancelled).await?;
    let project = Some(&again.project);
    let look = async || observe(engine, &again.project.name, project).await;
    let observed = away::outlasting(is_cancelled, look).await?;
    let observed = Observed {
        images_provided: true,
        outstanding: again.outstanding.clone(),
        done: again.done.clone(),
        kept: again.kept,
        pinned: again.pinned.clone(),
        ..observed
    };
    let next = for_operation(project, &observed, &again.operation)?.following(plan);
    tell(TaskEvent::Planned { plan: next.summary() });
    let ended = carry_out(engine, &next, next.image_steps()..next.actions().len(), &tell, is_cancelled).await;
    Box::pin(undo::unless_done(engine, &next, ended, &tell)).await
}

/// Takes some of the steps, those before them having been taken.
async fn carry_out(
    engine: &Engine,
    plan: &ActionPlan,
    range: Range<usize>,
    tell: &dyn Fn(TaskEvent),
    is_cancelled: &dyn Fn() -> bool,
) -> Result<(), Fault> {
    let profiles = Profiles::read(plan.actions())?;
    let run = Run::new(engine, tell, is_cancelled, Some(plan), profiles);
    let mut schedule = Schedule::new(&plan.plan().steps, plan.actions(), range, plan.at_once());
    let mut running = FuturesUnordered::new();
    let mut failure: Option<Fault> = None;
    let mut deaths = schedule.has_chained_stops().then(|| engine.deaths());
    loop {
        if failure.is_none() && schedule.is_waiting() && is_cancelled() {
            failure = Some(cancelled("carry out", &plan.plan().title));
        }
        if failure.is_some() {
            schedule.give_up();
        }
        for step in schedule.begin() {
            tell(TaskEvent::StepStarted { step });
            let action = &plan.actions()[step];
            let run = &run;
            running.push(async move { (step, run.take(step, action).await) });
        }
        let ended = tokio::select! {
            ended = running.next() => ended,
            id = next_death(&mut deaths) => {
                schedule.dies(&id);
                continue;
            }
        };
        let Some((step, result)) = ended else { break };
        tell(TaskEvent::StepFinished { step, fault: result.as_ref().err().cloned() });
        schedule.end(step);
        if let Err(fault) = result {
            failure.get_or_insert(fault);
        }
    }
    match failure {
        Some(fault) => Err(fault),
        None if !schedule.is_waiting() => Ok(()),
        None => Err(Fault::new(FaultKind::Internal, "carry out", plan.plan().title.as_str())
            .because("steps of the plan wait for each other")
            .hint("this is a defect of mcp-tui; docker compose can do it meanwhile")),
    }
}

/// Where the daemon does not tell of deaths, its answers have to do.
async fn next_death(deaths: &mut Option<Deaths>) -> ContainerId {
    if let Some(stream) = deaths {
        if let Some(Ok(id)) = stream.next().await {
            return id;
        }
        *deaths = None;
    }
    std::future::pending().await
}

/// One container by itself, joined to its networks and not started. What cannot be completed is taken away again.
pub async fn create_container(engine: &Engine, creation: &Creation) -> Result<ContainerId, Fault> {
    let profiles = Profiles::of([creation])?;
    let run = Run::new(engine, &|_| {}, &|| false, None, profiles);
    run.create(&creation.name, creation).await
}

/// Why a cancelled operation ended, where nothing of it is undone.
const ENDED: &str = "ended on request; what was done until then stays";

fn cancelled(operation: &str, object: &str) -> Fault {
    Fault::new(FaultKind::Cancelled, operation, object)
        .because(ENDED)
        .hint("ask for the same again to go on from there")
}

#[cfg(test)]
mod tests;
