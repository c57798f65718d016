//! Follows a plan, step by step, and goes back where a step fails.

use super::database::Databases;
use super::look::Facts;
use super::plan::{Action, Course};
use super::settle::{Teller, back, let_previous_go};
use super::site::Site;
use super::state::{Pending, Phase, Way};
use super::target::{DatabaseTarget, DirectoryTarget, Place, Target};
use super::{cancelled, may_die_at, redis, roles, services};
use crate::backup::feed::{Feed, Rules, Watch};
use crate::backup::manifest::Content;
use crate::backup::source::Shelf;
use crate::backup::take::{Order, take};
use crate::backup::workshop::Workshop;
use crate::backup::{Found, ManifestPart, Survey, check, proof};
use crate::domain::{Fault, FaultKind, Plan, RestoreOptions, TaskEvent, secret, units};
use crate::engine::Engine;
use jiff::Timestamp;
use serde_json::json;
use std::cell::RefCell;
use std::path::Path;

pub struct Run<'run> {
    pub engine: &'run Engine,
    pub root: &'run Path,
    pub facts: &'run Facts,
    pub options: &'run RestoreOptions,
    /// Where the parts are read from.
    pub shelf: Shelf,
    pub id: String,
    /// What the safety backup takes.
    pub survey: Option<&'run Survey>,
    pub cancelled: &'run dyn Fn() -> bool,
}

/// Reports the steps of the plan by their numbers. It is all new when this succeeds, and all old when it fails, unless
/// the fault says otherwise.
pub async fn carry_out(
    run: &Run<'_>,
    course: &Course,
    progress: &mut dyn FnMut(TaskEvent),
) -> Result<(), Fault> {
    let Run { engine, root, facts, .. } = run;
    if let Some(agreed) = &run.options.agreed
        && *agreed != course.plan.fingerprint()
    {
        return Err(Fault::new(FaultKind::Conflict, "restore", &facts.stack)
            .because("the stack is not as it was when the plan was agreed to")
            .hint("ask again, and read the new plan"));
    }
    let workshop = Workshop::open(engine, root).await?;
    let site = Site { engine, workshop: &workshop, containers: &facts.containers };
    let progress = RefCell::new(progress);
    let tell = |event: TaskEvent| (progress.borrow_mut())(event);
    let bundle = &facts.manifest.name;
    let endpoint = engine.endpoint().to_string();
    let mut pending = Pending::new(run.id.clone(), &facts.stack, bundle, endpoint, Timestamp::now());
    pending.targets.clone_from(&course.targets);
    pending.ran.clone_from(&course.ran);
    let waits = |pending: &&Pending| pending.phase.way() == Way::Decide;
    pending.previous = facts.pending.as_ref().filter(waits).cloned().map(Box::new);
    let follow = Follow { run, course, site: &site, tell: &tell };
    let mut begun = false;
    let done = follow.all(&mut pending, &mut begun).await;
    let done = match done {
        Ok(()) => Ok(()),
        Err(fault) if begun => {
            let unchanged = match pending.roles.as_slice() {
                [] => "all is as it was before",
                _ => "all is as it was before, but for the roles that were made",
            };
            let mut heard = |event| tell(event);
            let mut say = Teller::new(&mut heard, Plan::default());
            Err(match back(&site, root, &mut pending, &mut say).await {
                Ok(None) => fault.because(unchanged),
                Ok(Some(down)) => fault.because("all data is as it was before").and(down),
                Err(other) => fault
                    .because(format!("and it could not be put back as it was: {}", other.sentence()))
                    .hint(format!("mend that, then `mcp-tui -s {} backup undo`", facts.stack)),
            })
        }
        Err(fault) => Err(fault),
    };
    workshop.clear_own().await;
    done
}

struct Follow<'run> {
    run: &'run Run<'run>,
    course: &'run Course,
    site: &'run Site<'run>,
    tell: &'run dyn Fn(TaskEvent),
}

impl Follow<'_> {
    async fn all(&self, pending: &mut Pending, begun: &mut bool) -> Result<(), Fault> {
        for (number, action) in self.course.actions.iter().enumerate() {
            if (self.run.cancelled)() && matches!(pending.phase, Phase::Staging | Phase::Stopping) {
                return Err(cancelled(&self.run.facts.stack));
            }
            (self.tell)(TaskEvent::StepStarted { step: number });
            let done = self.one(number, action, pending, begun).await;
            (self.tell)(TaskEvent::StepFinished { step: number, fault: done.as_ref().err().cloned() });
            done?;
        }
        pending.enter(self.run.root, Phase::Waiting)?;
        may_die_at("waiting");
        (self.tell)(TaskEvent::Output { text: pending.sentence(Timestamp::now()) });
        Ok(())
    }

    async fn one(
        &self,
        number: usize,
        action: &Action,
        pending: &mut Pending,
        begun: &mut bool,
    ) -> Result<(), Fault> {
        let root = self.run.root;
        match action {
            Action::Check => self.check(number).await,
            Action::Accept => let_previous_go(self.site, root, pending).await,
            Action::Roles(service) => {
                self.begin(pending, begun)?;
                self.make_roles(service, pending).await
            }
            Action::Stage(target) => {
                self.begin(pending, begun)?;
                self.make_volume(*target, pending).await?;
                let staged = self.stage(number, &pending.targets[*target]).await;
                may_die_at("staged");
                staged
            }
            Action::Safety => {
                let saved = self.safety(number, pending).await;
                may_die_at("saved");
                saved
            }
            Action::Stop(one) => {
                pending.enter(root, Phase::Stopping)?;
                may_die_at("stopping");
                services::stop(self.site.engine, &pending.ran[*one]).await
            }
            Action::Switch(group) => {
                if pending.phase == Phase::Staging {
                    pending.enter(root, Phase::Stopping)?;
                }
                pending.enter(root, Phase::Switching)?;
                may_die_at("switching");
                let targets: Vec<&Target> = group.iter().map(|number| &pending.targets[*number]).collect();
                self.site.switch(&targets, &pending.targets).await?;
                may_die_at("switched");
                Ok(())
            }
            Action::Start(one) => {
                self.all_new(pending)?;
                let tell = |text: &str| self.say(number, text);
                let remark = services::start(self.site.engine, &pending.ran[*one], &tell).await?;
                if let Some(text) = remark {
                    (self.tell)(TaskEvent::Output { text });
                }
                Ok(())
            }
            Action::Prove => {
                self.all_new(pending)?;
                self.prove(&pending.targets).await
            }
        }
    }

    /// What it is at is written down before its first change.
    fn begin(&self, pending: &Pending, begun: &mut bool) -> Result<(), Fault> {
        if !*begun {
            pending.write(self.run.root)?;
            *begun = true;
            may_die_at("staging");
        }
        Ok(())
    }

    /// Nothing in use is touched by them: nobody has a role that was not there.
    async fn make_roles(&self, service: &str, pending: &mut Pending) -> Result<(), Fault> {
        let of_service = |target: &Target| match target {
            Target::Database(target) if target.service == service => Some(target.clone()),
            Target::Database(_) | Target::Directory(_) => None,
        };
        let target = pending.targets.iter().find_map(of_service);
        let part = roles::part_of(&self.run.facts.manifest, service);
        let (Some(target), Some(part)) = (target, part) else { return Ok(()) };
        let server = self.site.server(&target, &self.course.targets)?;
        let databases = Databases { engine: self.site.engine, server: &server };
        let made = roles::make(&databases, &roles::read(&self.run.shelf, part).await?).await?;
        if !made.is_empty() {
            pending.roles.push(format!("{} of {service}", made.join(", ")));
            pending.write(self.run.root)?;
        }
        may_die_at("roles made");
        Ok(())
    }

    fn all_new(&self, pending: &mut Pending) -> Result<(), Fault> {
        if pending.phase == Phase::Switching {
            pending.switched = Some(Timestamp::now());
            pending.enter(self.run.root, Phase::Starting)?;
            may_die_at("starting");
        }
        Ok(())
    }

    fn say(&self, step: usize, text: &str) {
        (self.tell)(TaskEvent::StepProgress { step, done: None, total: None, text: text.to_owned() });
    }

    fn count(&self, step: usize, done: u64, total: u64) {
        let text = format!("{} of {}", units::bytes(done), units::bytes(total));
        (self.tell)(TaskEvent::StepProgress { step, done: Some(done), total: Some(total), text });
    }

    /// Every byte of the bundle, and that there is nothing else in it.
    async fn check(&self, number: usize) -> Result<(), Fault> {
        let Facts { found, manifest, .. } = self.run.facts;
        let total = manifest.stored().iter().map(|part| part.bytes).sum();
        let told = |done| self.count(number, done, total);
        let watch = Watch { told: &told, cancelled: self.run.cancelled };
        check::check(None, self.run.root, found, &watch).await.map(drop)
    }

    async fn stage(&self, number: usize, target: &Target) -> Result<(), Fault> {
        let facts = self.run.facts;
        let part = facts.manifest.parts.iter().find(|part| part.part.path == target.part());
        let part = part.ok_or_else(|| {
            Fault::new(FaultKind::Internal, "stage", target.part()).because("the manifest lost it")
        })?;
        let total = part.raw_bytes();
        let told = |done: u64| self.count(number, done, total);
        let watch = Watch { told: &told, cancelled: self.run.cancelled };
        match (target, &part.content) {
            (Target::Database(target), Content::Postgres(wanted)) => {
                let server = self.site.server(target, &self.course.targets)?;
                let databases = Databases { engine: self.site.engine, server: &server };
                let directory = facts.servers.get(&target.service).and_then(|live| live.directory.as_deref());
                let feed = Feed::new(&self.run.shelf, part, None);
                databases.stage(target, (wanted, directory), feed, &watch).await
            }
            (Target::Directory(target), Content::Redis(wanted)) => {
                let files =
                    facts.redis.get(&wanted.service).map(|live| live.files.clone()).unwrap_or_default();
                let feed = Feed::new(&self.run.shelf, part, None);
                redis::stage(&self.site.directories(), target, (&files, wanted), feed, &watch).await
            }
            (Target::Directory(target), Content::Volume(wanted)) => {
                let seen = wanted.mounted.iter().map(|mounted| mounted.target.clone()).collect();
                self.unpack(target, part, seen, &watch).await
            }
            (Target::Directory(target), Content::Bind(wanted) | Content::Files(wanted)) => {
                let seen = wanted.target.iter().chain([&wanted.path]).cloned().collect();
                self.unpack(target, part, seen, &watch).await
            }
            (Target::Database(_) | Target::Directory(_), other) => {
                Err(Fault::new(FaultKind::Internal, "stage", target.label())
                    .because(format!("it cannot be made of {}", other.word())))
            }
        }
    }

    async fn unpack(
        &self,
        target: &DirectoryTarget,
        part: &ManifestPart,
        seen_at: Vec<String>,
        watch: &Watch<'_>,
    ) -> Result<(), Fault> {
        let Some(archive) = part.content.archive() else { return Ok(()) };
        let rules = Rules {
            object: target.label.clone(),
            entries: archive.entries,
            raw_bytes: part.raw_bytes(),
            top: target.names.first().cloned().filter(|_| matches!(target.place, Place::Host(_))),
            seen_at,
            links_outside: self.run.options.force,
        };
        let feed = Feed::new(&self.run.shelf, part, Some(rules));
        self.site.directories().stage(target, feed, archive.is_gnu(), watch).await
    }

    /// A volume that is not there, as the Compose tools would make it: they must know it for theirs.
    async fn make_volume(&self, target: usize, pending: &mut Pending) -> Result<(), Fault> {
        let part = pending.targets[target].part();
        let part = self.run.facts.manifest.parts.iter().find(|other| other.part.path == part);
        let Some(Content::Volume(wanted)) = part.map(|part| &part.content) else { return Ok(()) };
        if self.site.engine.volume(&wanted.volume).await?.is_some() {
            return Ok(());
        }
        if wanted.options.values().any(|value| value.contains(secret::MASK)) {
            return Err(Fault::new(FaultKind::Conflict, "create", format!("volume {}", wanted.volume))
                .because("its driver is given a secret, and no backup holds that")
                .hint("make the volume by the stack's own file, with `mcp-tui create` or by hand, and restore then"));
        }
        pending.made.push(wanted.volume.clone());
        pending.write(self.run.root)?;
        let body = json!({
            "Name": wanted.volume,
            "Driver": if wanted.driver.is_empty() { "local" } else { &wanted.driver },
            "DriverOpts": wanted.options,
            "Labels": wanted.labels,
        });
        self.site.engine.create_volume(&body).await.map(drop)
    }

    /// The backup of what is there now, checked and kept from every pruning.
    async fn safety(&self, number: usize, pending: &mut Pending) -> Result<(), Fault> {
        let Some(survey) = self.run.survey else {
            return Err(Fault::new(FaultKind::Internal, "back up", &self.run.facts.stack)
                .because("nobody looked at what there is to take"));
        };
        let before = Some(self.run.facts.manifest.name.as_str());
        let order = Order { survey, root: self.run.root, now: Timestamp::now(), before };
        let mut tell = |event: TaskEvent| match event {
            TaskEvent::StepProgress { done, total, text, .. } => {
                (self.tell)(TaskEvent::StepProgress { step: number, done, total, text });
            }
            TaskEvent::Output { text } => (self.tell)(TaskEvent::Output { text: format!("safety {text}") }),
            other => drop(other),
        };
        let entry = take(self.site.engine, order, &mut tell, self.run.cancelled).await?;
        // It is known before it is pinned: whoever undoes this restore has to let go of it.
        pending.safety = Some(entry.name.clone());
        pending.write(self.run.root)?;
        proof::pin(&entry.directory, true)?;
        let found = Found { stack: entry.stack, name: entry.name, directory: entry.directory };
        let watch = Watch { told: &|_| (), cancelled: self.run.cancelled };
        check::check(None, self.run.root, &found, &watch).await.map(drop)
    }

    /// The databases in use are those that were restored, and answer under their names.
    async fn prove(&self, targets: &[Target]) -> Result<(), Fault> {
        for target in targets {
            let Target::Database(target) = target else { continue };
            self.prove_database(target, targets).await?;
        }
        Ok(())
    }

    async fn prove_database(&self, target: &DatabaseTarget, all: &[Target]) -> Result<(), Fault> {
        let server = self.site.server(target, all)?;
        let databases = Databases { engine: self.site.engine, server: &server };
        let tables = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
             AND n.nspname NOT LIKE 'pg\\_%'";
        let found: u64 = databases.ask_in(&target.database, tables).await?.trim().parse().unwrap_or_default();
        let part = self.run.facts.manifest.parts.iter().find(|part| part.part.path == target.part);
        let wanted = match part.map(|part| &part.content) {
            Some(Content::Postgres(database)) => database.row_estimates.len() as u64,
            Some(_) | None => 0,
        };
        if found >= wanted {
            return Ok(());
        }
        Err(Fault::new(FaultKind::Refused, "check", target.label())
            .because(format!("it has {found} tables instead of {wanted}")))
    }
}
