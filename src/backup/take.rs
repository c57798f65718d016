//! Takes a backup: all parts, then the papers, then the name.

use super::archives::Archiver;
use super::bundle::Bundle;
use super::job::{ExecJob, Job, Survey};
use super::manifest::{Content, OffsiteNote};
use super::part::Form;
use super::space::Space;
use super::stream::{Step, cancelled};
use super::workshop::Workshop;
use super::{Manifest, ManifestPart};
use crate::domain::stack::BackupEntry;
use crate::domain::{Fault, FaultKind, TaskEvent, units};
use crate::engine::{Engine, ExecRequest};
use jiff::Timestamp;
use std::cell::RefCell;
use std::path::Path;

/// Where backups go, and when this one is taken.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    pub survey: &'a Survey,
    /// The directory of all backups.
    pub root: &'a Path,
    pub now: Timestamp,
    /// The backup that is about to be restored, where this one is taken because of that.
    pub before: Option<&'a str>,
}

/// Reports the steps of [`super::plan`] by their numbers. Asked to stop, it leaves nothing behind.
pub async fn take(
    engine: &Engine,
    order: Order<'_>,
    progress: &mut dyn FnMut(TaskEvent),
    is_cancelled: &dyn Fn() -> bool,
) -> Result<BackupEntry, Fault> {
    let Order { survey, root, now, .. } = order;
    let bundle = Bundle::begin(root, &survey.stack, now)?;
    let workshop = Workshop::open(engine, root).await?;
    let taken = all_parts(engine, order, bundle, &workshop, progress, is_cancelled).await;
    workshop.clear_own().await;
    let (bundle, manifest) = taken?;
    let entry = bundle.commit(manifest)?;
    let size = units::bytes(entry.size_bytes);
    progress(TaskEvent::Output {
        text: format!("backup {} ({size}) in {}", entry.name, entry.directory.display()),
    });
    Ok(entry)
}

async fn all_parts(
    engine: &Engine,
    order: Order<'_>,
    bundle: Bundle,
    workshop: &Workshop,
    progress: &mut dyn FnMut(TaskEvent),
    is_cancelled: &dyn Fn() -> bool,
) -> Result<(Bundle, Manifest), Fault> {
    let Order { survey, root, now, before } = order;
    for job in &survey.jobs {
        if let Job::Globals(server) = job {
            // What a run that died had begun; ours holds the stack's lock.
            server.end_tools(engine).await;
        }
    }
    let archiver = Archiver::open(workshop, &survey.jobs, &survey.images).await?;
    let sizes = sizes(workshop, archiver.as_ref(), &survey.jobs).await?;
    let space = Space::new(bundle)?;
    let last = super::list(root, Some(&survey.stack))?.into_iter().next();
    space.demand(estimate(&survey.jobs, &sizes, last.as_ref()), survey.jobs.len() as u64)?;
    let name = space.bundle().name.clone();
    let progress = RefCell::new(progress);
    let tell = |event: TaskEvent| (progress.borrow_mut())(event);
    let mut parts = Vec::new();
    for (number, (job, size)) in survey.jobs.iter().zip(&sizes).enumerate() {
        if is_cancelled() {
            return Err(cancelled(&survey.stack));
        }
        let step = Step {
            engine,
            space: &space,
            number,
            total: *size,
            cancelled: is_cancelled,
            progress: &tell,
            objects_over: survey.policy.objects_over,
            recipients: &survey.recipients,
        };
        tell(TaskEvent::StepStarted { step: number });
        let taken = part(&step, job, archiver.as_ref(), &name).await;
        let fault = taken.as_ref().err().cloned();
        tell(TaskEvent::StepFinished { step: number, fault });
        parts.push(taken?);
    }
    let mut manifest = Manifest::new(name, survey.stack.clone(), now, parts);
    manifest.endpoint = Some(engine.endpoint().to_string());
    manifest.safety_for = before.map(str::to_owned);
    manifest.finished = Some(Timestamp::now());
    manifest.warnings.clone_from(&survey.warnings);
    manifest.withheld.clone_from(&survey.withheld);
    manifest.encrypted_to = survey.recipients.keys().to_vec();
    manifest.offsite = survey.policy.offsite.as_ref().map(|place| OffsiteNote {
        url: format!("{}/{}", place.url(), survey.stack),
        endpoint: place.endpoint.clone(),
    });
    Ok((space.into_bundle(), manifest))
}

async fn part(
    step: &Step<'_>,
    job: &Job,
    archiver: Option<&Archiver>,
    bundle: &str,
) -> Result<ManifestPart, Fault> {
    let archiver = || {
        archiver.ok_or_else(|| {
            Fault::new(FaultKind::Internal, "archive", job.path()).because("nothing to archive it with")
        })
    };
    match job {
        Job::Globals(server) => server.take_globals(step, bundle).await,
        Job::Database(database) => database.take(step, bundle).await,
        Job::Redis(server) => server.take(step).await,
        Job::Exec(job) => output(step, job).await,
        Job::Volume(job) => archiver()?.take_volume(step, job).await,
        Job::Path(job) => archiver()?.take_path(step, job).await,
        Job::Paper(paper) => {
            let written = step.put(&paper.path, paper.bytes.clone()).await?;
            Ok(ManifestPart::of(written, paper.content.clone()))
        }
    }
}

async fn output(step: &Step<'_>, job: &ExecJob) -> Result<ManifestPart, Fault> {
    let words: Vec<&str> = job.command.iter().map(String::as_str).collect();
    let request = ExecRequest::from(job.place.command(&words));
    let (written, ended) = step.take(&job.place.container, request, &job.path, Form::Plain).await?;
    if ended.code != 0 {
        let fault =
            Fault::new(FaultKind::Refused, "run", format!("{} in {}", job.told().join(" "), job.place.name))
                .because(format!("it ended with exit code {}", ended.code));
        return Err(ended.explain(fault).hint("a command under `x-mcp.backup.exec` must end with 0"));
    }
    let content = Content::Exec {
        service: job.place.service.clone(),
        command: job.told(),
        image: job.place.image.clone(),
        image_id: job.place.image_id.clone(),
    };
    Ok(ManifestPart::of(written, content))
}

/// How much there is to read for each job, as far as that can be told.
async fn sizes(
    workshop: &Workshop,
    archiver: Option<&Archiver>,
    jobs: &[Job],
) -> Result<Vec<Option<u64>>, Fault> {
    let mut sizes = Vec::new();
    for (number, job) in jobs.iter().enumerate() {
        sizes.push(match (job, archiver) {
            (Job::Database(job), _) => Some(job.bytes),
            (Job::Redis(job), _) => Some(job.bytes),
            (Job::Volume(_) | Job::Path(_), Some(archiver)) => Some(archiver.size(workshop, number).await?),
            (Job::Paper(paper), _) => Some(paper.bytes.len() as u64),
            (Job::Volume(_) | Job::Path(_) | Job::Globals(_) | Job::Exec(_), _) => None,
        });
    }
    Ok(sizes)
}

/// How much will be written: for what was taken before, as much as then and a half more; else as much as is read. Large
/// files are taken not to have changed.
fn estimate(jobs: &[Job], sizes: &[Option<u64>], last: Option<&BackupEntry>) -> u64 {
    let parts = last.map(|last| last.parts.as_slice()).unwrap_or_default();
    let one = |(job, size): (&Job, &Option<u64>)| {
        let before =
            parts.iter().find(|part| part.path == job.path()).map(|part| part.bytes + part.bytes / 2);
        match (before, *size) {
            (Some(before), Some(size)) => before.min(size),
            (Some(bytes), None) | (None, Some(bytes)) => bytes,
            (None, None) => 0,
        }
    };
    jobs.iter().zip(sizes).map(one).sum()
}
