//! Gathers what the checks before a deploy look at. Nothing is asked that no rule needs, for most `up`s have little to do
//! and are to be quick.

use crate::backup::offsite::{self, Doubt};
use crate::compose::file::{MountKind, Project, Service};
use crate::compose::preflight::{self, Facts};
use crate::compose::{self, Observed};
use crate::domain::plan::ChecklistLine;
use crate::domain::{Fault, Operation, Plan, StackRef, StepVerb};
use crate::engine::Engine;
use crate::probe::host::HostProbe;
use crate::probe::ports::Proc;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// How thoroughly is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// What costs no more than a moment.
    Quick,
    /// Registries and containers' files, too.
    Whole,
}

/// All lines of a stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Preflight {
    pub lines: Vec<ChecklistLine>,
}

/// Looks whether an `up` of the services would work; none named means all.
pub async fn preflight(engine: &Engine, stack: &StackRef, named: &[String]) -> Result<Preflight, Fault> {
    let project = match super::prepare::project(stack) {
        Ok(Some(project)) => project,
        Ok(None) => {
            let found = "the stack is known by its containers only";
            let line = ChecklistLine::failed(
                "compose file",
                found,
                "name its files with -f, or its directory with -s",
            );
            return Ok(Preflight { lines: vec![line] });
        }
        Err(fault) => {
            let lines = fault.each().into_iter().map(|(fault, hint)| {
                ChecklistLine::failed("compose file", fault.sentence(), hint.unwrap_or("mend it"))
            });
            return Ok(Preflight { lines: lines.collect() });
        }
    };
    let observed = compose::observe(engine, &project.name, Some(&project)).await?;
    let services: Vec<&Service> = project
        .services
        .values()
        .filter(|service| named.is_empty() || named.contains(&service.name))
        .collect();
    let facts = gather(engine, &services, &project, &observed, Depth::Whole).await;
    let mut lines = preflight::check(&project, &services, &observed, &facts);
    let policy = &project.mcp.backup.policy;
    let doubts = offsite::doubts(policy.offsite.as_ref(), !policy.encrypt.is_empty()).into_iter();
    lines.extend(doubts.map(|Doubt { found, mend }| ChecklistLine::warning("backups off site", found, mend)));
    Ok(Preflight { lines })
}

/// Whether the checks are made before an operation: only where something is to be made or started.
pub(super) fn is_wanted(operation: &Operation, plan: &Plan) -> bool {
    matches!(operation, Operation::Up(_) | Operation::Update(_)) && !plan.is_empty()
}

/// What is looked at before a plan is carried out: the services that it makes or starts containers of.
pub(super) async fn of_plan(
    engine: &Engine,
    project: &Project,
    observed: &Observed,
    plan: &Plan,
) -> Vec<ChecklistLine> {
    let begins = |verb: StepVerb| {
        matches!(verb, StepVerb::CreateContainer | StepVerb::RecreateContainer | StepVerb::StartContainer)
    };
    let touched: BTreeSet<&str> = plan
        .steps
        .iter()
        .filter(|step| begins(step.verb))
        .filter_map(|step| step.service.as_deref())
        .collect();
    let services: Vec<&Service> = touched.into_iter().filter_map(|name| project.service(name)).collect();
    if services.is_empty() {
        return Vec::new();
    }
    let facts = gather(engine, &services, project, observed, Depth::Quick).await;
    let lines = preflight::check(project, &services, observed, &facts);
    // What the file itself warns of stands on the card already.
    lines.into_iter().filter(|line| line.check != "compose file").collect()
}

/// Why the plan is not carried out.
pub(super) fn refusal(operation: &Operation, plan: &Plan) -> Option<Fault> {
    let goes_on = match operation {
        Operation::Up(options) => options.no_preflight,
        Operation::Update(options) => options.no_preflight,
        _ => true,
    };
    if goes_on { None } else { preflight::refusal(operation.verb(), &plan.checklist) }
}

/// What cannot be had is left out; the rules say nothing of it then.
async fn gather(
    engine: &Engine,
    services: &[&Service],
    project: &Project,
    observed: &Observed,
    depth: Depth,
) -> Facts {
    let daemon = engine.daemon().await.ok();
    let here = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let is_local =
        daemon.as_ref().is_some_and(|daemon| *daemon.name == *here) && engine.endpoint().is_local();
    let mut facts = Facts {
        engine_version: daemon.as_ref().map(|daemon| daemon.version.to_string()),
        is_local,
        cpus: daemon.as_ref().and_then(|daemon| daemon.cpus),
        memory_bytes: daemon.as_ref().and_then(|daemon| daemon.memory_bytes),
        ..Facts::default()
    };
    if services.iter().any(|service| service.device_requests().next().is_some()) {
        facts.runtimes = engine.runtimes().await.ok();
    }
    if is_local {
        let root = daemon.and_then(|daemon| daemon.root_directory).map(|root| root.to_string());
        facts.disk = root.and_then(|root| free(&root));
        facts.has_gpu_toolkit = has_gpu_toolkit();
        facts.gpus =
            Some(std::fs::read_dir("/proc/driver/nvidia/gpus").map_or(0, |gpus| gpus.count() as u64));
        for (port, address) in preflight::wanted_ports(services, observed) {
            if let Ok(Some(listener)) = Proc::host().listener(port)
                && is_taken(address, port)
            {
                let words = match listener.process {
                    Some((pid, name)) => format!("{name} (PID {pid})"),
                    None => "a process of another user".to_owned(),
                };
                facts.listeners.insert(port, words);
            }
        }
        let mounts = services.iter().flat_map(|service| &service.volumes);
        let sources = mounts.filter(|mount| mount.kind == MountKind::Bind).map(|mount| &mount.source);
        facts.missing_paths = sources.filter(|path| !Path::new(path).exists()).cloned().collect();
    }
    for file in project.secrets.values().map(|secret| &secret.file).filter(|file| !file.is_empty()) {
        if let Ok(found) = std::fs::metadata(file) {
            facts.modes.insert(file.clone(), found.permissions().mode());
        }
    }
    if depth == Depth::Whole {
        facts.registry = ask_registries(engine, services, project, observed).await;
        facts.absent_programs = absent_programs(engine, services, observed).await;
    }
    facts
}

/// Of what is neither here nor built.
async fn ask_registries(
    engine: &Engine,
    services: &[&Service],
    project: &Project,
    observed: &Observed,
) -> BTreeMap<String, Result<(), Fault>> {
    let missing = services.iter().filter(|service| service.build.is_none());
    let missing: BTreeSet<String> = missing
        .map(|service| service.image_name(&project.name))
        .filter(|reference| !observed.images.contains_key(reference))
        .collect();
    let asked = missing.into_iter().map(|reference| async move {
        let answer = engine.registry_has(&reference).await;
        (reference, answer)
    });
    futures_util::future::join_all(asked).await.into_iter().collect()
}

/// Looks in a container of each service, where it has one, for what its health check runs.
async fn absent_programs(
    engine: &Engine,
    services: &[&Service],
    observed: &Observed,
) -> BTreeMap<String, String> {
    const DIRECTORIES: [&str; 5] = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
    let mut absent = BTreeMap::new();
    for service in services {
        let (Some(program), Some(container)) =
            (preflight::health_program(service), observed.of_service(&service.name).into_iter().next())
        else {
            continue;
        };
        let mut found = false;
        for directory in DIRECTORIES {
            // What cannot be looked at may be there.
            found |= engine
                .stat_path(&container.id, &format!("{directory}/{program}"))
                .await
                .map_or(true, |stat| stat.is_some());
            if found {
                break;
            }
        }
        if !found {
            absent.insert(service.name.clone(), program.to_owned());
        }
    }
    absent
}

/// The room on the disk that a path is on, by the longest mount point before it.
fn free(path: &str) -> Option<(String, u64)> {
    let disks = HostProbe::new().sample().disks;
    let over = disks.into_iter().filter(|disk| Path::new(path).starts_with(&disk.mount_point));
    let disk = over.max_by_key(|disk| disk.mount_point.len())?;
    Some((path.to_owned(), disk.total_bytes.saturating_sub(disk.used_bytes)))
}

/// Somebody who listens on the port may do so at another address. The attempt ends before anybody could come. Where we may
/// not try, as below 1024, it counts as taken: the daemon may, and would fail.
fn is_taken(address: Option<IpAddr>, port: u16) -> bool {
    let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    TcpListener::bind((address, port)).is_err_and(|error| {
        matches!(error.kind(), std::io::ErrorKind::AddrInUse | std::io::ErrorKind::PermissionDenied)
    })
}

fn has_gpu_toolkit() -> bool {
    const DIRECTORIES: [&str; 3] = ["/usr/bin", "/usr/local/bin", "/usr/local/nvidia/toolkit"];
    let tools = ["nvidia-container-runtime-hook", "nvidia-container-cli", "nvidia-container-toolkit"];
    DIRECTORIES.iter().any(|directory| tools.iter().any(|tool| Path::new(directory).join(tool).exists()))
}
