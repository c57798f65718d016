//! From a command and what it is aimed at to the tasks that are asked for.

use crate::app::State;
use crate::app::command::Command;
use crate::app::dialog::confirm::Choice;
use crate::app::tree::Subject;
use crate::domain::task::TaskRequest;
use crate::domain::task::{BuildOptions, BundleOperation, PullOptions, UpdateOptions};
use crate::domain::{
    Container, ContainerId, ContainerState, DownOptions, Operation, RestoreOptions, StackRef, TaskTarget,
    UpOptions,
};
use std::collections::BTreeMap;

/// What is aimed at in one stack.
#[derive(Default)]
struct Aim {
    whole: bool,
    services: Vec<String>,
}

/// One task for each stack, and one for each container that is aimed at by itself.
pub(super) fn requests(state: &State, command: Command, targets: &[Subject]) -> Vec<TaskRequest> {
    if command == Command::ApplyFix {
        return state.fix().cloned().into_iter().collect();
    }
    let by_container = matches!(
        command,
        Command::Restart
            | Command::StopOrStart
            | Command::PauseOrUnpause
            | Command::Kill
            | Command::RemoveStopped
    );
    let by_service = by_container
        || matches!(
            command,
            Command::Deploy
                | Command::Update
                | Command::BuildAndDeploy
                | Command::Recreate
                | Command::Pull
                | Command::Build
                | Command::Scale
        );
    let mut stacks: BTreeMap<String, Aim> = BTreeMap::new();
    let mut containers: Vec<ContainerId> = Vec::new();
    for subject in targets {
        match subject {
            Subject::Container(id) if by_container => containers.push(id.clone()),
            Subject::Service { .. } | Subject::Container(_) if by_service => {
                if let Some((project, service)) = state.service_of(subject) {
                    stacks.entry(project).or_default().services.push(service);
                }
            }
            Subject::Stack(_) | Subject::Service { .. } | Subject::Container(_) | Subject::Loose => {
                if let Some(project) = state.stack_of(subject) {
                    stacks.entry(project.to_owned()).or_default().whole = true;
                }
            }
        }
    }
    // A container whose whole service is aimed at is in it already.
    containers.retain(|id| {
        let labels = state.fleet.get(id).and_then(|container| container.compose.as_ref());
        let aim = labels.and_then(|labels| Some((stacks.get(&labels.project)?, labels)));
        !aim.is_some_and(|(aim, labels)| aim.whole || aim.services.contains(&labels.service))
    });
    let of_stacks = stacks.into_iter().filter_map(|(project, aim)| {
        let mut services = if aim.whole { Vec::new() } else { aim.services };
        services.sort();
        services.dedup();
        let seen = seen(state, &project, &services);
        let operation = operation(state, command, &project, services, seen)?;
        // What is done with a backup needs nothing of the stack but its name, which may be all that is left of it.
        let named = || operation.needs_no_stack().then(|| StackRef::named(&project));
        let stack = state.stack_reference(&project).or_else(named)?;
        Some(TaskRequest { operation, target: TaskTarget::Stack(stack) })
    });
    let of_containers = containers.iter().filter_map(|id| {
        let container = state.fleet.get(id)?;
        let operation = operation(state, command, "", Vec::new(), Seen::of([container]))?;
        let stack = container.compose.as_ref().map(|labels| labels.project.clone());
        let target = TaskTarget::Container { id: id.clone(), name: container.name.to_string(), stack };
        Some(TaskRequest { operation, target })
    });
    of_stacks.chain(of_containers).collect()
}

fn operation(
    state: &State,
    command: Command,
    project: &str,
    services: Vec<String>,
    seen: Seen,
) -> Option<Operation> {
    let up = UpOptions { services: services.clone(), ..UpOptions::default() };
    match command {
        Command::Deploy => Some(Operation::Up(up)),
        Command::Update => Some(Operation::Update(UpdateOptions { services, ..UpdateOptions::default() })),
        Command::AcceptUpdate => Some(Operation::Accept),
        Command::RollBack => Some(Operation::Rollback { to: None }),
        Command::BuildAndDeploy => Some(Operation::Up(UpOptions { build: true, ..up })),
        Command::Recreate => Some(Operation::Up(UpOptions { force_recreate: true, ..up })),
        Command::Pull => Some(Operation::Pull(PullOptions { services, ..PullOptions::default() })),
        Command::Build => Some(Operation::Build(BuildOptions { services, ..BuildOptions::default() })),
        Command::Restart => Some(Operation::Restart { services, timeout: None, no_deps: false }),
        Command::StopOrStart if seen.runs => Some(Operation::Stop { services, timeout: None }),
        Command::StopOrStart => Some(Operation::Start { services }),
        Command::PauseOrUnpause if seen.is_paused => Some(Operation::Unpause { services }),
        Command::PauseOrUnpause => Some(Operation::Pause { services }),
        Command::Kill => {
            Some(Operation::Kill { services, signal: Choice::signal(0).to_owned(), remove_orphans: false })
        }
        Command::RemoveStopped => Some(Operation::Rm { services, stop: false, volumes: false }),
        Command::CleanUp => Some(Operation::Cleanup { volumes: false }),
        Command::TakeDown => Some(Operation::Down(DownOptions::default())),
        Command::BackUp => Some(Operation::Backup),
        Command::RestoreBackup => {
            let (_, name) = state.panes.backups.list.selected()?;
            Some(Operation::Restore(RestoreOptions { name: name.clone(), ..RestoreOptions::default() }))
        }
        Command::VerifyBackup
        | Command::VerifyBackupDeeply
        | Command::RehearseBackup
        | Command::PinOrUnpinBackup
        | Command::RemoveBackup
        | Command::PruneBackups
        | Command::ExportBackup
        | Command::PushBackup => with_backup(state, command).map(Operation::Bundle),
        Command::UndoRestore => Some(Operation::RestoreUndo),
        Command::AcceptRestore => Some(Operation::RestoreAccept),
        Command::Scale => {
            let now = services
                .into_iter()
                .map(|service| {
                    let node = state.tree.service(project, &service);
                    let exist = node.map_or(0, |node| node.containers.len());
                    (service, u32::try_from(exist).unwrap_or(u32::MAX))
                })
                .collect();
            Some(Operation::Scale { replicas: now, no_deps: false })
        }
        _ => None,
    }
}

/// What is done with the selected backup.
fn with_backup(state: &State, command: Command) -> Option<BundleOperation> {
    let (stack, name) = state.panes.backups.list.selected()?;
    let pinned = state.backups.get(stack, name)?.pinned;
    let name = name.clone();
    match command {
        Command::VerifyBackup => Some(BundleOperation::Verify { name, deep: false }),
        Command::VerifyBackupDeeply => Some(BundleOperation::Verify { name, deep: true }),
        Command::RehearseBackup => Some(BundleOperation::Rehearse { name, identity: None }),
        Command::PinOrUnpinBackup => Some(BundleOperation::Pin { name, pinned: !pinned }),
        Command::RemoveBackup => Some(BundleOperation::Remove { name }),
        Command::ExportBackup => Some(BundleOperation::Export { name }),
        Command::PushBackup => Some(BundleOperation::Push { name, again: false }),
        Command::PruneBackups => Some(BundleOperation::Prune),
        _ => None,
    }
}

/// What the containers that are aimed at do.
#[derive(Clone, Copy)]
struct Seen {
    runs: bool,
    is_paused: bool,
}

impl Seen {
    fn of<'list>(containers: impl IntoIterator<Item = &'list Container>) -> Self {
        let mut seen = Self { runs: false, is_paused: false };
        for container in containers {
            seen.runs |= container.is_running();
            seen.is_paused |= container.state == ContainerState::Paused;
        }
        seen
    }
}

fn seen(state: &State, project: &str, services: &[String]) -> Seen {
    let containers = state.fleet.containers().values();
    Seen::of(containers.filter(|container| {
        container.compose.as_ref().is_some_and(|labels| {
            labels.project == project && (services.is_empty() || services.contains(&labels.service))
        })
    }))
}
