//! From what is asked for to what will be done: looks at the world and plans, changing nothing.

mod accept;
mod half_done;
mod late;
mod rollback;

use super::container::{self, ContainerAction};
use super::outstanding::{self, Due};
use super::restoration::{self, Restoration, Stack};
use super::{Deploys, SAVED, preflight};
use crate::backup::restore::{Decision, Pending};
use crate::backup::{self, BundleAction, BundlePlaces, Order, Scene, StackFiles, Survey};
use crate::compose::{self, ActionPlan, LoadRequest, Observed, Project, load, process_environment};
use crate::domain::stack::BackupPolicy;
use crate::domain::succession::is_under_way;
use crate::domain::task::{BundleOperation, TaskEvent, TaskRequest};
use crate::domain::{
    Container, Fault, FaultKind, Operation, Plan, Safe, StackFile, StackOrigin, StackRef, TaskTarget,
};
use crate::engine::Engine;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// A plan with all that is needed to carry it out.
pub enum Prepared {
    Compose {
        plan: Box<ActionPlan>,
        addresses: Vec<Safe>,
        /// What is deployed, and of which earlier deploy it is the same.
        project: Option<Box<Project>>,
        back_to: Option<u64>,
    },
    Backup {
        survey: Box<Survey>,
        plan: Plan,
    },
    Bundle(Box<BundleAction>),
    Restore(Restoration),
    Container(ContainerAction),
}

/// What a task works on besides its stack.
#[derive(Clone, Copy)]
pub struct Ground<'run> {
    /// Where backups go.
    pub backups: &'run Path,
    /// To be called by what goes on for long without needing the stack.
    pub leave_stack: &'run dyn Fn(),
}

/// What a request would do now, for the confirm card. Carrying it out plans again.
/// `root` is the state directory, which need not be there.
pub async fn plan(engine: &Engine, root: &Path, request: &TaskRequest) -> Result<Plan, Fault> {
    prepare(engine, root, request).await.map(|prepared| prepared.summary())
}

pub async fn prepare(engine: &Engine, root: &Path, request: &TaskRequest) -> Result<Prepared, Fault> {
    if let (TaskTarget::Stack(stack), Operation::Up(_) | Operation::Update(_) | Operation::Rollback { .. }) =
        (&request.target, &request.operation)
    {
        late::wait(engine, root, stack).await?;
    }
    match (&request.target, &request.operation) {
        (TaskTarget::Container { id, name, .. }, operation) => {
            container::prepare(engine, root, id, name, operation).await.map(Prepared::Container)
        }
        (TaskTarget::Stack(stack), Operation::Backup) => prepare_backup(engine, stack).await,
        (TaskTarget::Stack(stack), Operation::Rollback { to }) => {
            Box::pin(rollback::prepare(engine, root, stack, *to)).await
        }
        (TaskTarget::Stack(stack), Operation::Accept) => accept::prepare(engine, root, stack).await,
        (TaskTarget::Stack(stack), Operation::Restore(options)) => {
            let stack = prepare_restore(engine, stack).await?;
            let backups = backup::root(root);
            restoration::prepare(engine, &backups, stack, options).await.map(Prepared::Restore)
        }
        (TaskTarget::Stack(stack), Operation::RestoreAccept) => {
            let stack = prepare_restore(engine, stack).await?;
            restoration::decide(&backup::root(root), stack, Decision::Accept).map(Prepared::Restore)
        }
        (TaskTarget::Stack(stack), Operation::RestoreUndo) => {
            let stack = prepare_restore(engine, stack).await?;
            restoration::decide(&backup::root(root), stack, Decision::Undo).map(Prepared::Restore)
        }
        (TaskTarget::Stack(stack), Operation::Bundle(operation)) => {
            Box::pin(prepare_bundle(root, stack, operation)).await
        }
        (TaskTarget::Stack(stack), operation) => prepare_compose(engine, root, stack, operation).await,
    }
}

async fn prepare_compose(
    engine: &Engine,
    root: &Path,
    stack: &StackRef,
    operation: &Operation,
) -> Result<Prepared, Fault> {
    let (project, unread) = match (project(stack), operation) {
        (Ok(project), _) => (project, None),
        (Err(fault), operation) if operation.needs_files() => return Err(fault),
        // A file that is gone or broken must not keep anybody from stopping what runs.
        (Err(fault), _) => (None, Some(fault)),
    };
    let observed = compose::observe(engine, &stack.project, project.as_ref()).await?;
    let observed = known(engine, root, observed)?;
    if let Some(fault) = unread.clone().filter(|_| observed.containers.is_empty()) {
        return Err(fault);
    }
    let mut plan = compose::plan::for_operation(project.as_ref(), &observed, operation)?;
    if let Some(fault) = unread {
        plan.warn(without_files(&fault));
    }
    if let Some(project) = &project
        && let Some(caution) = other_files(&project.reference(), &observed.containers)
    {
        plan.warn(caution);
    }
    if let Some(project) = &project {
        let deploys = Deploys::of(root, engine.endpoint(), &stack.project);
        if let Some(caution) = half_done::caution(&deploys, operation, project)? {
            plan.warn(caution);
        }
    }
    if let Some(project) = project.as_ref().filter(|_| preflight::is_wanted(operation, plan.plan())) {
        plan.look_back(Box::pin(preflight::of_plan(engine, project, &observed, plan.plan())).await);
    }
    let addresses = match (operation, &project) {
        (Operation::Up(_) | Operation::Update(_), Some(project)) => project.mcp.addresses.clone(),
        (_, _) => Vec::new(),
    };
    Ok(Prepared::Compose { plan: Box::new(plan), addresses, project: project.map(Box::new), back_to: None })
}

/// With what only the state directory tells.
fn known(engine: &Engine, root: &Path, observed: Observed) -> Result<Observed, Fault> {
    let (endpoint, stack) = (engine.endpoint(), &observed.project);
    // What was to be decided may have gone by anybody's hand.
    let kept = Deploys::of(root, endpoint, stack).kept()?.filter(|_| is_under_way(&observed.containers));
    let Due { outstanding, done } = outstanding::read(root, endpoint, stack)?;
    Ok(Observed { outstanding, done, kept, ..observed })
}

/// Only an inspect tells the environment, where the database's user and password stand.
async fn inspected(engine: &Engine, stack: &StackRef) -> Result<Vec<Container>, Fault> {
    let mut containers = Vec::new();
    for container in engine.containers(Some(&stack.project)).await? {
        containers.push(engine.inspect(&container.id).await?);
    }
    Ok(containers)
}

/// The stack, and what a safety backup of it would take. That none can be taken keeps nobody from looking.
pub async fn prepare_restore(engine: &Engine, stack: &StackRef) -> Result<Stack, Fault> {
    let project = project(stack).ok().flatten();
    let containers = inspected(engine, stack).await?;
    let file = match &project {
        Some(project) => Ok(project.stack_file(StackOrigin::Given)),
        None => from_containers(stack, &containers),
    };
    let (file, survey) = match file {
        Ok(file) => {
            let scene = Scene { engine, stack: &file, containers: &containers, project: project.as_ref() };
            let survey = backup::look(&scene).await;
            (file, survey)
        }
        Err(fault) => (StackFile::unfiled(stack.clone(), StackOrigin::Given), Err(fault)),
    };
    Ok(Stack { file, containers, survey })
}

async fn prepare_backup(engine: &Engine, stack: &StackRef) -> Result<Prepared, Fault> {
    let project = project(stack);
    let containers = inspected(engine, stack).await?;
    let (project, file, warning) = match project {
        Ok(Some(project)) => {
            let file = project.stack_file(StackOrigin::Given);
            (Some(project), file, None)
        }
        Ok(None) => (None, from_containers(stack, &containers)?, None),
        Err(fault) => match from_containers(stack, &containers) {
            Ok(stack) => (None, stack, Some(without_files(&fault))),
            Err(_) => return Err(fault),
        },
    };
    let scene = Scene { engine, stack: &file, containers: &containers, project: project.as_ref() };
    let mut survey = backup::look(&scene).await?;
    survey.warnings.extend(warning);
    let plan = backup::plan(&survey);
    Ok(Prepared::Backup { survey: Box::new(survey), plan })
}

/// What the stack's files say of its backups.
pub fn backup_policy(stack: &StackRef) -> Result<BackupPolicy, Fault> {
    let project = project(stack)?.ok_or_else(|| {
        Fault::new(FaultKind::NotFound, "read the policy of", &stack.project)
            .because("the stack's files are not known, and they say which backups are kept and where their copies are")
            .hint("name them with -f; `mcp-tui backup rm` removes single backups")
    })?;
    Ok(project.mcp.backup.policy)
}

/// What is done with a backup needs the stack's files only for its policy.
async fn prepare_bundle(
    root: &Path,
    stack: &StackRef,
    operation: &BundleOperation,
) -> Result<Prepared, Fault> {
    let files = StackFiles { policy: &|| backup_policy(stack), project: &|| project(stack) };
    let backups = backup::root(root);
    let places = BundlePlaces { root: &backups, exports: &root.join(SAVED) };
    let action = BundleAction::prepare(places, &stack.project, operation, files, Timestamp::now()).await?;
    Ok(Prepared::Bundle(Box::new(action)))
}

/// What can be saved of a stack whose files cannot be read: what its containers' images and volumes tell.
fn from_containers(stack: &StackRef, containers: &[Container]) -> Result<StackFile, Fault> {
    let sources = backup::derive(containers);
    if sources.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "back up", &stack.project)
            .because("the stack is known by its containers only, and none of them has a database or a volume")
            .hint("name its Compose files with -f, or put them into the stack search path"));
    }
    Ok(StackFile { backup: sources, ..StackFile::unfiled(stack.clone(), StackOrigin::Given) })
}

/// Two stacks can have one name, and a stack can have been brought up with other overlays. What is done to the containers
/// of one by the files of the other must not go unsaid.
fn other_files(stack: &StackRef, containers: &[Container]) -> Option<String> {
    let made = StackRef::labelled_as(&stack.project, containers)?;
    // One file may be reached by several paths.
    let whole = |files: &[PathBuf]| -> Vec<PathBuf> {
        files.iter().map(|file| file.canonicalize().unwrap_or_else(|_| file.clone())).collect()
    };
    let (ours, theirs) = (whole(&stack.files), whole(&made.files));
    let listed = |files: &[PathBuf]| {
        files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
    };
    if ours.iter().any(|file| theirs.contains(file)) {
        let left_out: Vec<PathBuf> = theirs.into_iter().filter(|file| !ours.contains(file)).collect();
        return (!left_out.is_empty()).then(|| {
            format!(
                "{} was brought up with {} as well, which this plan leaves out; --overlay or -f lays it over",
                stack.project,
                listed(&left_out)
            )
        });
    }
    if theirs.is_empty() {
        return None;
    }
    Some(format!(
        "the containers of {} were created from {}; this plan is made from {}",
        stack.project,
        listed(&made.files),
        listed(&stack.files)
    ))
}

/// The warning of a plan that had to do without the files. The fault names the file and what is wrong with it.
fn without_files(fault: &Fault) -> String {
    format!("planned from the containers' labels alone, because the files cannot be read: {fault}")
}

impl Prepared {
    pub fn summary(&self) -> Plan {
        match self {
            Self::Compose { plan, .. } => plan.summary(),
            Self::Backup { plan, .. } => plan.clone(),
            Self::Bundle(action) => action.plan(),
            Self::Restore(restoration) => restoration.plan(),
            Self::Container(action) => action.plan(),
        }
    }

    /// Has no more than so many things done at a time.
    pub fn limit(&mut self, at_once: usize) {
        match self {
            Self::Compose { plan, .. } => plan.limit(at_once),
            // They take one step after the other.
            Self::Backup { .. } | Self::Bundle(_) | Self::Restore(_) | Self::Container(_) => {}
        }
    }

    /// Does it, reporting the steps of the summary by their numbers.
    pub async fn carry_out(
        self,
        engine: &Engine,
        ground: Ground<'_>,
        progress: &mut dyn FnMut(TaskEvent),
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        let Ground { backups, leave_stack } = ground;
        match self {
            Self::Compose { plan, addresses, .. } => {
                compose::apply_unless(engine, &plan, &mut *progress, cancelled).await?;
                for address in addresses {
                    progress(TaskEvent::Output { text: address.to_string() });
                }
                Ok(())
            }
            Self::Backup { survey, .. } => {
                let order = Order { survey: &survey, root: backups, now: Timestamp::now(), before: None };
                backup::create(engine, order, leave_stack, progress, cancelled).await?;
                // Nobody comes by a list that is not looked at: it is said each night until somebody decides.
                if let Ok(Some(pending)) = Pending::read(backups, &survey.stack) {
                    progress(TaskEvent::Output { text: pending.sentence(Timestamp::now()) });
                }
                Ok(())
            }
            Self::Bundle(action) => action.carry_out(engine, backups, progress, cancelled).await,
            Self::Restore(restoration) => restoration.carry_out(engine, backups, progress, cancelled).await,
            Self::Container(action) => action.carry_out(engine, progress).await,
        }
    }
}

/// The project behind a stack, read again; `None` for one known by its containers only.
pub(super) fn project(stack: &StackRef) -> Result<Option<Project>, Fault> {
    if stack.files.is_empty() {
        return Ok(None);
    }
    load(&LoadRequest::of(stack, process_environment())).map(Some).map_err(Fault::merged)
}

#[cfg(test)]
mod tests;
