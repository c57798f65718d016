//! The stack's own services on what came back: started as an `up` would start them, until they are healthy and their
//! checks are answered.

use super::barred::{SEES_SOCKETS, leave_out_dependents};
use super::lend::{self, Lent};
use super::stage::{Restored, checks, empty_volumes, stage, unsaved_paths};
use super::standing;
use crate::backup::archives;
use crate::backup::deep::present;
use crate::backup::manifest::{Content, Manifest};
use crate::backup::source::{self, Shelf};
use crate::backup::workshop::Workshop;
use crate::compose::file::Service;
use crate::compose::{self, ActionPlan, Project};
use crate::domain::{CheckReport, CheckSpec, Fault, FaultKind, TaskEvent, UpOptions, Verdict};
use crate::health::{Dialer, Gpus, Prober, check_once};
use futures_util::StreamExt;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long services may take until they are up, as the Engine sees it.
const UP_LIMIT: Duration = Duration::from_mins(10);
/// And how much longer until they answer.
const CHECKS_LIMIT: Duration = Duration::from_mins(2);
const AGAIN_AFTER: Duration = Duration::from_millis(500);
const AT_ONCE: usize = 16;
/// Of `images.json`, which has a few hundred bytes for each container.
const LONGEST: u64 = 16 << 20;

/// The stack in use, and which of its services are not started beside it, with the reasons.
#[derive(Clone, Copy)]
pub struct Original<'run> {
    pub project: &'run Project,
    pub left_out: &'run BTreeMap<String, String>,
}

/// Tells how far it is, in words.
pub struct Teller<'run> {
    pub told: &'run dyn Fn(String),
    pub said: &'run dyn Fn(String),
    pub cancelled: &'run dyn Fn() -> bool,
}

/// Those that were started and are well.
pub async fn run(
    workshop: &Workshop,
    (shelf, manifest): (&Shelf, &Manifest),
    original: Original<'_>,
    restored: &mut Restored,
    teller: &Teller<'_>,
) -> Result<Vec<String>, Fault> {
    let name = workshop.name("rehearsal");
    let ended = async {
        let mut left_out = original.left_out.clone();
        let images =
            images(workshop, (shelf, manifest), original.project, (&restored.images, &mut left_out)).await?;
        leave_out_dependents(original.project, &mut left_out);
        let mut project = original.project.clone();
        project.services.retain(|name, _| !left_out.contains_key(name));
        lend_paths(workshop, &project, (&images, restored), &mut left_out, teller).await?;
        leave_out_dependents(original.project, &mut left_out);
        project.services.retain(|name, _| !left_out.contains_key(name));
        tell(original, &project, &left_out, restored, teller);
        if project.services.is_empty() {
            return Ok(Vec::new());
        }
        let staged = stage(&project, &name, &images, restored);
        bring_up(workshop, &staged, teller).await?;
        let (asked, outside) = checks(&project, &staged);
        if !outside.is_empty() {
            (teller.said)(format!("not checked, for they lead outside: {}", outside.join(", ")));
        }
        answer(workshop, &name, &asked, teller).await?;
        Ok(project.services.into_keys().collect())
    };
    Box::pin(ended).await.map_err(|fault| in_its_own_words(fault, &name, &original.project.name))
}

/// What the plan could not know of yet.
fn tell(
    original: Original<'_>,
    project: &Project,
    left_out: &BTreeMap<String, String>,
    restored: &Restored,
    teller: &Teller<'_>,
) {
    let later = left_out.iter().filter(|(name, _)| !original.left_out.contains_key(*name));
    let later: Vec<_> = later.map(|(name, reason)| format!("{name} ({reason})")).collect();
    if !later.is_empty() {
        (teller.said)(format!("not started: {}", later.join(", ")));
    }
    let empty = empty_volumes(project, restored);
    if !empty.is_empty() {
        (teller.said)(format!("empty, for no backup has them: {}", empty.join(", ")));
    }
}

/// What each service is to run: what its files were made with, else the very image that was recorded, else what its file
/// names.
async fn images(
    workshop: &Workshop,
    (shelf, manifest): (&Shelf, &Manifest),
    project: &Project,
    (made_with, left_out): (&BTreeMap<String, String>, &mut BTreeMap<String, String>),
) -> Result<BTreeMap<String, String>, Fault> {
    let recorded = recorded(shelf, manifest).await?;
    let mut images = BTreeMap::new();
    for (name, service) in &project.services {
        if left_out.contains_key(name) {
            continue;
        }
        let named = service.image_name(&project.name);
        let id = made_with.get(name).or_else(|| recorded.get(name)).map_or("", String::as_str);
        match present(workshop, id, &named).await {
            Ok(image) => drop(images.insert(name.clone(), image)),
            Err(fault) if fault.kind == FaultKind::NotFound => {
                left_out.insert(name.clone(), format!("its image {named} is not here"));
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(images)
}

#[derive(Deserialize)]
struct Ran {
    service: Option<String>,
    id: String,
}

/// By service, the image that it ran when the backup was taken.
async fn recorded(shelf: &Shelf, manifest: &Manifest) -> Result<BTreeMap<String, String>, Fault> {
    let Some(part) = manifest.parts.iter().find(|part| part.content == Content::Images) else {
        return Ok(BTreeMap::new());
    };
    let wrong = || Fault::new(FaultKind::Invalid, "read", &part.part.path);
    let (shelf, part) = (shelf.clone(), part.clone());
    let read = tokio::task::spawn_blocking(move || {
        let mut text = Vec::new();
        source::open(&shelf, &part)?.take(LONGEST).read_to_end(&mut text).map(|_| text)
    });
    let text = read.await.map_err(|error| wrong().caused_by(&error))?;
    let text = text.map_err(|error| wrong().caused_by(&error))?;
    let ran: Vec<Ran> = serde_json::from_slice(&text).map_err(|error| wrong().caused_by(&error))?;
    Ok(ran.into_iter().filter_map(|ran| Some((ran.service?, ran.id))).collect())
}

/// Whoever sees a path through which servers of the host can be reached is left out.
async fn lend_paths(
    workshop: &Workshop,
    project: &Project,
    (images, restored): (&BTreeMap<String, String>, &mut Restored),
    left_out: &mut BTreeMap<String, String>,
    teller: &Teller<'_>,
) -> Result<(), Fault> {
    let paths = unsaved_paths(project, restored);
    if paths.is_empty() {
        return Ok(());
    }
    let images: Vec<String> = images.values().cloned().collect();
    let (tools, _) = archives::find(workshop, &images).await?;
    let (mut copied, mut large) = (Vec::new(), Vec::new());
    for (path, is_written) in paths {
        if (teller.cancelled)() {
            return Err(Fault::new(FaultKind::Cancelled, "copy", &path));
        }
        (teller.told)(format!("copy {path}"));
        match lend::lend(workshop, &tools, &path, restored).await? {
            Lent::Copy(copy) => {
                copied
                    .extend(Some(path.clone()).filter(|path| is_written && restored.origin(path).is_none()));
                restored.paths.insert(path, copy);
            }
            Lent::AsItIs => large.push(path),
            Lent::HasSockets => {
                let sees = |service: &Service| service.volumes.iter().any(|mount| mount.source == path);
                let who = project.services.iter().filter(|(_, service)| sees(service));
                left_out.extend(who.map(|(name, _)| (name.clone(), SEES_SOCKETS.to_owned())));
            }
        }
    }
    if !copied.is_empty() {
        (teller.said)(format!(
            "as they are on this host today, for no backup has them: {}",
            copied.join(", ")
        ));
    }
    if !large.is_empty() {
        (teller.said)(format!("large, so they are lent to be read only: {}", large.join(", ")));
    }
    Ok(())
}

async fn bring_up(workshop: &Workshop, staged: &Project, teller: &Teller<'_>) -> Result<(), Fault> {
    let engine = workshop.engine();
    let options = UpOptions {
        wait_timeout: Some(u32::try_from(UP_LIMIT.as_secs()).unwrap_or(u32::MAX)),
        no_build: true,
        no_preflight: true,
        ..UpOptions::default()
    };
    let observed = compose::observe(engine, &staged.name, Some(staged)).await?;
    let plan = compose::plan::up(staged, &observed, &options)?;
    let progress = |event| {
        let text = match event {
            TaskEvent::StepStarted { step } => words(&plan, step),
            TaskEvent::StepProgress { text, .. } if !text.is_empty() => text,
            TaskEvent::Output { text } => return (teller.said)(unnamed(&text, &staged.name, "")),
            _ => return,
        };
        (teller.told)(unnamed(&text, &staged.name, ""));
    };
    Box::pin(compose::apply_unless(engine, &plan, progress, teller.cancelled)).await?;
    standing::stand(engine, &staged.name, UP_LIMIT, teller).await
}

fn words(plan: &ActionPlan, step: usize) -> String {
    let Some(step) = plan.plan().steps.get(step) else { return String::new() };
    format!("{} {}", step.verb.words(), step.service.as_ref().unwrap_or(&step.object))
}

/// Until all checks are answered well. One that nobody can ask from here is told, and does not count.
async fn answer(
    workshop: &Workshop,
    name: &str,
    specs: &[CheckSpec],
    teller: &Teller<'_>,
) -> Result<(), Fault> {
    let engine = workshop.engine();
    let endpoint = Some(engine.endpoint().clone());
    let prober = Prober { dialer: Dialer::Network, endpoint, gpus: Gpus::default() };
    let began = Instant::now();
    loop {
        let fleet = Some(Arc::new(engine.containers(Some(name)).await?));
        let asked = futures_util::stream::iter(specs).map(|spec| check_once(spec, &prober, &fleet));
        let reports: Vec<CheckReport> = asked.buffered(AT_ONCE).collect().await;
        let of = |verdicts: &'static [Verdict]| {
            reports.iter().filter(|report| verdicts.contains(&report.verdict)).map(outcome)
        };
        let bad: Vec<_> = of(&[Verdict::Down, Verdict::Starting]).collect();
        let Some(first) = bad.first() else {
            // An answer with a caution is one.
            of(&[Verdict::Degraded]).for_each(teller.said);
            of(&[Verdict::Unknown]).for_each(|text| (teller.said)(format!("not checked: {text}")));
            return Ok(());
        };
        if (teller.cancelled)() {
            return Err(Fault::new(FaultKind::Cancelled, "rehearse", name).because("ended on request"));
        }
        if began.elapsed() > CHECKS_LIMIT {
            let fault = Fault::new(FaultKind::Refused, "check", name);
            return Err(bad.into_iter().fold(fault, Fault::because));
        }
        (teller.told)(first.clone());
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

fn outcome(report: &CheckReport) -> String {
    format!("{}: {}: {}", report.id.service, report.label, report.message)
}

/// The operator knows the stack by its own name, and nothing of what was started stays.
fn in_its_own_words(fault: Fault, name: &str, stack: &str) -> Fault {
    if fault.kind == FaultKind::Cancelled {
        return Fault::new(FaultKind::Cancelled, "rehearse", stack)
            .because("ended on request; nothing was left behind");
    }
    let hint = "what came back is what was taken; a service that cannot run by itself is left out by \
        `rehearse: false` under its `x-mcp`";
    let ours = |text: &str| unnamed(text, name, stack);
    let causes = fault.causes.iter().map(|cause| ours(cause)).collect();
    let object = ours(&fault.object);
    Fault { object, causes, ..fault }.hint(hint)
}

fn unnamed(text: &str, name: &str, stack: &str) -> String {
    text.replace(&format!("{name}-"), "").replace(&format!("{name}_"), "").replace(name, stack)
}
