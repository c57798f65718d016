//! The old side of a restore is kept for a day. When that is over it goes by itself with the next task of the stack, such
//! as the nightly backup, unless it is the only way back: what serves has to be well, and what goes has to be in a backup.

use super::state::{Pending, Phase};
use super::target::Target;
use crate::domain::container::Health;
use crate::domain::{Container, Fault};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::path::Path;

impl Pending {
    /// Whether the side that is not in use may go at all without somebody who says so. Never once the restore was undone:
    /// then both sides were written to, and of what was written there is no other copy.
    pub fn may_go(&self) -> bool {
        let was_undone = self.undone.is_some() || self.was_undone;
        self.phase == Phase::Waiting && !was_undone && self.safety.is_some()
    }

    /// The same, the backup of what would go being there still.
    fn is_saved(&self, root: &Path) -> bool {
        let is_there = |safety: &String| root.join(&self.stack).join(safety).join("manifest.json").exists();
        self.may_go() && self.safety.as_ref().is_some_and(is_there)
    }

    /// Whether all that ran before the restore, and each server of its databases, does its work.
    fn is_well(&self, containers: &[Container]) -> bool {
        let servers = self.targets.iter().filter_map(|target| match target {
            Target::Database(database) => Some(database.service.as_str()),
            Target::Directory(_) => None,
        });
        let ran = self.ran.iter().filter(|ran| ran.well).map(|ran| ran.service.as_str());
        let needed: BTreeSet<&str> = ran.chain(servers).collect();
        needed.into_iter().all(|service| {
            let mut own = containers.iter().filter(|container| {
                let labels = container.compose.as_ref();
                labels.is_some_and(|labels| labels.service == service && !labels.oneoff)
            });
            own.any(|container| {
                let ails = matches!(container.health, Some(Health::Unhealthy | Health::Starting));
                container.state.serves() && !ails
            })
        })
    }

    /// Whether the old side is to go now.
    pub fn is_over_its_time(&self, root: &Path, containers: &[Container], now: Timestamp) -> bool {
        self.until().is_some_and(|until| until <= now) && self.is_saved(root) && self.is_well(containers)
    }
}

/// The restore of this stack whose old side has been kept for longer than it was meant to; whether it can go is still
/// to be seen.
pub fn over(root: &Path, stack: &str, now: Timestamp) -> Result<Option<Pending>, Fault> {
    let pending = Pending::read(root, stack)?;
    Ok(pending.filter(|pending| pending.until().is_some_and(|until| until <= now) && pending.is_saved(root)))
}

#[cfg(test)]
mod tests {
    use super::super::state::Ran;
    use super::*;
    use crate::domain::{ContainerState, fixtures};
    use jiff::{SignedDuration, ToSpan as _};

    const SAFETY: &str = "20261120T103104Z-3f9c";

    /// Switched at the beginning of time, with its safety backup on the disk.
    fn pending(root: &Path) -> Pending {
        let began = Timestamp::UNIX_EPOCH;
        let directory = root.join("shop").join(SAFETY);
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("manifest.json"), "{}").unwrap();
        let web = fixtures::replica("shop", "web", 1);
        let ran = Ran {
            container: web.id.clone(),
            name: web.name.to_string(),
            service: "web".to_owned(),
            well: true,
        };
        Pending {
            phase: Phase::Waiting,
            switched: Some(began),
            safety: Some(SAFETY.to_owned()),
            ran: vec![ran],
            ..Pending::new("1a2b".to_owned(), "shop", "20261119T103104Z-1b2c", String::new(), began)
        }
    }

    #[test]
    fn it_goes_after_its_day_and_only_where_it_is_not_the_only_way_back() {
        let root = tempfile::tempdir().unwrap();
        let (pending, web) = (pending(root.path()), fixtures::replica("shop", "web", 1));
        let later = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(25);
        let goes = |pending: &Pending, web: &Container, now: Timestamp| {
            pending.is_over_its_time(root.path(), std::slice::from_ref(web), now)
        };
        assert!(goes(&pending, &web, later));
        assert!(!goes(&pending, &web, later.checked_sub(2.hours()).unwrap()), "its day is not over");

        // What serves is not well.
        for (state, health) in [
            (ContainerState::Exited, None),
            (ContainerState::Restarting, None),
            (ContainerState::Running, Some(Health::Unhealthy)),
            (ContainerState::Running, Some(Health::Starting)),
        ] {
            assert!(
                !goes(&pending, &Container { state, health, ..web.clone() }, later),
                "{state:?} {health:?}"
            );
        }
        assert!(!pending.is_over_its_time(root.path(), &[], later), "it is down");

        // There is no other copy of what would go.
        let undone = Pending { undone: Some(Timestamp::UNIX_EPOCH), ..pending.clone() };
        assert!(!goes(&undone, &web, later));
        let mut again = pending.clone();
        again.undo(Timestamp::UNIX_EPOCH);
        again.redo(Timestamp::UNIX_EPOCH);
        assert_eq!(again.undone, None);
        assert!(!goes(&again, &web, later), "the old side was written to after its safety backup");
        assert!(again.sentence(later).contains("until somebody decides"));
        assert!(!goes(&Pending { safety: None, ..pending.clone() }, &web, later));
        std::fs::remove_dir_all(root.path().join("shop").join(SAFETY)).unwrap();
        assert!(!goes(&pending, &web, later));
    }
}
