//! What can be chosen on the card before it is confirmed. Each choice changes what is asked for, and the plan with it.

use crate::domain::stack::{Overlay, Profile};
use crate::domain::task::TaskRequest;
use crate::domain::{Operation, TaskTarget};

/// What `kill` can send, the usual one first.
const SIGNALS: [&str; 7] = ["SIGKILL", "SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The stack's volumes go too.
    Volumes(bool),
    /// The anonymous volumes of what is removed go too.
    AnonymousVolumes(bool),
    /// Containers of services that the files do not have go too; those that there are now.
    Orphans {
        remove: bool,
        names: Vec<String>,
    },
    Overlay {
        laid: bool,
        overlay: Overlay,
    },
    Profile {
        active: bool,
        profile: Profile,
    },
    /// The place of a signal.
    Signal(usize),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    all: Vec<Choice>,
    cursor: usize,
}

impl Choices {
    pub fn new(all: Vec<Choice>) -> Self {
        Self { all, cursor: 0 }
    }

    pub fn all(&self) -> &[Choice] {
        &self.all
    }

    pub fn cursor(&self) -> usize {
        self.cursor
    }

    pub(in crate::app) fn next(&mut self) {
        self.cursor = (self.cursor + 1).checked_rem(self.all.len()).unwrap_or(0);
    }

    pub(in crate::app) fn select(&mut self, index: usize) {
        self.cursor = index.min(self.all.len().saturating_sub(1));
    }

    /// Changes the choice that the cursor is on. Says whether there is one.
    pub(in crate::app) fn change(&mut self) -> bool {
        match self.all.get_mut(self.cursor) {
            Some(
                Choice::Volumes(on)
                | Choice::AnonymousVolumes(on)
                | Choice::Orphans { remove: on, .. }
                | Choice::Overlay { laid: on, .. }
                | Choice::Profile { active: on, .. },
            ) => *on = !*on,
            Some(Choice::Signal(place)) => *place = (*place + 1) % SIGNALS.len(),
            None => return false,
        }
        true
    }

    /// Asks for what was chosen.
    pub(in crate::app) fn apply(&self, task: &mut TaskRequest) {
        for choice in &self.all {
            choice.apply(task);
        }
    }
}

impl Choice {
    /// The signal of this place.
    pub fn signal(place: usize) -> &'static str {
        SIGNALS[place % SIGNALS.len()]
    }

    fn apply(&self, task: &mut TaskRequest) {
        match (self, &mut task.operation, &mut task.target) {
            (Self::Volumes(chosen), Operation::Down(options), _) => options.volumes = *chosen,
            (
                Self::AnonymousVolumes(chosen),
                Operation::Rm { volumes, .. } | Operation::Cleanup { volumes },
                _,
            ) => *volumes = *chosen,
            (Self::Orphans { remove, .. }, Operation::Up(options), _) => options.remove_orphans = *remove,
            (Self::Orphans { remove, .. }, Operation::Down(options), _) => options.remove_orphans = *remove,
            (Self::Overlay { laid, overlay }, _, TaskTarget::Stack(stack)) => {
                put(&mut stack.files, &overlay.file, *laid);
            }
            (Self::Profile { active, profile }, _, TaskTarget::Stack(stack)) => {
                put(&mut stack.profiles, &profile.name, *active);
            }
            (Self::Signal(place), Operation::Kill { signal, .. }, _) => {
                Self::signal(*place).clone_into(signal);
            }
            // A choice is only offered for what it is a question of.
            (_, _, _) => {}
        }
    }
}

/// What is there keeps its place; what comes is laid over it.
fn put<T: Clone + PartialEq>(list: &mut Vec<T>, item: &T, wanted: bool) {
    if !wanted {
        list.retain(|other| other != item);
    } else if !list.contains(item) {
        list.push(item.clone());
    }
}
