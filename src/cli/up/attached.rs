//! `up` that stays with what it has started: its logs are shown until it has ended, or until it is to be ended.

mod follow;

use super::super::change;
use super::super::context::Context;
use super::super::logs::Look;
use super::super::output::Output;
use super::super::stack::choose;
use crate::compose::file::Project;
use crate::domain::{Container, ContainerId, Fault, FaultKind, Operation, UpOptions};
use crate::engine::{Engine, LogRequest};
use follow::{Cause, Followed, follow};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What has `up` stay, and what it shows meanwhile.
#[expect(clippy::struct_excessive_bools, reason = "flags of the command line")]
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Stay {
    /// Stay, stop everything once a container has ended, and end with its exit code
    #[arg(long, conflicts_with_all = ["detach", "wait", "no_start", "abort_on_container_failure"])]
    abort_on_container_exit: bool,
    /// The same, once a container has ended with an exit code other than 0
    #[arg(long, conflicts_with_all = ["detach", "wait", "no_start"])]
    abort_on_container_failure: bool,
    /// Stop everything once a container has ended, and end with the exit code of this service's
    #[arg(long, value_name = "SERVICE", conflicts_with_all = ["detach", "wait", "no_start"])]
    exit_code_from: Option<String>,
    /// Stay, and show the logs of these services only
    #[arg(long, value_name = "SERVICE", conflicts_with_all = ["detach", "wait", "no_start", "attach_dependencies"])]
    attach: Vec<String>,
    /// Stay, and show the logs of what the named services depend on too
    #[arg(long, conflicts_with_all = ["detach", "wait", "no_start"])]
    attach_dependencies: bool,
    /// Stay, and leave the logs of these services out
    #[arg(long, value_name = "SERVICE", conflicts_with_all = ["detach", "wait", "no_start"])]
    no_attach: Vec<String>,
    #[command(flatten)]
    look: Look,
    /// Show the time of each line
    #[arg(long)]
    timestamps: bool,
}

impl Stay {
    /// Plain `up` ends once everything is up: the task goes on without its terminal, and `logs -f` shows the rest.
    pub fn stays(&self) -> bool {
        self.aborts()
            || self.abort_on_container_failure
            || self.attach_dependencies
            || !self.attach.is_empty()
            || !self.no_attach.is_empty()
    }

    fn aborts(&self) -> bool {
        self.abort_on_container_exit || self.exit_code_from.is_some()
    }

    /// Whether a container that ended with this code takes the others with it.
    fn ends_all(&self, code: i64) -> bool {
        if self.exit_code_from.is_none() && self.abort_on_container_failure {
            code != 0
        } else {
            self.aborts()
        }
    }
}

pub async fn run(context: &Context, options: UpOptions, stay: &Stay, output: Output) -> Result<u8, Fault> {
    let chosen = choose(context).await?;
    let named: Vec<String> =
        stay.attach.iter().chain(&stay.no_attach).chain(&stay.exit_code_from).cloned().collect();
    chosen.check_services(&named, &[])?;
    let project = chosen.needed("bring up")?;
    let engine = context.engine().await?;
    let before = started(&engine, &project.name).await?;
    let (services, timeout) = (options.named(), options.timeout);
    let brought = brought_up(project, &options);
    let shown = shown(project, &options, stay, &brought);
    change::run(context, Operation::Up(options), &services, output).await?;
    let mut followed = Vec::new();
    for container in engine.containers(Some(&project.name)).await? {
        let Some(labels) = container.compose.as_ref().filter(|labels| !labels.oneoff) else { continue };
        if !brought.contains(&labels.service) {
            continue;
        }
        let shown = shown.contains(&labels.service);
        let container = engine.inspect(&container.id).await?;
        let earlier = before.get(&container.id);
        let anew = earlier != Some(&started_at(&container));
        if anew || container.is_running() {
            // A first line may be older than the moment that the daemon notes as the start.
            let ended_before = container.details.as_ref().and_then(|details| details.finished_at);
            let log = LogRequest {
                follow: true,
                tail: (!anew).then_some(0),
                since: ended_before.filter(|_| earlier.is_some() && anew),
                ..LogRequest::default()
            };
            followed.push(Followed { container, shown, log });
        }
    }
    let ended = follow(&engine, &followed, stay, output).await?;
    if let Cause::AllEnded = ended {
        return Ok(0);
    }
    let why = if matches!(ended, Cause::Interrupted) { "stopping" } else { "aborting on container exit" };
    Output::aside().line(why)?;
    change::run(context, Operation::Stop { services: Vec::new(), timeout }, &[], output).await?;
    let code = match (ended, &stay.exit_code_from) {
        (Cause::Interrupted, _) => return Ok(130),
        (_, Some(service)) => exit_code_of(&engine, &followed, service).await?,
        (Cause::Ended(code), None) => code,
        (Cause::AllEnded, None) => 0,
    };
    Ok(u8::try_from(code).unwrap_or(u8::MAX))
}

/// When each container of the project was started last.
async fn started(engine: &Engine, project: &str) -> Result<BTreeMap<ContainerId, Option<Timestamp>>, Fault> {
    let mut started = BTreeMap::new();
    for container in engine.containers(Some(project)).await? {
        let container = engine.inspect(&container.id).await?;
        started.insert(container.id.clone(), started_at(&container));
    }
    Ok(started)
}

fn started_at(container: &Container) -> Option<Timestamp> {
    container.details.as_ref().and_then(|details| details.started_at)
}

/// The services that this `up` is about.
fn brought_up(project: &Project, options: &UpOptions) -> BTreeSet<String> {
    if options.services.is_empty() {
        return project.services.keys().cloned().collect();
    }
    if options.no_deps {
        return options.services.iter().cloned().collect();
    }
    let mut kept = project.clone();
    kept.keep_only(&options.services);
    kept.services.into_keys().collect()
}

/// Those of which the logs are shown.
fn shown(
    project: &Project,
    options: &UpOptions,
    stay: &Stay,
    brought: &BTreeSet<String>,
) -> BTreeSet<String> {
    let wanted = |name: &&String| {
        let by_file = || project.service(name).is_none_or(|service| service.attach != Some(false));
        let meant = if !stay.attach.is_empty() {
            stay.attach.contains(name)
        } else if stay.attach_dependencies || options.services.is_empty() {
            by_file()
        } else {
            options.services.contains(name) && by_file()
        };
        meant && !stay.no_attach.contains(name)
    };
    brought.iter().filter(wanted).cloned().collect()
}

/// How the service's container ended, now that nothing runs any more.
async fn exit_code_of(engine: &Engine, followed: &[Followed], service: &str) -> Result<i64, Fault> {
    let of_service = followed
        .iter()
        .find(|followed| followed.container.compose.as_ref().is_some_and(|labels| labels.service == service));
    let none = || {
        Fault::new(FaultKind::NotFound, "tell exit code of", service)
            .because("it has no container")
            .hint("name it among the services, or leave them all out")
    };
    let container = engine.inspect(&of_service.ok_or_else(none)?.container.id).await?;
    Ok(container.details.map_or(0, |details| details.exit_code))
}
