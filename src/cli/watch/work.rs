//! What one job asks for, in its order: the image, the files, the restart.

use super::backlog::Owed;
use super::deliver::deliver;
use super::newer;
use super::tree::Tree;
use crate::cli::attach::{attach, attach_quietly};
use crate::cli::context::Context;
use crate::cli::output::Output;
use crate::compose::Project;
use crate::compose::watch::{Job, Rule, jobs};
use crate::domain::task::TaskRequest;
use crate::domain::{Fault, FaultKind, Operation, TaskTarget, UpOptions};
use crate::engine::Engine;
use jiff::Timestamp;

pub struct Worker<'run> {
    pub context: &'run Context,
    pub engine: Engine,
    pub target: TaskTarget,
    pub project: Project,
    pub rules: Vec<Rule>,
    pub quiet: bool,
    pub prune: bool,
    pub output: Output,
}

impl Worker<'_> {
    /// Does what is owed, and leaves in it what has to be done later, with the reason.
    pub async fn work(&self, owed: &mut Owed, tree: &mut Tree) -> Result<Option<Fault>, Fault> {
        let service = owed.job.service.clone();
        // What is tried again tells its steps no more.
        let quiet = self.quiet || owed.failures > 0;
        if owed.job.rebuild {
            self.rebuild(&service, quiet).await?;
            let newer = self.newer(tree, Some(&service)).await?;
            let nothing = Job { service: service.clone(), ..Job::default() };
            owed.job = newer.into_iter().fold(nothing, Job::and);
        }
        if owed.job.concerns_containers() || !owed.containers.is_empty() {
            let later = deliver(&self.engine, &self.project.name, owed, self.output).await?;
            if later.is_some() {
                return Ok(later);
            }
        }
        if owed.job.restart {
            let services = vec![service];
            self.task(Operation::Restart { services, no_deps: false, timeout: None }, quiet).await?;
        }
        Ok(None)
    }

    /// What the images do not have yet, of all services or of one.
    pub async fn newer(&self, tree: &mut Tree, service: Option<&str>) -> Result<Vec<Job>, Fault> {
        let mut found = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.initial_sync) {
            if service.is_some_and(|service| service != rule.service) {
                continue;
            }
            let changed = newer::than_image(&self.engine, &self.project, rule, tree).await?;
            // A service that has only just begun needs neither a restart nor to be told.
            let only_files = |job| Job { restart: false, commands: Vec::new(), ..job };
            found.extend(jobs([rule], &changed).into_iter().map(only_files));
        }
        Ok(found)
    }

    async fn rebuild(&self, service: &str, quiet: bool) -> Result<(), Fault> {
        let image = || async {
            let reference =
                self.project.services.get(service).map(|service| service.image_name(&self.project.name));
            let found = self.engine.image(&reference.unwrap_or_default()).await?;
            Ok::<_, Fault>(found.map(|image| image.id))
        };
        let before = image().await?;
        let services = vec![service.to_owned()];
        let options = UpOptions { services, build: true, no_deps: true, ..UpOptions::default() };
        self.task(Operation::Up(options), quiet).await?;
        match before {
            Some(old) if self.prune && image().await?.is_some_and(|new| new != old) => self.prune(&old).await,
            Some(_) | None => Ok(()),
        }
    }

    /// Removes an image that a rebuild has taken the name of. One that has another name too, or that a container was
    /// made from, stays.
    async fn prune(&self, image: &str) -> Result<(), Fault> {
        if !self.engine.image(image).await?.is_some_and(|image| image.tags.is_empty()) {
            return Ok(());
        }
        match self.engine.remove_image(image).await {
            Err(fault) if !matches!(fault.kind, FaultKind::Conflict | FaultKind::NotFound) => Err(fault),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    pub async fn task(&self, operation: Operation, quiet: bool) -> Result<(), Fault> {
        let request = TaskRequest { operation, target: self.target.clone() };
        let (store, endpoint) = (self.context.store()?, self.context.endpoint()?.to_string());
        // It starts a process and waits for it: what is shown meanwhile goes on.
        let here = store.clone();
        let submitted =
            tokio::task::spawn_blocking(move || here.submit(request, &endpoint, Timestamp::now()));
        let id = submitted.await.map_err(|error| {
            Fault::new(FaultKind::Internal, "submit task for", self.target.name()).because(error.to_string())
        })??;
        if quiet { attach_quietly(&store, &id).await } else { attach(&store, &id, self.output).await }
            .map(drop)
    }
}
