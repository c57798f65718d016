//! Whether a command can be given now, and if not, why.

use super::{Command, Danger, Needs, Scope};
use crate::app::State;
use crate::app::pane::PaneId;
use crate::app::tree::Subject;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    ReadOnly,
    /// Another pane's command.
    Elsewhere,
    /// For lines, and the kinds of lines are shown.
    Patterns,
    /// Nothing of the kind is selected.
    Needs(Needs),
    /// The daemon is away: what would be done to what is shown is not known.
    NoDaemon,
}

/// Whether the command can be given in the present state.
pub fn available(state: &State, command: Command) -> Result<(), Refusal> {
    available_to(state, command, &state.targets())
}

/// The same for whoever asks about many commands: what they are aimed at is one thing for all of them.
pub(super) fn available_to(state: &State, command: Command, targets: &[Subject]) -> Result<(), Refusal> {
    let spec = command.spec();
    let scope = state.scope();
    let everywhere = scope != Scope::NoDocker && spec.is_in(Scope::Everywhere);
    if !spec.is_in(scope) && !everywhere {
        return Err(Refusal::Elsewhere);
    }
    if state.focus == PaneId::Logs && state.panes.patterns.is_open && is_for_lines(command) {
        return Err(Refusal::Patterns);
    }
    if spec.danger > Danger::None && state.read_only.is_on() {
        return Err(Refusal::ReadOnly);
    }
    if spec.danger > Danger::None && state.fleet.stale_since().is_some() {
        return Err(Refusal::NoDaemon);
    }
    if has(state, spec.needs, targets) { Ok(()) } else { Err(Refusal::Needs(spec.needs)) }
}

impl Refusal {
    /// What the operator is told.
    pub fn words(self, command: Command) -> String {
        let title = command.spec().title;
        match self {
            Self::ReadOnly => format!("{title}: not in read-only mode"),
            Self::Patterns => format!("{title}: Esc goes back to the lines first"),
            Self::Elsewhere => format!("{title}: not in this pane"),
            Self::NoDaemon => format!("{title}: the Docker daemon is away"),
            Self::Needs(needs) => {
                let what = match needs {
                    Needs::Nothing | Needs::Row => "something selected",
                    Needs::Stack => "a stack, or something that belongs to one",
                    Needs::Service => "a service",
                    Needs::Workload => "a stack, a service or a container",
                    Needs::Container => "a container",
                    Needs::BackupSource => "a stack with something to back up",
                    Needs::Undecided => "a stack whose update waits to be accepted",
                    Needs::Finding => "a finding that is not over",
                    Needs::Fix => "a finding with a fix",
                    Needs::RunningTask => "a task that is under way",
                    Needs::UnfinishedTask => "a task that failed, was cancelled or interrupted",
                };
                format!("{title}: needs {what}")
            }
        }
    }
}

/// Of the commands of the logs, those that are about the lines on the screen.
fn is_for_lines(command: Command) -> bool {
    command.spec().scopes == [Scope::Pane(PaneId::Logs)]
        && !matches!(command, Command::NewSinceDeploy | Command::Copy)
}

fn has(state: &State, needs: Needs, targets: &[Subject]) -> bool {
    let every = |test: &dyn Fn(&Subject) -> bool| !targets.is_empty() && targets.iter().all(test);
    match needs {
        Needs::Nothing => true,
        Needs::Row => match state.focus {
            PaneId::Services => state.panes.services.list.selected().is_some(),
            PaneId::Gpus => state.panes.gpus.list.selected().is_some(),
            PaneId::Logs => !state.logs.is_empty(),
            PaneId::Health => state.panes.health.list.selected().is_some(),
            PaneId::Findings => match &state.panes.findings.timeline {
                Some(timeline) => timeline.list.selected().is_some(),
                None => state.panes.findings.list.selected().is_some(),
            },
            PaneId::Tasks => state.panes.tasks.list.selected().is_some(),
            PaneId::Backups => state.panes.backups.list.selected().is_some(),
            PaneId::Resources => state.panes.resources.list.selected().is_some(),
            PaneId::Messages => false,
        },
        Needs::Stack => every(&|subject| state.stack_of(subject).is_some()),
        Needs::Service => targets.len() == 1 && every(&|subject| state.service_of(subject).is_some()),
        Needs::Workload => every(&|subject| match subject {
            Subject::Stack(project) => state.tree.stack(project).is_some(),
            Subject::Service { project, service } => state.tree.service(project, service).is_some(),
            Subject::Container(id) => state.fleet.get(id).is_some(),
            Subject::Loose => false,
        }),
        Needs::Container => state.subject().is_some_and(|subject| state.container_of(&subject).is_some()),
        Needs::BackupSource => every(&|subject| {
            let file = state.stack_of(subject).and_then(|project| state.stacks.get(project));
            file.is_some_and(|file| !file.backup.is_empty())
        }),
        Needs::Undecided => every(&|subject| {
            state.stack_of(subject).is_some_and(|project| state.undecided(project).is_some())
        }),
        Needs::Finding => state.finding().is_some(),
        Needs::Fix => state.fix().is_some(),
        Needs::RunningTask => state.task().is_some_and(|record| !record.state.is_over()),
        Needs::UnfinishedTask => state.task().is_some_and(|record| record.state.is_unfinished()),
    }
}
