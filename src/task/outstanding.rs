//! What `x-mcp` asks for and did not end well: a migration that failed is due again at the next `up`, though its
//! container runs since then and nothing else tells of it. And what did end well: an update that was interrupted goes on
//! without doing it once more. One small file per stack in the state directory.

use super::files;
use crate::domain::task::TaskEvent;
use crate::domain::{Fault, Operation, Plan};
use crate::engine::Endpoint;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const DIRECTORY: &str = "outstanding";

/// The keys of a stack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    pub outstanding: BTreeSet<String>,
    /// What has ended well since it was last planned.
    pub done: BTreeSet<String>,
}

/// As it is written down.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Due(Due),
    /// As it was written before it told what is done.
    Outstanding(BTreeSet<String>),
}

pub fn read(root: &Path, endpoint: &Endpoint, stack: &str) -> Result<Due, Fault> {
    let path = path(root, endpoint, stack);
    match std::fs::read(&path) {
        Ok(bytes) => match serde_json::from_slice(&bytes) {
            Ok(Written::Due(due)) => Ok(due),
            Ok(Written::Outstanding(outstanding)) => Ok(Due { outstanding, ..Due::default() }),
            Err(error) => Err(files::damaged(&path, &path, &error)),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Due::default()),
        Err(error) => Err(Fault::io("read", path.display(), &error)),
    }
}

/// Stacks of one name on two servers have nothing to do with each other.
fn path(root: &Path, endpoint: &Endpoint, stack: &str) -> PathBuf {
    let name = format!("{stack}@{endpoint}.json");
    root.join(DIRECTORY).join(files::file_name(&name))
}

/// Follows one run of a plan. What it is to do counts as outstanding from before its first step, so that a worker that
/// is killed leaves it so.
pub struct Outstanding {
    path: PathBuf,
    /// What was so before, and is no part of this plan.
    before: Due,
    due: Vec<(usize, String)>,
    done: BTreeSet<usize>,
}

impl Outstanding {
    pub fn begin(root: &Path, endpoint: &Endpoint, stack: &str, plan: &Plan) -> Result<Self, Fault> {
        let before = read(root, endpoint, stack)?;
        let path = path(root, endpoint, stack);
        let mut outstanding = Self { path, before, due: Vec::new(), done: BTreeSet::new() };
        outstanding.planned(plan)?;
        Ok(outstanding)
    }

    /// A plan is told again once its images are there.
    pub fn note(&mut self, event: &TaskEvent) {
        match event {
            TaskEvent::Planned { plan } => {
                if let Err(fault) = self.planned(plan) {
                    log::warn!("{fault}");
                }
            }
            TaskEvent::StepFinished { step, fault: None } => {
                // At once, so that a worker that is killed has it done no more.
                if self.done.insert(*step)
                    && self.due.iter().any(|(due, _)| due == step)
                    && let Err(fault) = self.write()
                {
                    log::warn!("{fault}");
                }
            }
            _ => {}
        }
    }

    /// What is left once the plan has ended.
    pub fn end(mut self, operation: &Operation, completed: bool) -> Result<(), Fault> {
        // There is nothing to go on with any more.
        if completed && is_deploy(operation) {
            self.before.done.clear();
            self.due.retain(|(step, _)| !self.done.contains(step));
        }
        // What is brought up anew begins from the beginning.
        if completed && let Operation::Down(options) = operation {
            let down = |key: &String| {
                let of = |service: &String| key.starts_with(&format!("services.{service}.x-mcp."));
                options.services.is_empty() || options.services.iter().any(of)
            };
            self.before.outstanding.retain(|key| !down(key));
        }
        self.write()
    }

    fn planned(&mut self, plan: &Plan) -> Result<(), Fault> {
        self.due.clone_from(&plan.reactions);
        self.done.clear();
        let is_due = |key: &String| self.due.iter().any(|(_, due)| due == key);
        self.before.outstanding.retain(|key| !is_due(key));
        self.before.done.retain(|key| !is_due(key));
        self.write()
    }

    /// What is due in several containers is done when it is in all of them.
    fn keys(&self) -> Due {
        let mut keys = self.before.clone();
        let left = self.due.iter().filter(|(step, _)| !self.done.contains(step));
        keys.outstanding.extend(left.map(|(_, key)| key.clone()));
        let done = self.due.iter().map(|(_, key)| key).filter(|key| !keys.outstanding.contains(*key));
        keys.done.extend(done.cloned());
        keys
    }

    fn write(&self) -> Result<(), Fault> {
        let keys = self.keys();
        if keys == Due::default() {
            return match std::fs::remove_file(&self.path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    Err(Fault::io("remove", self.path.display(), &error))
                }
                _ => Ok(()),
            };
        }
        if let Some(directory) = self.path.parent() {
            files::make_directory(directory)?;
        }
        let text = files::json(&self.path, &keys)?;
        files::write_atomically(&self.path, &text)
    }
}

/// Those after which no update is under way.
fn is_deploy(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Up(_)
            | Operation::Update(_)
            | Operation::Rollback { .. }
            | Operation::Accept
            | Operation::Down(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DownOptions;

    const MIGRATE: &str = "services.api.x-mcp.hooks.after_healthy[0]";
    const RELOAD: &str = "services.api.x-mcp.on_scale[0]";

    fn plan(reactions: &[(usize, &str)]) -> Plan {
        let reactions = reactions.iter().map(|(step, key)| (*step, (*key).to_owned())).collect();
        Plan { reactions, ..Plan::default() }
    }

    fn endpoint() -> Endpoint {
        Endpoint::unix("/run/docker.sock")
    }

    fn begin(root: &Path, plan: &Plan) -> Outstanding {
        Outstanding::begin(root, &endpoint(), "shop", plan).unwrap()
    }

    fn down(services: &[&str]) -> Operation {
        let services = services.iter().map(ToString::to_string).collect();
        Operation::Down(DownOptions { services, ..DownOptions::default() })
    }

    fn finished(step: usize) -> TaskEvent {
        TaskEvent::StepFinished { step, fault: None }
    }

    fn keys(root: &Path) -> Vec<String> {
        read(root, &endpoint(), "shop").unwrap().outstanding.into_iter().collect()
    }

    fn done(root: &Path) -> Vec<String> {
        read(root, &endpoint(), "shop").unwrap().done.into_iter().collect()
    }

    #[test]
    fn what_has_ended_well_is_known_at_once_and_until_the_deploy_has_ended() {
        let root = tempfile::tempdir().unwrap();
        let mut run = begin(root.path(), &plan(&[(1, MIGRATE), (2, RELOAD), (3, RELOAD)]));
        run.note(&finished(1));
        run.note(&finished(2));
        drop(run);
        assert_eq!(done(root.path()), [MIGRATE], "a worker that is killed now has done it");
        assert_eq!(keys(root.path()), [RELOAD], "it is due in two containers");
        // Others that end meanwhile are not its end.
        let run = begin(root.path(), &plan(&[]));
        run.end(&Operation::Pause { services: Vec::new() }, true).unwrap();
        assert_eq!(done(root.path()), [MIGRATE]);
        // Planned once more, it is not done yet.
        let run = begin(root.path(), &plan(&[(1, MIGRATE)]));
        assert_eq!((done(root.path()), keys(root.path()).len()), (Vec::new(), 2));
        drop(run);
        let mut run = begin(root.path(), &plan(&[(1, MIGRATE)]));
        run.note(&finished(1));
        run.end(&Operation::Rollback { to: None }, false).unwrap();
        assert_eq!(done(root.path()), [MIGRATE]);
        begin(root.path(), &plan(&[])).end(&Operation::Rollback { to: None }, true).unwrap();
        assert_eq!((done(root.path()), keys(root.path())), (Vec::new(), vec![RELOAD.to_owned()]));
    }

    #[test]
    fn a_list_alone_is_what_was_outstanding_before_more_was_told() {
        let root = tempfile::tempdir().unwrap();
        drop(begin(root.path(), &plan(&[(0, RELOAD)])));
        std::fs::write(path(root.path(), &endpoint(), "shop"), format!("[\"{MIGRATE}\"]")).unwrap();
        assert_eq!((keys(root.path()), done(root.path())), (vec![MIGRATE.to_owned()], Vec::new()));
    }

    #[test]
    fn what_did_not_end_in_every_container_is_due_again() {
        let root = tempfile::tempdir().unwrap();
        let both = plan(&[(3, MIGRATE), (4, MIGRATE), (5, RELOAD)]);
        let mut run = begin(root.path(), &both);
        assert_eq!(keys(root.path()), [MIGRATE, RELOAD], "a worker that is killed now leaves both");
        run.note(&finished(3));
        run.note(&finished(5));
        run.end(&Operation::Pause { services: Vec::new() }, false).unwrap();
        assert_eq!(keys(root.path()), [MIGRATE]);

        let mut run = begin(root.path(), &plan(&[(0, MIGRATE)]));
        run.note(&finished(0));
        run.end(&Operation::Pause { services: Vec::new() }, true).unwrap();
        assert_eq!(keys(root.path()), Vec::<String>::new());
    }

    #[test]
    fn what_a_plan_does_not_touch_stays_until_the_stack_goes_down() {
        let root = tempfile::tempdir().unwrap();
        begin(root.path(), &plan(&[(0, MIGRATE)]));
        let run = begin(root.path(), &plan(&[]));
        run.end(&Operation::Pause { services: Vec::new() }, true).unwrap();
        assert_eq!(keys(root.path()), [MIGRATE]);
        let run = begin(root.path(), &plan(&[]));
        run.end(&down(&["web"]), true).unwrap();
        assert_eq!(keys(root.path()), [MIGRATE], "another service went down");
        begin(root.path(), &plan(&[])).end(&down(&[]), true).unwrap();
        assert_eq!(keys(root.path()), Vec::<String>::new());
    }

    #[test]
    fn the_plan_that_is_made_once_the_images_are_there_counts() {
        let root = tempfile::tempdir().unwrap();
        let mut run = begin(root.path(), &plan(&[(1, MIGRATE)]));
        run.note(&finished(1));
        run.note(&TaskEvent::Planned { plan: plan(&[(2, MIGRATE)]) });
        run.end(&Operation::Pause { services: Vec::new() }, false).unwrap();
        assert_eq!(keys(root.path()), [MIGRATE], "the step of the first plan was another one");
    }
}
