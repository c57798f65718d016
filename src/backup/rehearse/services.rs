//! The stack's own services on what came back: started as an `up` would start them, until they are healthy and their
//! checks are answered.

use super::barred::leave_out_dependents;
use super::lend;
use super::stage::{Restored, checks, empty_volumes, stage, unsaved_paths};
use crate::backup::archives;
use crate::backup::manifest::{Content, Manifest};
use crate::backup::source::{self, Shelf};
use crate::backup::workshop::Workshop;
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
    let mut left_out = original.left_out.clone();
    let images = images(workshop, (shelf, manifest), original.project, &mut left_out).await?;
    leave_out_dependents(original.project, &mut left_out);
    let mut project = original.project.clone();
    project.services.retain(|name, _| !left_out.contains_key(name));
    // The plan told of the others.
    let later: Vec<_> = left_out.iter().filter(|(name, _)| !original.left_out.contains_key(*name)).collect();
    if !later.is_empty() {
        let reasons = later.into_iter().map(|(name, reason)| format!("{name} ({reason})"));
        (teller.said)(format!("not started: {}", reasons.collect::<Vec<_>>().join(", ")));
    }
    if project.services.is_empty() {
        return Ok(Vec::new());
    }
    lend_paths(workshop, &project, (&images, restored), teller).await?;
    let empty = empty_volumes(&project, restored);
    if !empty.is_empty() {
        (teller.said)(format!("empty, for no backup has them: {}", empty.join(", ")));
    }
    let name = workshop.name("rehearsal");
    let staged = stage(&project, &name, &images, restored);
    let ended = async {
        bring_up(workshop, &staged, teller).await?;
        answer(workshop, &name, &checks(&project, &staged), teller).await
    };
    ended.await.map_err(|fault| in_its_own_words(fault, &name, &project.name))?;
    Ok(project.services.into_keys().collect())
}

/// What each service is to run: the very image that was recorded, else what its file names.
async fn images(
    workshop: &Workshop,
    (shelf, manifest): (&Shelf, &Manifest),
    project: &Project,
    left_out: &mut BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Fault> {
    let recorded = recorded(shelf, manifest).await?;
    let mut images = BTreeMap::new();
    for (name, service) in &project.services {
        if left_out.contains_key(name) {
            continue;
        }
        let wanted = [recorded.get(name).cloned().unwrap_or_default(), service.image_name(&project.name)];
        let mut found = None;
        for image in wanted.iter().filter(|image| !image.is_empty()) {
            if workshop.engine().image(image).await?.is_some() {
                found = Some(image.clone());
                break;
            }
        }
        match found {
            Some(image) => drop(images.insert(name.clone(), image)),
            None => drop(left_out.insert(name.clone(), format!("its image {} is not here", wanted[1]))),
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

async fn lend_paths(
    workshop: &Workshop,
    project: &Project,
    (images, restored): (&BTreeMap<String, String>, &mut Restored),
    teller: &Teller<'_>,
) -> Result<(), Fault> {
    let paths = unsaved_paths(project, restored);
    if paths.is_empty() {
        return Ok(());
    }
    let images: Vec<String> = images.values().cloned().collect();
    let (tools, _) = archives::find(workshop, &images).await?;
    for path in paths {
        match lend::copy(workshop, &tools, &path).await? {
            Some(copy) => drop(restored.paths.insert(path, copy)),
            None => (teller.said)(format!("lent to read only, for no backup has it and it is large: {path}")),
        }
    }
    Ok(())
}

async fn bring_up(workshop: &Workshop, staged: &Project, teller: &Teller<'_>) -> Result<(), Fault> {
    let engine = workshop.engine();
    let options = UpOptions {
        wait: true,
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
    Box::pin(compose::apply_unless(engine, &plan, progress, teller.cancelled)).await
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
        let bad: Vec<_> = of(&[Verdict::Down, Verdict::Degraded, Verdict::Starting]).collect();
        let Some(first) = bad.first() else {
            of(&[Verdict::Unknown]).for_each(|text| (teller.said)(format!("not checked: {text}")));
            return Ok(());
        };
        if (teller.cancelled)() {
            return Err(Fault::new(FaultKind::Cancelled, "rehearse", name).because("ended on request"));
        }
        if began.elapsed() > CHECKS_LIMIT {
            let fault = Fault::new(FaultKind::Refused, "check", name);
            return Err(bad.into_iter().fold(fault, |fault, cause| fault.because(cause)));
        }
        (teller.told)(first.clone());
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

fn outcome(report: &CheckReport) -> String {
    format!("{}: {}: {}", report.id.service, report.label, report.message)
}

/// The operator knows the stack by its own name.
fn in_its_own_words(fault: Fault, name: &str, stack: &str) -> Fault {
    let hint = "the data came back as it was taken; why a service did not, its last lines may say. One that cannot run \
        by itself is left out by `rehearse: false` under its `x-mcp`";
    let ours = |text: &str| unnamed(text, name, stack);
    let causes = fault.causes.iter().map(|cause| ours(cause)).collect();
    let object = ours(&fault.object);
    let fault = Fault { object, causes, ..fault };
    if fault.kind == FaultKind::Cancelled { fault } else { fault.hint(hint) }
}

fn unnamed(text: &str, name: &str, stack: &str) -> String {
    text.replace(&format!("{name}-"), "").replace(&format!("{name}_"), "").replace(name, stack)
}
