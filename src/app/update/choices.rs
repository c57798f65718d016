//! What a card lets one choose, as it stands to begin with.

use crate::app::State;
use crate::app::command::Command;
use crate::app::dialog::confirm::{Choice, Choices};
use crate::domain::stack::Overlay;
use crate::domain::task::TaskRequest;
use crate::domain::{Drift, StackRef, TaskTarget};

pub(super) fn choices(state: &State, command: Command, tasks: &[TaskRequest]) -> Choices {
    let all = match command {
        Command::Deploy | Command::BuildAndDeploy => {
            let mut all = layers(state, tasks);
            all.extend(orphans(state, tasks, !all.is_empty()));
            all
        }
        Command::Update => {
            let mut all = vec![Choice::BlueGreen(false)];
            all.extend(layers(state, tasks));
            all
        }
        Command::Recreate => orphans(state, tasks, false).into_iter().collect(),
        Command::Pull | Command::Build => layers(state, tasks),
        Command::TakeDown => {
            let volumes = Choice::Volumes(false);
            std::iter::once(volumes).chain(orphans(state, tasks, false)).collect()
        }
        Command::RemoveStopped | Command::CleanUp => vec![Choice::AnonymousVolumes(false)],
        Command::Kill => vec![Choice::Signal(0)],
        _ => Vec::new(),
    };
    Choices::new(all)
}

/// The overlays and profiles of the stack, those of the present deployment chosen. Of several stacks each stays as it
/// is deployed.
fn layers(state: &State, tasks: &[TaskRequest]) -> Vec<Choice> {
    let [TaskRequest { target: TaskTarget::Stack(stack), .. }] = tasks else { return Vec::new() };
    let Some(file) = state.stacks.get(&stack.project) else { return Vec::new() };
    let place = |overlay: &Overlay| stack.files.iter().position(|file| *file == overlay.file);
    let mut known: Vec<&Overlay> = file.overlays.iter().collect();
    // Those of the deployment first, as they lie over each other.
    known.sort_by_key(|overlay| place(overlay).unwrap_or(usize::MAX));
    let overlays = known
        .into_iter()
        .map(|overlay| Choice::Overlay { laid: place(overlay).is_some(), overlay: overlay.clone() });
    let profiles = file.profiles.iter().map(|profile| Choice::Profile {
        active: stack.profiles.contains(&profile.name),
        profile: profile.clone(),
    });
    overlays.chain(profiles).collect()
}

/// Offered where there are orphans, or where taking an overlay away would leave some (`may_come`).
fn orphans(state: &State, tasks: &[TaskRequest], may_come: bool) -> Option<Choice> {
    let stacks = tasks.iter().filter_map(|task| match &task.target {
        TaskTarget::Stack(stack) => Some(stack),
        TaskTarget::Container { .. } => None,
    });
    let names: Vec<String> = stacks.flat_map(|stack| orphaned(state, stack)).collect();
    (may_come || !names.is_empty()).then_some(Choice::Orphans { remove: false, names })
}

fn orphaned<'state>(state: &'state State, stack: &StackRef) -> impl Iterator<Item = String> + use<'state> {
    let services = state.tree.stack(&stack.project).map(|node| node.services.as_slice()).unwrap_or_default();
    let orphans = services.iter().filter(|node| node.drift == Some(Drift::Orphan));
    orphans.map(|node| node.service.clone())
}
