//! What was deployed: of each deploy the whole project as it was resolved, and the images that it ran, so that it can
//! be had back. The project has the values of its secrets in it, for without them no container could be made as it was;
//! the files are in the state directory and for its owner only, like the `.env` that the values come from.
//!
//! `deploys/<stack>@<daemon>/<number>.json` is the record, `<number>.yaml` the project. The images of each good deploy
//! have a name of ours besides, so that no prune takes them; it goes with the record.

mod images;
mod record;
mod undecided;

pub use record::{Deploy, DeployedImage, Outcome};
pub use undecided::undecided;

use super::files;
use crate::compose::file::render;
use crate::compose::{Kept, LoadRequest, Project, load, standing};
use crate::domain::succession::is_under_way;
use crate::domain::{Container, Fault, FaultKind, Operation, Plan, StackRef, TaskSpec};
use crate::engine::{Endpoint, Engine};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const DIRECTORY: &str = "deploys";
/// So many good versions are kept, and what failed since the oldest of them.
const KEPT: usize = 10;

/// The deploys of one stack on one daemon.
#[derive(Debug, Clone)]
pub struct Deploys {
    directory: PathBuf,
    stack: String,
}

/// One that is under way.
pub struct Begun {
    deploys: Deploys,
    deploy: Deploy,
    project: Project,
    /// The images of the last good one.
    before: BTreeMap<String, DeployedImage>,
    /// One before it was left half done.
    ends_another: bool,
}

impl Deploys {
    pub fn of(root: &Path, endpoint: &Endpoint, stack: &str) -> Self {
        let name = files::file_name(&format!("{stack}@{endpoint}"));
        Self { directory: root.join(DIRECTORY).join(name), stack: stack.to_owned() }
    }

    /// All of them, the newest first. One that cannot be read is logged and left out.
    pub fn list(&self) -> Result<Vec<Deploy>, Fault> {
        let entries = match std::fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Fault::io("list deploys", self.directory.display(), &error)),
        };
        let mut deploys = Vec::new();
        for entry in
            entries.flatten().filter(|entry| entry.path().extension().is_some_and(|kind| kind == "json"))
        {
            let path = entry.path();
            let read = std::fs::read(&path).map_err(|error| Fault::io("read", path.display(), &error));
            let read = read.and_then(|bytes| {
                serde_json::from_slice::<Deploy>(&bytes).map_err(|error| files::damaged(&path, &path, &error))
            });
            match read {
                Ok(deploy) => deploys.push(deploy),
                Err(fault) => log::warn!("{fault}"),
            }
        }
        deploys.sort_by_key(|deploy: &Deploy| std::cmp::Reverse(deploy.number));
        Ok(deploys)
    }

    /// The deploy to go back to: this one, or the last good one before that which runs now, of another version. One that
    /// failed half-way is what runs now. After one that was taken back it is the good one that serves again since: whoever
    /// goes back because of a failure shall not leave what is healthy. A way back that was taken back itself is asked for
    /// anew.
    pub fn target(&self, number: Option<u64>) -> Result<Deploy, Fault> {
        let fault = |cause: String| {
            Fault::new(FaultKind::NotFound, "roll back", &self.stack)
                .because(cause)
                .hint("`mcp-tui history` lists the deploys that there are")
        };
        let deploys = self.list()?;
        let good = |deploy: &Deploy| deploy.outcome == Outcome::Good;
        if let Some(number) = number {
            let found = deploys.into_iter().find(|deploy| deploy.number == number && good(deploy));
            return found.ok_or_else(|| fault(format!("there is no good deploy {number}")));
        }
        let is_left = taken_back(&deploys).is_none();
        let mut there = deploys.into_iter().filter(|deploy| deploy.outcome != Outcome::WentBack);
        let present = if is_left { there.next() } else { None };
        let is_present = |deploy: &Deploy| {
            present.as_ref().is_some_and(|present| good(present) && self.are_same(present, deploy))
        };
        let before = there.find(|deploy| good(deploy) && !is_present(deploy));
        before.ok_or_else(|| fault("there is no good deploy before the present one".to_owned()))
    }

    /// Why the way back leads to no other deploy than the one that serves, where that is so; `target` is where it leads.
    pub fn stays(&self, target: &Deploy) -> Result<Option<String>, Fault> {
        let deploys = self.list()?;
        let Some(taken_back) = taken_back(&deploys) else { return Ok(None) };
        let is_earlier = |deploy: &&Deploy| deploy.number < target.number && deploy.outcome == Outcome::Good;
        let before = deploys.iter().find(is_earlier).map_or_else(String::new, |before| {
            format!(
                "; `mcp-tui -p {} rollback --to {}` leaves it for the one before",
                self.stack, before.number
            )
        });
        Ok(Some(format!(
            "deploy {} was taken back already, so this keeps to deploy {}, which served before it{before}",
            taken_back.number, target.number
        )))
    }

    /// The last one, where it came to no good end, or is not accepted yet: what it has replaced may still be there.
    pub fn half_done(&self) -> Result<Option<Deploy>, Fault> {
        // One that was taken back has left things as those before it had.
        let last = self.list()?.into_iter().find(|deploy| deploy.outcome != Outcome::WentBack);
        let is_half = |outcome| matches!(outcome, Outcome::Unfinished | Outcome::Failed | Outcome::Waiting);
        Ok(last.filter(|last| is_half(last.outcome)))
    }

    /// The last one, where it waits for somebody to accept it.
    pub fn waiting(&self) -> Result<Option<Deploy>, Fault> {
        Ok(self.half_done()?.filter(|last| last.outcome == Outcome::Waiting))
    }

    /// The same as far as plans heed it.
    pub fn kept(&self) -> Result<Option<Kept>, Fault> {
        Ok(self
            .waiting()?
            .map(|deploy| Kept { deploy: deploy.number, since: deploy.ended.unwrap_or(deploy.at) }))
    }

    /// Notes that what the last one had left half done was taken back.
    pub fn was_taken_back(&self) -> Result<(), Fault> {
        self.half_done()?.map_or(Ok(()), |deploy| self.came_to(deploy, Outcome::WentBack))
    }

    /// Notes that there is nothing left to go back to by a start: it was accepted, or all of it is gone.
    pub fn was_decided(&self) -> Result<(), Fault> {
        self.waiting()?.map_or(Ok(()), |deploy| self.came_to(deploy, Outcome::Good))
    }

    /// The same where what there was to decide between has gone by somebody else's hand. The lock is ours.
    pub async fn settle_vanished(&self, engine: &Engine) -> Result<(), Fault> {
        if self.waiting()?.is_none() || is_under_way(&engine.containers(Some(&self.stack)).await?) {
            return Ok(());
        }
        self.was_decided()
    }

    fn came_to(&self, deploy: Deploy, outcome: Outcome) -> Result<(), Fault> {
        self.write(&Deploy { outcome, ended: Some(Timestamp::now()), ..deploy })
    }

    /// The project of a deploy, as it was resolved then.
    pub fn project(&self, deploy: &Deploy) -> Result<Project, Fault> {
        let file = self.path(deploy.number, "yaml");
        let request = LoadRequest {
            files: vec![file],
            project_name: Some(self.stack.clone()),
            project_directory: deploy.stack.directory.clone(),
            // Nothing is left to be filled in; what `environment` of a secret names is not in the file.
            environment: crate::compose::process_environment(),
            profiles: deploy.stack.profiles.clone(),
            ..LoadRequest::default()
        };
        let mut project = load(&request).map_err(Fault::merged)?;
        // The labels of its containers name the files that it came from.
        project.files.clone_from(&deploy.stack.files);
        project.env_files.clone_from(&deploy.stack.env_files);
        project.read = deploy.stack.files.iter().cloned().collect();
        Ok(project)
    }

    /// Writes down what is to be deployed, before anything is changed. `containers` are the stack's as they are then.
    pub fn begin(
        &self,
        spec: &TaskSpec,
        project: &Project,
        plan: &Plan,
        containers: &[Container],
    ) -> Result<Option<Begun>, Fault> {
        // While one waits to be accepted, whatever is allowed beside it makes no other version of it.
        if !deploys(&spec.operation) || plan.is_empty() || self.waiting()?.is_some() {
            return Ok(None);
        }
        // What only starts containers is no deploy, unless one that was left half done comes to its end by it.
        let ends_another = self.half_done()?.is_some();
        if !plan.makes_a_version() && !ends_another {
            return Ok(None);
        }
        files::make_directory(&self.directory)?;
        let all = self.list()?;
        let number = all.first().map_or(1, |last| last.number + 1);
        let only_named = !spec.operation.services().is_empty();
        let project = &standing(project, plan, only_named, containers, self.projects(&all));
        let before = all.into_iter().find(|deploy| deploy.outcome == Outcome::Good);
        let deploy = Deploy {
            number,
            operation: spec.operation.verb().to_owned(),
            back_to: None,
            task: spec.id.clone(),
            who: spec.requested_by.clone(),
            from: spec.requested_from.clone(),
            at: Timestamp::now(),
            outcome: Outcome::Unfinished,
            ended: None,
            stack: StackRef { directory: Some(project.directory.clone()), ..project.reference() },
            images: BTreeMap::new(),
        };
        let text = render::yaml(project).map_err(|error| {
            Fault::new(FaultKind::Internal, "write down the deploy of", &self.stack).caused_by(&error)
        })?;
        files::write_atomically(&self.path(number, "yaml"), text.as_bytes())?;
        self.write(&deploy)?;
        let before = before.map(|before| before.images).unwrap_or_default();
        Ok(Some(Begun { deploys: self.clone(), deploy, project: project.clone(), before, ends_another }))
    }

    /// What may run by now: what was deployed last and was good, and what was not and may run all the same.
    fn projects(&self, all: &[Deploy]) -> impl Iterator<Item = Project> {
        let of = |is_good: bool| {
            all.iter().filter(move |deploy| {
                deploy.outcome != Outcome::WentBack && (deploy.outcome == Outcome::Good) == is_good
            })
        };
        of(true)
            .chain(of(false))
            .filter_map(|deploy| self.project(deploy).inspect_err(|fault| log::warn!("{fault}")).ok())
    }

    /// Whether both are one version: the same files with the same images.
    fn are_same(&self, one: &Deploy, other: &Deploy) -> bool {
        let ids = |deploy: &Deploy| -> Vec<(String, String)> {
            deploy.images.iter().map(|(service, image)| (service.clone(), image.id.clone())).collect()
        };
        let text = |deploy: &Deploy| std::fs::read(self.path(deploy.number, "yaml")).ok();
        ids(one) == ids(other) && text(one).is_some_and(|one| Some(one) == text(other))
    }

    fn write(&self, deploy: &Deploy) -> Result<(), Fault> {
        let path = self.path(deploy.number, "json");
        files::write_atomically(&path, &files::json(&path, deploy)?)
    }

    fn path(&self, number: u64, kind: &str) -> PathBuf {
        self.directory.join(format!("{number}.{kind}"))
    }

    /// Forgets what is older than the last good ones, and gives its images free.
    async fn forget(&self, engine: &Engine) -> Result<(), Fault> {
        let mut left = self.list()?;
        let superfluous = record::superfluous(&left, KEPT, |one, other| self.are_same(one, other));
        left.retain(|deploy| !superfluous.iter().any(|old| old.number == deploy.number));
        for old in superfluous {
            images::give_free(engine, &self.stack, &old, &left).await;
            self.remove(&old)?;
        }
        Ok(())
    }

    fn remove(&self, deploy: &Deploy) -> Result<(), Fault> {
        for kind in ["yaml", "json"] {
            let path = self.path(deploy.number, kind);
            std::fs::remove_file(&path).map_err(|error| Fault::io("remove", path.display(), &error))?;
        }
        Ok(())
    }
}

impl Begun {
    /// Which deploy this one is the same as.
    pub fn goes_back_to(&mut self, number: u64) {
        self.deploy.back_to = Some(number);
    }

    /// Writes down what came of it; of a good one, the images. One that has made nothing in the end is the same version
    /// as the one before, and is forgotten.
    pub async fn end(mut self, engine: &Engine, outcome: Outcome, has_made: bool) -> Result<(), Fault> {
        if outcome == Outcome::Good && !has_made && !self.ends_another {
            return self.deploys.remove(&self.deploy);
        }
        (self.deploy.outcome, self.deploy.ended) = (outcome, Some(Timestamp::now()));
        // First, so that it counts as good even where its images cannot be asked for.
        self.deploys.write(&self.deploy)?;
        if matches!(outcome, Outcome::Good | Outcome::Waiting) {
            self.deploy.images = images::keep(engine, &self.project, &self.before).await?;
            self.deploys.write(&self.deploy)?;
        }
        self.deploys.forget(engine).await
    }
}

/// The last deploy, where it was one of files and was taken back. The newest are first.
fn taken_back(deploys: &[Deploy]) -> Option<&Deploy> {
    let went_back = |deploy: &&Deploy| deploy.outcome == Outcome::WentBack;
    let last = deploys.iter().find(|deploy| deploy.back_to.is_none() || !went_back(deploy));
    last.filter(went_back)
}

/// Those that make containers from the files; a number of replicas alone is no deploy.
fn deploys(operation: &Operation) -> bool {
    matches!(operation, Operation::Up(_) | Operation::Update(_) | Operation::Rollback { .. })
}

#[cfg(test)]
mod tests;
