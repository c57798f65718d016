//! What can be chosen on the card before it is confirmed. Each choice changes what is asked for, and the plan with it.

use crate::domain::stack::{Overlay, Profile};
use crate::domain::task::{Strategy, TaskRequest};
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
    /// All new containers beside all old ones, instead of one after the other.
    BlueGreen(bool),
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
                | Choice::BlueGreen(on)
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
            choice.apply(task, &self.all);
        }
    }
}

impl Choice {
    /// The signal of this place.
    pub fn signal(place: usize) -> &'static str {
        SIGNALS[place % SIGNALS.len()]
    }

    fn apply(&self, task: &mut TaskRequest, all: &[Self]) {
        match (self, &mut task.operation, &mut task.target) {
            (Self::Volumes(chosen), Operation::Down(options), _) => options.volumes = *chosen,
            (
                Self::AnonymousVolumes(chosen),
                Operation::Rm { volumes, .. } | Operation::Cleanup { volumes },
                _,
            ) => *volumes = *chosen,
            (Self::BlueGreen(chosen), Operation::Update(options), _) => {
                options.strategy = if *chosen { Strategy::BlueGreen } else { Strategy::Rolling };
            }
            (Self::Orphans { remove, .. }, Operation::Up(options), _) => options.remove_orphans = *remove,
            (Self::Orphans { remove, .. }, Operation::Down(options), _) => options.remove_orphans = *remove,
            (Self::Overlay { laid, overlay }, _, TaskTarget::Stack(stack)) => {
                let order = all.iter().filter_map(|choice| match choice {
                    Self::Overlay { overlay, .. } => Some(&overlay.file),
                    _ => None,
                });
                put(&mut stack.files, &overlay.file, *laid, &order.collect::<Vec<_>>());
            }
            (Self::Profile { active, profile }, _, TaskTarget::Stack(stack)) => {
                put(&mut stack.profiles, &profile.name, *active, &[]);
            }
            (Self::Signal(place), Operation::Kill { signal, .. }, _) => {
                Self::signal(*place).clone_into(signal);
            }
            // A choice is only offered for what it is a question of.
            (_, _, _) => {}
        }
    }
}

/// What is there keeps its place. What comes stands beside its neighbours of the order, and else is laid over all: an
/// overlay that is taken away and chosen again is laid over and under the same ones as before.
fn put<T: Clone + PartialEq>(list: &mut Vec<T>, item: &T, wanted: bool, order: &[&T]) {
    if !wanted {
        list.retain(|other| other != item);
    } else if !list.contains(item) {
        let place = order.iter().position(|other| *other == item).unwrap_or(order.len());
        let (earlier, later) = order.split_at(place);
        let find = |other: &&T| list.iter().position(|known| known == *other);
        let beside = earlier
            .iter()
            .rev()
            .find_map(find)
            .map(|index| index + 1)
            .or_else(|| later.iter().find_map(find));
        list.insert(beside.unwrap_or(list.len()), item.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_away_and_chosen_again_is_laid_where_it_was() {
        let order = [&"a", &"b", &"c"];
        for item in order {
            let mut list = vec!["base", "a", "b", "c", "more"];
            put(&mut list, item, false, &order);
            assert_eq!(list.len(), 4);
            put(&mut list, item, true, &order);
            assert_eq!(list, ["base", "a", "b", "c", "more"]);
        }
        let mut list = vec!["base"];
        put(&mut list, &"b", true, &order);
        assert_eq!(list, ["base", "b"]);
    }
}
