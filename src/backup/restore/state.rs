//! What a restore has come to, on the disk from before its first change until its old side is gone.
//!
//! One file in the stack's directory of backups, written anew at each phase, before what the phase does. Whoever finds it
//! knows from the phase alone which way leads to a stack that is all old or all new; what each thing is like at that
//! moment is seen on the thing itself, so that every way can be walked again from its beginning.

use super::target::Target;
use crate::backup::proof;
use crate::domain::{ContainerId, Fault, FaultKind, units};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const FILE: &str = ".restore.json";
const TEMPORARY: &str = ".restore.json.tmp";
const FORMAT: u32 = 1;
/// For so long the old side is meant to be kept.
const OFFERED: SignedDuration = SignedDuration::from_hours(24);

/// A restore that is not over: its old side still exists, or what was staged does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub format: u32,
    /// By which all that it makes is named.
    pub id: String,
    pub stack: String,
    /// The backup that was restored.
    pub bundle: String,
    /// The daemon that the stack runs on.
    pub endpoint: String,
    pub began: Timestamp,
    pub phase: Phase,
    pub targets: Vec<Target>,
    /// Who ran before anything was stopped, in the order of their starting.
    pub ran: Vec<Ran>,
    /// The backup that was taken of the old side.
    pub safety: Option<String>,
    /// Volumes that were not there before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<String>,
    /// Roles that servers lacked and have since: `reader, audit of db`. Nothing removes them, and whoever goes back is told
    /// so once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Since when the new side is the one in use.
    pub switched: Option<Timestamp>,
    /// Since when the old side is the one in use again, and the new one is kept with all that was written to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<Timestamp>,
    /// Whether the old side was ever in use again. What was written to it then is in no safety backup, whichever side
    /// is in use by now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_undone: bool,
    /// The restore before, which waits until this one is sure to come about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Box<Self>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    pub container: ContainerId,
    pub name: String,
    pub service: String,
    /// Whether it did its work: no more is asked of it when it is started again.
    #[serde(default = "did")]
    pub well: bool,
}

/// What records of before do not tell.
fn did() -> bool {
    true
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Things are made beside those in use.
    Staging,
    /// Who ran is written down; some may be stopped.
    Stopping,
    /// Some things may be the new ones.
    Switching,
    /// All things are the new ones; not all that ran may run again.
    Starting,
    /// It is done and can be undone, or undone and can be done again: the side that is not in use is kept.
    Waiting,
    /// It goes back: some things may be the old ones again.
    Reverting,
    /// The side that is not in use goes.
    Accepting,
}

/// How an interrupted restore is brought to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To all old: each thing is switched back if it was switched, what ran is started, what was staged goes.
    Back,
    /// To all new: what ran is started.
    On,
    /// It is all new, or all old again, and waits for a decision.
    Decide,
    /// The decision was made: the rest of the side that is not in use goes.
    Clear,
}

impl Phase {
    pub fn way(self) -> Way {
        match self {
            Self::Staging | Self::Stopping | Self::Switching | Self::Reverting => Way::Back,
            Self::Starting => Way::On,
            Self::Waiting => Way::Decide,
            Self::Accepting => Way::Clear,
        }
    }

    /// Whether the one may follow the other.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Staging => matches!(next, Self::Stopping | Self::Reverting),
            Self::Stopping => matches!(next, Self::Switching | Self::Reverting),
            Self::Switching => matches!(next, Self::Starting | Self::Reverting),
            Self::Starting => matches!(next, Self::Waiting | Self::Reverting),
            Self::Waiting => matches!(next, Self::Stopping | Self::Reverting | Self::Accepting),
            Self::Reverting => next == Self::Waiting,
            Self::Accepting => false,
        }
    }
}

impl Pending {
    pub fn new(id: String, stack: &str, bundle: &str, endpoint: String, began: Timestamp) -> Self {
        Self {
            format: FORMAT,
            id,
            stack: stack.to_owned(),
            bundle: bundle.to_owned(),
            endpoint,
            began,
            phase: Phase::Staging,
            targets: Vec::new(),
            ran: Vec::new(),
            safety: None,
            made: Vec::new(),
            roles: Vec::new(),
            switched: None,
            undone: None,
            was_undone: false,
            previous: None,
        }
    }

    /// The restore of this stack that is not over. `root` is the directory of all backups.
    pub fn read(root: &Path, stack: &str) -> Result<Option<Self>, Fault> {
        let path = root.join(stack).join(FILE);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Fault::io("read", path.display(), &error)),
        };
        let wrong = || {
            Fault::new(FaultKind::Invalid, "read", path.display().to_string())
                .hint("it tells what a restore has made; look at it before you remove it")
        };
        let pending: Self = serde_json::from_slice(&bytes).map_err(|error| wrong().caused_by(&error))?;
        if pending.format > FORMAT {
            return Err(wrong().because(format!("its format {} is newer than {FORMAT}", pending.format)));
        }
        Ok(Some(pending))
    }

    /// It is on the disk when this returns.
    pub fn write(&self, root: &Path) -> Result<(), Fault> {
        let directory = root.join(&self.stack);
        let write = || -> io::Result<()> {
            let mut bytes = serde_json::to_vec_pretty(self)?;
            bytes.push(b'\n');
            let temporary = directory.join(TEMPORARY);
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            std::fs::rename(&temporary, self.path(root))?;
            File::open(&directory)?.sync_all()
        };
        write().map_err(|error| Fault::io("write", self.path(root).display(), &error))
    }

    /// Goes on to a phase, if that can follow.
    pub fn enter(&mut self, root: &Path, phase: Phase) -> Result<(), Fault> {
        if self.phase != phase && !self.phase.may_become(phase) {
            let cause = format!("{:?} cannot become {phase:?}", self.phase);
            return Err(Fault::new(FaultKind::Internal, "restore", &self.stack).because(cause));
        }
        self.phase = phase;
        self.write(root)
    }

    /// What it made lies on one daemon, and nothing can be said of it by another one.
    pub fn must_be_of(&self, endpoint: &str) -> Result<(), Fault> {
        if self.endpoint == endpoint {
            return Ok(());
        }
        Err(Fault::new(FaultKind::Conflict, "restore", &self.stack)
            .because(format!(
                "the restore that is not over is one on {}, and this is {endpoint}",
                self.endpoint
            ))
            .hint("ask again with that DOCKER_HOST or context"))
    }

    /// What is said of the roles that were made, when all else is put back: once.
    pub fn roles_stay(&mut self) -> Option<String> {
        let roles = std::mem::take(&mut self.roles).join("; ");
        (!roles.is_empty()).then(|| format!("roles that the restore made stay: {roles}"))
    }

    /// The old side is in use again from now on, or was already.
    pub fn undo(&mut self, now: Timestamp) {
        self.undone.get_or_insert(now);
        self.was_undone = true;
    }

    /// The new side is in use once more, after it was undone.
    pub fn redo(&mut self, now: Timestamp) {
        (self.switched, self.undone) = (Some(now), None);
        self.was_undone = true;
    }

    /// Its safety backup is left to the policy again: nobody needs it any more.
    pub fn unpin(&self, root: &Path) -> Result<(), Fault> {
        let Some(name) = &self.safety else { return Ok(()) };
        let directory = root.join(&self.stack).join(name);
        if directory.exists() { proof::pin(&directory, false) } else { Ok(()) }
    }

    /// It came to nothing: what waited before it was begun waits again.
    pub fn end(&self, root: &Path) -> Result<(), Fault> {
        match &self.previous {
            Some(previous) => previous.write(root),
            None => self.remove(root),
        }
    }

    /// It is over.
    pub fn remove(&self, root: &Path) -> Result<(), Fault> {
        let path = self.path(root);
        let remove = || match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => File::open(root.join(&self.stack))?.sync_all(),
        };
        remove().map_err(|error| Fault::io("remove", path.display(), &error))
    }

    fn path(&self, root: &Path) -> PathBuf {
        root.join(&self.stack).join(FILE)
    }

    /// Until when the side that is not in use is kept at the least.
    pub fn until(&self) -> Option<Timestamp> {
        let since = self.undone.or(self.switched).filter(|_| self.phase == Phase::Waiting);
        since.map(|since| since + OFFERED)
    }

    /// What a list says of it.
    pub fn sentence(&self, now: Timestamp) -> String {
        let Self { stack, bundle, .. } = self;
        match (self.phase.way(), self.until()) {
            (Way::Decide, Some(until)) => {
                let left = match (self.may_go(), until > now) {
                    (true, true) => format!(
                        "until {until:.0} ({} more), and then goes by itself as soon as all is well",
                        units::duration(units::since(now, until))
                    ),
                    (true, false) => "until the next task of the stack that finds all well".to_owned(),
                    (false, _) => "until somebody decides".to_owned(),
                };
                let what = if self.undone.is_some() {
                    format!(
                        "the restore of {stack} from {bundle} was undone; what was restored, and all that was written \
                         to it, is kept {left}"
                    )
                } else {
                    format!("{stack} was restored from {bundle}; what was there before is kept {left}")
                };
                format!("{what}: `mcp-tui -s {stack} backup undo` puts it back, `backup accept` removes it")
            }
            (Way::Back | Way::On | Way::Decide | Way::Clear, _) => format!(
                "a restore of {stack} from {bundle} was begun and is not over; if no task is at it, `mcp-tui -s {stack} \
                 backup undo` brings it to an end"
            ),
        }
    }
}

/// All restores that are not over.
pub fn pending(root: &Path) -> Vec<Pending> {
    let Ok(stacks) = std::fs::read_dir(root) else { return Vec::new() };
    let names = stacks.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut found: Vec<Pending> =
        names.filter_map(|stack| Pending::read(root, &stack).ok().flatten()).collect();
    found.sort_by(|left, right| left.stack.cmp(&right.stack));
    found
}

#[cfg(test)]
mod tests;
