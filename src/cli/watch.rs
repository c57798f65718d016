//! `watch`: keeps containers up with the files they are made from, as `develop.watch` says.
//!
//! What is synchronised is told line by line. What stops a container (a rebuild, a restart) is a task like any other,
//! and goes on when this command ends.

mod deliver;
mod newer;
mod pending;
mod tree;

use super::attach::{attach, attach_quietly};
use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::report;
use super::stack::{Chosen, choose};
use crate::compose::Project;
use crate::compose::watch::{Job, Rule, Rules, jobs, rules};
use crate::domain::task::TaskRequest;
use crate::domain::{Fault, FaultKind, Operation, TaskTarget, UpOptions};
use crate::engine::Engine;
use deliver::deliver;
use jiff::Timestamp;
use pending::Pending;
use serde_json::json;
use std::time::Instant;
use tree::Tree;

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// All that have a `develop.watch` section when none is named
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Watch what runs, without bringing it up before
    #[arg(long)]
    no_up: bool,
    /// Do not show the steps of `up` and of rebuilds
    #[arg(long)]
    quiet: bool,
    /// Remove the images that rebuilds replace; `--prune=false` keeps them
    #[arg(long, default_value_t = true, default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set)]
    prune: bool,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    context.may_change("watch")?;
    let Chosen { reference, project, .. } = {
        let chosen = choose(context).await?;
        chosen.check_services(&arguments.services, &[])?;
        chosen
    };
    let Some(project) = project else {
        return Err(Fault::new(FaultKind::NotFound, "watch", &reference.project)
            .because("the stack is known by its containers only, and its files say what to watch")
            .hint("name its files with -f"));
    };
    let Rules { rules, warnings } = rules(&project, &arguments.services)?;
    for warning in &warnings {
        output.toned(&[(Tone::Warning, "! "), (Tone::Plain, warning)])?;
    }
    let engine = context.engine().await?;
    let mut watch = Watch {
        context,
        engine,
        target: TaskTarget::Stack(reference),
        project,
        rules,
        quiet: arguments.quiet,
        prune: arguments.prune,
        output,
    };
    // From here on no change is missed: what happens while the services come up is sent when they are up.
    let mut tree = Tree::new(&watch.rules)?;
    if !arguments.no_up {
        watch
            .task(Operation::Up(UpOptions {
                services: arguments.services,
                build: true,
                ..UpOptions::default()
            }))
            .await?;
    }
    watch.begin(&mut tree).await?;
    watch.go_on(&mut tree).await
}

struct Watch<'run> {
    context: &'run Context,
    engine: Engine,
    target: TaskTarget,
    project: Project,
    rules: Vec<Rule>,
    quiet: bool,
    prune: bool,
    output: Output,
}

impl Watch<'_> {
    /// Says what is watched, and sends what the images do not have yet.
    async fn begin(&mut self, tree: &mut Tree) -> Result<(), Fault> {
        for rule in &self.rules {
            let path = rule.path.display().to_string();
            if self.output.json {
                print_json(&json!({ "event": "watching", "service": rule.service, "path": path }))?;
            } else {
                self.output.toned(&[
                    (Tone::Dim, "watching "),
                    (Tone::Plain, &path),
                    (Tone::Dim, " for "),
                    (Tone::Plain, &rule.service),
                ])?;
            }
        }
        self.send_newer(tree, None).await
    }

    /// What the images do not have yet, of all services or of one.
    async fn send_newer(&self, tree: &mut Tree, service: Option<&str>) -> Result<(), Fault> {
        for rule in self.rules.iter().filter(|rule| rule.initial_sync) {
            if service.is_some_and(|service| service != rule.service) {
                continue;
            }
            let changed = newer::than_image(&self.engine, &self.project, rule, tree).await?;
            for job in jobs([rule], &changed) {
                // A service that has only just begun needs neither a restart nor to be told.
                let job = Job { restart: false, commands: Vec::new(), ..job };
                deliver(&self.engine, &self.project.name, &job, self.output).await?;
            }
        }
        Ok(())
    }

    /// Until Ctrl-C.
    async fn go_on(&mut self, tree: &mut Tree) -> Result<u8, Fault> {
        let mut pending = Pending::default();
        loop {
            tokio::select! {
                ended = interrupted() => return ended,
                changed = tree.next() => pending.extend(changed, Instant::now()),
                () = at(pending.due()) => {
                    let changed = tree.settle(pending.take(), &self.rules)?;
                    let found = jobs(&self.rules, &changed);
                    tokio::select! {
                        ended = interrupted() => return ended,
                        reacted = self.react(&found, tree) => reacted?,
                    }
                }
            }
        }
    }

    /// A job that fails ends nothing: the next change may be what mends it.
    async fn react(&self, jobs: &[Job], tree: &mut Tree) -> Result<(), Fault> {
        for job in jobs {
            match self.work(job, tree).await {
                Err(fault) if fault.kind == FaultKind::Cancelled => return Err(fault),
                Err(fault) => report::warn(&fault, self.output),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    async fn work(&self, job: &Job, tree: &mut Tree) -> Result<(), Fault> {
        if job.rebuild {
            self.rebuild(&job.service).await?;
            return self.send_newer(tree, Some(&job.service)).await;
        }
        if !job.files.is_empty() {
            deliver(&self.engine, &self.project.name, job, self.output).await?;
        }
        if job.restart {
            self.task(Operation::Restart {
                services: vec![job.service.clone()],
                no_deps: false,
                timeout: None,
            })
            .await?;
        }
        Ok(())
    }

    async fn rebuild(&self, service: &str) -> Result<(), Fault> {
        let image = || async {
            let reference =
                self.project.services.get(service).map(|service| service.image_name(&self.project.name));
            let found = self.engine.image(&reference.unwrap_or_default()).await?;
            Ok::<_, Fault>(found.map(|image| image.id))
        };
        let before = image().await?;
        let services = vec![service.to_owned()];
        self.task(Operation::Up(UpOptions { services, build: true, no_deps: true, ..UpOptions::default() }))
            .await?;
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

    async fn task(&self, operation: Operation) -> Result<(), Fault> {
        let request = TaskRequest { operation, target: self.target.clone() };
        let store = self.context.store()?;
        let id = store.submit(request, &self.context.endpoint()?.to_string(), Timestamp::now())?;
        if self.quiet { attach_quietly(&store, &id).await } else { attach(&store, &id, self.output).await }
            .map(drop)
    }
}

/// Ends when somebody presses Ctrl-C, with the exit code of what was ended on request.
async fn interrupted() -> Result<u8, Fault> {
    let pressed = tokio::signal::ctrl_c().await;
    pressed.map(|()| 130).map_err(|error| Fault::io("wait for", "Ctrl-C", &error))
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}
