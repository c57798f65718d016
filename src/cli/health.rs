//! `health`: runs the checks once, or until all is up.

mod broken;

use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::report;
use super::stack::{choose_or_all, unknown};
use super::stacks;
use super::table::Table;
use crate::domain::{
    CheckReport, CheckSpec, Container, ContainerState, Fault, FaultKind, Health, Verdict, units,
};
use crate::engine::Engine;
use crate::health::{Dialer, Gpus, Prober, check_once, unfiled};
use futures_util::StreamExt;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const AT_ONCE: usize = 16;
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Nobody waits for longer, and a clock does not go as far as numbers do.
const LONGEST: Duration = Duration::from_hours(30 * 24);

const ALL_UP: u8 = 0;
const SOMETHING_DOWN: u8 = 1;
const COULD_NOT_CHECK: u8 = 2;

#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// Try again until all is up, for so many seconds at the most
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
}

/// Has exit codes of its own, so that a script can tell "down" from "do not know".
pub async fn run(context: &Context, arguments: &Arguments, output: Output) -> u8 {
    let wait = arguments.wait.map(Duration::from_secs);
    let checked = check(context, wait, &arguments.services, output).await;
    checked.unwrap_or_else(|fault| {
        report::warn(&fault, output);
        fault_code(&fault)
    })
}

async fn check(
    context: &Context,
    wait: Option<Duration>,
    services: &[String],
    output: Output,
) -> Result<u8, Fault> {
    let endpoint = context.endpoint()?;
    let engine = Engine::connect(&endpoint).await?;
    let prober = Prober { dialer: Dialer::Network, endpoint: Some(endpoint), gpus: Gpus::default() };
    let containers = engine.fleet().await?;
    let (scope, specs) = specs(context, services, &containers).await?;
    let deadline = wait.map(|wait| Instant::now() + wait.min(LONGEST));
    loop {
        let mut reports = check_all(&specs, &prober, &engine, &scope).await?;
        if specs.is_empty() && reports.is_empty() {
            // What there is no check of is not known to be well, but it is there.
            return Err(unchecked(services));
        }
        reports.sort_by(|one, other| {
            (&one.id.stack, &one.id.service).cmp(&(&other.id.stack, &other.id.service))
        });
        let code = exit_code(&reports);
        if code == ALL_UP || deadline.is_none_or(|deadline| Instant::now() >= deadline) {
            return print(&reports, output).map(|()| code);
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

/// Which containers are asked about.
struct Scope {
    /// `None` is every stack.
    stack: Option<String>,
    /// Empty is every service.
    services: Vec<String>,
}

impl Scope {
    fn counts(&self, stack: &str, service: &str) -> bool {
        self.stack.as_ref().is_none_or(|of| of == stack)
            && (self.services.is_empty() || self.services.iter().any(|of| of == service))
    }
}

/// The checks of the stack that is meant, else those of all stacks of which something is deployed.
async fn specs(
    context: &Context,
    services: &[String],
    containers: &[Container],
) -> Result<(Scope, Vec<CheckSpec>), Fault> {
    let mut scope = Scope { stack: None, services: services.to_vec() };
    let mut specs = if let Some(chosen) = choose_or_all(context).await? {
        chosen.check_services(services, containers)?;
        scope.stack = Some(chosen.reference.project.clone());
        if chosen.project.is_some() {
            chosen.file().checks
        } else {
            let mut derived = unfiled(containers, &BTreeSet::new());
            derived.retain(|spec| spec.id.stack == chosen.reference.project);
            derived
        }
    } else {
        let deployed: BTreeSet<&str> = containers
            .iter()
            .filter_map(|container| Some(container.compose.as_ref()?.project.as_str()))
            .collect();
        let listed = stacks::all(context, containers).into_iter().filter_map(|listed| listed.file.ok());
        let files: Vec<_> =
            listed.filter(|file| deployed.contains(file.reference.project.as_str())).collect();
        let declared =
            files.iter().flat_map(|file| file.services.iter().map(|service| service.name.as_str()));
        let present =
            containers.iter().filter_map(|container| Some(container.compose.as_ref()?.service.as_str()));
        let mut known: Vec<&str> = declared.chain(present).collect();
        known.sort_unstable();
        known.dedup();
        if let Some(name) = services.iter().find(|name| !known.contains(&name.as_str())) {
            return Err(unknown("service", name, name, &known));
        }
        let with_files: BTreeSet<&str> = files.iter().map(|file| file.reference.project.as_str()).collect();
        let derived = unfiled(containers, &with_files);
        files.into_iter().flat_map(|file| file.checks).chain(derived).collect()
    };
    specs.retain(|spec| services.is_empty() || services.contains(&spec.id.service));
    Ok((scope, specs))
}

fn unchecked(services: &[String]) -> Fault {
    Fault::new(FaultKind::Invalid, "check", services.join(" "))
        .because("there is no health check for it")
        .hint("give the service a `healthcheck`, or name checks under `x-mcp.checks` in the stack's file")
}

async fn check_all(
    specs: &[CheckSpec],
    prober: &Prober,
    engine: &Engine,
    scope: &Scope,
) -> Result<Vec<CheckReport>, Fault> {
    let fleet = Some(Arc::new(in_detail(engine, scope).await?));
    let checks = specs.iter().map(|spec| check_once(spec, prober, &fleet));
    let mut reports: Vec<CheckReport> = futures_util::stream::iter(checks).buffered(AT_ONCE).collect().await;
    let asked = specs.iter().map(|spec| (spec.id.stack.as_str(), spec.id.service.as_str())).collect();
    let containers = fleet.as_deref().map(Vec::as_slice).unwrap_or_default();
    let counts = |stack: &str, service: &str| scope.counts(stack, service);
    reports.extend(broken::reports(containers, &asked, counts, Timestamp::now()));
    Ok(reports)
}

/// The containers there are. Why one of those that are meant does not do its work only an inspect tells.
async fn in_detail(engine: &Engine, scope: &Scope) -> Result<Vec<Container>, Fault> {
    let containers = engine.fleet().await?;
    let complete = containers.into_iter().map(|container| async move {
        let counts =
            container.compose.as_ref().is_some_and(|labels| scope.counts(&labels.project, &labels.service));
        if counts && (container.health != Some(Health::Healthy) || container.state != ContainerState::Running)
        {
            // One that is gone meanwhile, or that cannot be looked into, stays as it was listed.
            engine.inspect(&container.id).await.unwrap_or(container)
        } else {
            container
        }
    });
    Ok(futures_util::stream::iter(complete).buffered(AT_ONCE).collect().await)
}

/// What does not exist will not come up by waiting, as for every other command; anything else is "do not know".
fn fault_code(fault: &Fault) -> u8 {
    if fault.kind == FaultKind::NotFound { fault.exit_code() } else { COULD_NOT_CHECK }
}

fn exit_code(reports: &[CheckReport]) -> u8 {
    let any = |verdicts: &[Verdict]| reports.iter().any(|report| verdicts.contains(&report.verdict));
    if any(&[Verdict::Down, Verdict::Degraded, Verdict::Starting]) {
        SOMETHING_DOWN
    } else if any(&[Verdict::Unknown]) {
        COULD_NOT_CHECK
    } else {
        ALL_UP
    }
}

fn print(reports: &[CheckReport], output: Output) -> Result<(), Fault> {
    if output.json {
        return print_json(reports);
    }
    let mut table = Table::new(&["STACK", "SERVICE", "CHECK", "VERDICT", "TIME", "MESSAGE"], "no checks");
    for report in reports {
        // The sum, and where there are several, each replica below it.
        table.row(row(report, report.label.to_string()));
        for replica in report.replicas.iter().filter(|_| report.replicas.len() > 1) {
            let name = replica.replica.as_ref().map_or("", |replica| replica.name.as_str());
            table.row(row(replica, format!("  {name}")));
        }
    }
    table.print(output)
}

fn row(report: &CheckReport, what: String) -> Vec<(Tone, String)> {
    let tone = match report.verdict {
        Verdict::Unknown => Tone::Dim,
        Verdict::Starting | Verdict::Degraded => Tone::Warning,
        Verdict::Up => Tone::Good,
        Verdict::Down => Tone::Bad,
    };
    vec![
        (Tone::Plain, report.id.stack.clone()),
        (Tone::Plain, report.id.service.clone()),
        (Tone::Plain, what),
        (tone, report.verdict.word().to_owned()),
        (Tone::Plain, report.latency.map_or_else(|| "–".to_owned(), units::duration)),
        (Tone::Plain, report.message.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CheckId;

    fn report(verdict: Verdict) -> CheckReport {
        let id = CheckId { stack: "s".to_owned(), service: "a".to_owned(), name: "n".to_owned() };
        CheckReport { verdict, ..CheckReport::new(id, "tcp 80") }
    }

    #[test]
    fn what_does_not_exist_is_not_merely_unchecked() {
        let code = |kind| fault_code(&Fault::new(kind, "check", "web"));
        assert_eq!(code(FaultKind::NotFound), 4);
        assert_eq!([code(FaultKind::Unreachable), code(FaultKind::Invalid)], [2, 2]);
    }

    #[test]
    fn down_outweighs_unknown_and_both_outweigh_up() {
        let code =
            |verdicts: &[Verdict]| exit_code(&verdicts.iter().copied().map(report).collect::<Vec<_>>());
        assert_eq!(code(&[Verdict::Up, Verdict::Up]), 0);
        assert_eq!(code(&[Verdict::Up, Verdict::Unknown, Verdict::Down]), 1);
        assert_eq!(code(&[Verdict::Starting]), 1);
        assert_eq!(code(&[Verdict::Up, Verdict::Unknown]), 2);
    }
}
