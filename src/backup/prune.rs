//! Removes bundles: those that somebody names, and those that the stack's policy lets go.

use super::bundle::PARTIAL;
use super::find::{Found, find};
use super::list::bundles;
use super::manifest::is_bundle_name;
use super::proof;
use super::retain::{Candidate, Decision, Known, decide};
use super::store;
use crate::domain::stack::Retention;
use crate::domain::{Fault, FaultKind, Plan, PlannedStep, StepVerb, TaskEvent, units};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fs::File;
use std::io;
use std::path::Path;

/// What would be removed, and what is to be known of it.
pub struct Removal {
    pub stack: String,
    title: String,
    bundles: Vec<Found>,
    /// What stays and why, where a policy decided it.
    pub decision: Option<Decision>,
}

/// One bundle, whatever is left of it. A pinned one is not removed.
pub fn one(root: &Path, stack: &str, name: &str) -> Result<Removal, Fault> {
    let found = find(root, Some(stack), name)?;
    if proof::is_pinned(&found.directory) {
        return Err(pinned(&found));
    }
    let title = format!("remove backup {} of {stack}", found.name);
    Ok(Removal { stack: stack.to_owned(), title, bundles: vec![found], decision: None })
}

fn pinned(bundle: &Found) -> Fault {
    Fault::new(FaultKind::Conflict, "remove backup", &bundle.name)
        .because("it is pinned")
        .hint(format!("`mcp-tui -s {} backup unpin {}` lets it go", bundle.stack, bundle.name))
}

/// What the policy lets go now.
pub fn by_policy(root: &Path, stack: &str, retention: &Retention, now: Timestamp) -> Result<Removal, Fault> {
    let found: Vec<Found> =
        bundles(root, Some(stack))?.into_iter().filter(|bundle| is_bundle_name(&bundle.name)).collect();
    let candidates: Vec<Candidate> = found.iter().filter_map(candidate).collect();
    let decision = decide(retention, &candidates, now, &TimeZone::system());
    let bundles = found.into_iter().filter(|bundle| decision.remove.contains(&bundle.name)).collect();
    let title = format!("prune backups of {stack}");
    Ok(Removal { stack: stack.to_owned(), title, bundles, decision: Some(decision) })
}

/// One that cannot be read failed, at the time in its name.
fn candidate(found: &Found) -> Option<Candidate> {
    if let Ok(entry) = found.entry() {
        return Some(Candidate::from(&entry));
    }
    let time = found.name.split('-').next()?;
    let created = jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", time).ok()?.to_datetime().ok()?;
    Some(Candidate {
        name: found.name.clone(),
        created: created.to_zoned(TimeZone::UTC).ok()?.timestamp(),
        pinned: proof::is_pinned(&found.directory),
        safety: false,
        known: Known::Failed,
    })
}

impl Removal {
    pub fn plan(&self) -> Plan {
        let step = |bundle: &Found| {
            let reason = match bundle.entry() {
                Ok(entry) => format!("taken {}, {}", entry.created, units::bytes(entry.size_bytes)),
                Err(_) => "damaged".to_owned(),
            };
            PlannedStep::new(StepVerb::RemoveBackup, &bundle.name, reason)
        };
        let directories: Vec<String> =
            self.bundles.iter().map(|bundle| format!("rm -r {}", bundle.directory.display())).collect();
        Plan {
            title: self.title.clone(),
            steps: self.bundles.iter().map(step).collect(),
            warnings: self.warnings(),
            equivalent: directories.join(" && "),
            ..Plan::default()
        }
    }

    fn warnings(&self) -> Vec<String> {
        let decided = self.decision.iter().filter_map(|decision| decision.warning.clone());
        // What is removed here stays there: to lose both takes two decisions.
        let copies = self.bundles.iter().filter_map(|bundle| bundle.entry().ok()?.offsite);
        let stay = copies
            .filter(|copy| copy.copied.is_some())
            .map(|copy| format!("its copy in {} stays; `backup pull` brings it back from there", copy.url));
        decided.chain(stay).collect()
    }

    /// Reports the steps of the plan by their numbers.
    pub fn carry_out(
        &self,
        progress: &mut dyn FnMut(TaskEvent),
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        for (step, bundle) in self.bundles.iter().enumerate() {
            if is_cancelled() {
                return Err(Fault::new(FaultKind::Cancelled, "remove backup", &bundle.name)
                    .because("ended on request; the others are still there"));
            }
            progress(TaskEvent::StepStarted { step });
            let removed = remove(bundle);
            progress(TaskEvent::StepFinished { step, fault: removed.as_ref().err().cloned() });
            removed?;
        }
        if let Some(text) = self.collect()? {
            progress(TaskEvent::Output { text });
        }
        Ok(())
    }

    /// The same without steps, as what follows something else; what was done, in words.
    pub fn carry_out_quietly(&self) -> Result<Vec<String>, Fault> {
        let mut done = Vec::new();
        for bundle in &self.bundles {
            remove(bundle)?;
            done.push(format!("backup {} is past its time and was removed", bundle.name));
        }
        done.extend(self.collect()?);
        Ok(done)
    }

    /// Large files that only those referred to that are gone now.
    fn collect(&self) -> Result<Option<String>, Fault> {
        match self.bundles.first().and_then(|bundle| bundle.directory.parent()) {
            Some(stack) => store::collect(stack).map(|collected| collected.words()),
            None => Ok(None),
        }
    }
}

/// First it loses its name: half of a bundle must never be taken for one. The next backup sweeps what is left.
fn remove(bundle: &Found) -> Result<(), Fault> {
    // Between a decision about many and the last of them there is time to change one's mind.
    if proof::is_pinned(&bundle.directory) {
        return Err(pinned(bundle));
    }
    let work = || -> io::Result<()> {
        let stack = bundle.directory.parent().unwrap_or(Path::new("/"));
        let hidden = stack.join(format!("{PARTIAL}removed-{}", bundle.name));
        std::fs::rename(&bundle.directory, &hidden)?;
        File::open(stack)?.sync_all()?;
        std::fs::remove_dir_all(hidden)
    };
    work().map_err(|error| Fault::io("remove backup", bundle.directory.display(), &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::bundle::tests::committed_at;
    use crate::backup::list;

    fn left(root: &Path) -> Vec<String> {
        list(root, Some("shop")).unwrap().into_iter().map(|entry| entry.name[..8].to_owned()).collect()
    }

    #[test]
    fn what_the_policy_lets_go_is_gone_and_a_damaged_one_is_left_to_the_operator() {
        let root = tempfile::tempdir().unwrap();
        let day = |day: u32| committed_at(root.path(), "shop", &format!("2026-11-{day:02}T02:00:00Z"));
        let made: Vec<_> = (10..20).map(day).collect();
        std::fs::write(made[1].directory.join("postgres/mlflow.dump"), "cut").unwrap();
        proof::pin(&made[0].directory, true).unwrap();
        let now = "2026-11-19T02:00:01Z".parse().unwrap();
        let retention = Retention { keep_last: Some(2), ..Retention::default() };
        let removal = by_policy(root.path(), "shop", &retention, now).unwrap();
        assert_eq!(removal.plan().steps.len(), 6);
        assert_eq!(left(root.path()).len(), 9, "a plan removes nothing");
        removal.carry_out_quietly().unwrap();
        assert_eq!(left(root.path()), ["20261119", "20261118", "20261110"]);
        assert!(made[1].directory.exists());
        assert!(by_policy(root.path(), "shop", &retention, now).unwrap().plan().is_empty());
    }

    #[test]
    fn a_pinned_one_is_refused_and_a_damaged_one_can_be_removed() {
        let root = tempfile::tempdir().unwrap();
        let entry = committed_at(root.path(), "shop", "2026-11-10T02:00:00Z");
        proof::pin(&entry.directory, true).unwrap();
        let fault = one(root.path(), "shop", &entry.name).err().unwrap();
        assert_eq!(fault.kind, FaultKind::Conflict);
        proof::pin(&entry.directory, false).unwrap();
        std::fs::remove_file(entry.directory.join("manifest.json")).unwrap();
        one(root.path(), "shop", &entry.name).unwrap().carry_out(&mut |_| {}, &|| false).unwrap();
        assert_eq!(std::fs::read_dir(root.path().join("shop")).unwrap().count(), 0);
    }
}
