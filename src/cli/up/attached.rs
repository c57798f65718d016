//! `up` that stays with what it has started: its logs are shown until it has ended, or until it is to be ended.

mod ends;

use super::super::brought::{Before, containers, service};
use super::super::change;
use super::super::context::Context;
use super::super::interrupts::{ENDED, Interrupts};
use super::super::logs::{Follower, Form, Look};
use super::super::output::Output;
use super::super::stack::choose;
use crate::compose::file::Project;
use crate::domain::{Container, Fault, FaultKind, Operation, UpOptions};
use ends::{Cause, Ends};
use std::collections::BTreeSet;

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
    let before = Before::of(&engine, &project.name).await?;
    let (services, named, timeout) = (options.named(), options.services.clone(), options.timeout);
    let brought = brought_up(project, &options);
    let shown = shown(project, &options, stay, &brought);
    let form = Form { look: stay.look, timestamps: stay.timestamps };
    let mut logs = Follower::of(&engine, &project.name, shown.clone(), form, output).await?;
    // One listener from here on: no Ctrl-C is lost on the way from the task to the logs.
    let mut interrupts = Interrupts::new()?;
    change::run(context, Operation::Up(options), &services, output).await?;
    let mut now = containers(&engine, &project.name, &brought).await?;
    let services = before.to_stop(&named, &now);
    now.retain(|container| before.is_anew(container) || container.is_running());
    let ends = Ends {
        engine: &engine,
        project: &project.name,
        brought: &brought,
        shown: &shown,
        closed: logs.closed(),
        stay,
        output,
    };
    let ended = tokio::select! {
        ended = ends.follow(now) => ended?,
        failed = logs.follow() => match failed? {},
        () = interrupts.next() => Cause::Interrupted,
    };
    if let Cause::AllEnded = ended {
        return Ok(0);
    }
    let why = match ended {
        Cause::Interrupted | Cause::AllEnded => "stopping",
        Cause::Ended(_) if stay.abort_on_container_failure => "aborting on container failure",
        Cause::Ended(_) => "aborting on container exit",
    };
    Output::aside().line(why)?;
    change::run(context, Operation::Stop { services, timeout }, &[], output).await?;
    let code = match (ended, &stay.exit_code_from) {
        (Cause::Interrupted, _) => return Ok(ENDED),
        (_, Some(service)) => exit_code_of(&containers(&engine, &project.name, &brought).await?, service)?,
        (Cause::Ended(code), None) => code,
        (Cause::AllEnded, None) => 0,
    };
    Ok(u8::try_from(code).unwrap_or(u8::MAX))
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
fn exit_code_of(containers: &[Container], of: &str) -> Result<i64, Fault> {
    let container = containers.iter().find(|container| service(container) == Some(of)).ok_or_else(|| {
        Fault::new(FaultKind::NotFound, "tell exit code of", of)
            .because("it has no container")
            .hint("name it among the services, or leave them all out")
    })?;
    Ok(container.details.as_ref().map_or(0, |details| details.exit_code))
}
