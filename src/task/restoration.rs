//! A restore, and what is decided about one.

use super::prepare::prepare_restore;
use crate::backup::restore::{self, Course, Decision, Facts, Pending, Phase, Run, Scene, Way};
use crate::backup::{Found, Keys, Shelf, Survey, find, find_of, read_manifest};
use crate::domain::task::TaskEvent;
use crate::domain::{Container, Fault, FaultKind, Plan, RestoreOptions, StackFile};
use crate::engine::Engine;
use jiff::Timestamp;
use std::path::Path;

/// What the stack is like, for a restore or a decision.
pub struct Stack {
    pub file: StackFile,
    pub containers: Vec<Container>,
    /// What a safety backup would take, or why it cannot.
    pub survey: Result<Survey, Fault>,
}

pub enum Restoration {
    Anew(Box<Anew>),
    /// One that was interrupted is brought to an end first.
    Interrupted {
        pending: Box<Pending>,
        stack: Box<Stack>,
        options: RestoreOptions,
    },
    Decide {
        pending: Box<Pending>,
        stack: Box<Stack>,
        decision: Decision,
    },
}

pub struct Anew {
    facts: Facts,
    course: Course,
    options: RestoreOptions,
    shelf: Shelf,
    id: String,
    survey: Option<Survey>,
}

/// For `backup restore`.
pub async fn prepare(
    engine: &Engine,
    root: &Path,
    stack: Stack,
    options: &RestoreOptions,
) -> Result<Restoration, Fault> {
    let name = &stack.file.reference.project;
    // Whatever is wrong with the request is said before anything else is done for it.
    let endpoint = engine.endpoint().to_string();
    let found = bundle(root, name, &options.name, &endpoint)?;
    let manifest = read_manifest(&found.directory)?;
    restore::chosen(&manifest, options)?;
    let pending = Pending::read(root, name)?;
    if let Some(pending) = pending.filter(|pending| pending.phase.way() != Way::Decide) {
        let options = options.clone();
        return Ok(Restoration::Interrupted { pending: Box::new(pending), stack: Box::new(stack), options });
    }
    anew(engine, root, stack, options, found).await.map(|anew| Restoration::Anew(Box::new(anew)))
}

async fn anew(
    engine: &Engine,
    root: &Path,
    stack: Stack,
    options: &RestoreOptions,
    found: Found,
) -> Result<Anew, Fault> {
    let Stack { file, containers, survey } = stack;
    let manifest = read_manifest(&found.directory)?;
    let keys = Keys::of(&found, &manifest, options.identity.as_deref())?;
    let chosen: Vec<_> = restore::chosen(&manifest, options)?.into_iter().cloned().collect();
    let shelf = Shelf { directory: found.directory.clone(), keys };
    let scene = Scene { engine, root, shelf: &shelf, stack: &file, containers };
    let facts = scene.look(manifest, found, &chosen.iter().collect::<Vec<_>>()).await?;
    let id = restore::new_id();
    let course = restore::plan(&facts, options, &id, survey.as_ref().err(), Timestamp::now())?;
    Ok(Anew { facts, course, options: options.clone(), shelf, id, survey: survey.ok() })
}

/// By its name among the stack's own; one of another stack is never put into this one.
pub fn bundle(root: &Path, stack: &str, name: &str, endpoint: &str) -> Result<Found, Fault> {
    let found = match find_of(root, stack, name, endpoint) {
        Err(fault) if fault.kind == FaultKind::NotFound => {
            let Ok(other) = find(root, None, name) else { return Err(fault) };
            return Err(foreign(stack, name, &other.stack));
        }
        found => found?,
    };
    let of = read_manifest(&found.directory)?.stack;
    if of == stack { Ok(found) } else { Err(foreign(stack, name, &of)) }
}

fn foreign(stack: &str, name: &str, other: &str) -> Fault {
    Fault::new(FaultKind::Conflict, "restore", stack)
        .because(format!("{name} is a backup of the stack {other}"))
        .hint(format!("name that stack: `mcp-tui -s {other} backup restore {name}`"))
}

/// For `backup accept` and `backup undo`.
pub fn decide(root: &Path, stack: Stack, decision: Decision) -> Result<Restoration, Fault> {
    let name = &stack.file.reference.project;
    let Some(pending) = Pending::read(root, name)? else {
        return Err(Fault::new(FaultKind::NotFound, "restore", name)
            .because("no restore of it waits for a decision, and none was interrupted")
            .hint(format!("`mcp-tui -s {name} backup list` tells what there is to restore from")));
    };
    Ok(Restoration::Decide { pending: Box::new(pending), stack: Box::new(stack), decision })
}

impl Restoration {
    pub fn plan(&self) -> Plan {
        match self {
            Self::Anew(anew) => anew.course.plan.clone(),
            Self::Interrupted { pending, stack, options } => {
                let mut plan = stack.decision(pending, Decision::Neither);
                plan.warnings.push(format!("then {} is restored, as was asked for", options.name));
                plan
            }
            Self::Decide { pending, stack, decision } => stack.decision(pending, *decision),
        }
    }

    pub async fn carry_out(
        self,
        engine: &Engine,
        root: &Path,
        progress: &mut dyn FnMut(TaskEvent),
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        match self {
            Self::Anew(anew) => anew.carry_out(engine, root, progress, cancelled).await,
            Self::Decide { stack, decision, .. } => {
                stack.settle(engine, root, decision, progress).await.map(drop)
            }
            Self::Interrupted { pending, stack, options } => {
                let mut first = stack.decision(&pending, Decision::Neither);
                stack.settle(engine, root, Decision::Neither, progress).await?;
                let waits = Pending::read(root, &stack.file.reference.project)?;
                let is_done = |pending: Pending| pending.phase == Phase::Waiting && pending.undone.is_none();
                if waits.is_some_and(is_done) && pending.bundle.starts_with(&options.name) {
                    return Ok(());
                }
                let stack = prepare_restore(engine, &stack.file.reference).await?;
                let endpoint = engine.endpoint().to_string();
                let found = bundle(root, &stack.file.reference.project, &options.name, &endpoint)?;
                // What was agreed to was another plan: that of the end of the one before.
                let options = RestoreOptions { agreed: None, ..options };
                let anew = anew(engine, root, stack, &options, found).await?;
                let taken = first.steps.len();
                let mut plan = anew.course.plan.clone();
                first.steps.append(&mut plan.steps);
                plan.steps = first.steps;
                progress(TaskEvent::Planned { plan });
                let mut later = |event: TaskEvent| progress(shifted(event, taken));
                anew.carry_out(engine, root, &mut later, cancelled).await
            }
        }
    }
}

impl Anew {
    async fn carry_out(
        &self,
        engine: &Engine,
        root: &Path,
        progress: &mut dyn FnMut(TaskEvent),
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        let Self { facts, course, options, shelf, id, survey } = self;
        let survey = survey.as_ref();
        let run =
            Run { engine, root, facts, options, shelf: shelf.clone(), id: id.clone(), survey, cancelled };
        restore::carry_out(&run, course, progress).await
    }
}

impl Stack {
    /// Carries out what was decided, or brings what was interrupted to an end.
    pub async fn settle(
        &self,
        engine: &Engine,
        root: &Path,
        decision: Decision,
        progress: &mut dyn FnMut(TaskEvent),
    ) -> Result<Option<Phase>, Fault> {
        restore::settle(engine, root, &self.world(&self.needs()), decision, progress).await
    }

    /// What each service needs, by the files and by the containers.
    fn needs(&self) -> restore::Needs {
        let services = self.file.services.iter();
        let file = services.map(|service| (service.name.as_str(), service.depends_on.as_slice()));
        restore::needs(file, &self.containers)
    }

    fn world<'run>(&'run self, needs: &'run restore::Needs) -> restore::World<'run> {
        let project = &self.file.reference.project;
        restore::World { project, containers: &self.containers, needs }
    }

    fn decision(&self, pending: &Pending, decision: Decision) -> Plan {
        restore::decision_plan(pending, decision, &self.world(&self.needs()))
    }
}

/// An event of a step that stands further down in the plan.
fn shifted(event: TaskEvent, by: usize) -> TaskEvent {
    match event {
        TaskEvent::StepStarted { step } => TaskEvent::StepStarted { step: step + by },
        TaskEvent::StepProgress { step, done, total, text } => {
            TaskEvent::StepProgress { step: step + by, done, total, text }
        }
        TaskEvent::StepParts { step, parts } => TaskEvent::StepParts { step: step + by, parts },
        TaskEvent::StepOutput { step, text } => TaskEvent::StepOutput { step: step + by, text },
        TaskEvent::StepFinished { step, fault } => TaskEvent::StepFinished { step: step + by, fault },
        other @ (TaskEvent::Started { .. }
        | TaskEvent::Waiting { .. }
        | TaskEvent::Planned { .. }
        | TaskEvent::Output { .. }
        | TaskEvent::Finished { .. }
        | TaskEvent::Notified(_)) => other,
    }
}
