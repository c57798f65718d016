//! The old side of a restore is kept for a day. When that is over it goes by itself with the next task of the stack,
//! such as the nightly backup, unless it is the only way back: what serves has to be well, and what goes has to be in a
//! backup.

use super::state::{Pending, Phase};
use super::target::{DirectoryTarget, Place, Target};
use crate::backup::list;
use crate::backup::manifest::{Content, ManifestPart};
use crate::domain::container::Health;
use crate::domain::{Container, ContainerState, Fault};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::path::Path;

impl Pending {
    /// Whether the side that is not in use may go at all without somebody who says so. Never once the restore was
    /// undone: then both sides were written to, and of what was written there is no other copy. Nor where nothing ran,
    /// so that nothing can tell whether what was restored is any good.
    pub fn may_go(&self) -> bool {
        let was_undone = self.undone.is_some() || self.was_undone;
        self.phase == Phase::Waiting && !was_undone && self.safety.is_some() && !self.ran.is_empty()
    }

    /// The same, the backup of what would go being there still, as a good one that has all of it.
    fn is_saved(&self, root: &Path) -> bool {
        let Some(safety) = self.safety.as_ref().filter(|_| self.may_go()) else { return false };
        let directory = root.join(&self.stack).join(safety);
        // Its parts are there, in their lengths.
        let is_good = list::read(&directory).is_ok_and(|entry| entry.proof.failed.is_none());
        let manifest = list::manifest(&directory).ok().filter(|_| is_good);
        manifest.is_some_and(|manifest| {
            self.targets.iter().all(|target| {
                !self.was_there(target) || manifest.parts.iter().any(|part| holds(part, target))
            })
        })
    }

    /// Whether there was anything before the restore that would go.
    fn was_there(&self, target: &Target) -> bool {
        match target {
            Target::Database(target) => target.existed,
            Target::Directory(target) => match &target.place {
                Place::Volume(name) => !self.made.contains(name),
                Place::Host(_) => true,
            },
        }
    }

    /// Whether all that ran before the restore, well or not, and each server of its databases, does its work.
    fn is_well(&self, containers: &[Container]) -> bool {
        let servers = self.targets.iter().filter_map(|target| match target {
            Target::Database(database) => Some(database.service.as_str()),
            Target::Directory(_) => None,
        });
        let ran = self.ran.iter().map(|ran| ran.service.as_str());
        let needed: BTreeSet<&str> = ran.chain(servers).collect();
        needed.into_iter().all(|service| {
            let mut own = containers.iter().filter(|container| {
                let labels = container.compose.as_ref();
                labels.is_some_and(|labels| labels.service == service && !labels.oneoff)
            });
            own.any(|container| {
                let ails = matches!(container.health, Some(Health::Unhealthy | Health::Starting));
                container.state == ContainerState::Running && !ails
            })
        })
    }

    /// Whether its acceptance was cut off: half of the old side is of no use to anybody, and the rest of it goes.
    pub fn is_half_gone(&self) -> bool {
        self.phase == Phase::Accepting
    }

    /// Whether the old side is to go now.
    pub fn is_over_its_time(&self, root: &Path, containers: &[Container], now: Timestamp) -> bool {
        let is_late = self.until().is_some_and(|until| until <= now);
        self.is_half_gone() || is_late && self.is_saved(root) && self.is_well(containers)
    }
}

/// Whether the part of a safety backup is what the target was before.
fn holds(part: &ManifestPart, target: &Target) -> bool {
    match (&part.content, target) {
        (Content::Postgres(saved), Target::Database(target)) => {
            saved.server.service == target.service && saved.database == target.database
        }
        (Content::Volume(saved), Target::Directory(DirectoryTarget { place: Place::Volume(name), .. })) => {
            saved.volume == *name
        }
        // Of the volume that they lie in these are some files only.
        (Content::Redis(saved), Target::Directory(target)) => {
            let place = saved.data.as_ref().map(|data| Place::Volume(data.volume.clone()));
            !target.names.is_empty() && place.as_ref() == Some(&target.place)
        }
        (Content::Bind(saved) | Content::Files(saved), Target::Directory(target)) => {
            target.switched() == [Place::Host(saved.path.trim_end_matches('/').to_owned())]
        }
        (_, Target::Database(_) | Target::Directory(_)) => false,
    }
}

/// The restore of this stack whose old side has been kept for longer than it was meant to, or is half gone; whether it
/// can go is still to be seen.
pub fn over(root: &Path, stack: &str, now: Timestamp) -> Result<Option<Pending>, Fault> {
    let pending = Pending::read(root, stack)?;
    Ok(pending.filter(|pending| {
        let is_late = pending.until().is_some_and(|until| until <= now);
        pending.is_half_gone() || is_late && pending.is_saved(root)
    }))
}

#[cfg(test)]
mod tests {
    use super::super::state::Ran;
    use super::super::target::DatabaseTarget;
    use super::*;
    use crate::backup::bundle::tests::committed_at;
    use crate::backup::manifest::{DataMount, PathArchive, RedisData, VolumeArchive};
    use crate::backup::proof;
    use crate::domain::fixtures;
    use crate::domain::stack::{BackupEntry, BackupPart, Proof, ProofLevel};
    use jiff::{SignedDuration, ToSpan as _};

    /// Switched at the beginning of time, with its safety backup of the one database on the disk.
    fn pending(root: &Path) -> (Pending, BackupEntry) {
        let began = Timestamp::UNIX_EPOCH;
        let safety = committed_at(root, "shop", "2026-11-20T10:31:04Z");
        let web = fixtures::replica("shop", "web", 1);
        // It ailed when it was stopped: that it was not well then is no reason to ask less of it.
        let ran = Ran {
            container: web.id.clone(),
            name: web.name.to_string(),
            service: "web".to_owned(),
            well: false,
        };
        let (new, old) = DatabaseTarget::names("mlflow", "1a2b", 0);
        let database = DatabaseTarget {
            part: "postgres/mlflow.dump".to_owned(),
            // As the fixture's manifest has it.
            service: String::new(),
            user: "mlflow".to_owned(),
            database: "mlflow".to_owned(),
            new,
            old,
            existed: true,
        };
        let pending = Pending {
            phase: Phase::Waiting,
            switched: Some(began),
            safety: Some(safety.name.clone()),
            ran: vec![ran],
            targets: vec![Target::Database(database)],
            ..Pending::new("1a2b".to_owned(), "shop", "20261119T103104Z-1b2c", String::new(), began)
        };
        (pending, safety)
    }

    /// The server of the fixture's database.
    fn server() -> Container {
        fixtures::replica("shop", "", 1)
    }

    #[test]
    fn it_goes_after_its_day_and_only_where_it_is_not_the_only_way_back() {
        let root = tempfile::tempdir().unwrap();
        let ((pending, safety), web) = (pending(root.path()), fixtures::replica("shop", "web", 1));
        let later = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(25);
        let goes = |pending: &Pending, web: &Container, now: Timestamp| {
            pending.is_over_its_time(root.path(), &[web.clone(), server()], now)
        };
        assert!(goes(&pending, &web, later));
        assert!(!goes(&pending, &web, later.checked_sub(2.hours()).unwrap()), "its day is not over");

        // What serves is not well.
        for (state, health) in [
            (ContainerState::Exited, None),
            (ContainerState::Restarting, None),
            (ContainerState::Paused, None),
            (ContainerState::Running, Some(Health::Unhealthy)),
            (ContainerState::Running, Some(Health::Starting)),
        ] {
            assert!(
                !goes(&pending, &Container { state, health, ..web.clone() }, later),
                "{state:?} {health:?}"
            );
        }
        assert!(!pending.is_over_its_time(root.path(), &[], later), "it is down");
        assert!(
            !goes(&Pending { ran: Vec::new(), ..pending.clone() }, &web, later),
            "nothing tells that it is well"
        );

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

        let mut other = pending.clone();
        for target in &mut other.targets {
            let Target::Database(target) = target else { unreachable!("a database") };
            "orders".clone_into(&mut target.database);
        }
        assert!(!goes(&other, &web, later), "the backup is of another database");
        let mut proof = Proof::default();
        proof.fail(ProofLevel::Taken, "it is damaged".to_owned(), later);
        proof::write(&safety.directory, &proof).unwrap();
        assert!(!goes(&pending, &web, later), "the backup is not good");
        proof::write(&safety.directory, &Proof::default()).unwrap();
        assert!(goes(&pending, &web, later));
        std::fs::write(safety.directory.join("postgres/mlflow.dump"), "cut").unwrap();
        assert!(!goes(&pending, &web, later), "a part of the backup is cut off");
        std::fs::remove_dir_all(&safety.directory).unwrap();
        assert!(!goes(&pending, &web, later));
    }

    #[test]
    fn what_is_half_gone_is_tried_again_whatever_else_is_wrong() {
        let root = tempfile::tempdir().unwrap();
        let (mut pending, safety) = pending(root.path());
        pending.phase = Phase::Accepting;
        pending.write(root.path()).unwrap();
        std::fs::remove_dir_all(&safety.directory).unwrap();
        let found = over(root.path(), "shop", Timestamp::UNIX_EPOCH).unwrap().unwrap();
        assert!(found.is_over_its_time(root.path(), &[], Timestamp::UNIX_EPOCH));
    }

    #[test]
    fn files_that_lie_in_a_volume_are_no_backup_of_all_of_it() {
        let directory = |names: &[&str]| {
            Target::Directory(DirectoryTarget {
                part: String::new(),
                place: Place::Volume("shop_data".to_owned()),
                below: String::new(),
                names: names.iter().map(|name| (*name).to_owned()).collect(),
                image: String::new(),
                id: "1a2b-0".to_owned(),
                label: String::new(),
            })
        };
        let part = |content: Content| {
            let file = BackupPart { path: "a".to_owned(), bytes: 1, sha256: "0".repeat(64) };
            ManifestPart { part: file, raw_bytes: None, objects: Vec::new(), content }
        };
        let data = DataMount { volume: "shop_data".to_owned(), target: "/data".to_owned() };
        let keys = part(Content::Redis(RedisData { data: Some(data), ..RedisData::default() }));
        let volume = |name: &str| {
            part(Content::Volume(VolumeArchive { volume: name.to_owned(), ..VolumeArchive::default() }))
        };
        assert!(holds(&keys, &directory(&["dump.rdb"])));
        assert!(!holds(&keys, &directory(&[])));
        assert!(holds(&volume("shop_data"), &directory(&[])));
        assert!(!holds(&volume("shop_cache"), &directory(&[])));
        let path =
            |path: &str| part(Content::Bind(PathArchive { path: path.to_owned(), ..PathArchive::default() }));
        let Target::Directory(mut host) = directory(&["pages"]) else { unreachable!("a directory") };
        host.place = Place::Host("/srv".to_owned());
        assert!(holds(&path("/srv/pages"), &Target::Directory(host.clone())));
        assert!(!holds(&path("/srv"), &Target::Directory(host)));
    }
}
