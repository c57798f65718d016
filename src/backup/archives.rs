//! Volumes and paths of the host, as tar archives.
//!
//! They are read in a container that does nothing else: only the Engine knows where a volume lies, and it may be on
//! another machine. All of them are mounted there, read-only, with no network and the one right to read everything.
//! Its image is one that is here already: nothing is pulled for a backup. GNU tar is looked for first, because only it
//! takes sparse files, extended attributes and access lists; then any tar.

use super::ManifestPart;
use super::job::{Job, PathJob, VolumeJob};
use super::manifest::{Archive, Content, PathArchive};
use super::part::{Form, Written};
use super::stream::{Ended, Step};
use super::workshop::Workshop;
use crate::domain::{ContainerId, Fault, FaultKind};
use crate::engine::ExecRequest;
use serde_json::{Value, json};
use std::path::Path;

const OF_RESTORES: &str = "--exclude=./.mcp-tui-*";
/// Images that have tar more often than not, should none of the stack have it.
const WELL_KNOWN: [&str; 5] =
    ["debian:bookworm-slim", "debian:stable-slim", "ubuntu:latest", "busybox:latest", "alpine:latest"];
/// To start a container takes half a second.
const MOST_TRIED: usize = 8;
/// Names of files that changed, in a manifest; more than that says that all of them did.
const MOST_CHANGED: usize = 100;

/// The container in which archives are made, with all that is to be archived mounted under `/mnt`.
pub struct Archiver {
    container: ContainerId,
    image: String,
    /// `tar (GNU tar) 1.34`
    tool: String,
}

impl Archiver {
    /// `None` when there is nothing to archive.
    pub async fn open(workshop: &Workshop, jobs: &[Job], images: &[String]) -> Result<Option<Self>, Fault> {
        let mounts: Vec<Value> =
            jobs.iter().enumerate().filter_map(|(number, job)| mount(number, job)).collect();
        if mounts.is_empty() {
            return Ok(None);
        }
        let (image, tool) = find(workshop, images).await?;
        let made = workshop.toolbox(&image, &Value::Array(mounts), &["DAC_READ_SEARCH"]).await;
        let container = made.map_err(|fault| match path_that_is_gone(&fault, jobs) {
            Some(path) => Fault::new(FaultKind::NotFound, "back up", path)
                .because("there is no such file or directory on the Engine's host")
                .hint("mend the path under `x-mcp.backup` in the stack's file"),
            None => fault,
        })?;
        let container = container.ok_or_else(no_tar)?;
        Ok(Some(Self { container, image, tool }))
    }

    fn is_gnu(&self) -> bool {
        self.tool.contains("GNU")
    }

    /// How much there is to read, by the blocks that it takes.
    pub async fn size(&self, workshop: &Workshop, number: usize) -> Result<u64, Fault> {
        let (code, output) =
            workshop.looked_through(&self.container, &["du", "-sk", &directory(number)]).await?;
        let kilobytes = output.split_whitespace().next().and_then(|text| text.parse::<u64>().ok());
        // A file that went away meanwhile makes it fail, and the sum is told all the same.
        match kilobytes {
            Some(kilobytes) => Ok(kilobytes * 1024),
            None => Err(Fault::new(FaultKind::Refused, "measure", directory(number))
                .because(format!("du ended with exit code {code}"))),
        }
    }

    pub async fn take_volume(&self, step: &Step<'_>, job: &VolumeJob) -> Result<ManifestPart, Fault> {
        let (written, archive) = self.take(step, ".", &job.path, &job.volume.volume).await?;
        let volume = super::manifest::VolumeArchive { archive, ..job.volume.clone() };
        Ok(ManifestPart::of(written, Content::Volume(volume)))
    }

    pub async fn take_path(&self, step: &Step<'_>, job: &PathJob) -> Result<ManifestPart, Fault> {
        let (written, archive) = self.take(step, base_name(&job.host), &job.path, &job.host).await?;
        let path = PathArchive {
            path: job.host.clone(),
            service: job.seen.as_ref().map(|seen| seen.service.clone()),
            target: job.seen.as_ref().map(|seen| seen.target.clone()),
            archive,
        };
        let content = if job.is_file_source { Content::Files(path) } else { Content::Bind(path) };
        Ok(ManifestPart::of(written, content))
    }

    async fn take(
        &self,
        step: &Step<'_>,
        what: &str,
        path: &str,
        object: &str,
    ) -> Result<(Written, Archive), Fault> {
        let place = directory(step.number);
        let mut command: Vec<&str> = vec!["tar", "-c", "-f", "-", "-C", &place];
        if self.is_gnu() {
            command.extend(["--format=posix", "--numeric-owner", "--xattrs", "--acls", "--sparse"]);
            // Nobody puts those back, and they make each entry half a kilobyte longer.
            command.push("--pax-option=delete=atime,delete=ctime");
        }
        // The other side of a restore that waits is none of the data.
        command.push(OF_RESTORES);
        command.extend(["--", what]);
        let request = ExecRequest {
            command: command.into_iter().map(str::to_owned).collect(),
            // Names are bytes; nothing is to be made of them.
            environment: vec!["LC_ALL=C".to_owned()],
            ..ExecRequest::default()
        };
        let (written, ended) = step.take(&self.container, request, path, Form::Tar).await?;
        let changed = judge(&ended, self.is_gnu(), object)?;
        let summary = written.tar.filter(|tar| tar.ended && tar.entries > 0);
        let Some(summary) = summary else {
            return Err(Fault::new(FaultKind::Refused, "archive", object)
                .because("tar wrote no whole archive although it reported success")
                .hint("nothing of this backup was left behind"));
        };
        let archive =
            Archive { entries: summary.entries, tool: self.tool.clone(), image: self.image.clone(), changed };
        Ok((written, archive))
    }
}

/// The files that changed while they were read, or why the archive is none.
fn judge(ended: &Ended, is_gnu: bool, object: &str) -> Result<Vec<String>, Fault> {
    let complaints: Vec<&str> = ended.complaints.lines().filter(|line| !line.trim().is_empty()).collect();
    let is_change = |line: &&str| CHANGES.iter().any(|words| line.contains(words));
    // GNU tar tells by 1 that something differed, and by 2 that it failed; others know one code only.
    let tolerable = match ended.code {
        0 => true,
        1 => is_gnu || complaints.iter().all(is_change),
        _ => false,
    };
    if !tolerable {
        let fault = Fault::new(FaultKind::Refused, "archive", object)
            .because(format!("tar ended with exit code {}", ended.code));
        return Err(ended.explain(fault).hint("nothing of this backup was left behind"));
    }
    let named = complaints.iter().filter(|line| is_change(line)).map(|line| {
        let line = line.strip_prefix("tar: ").unwrap_or(line);
        line.rsplit_once(": ").map_or(line, |(name, _)| name).to_owned()
    });
    Ok(named.take(MOST_CHANGED).collect())
}

const CHANGES: [&str; 6] = [
    "file changed as we read it",
    "File removed before we read it",
    "File shrank by",
    "short read",
    "No such file or directory",
    "exiting with failure status due to previous errors",
];

fn directory(number: usize) -> String {
    format!("/mnt/{number}")
}

fn base_name(path: &str) -> &str {
    Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or("root")
}

/// Where the job's files are seen. A path has its own name there, because it may be a single file.
fn mount(number: usize, job: &Job) -> Option<Value> {
    let place = directory(number);
    match job {
        Job::Volume(job) => Some(json!({
            "Type": "volume", "Source": job.volume.volume, "Target": place, "ReadOnly": true,
            "VolumeOptions": { "NoCopy": true },
        })),
        Job::Path(job) => Some(json!({
            "Type": "bind", "Source": job.host, "Target": format!("{place}/{}", base_name(&job.host)),
            "ReadOnly": true,
        })),
        Job::Globals(_) | Job::Database(_) | Job::Redis(_) | Job::Exec(_) | Job::Paper(_) => None,
    }
}

/// The daemon names the path that it could not mount.
fn path_that_is_gone(fault: &Fault, jobs: &[Job]) -> Option<String> {
    let text = fault.to_string();
    let says_so = text.contains("does not exist") || text.contains("no such file");
    jobs.iter().find_map(|job| match job {
        Job::Path(job) if says_so && text.contains(&job.host) => Some(job.host.clone()),
        Job::Path(_)
        | Job::Volume(_)
        | Job::Globals(_)
        | Job::Database(_)
        | Job::Redis(_)
        | Job::Exec(_)
        | Job::Paper(_) => None,
    })
}

/// An image that is here and has tar, and what that tar says of itself.
pub async fn find(workshop: &Workshop, images: &[String]) -> Result<(String, String), Fault> {
    let mut other = None;
    let mut tried = 0;
    for image in images.iter().map(String::as_str).chain(WELL_KNOWN) {
        if tried == MOST_TRIED {
            break;
        }
        if workshop.engine().image(image).await?.is_none() {
            continue;
        }
        tried += 1;
        let Some(container) = workshop.toolbox(image, &json!([]), &[]).await? else { continue };
        let told = workshop.output(&container, &["tar", "--version"]).await;
        workshop.remove(&container).await;
        let (_, output) = told?;
        let tool = output.lines().next().unwrap_or_default().trim().to_owned();
        if tool.contains("GNU tar") {
            return Ok((image.to_owned(), tool));
        }
        if tool.contains("tar") && !tool.contains("not found") && other.is_none() {
            other = Some((image.to_owned(), tool));
        }
    }
    other.ok_or_else(no_tar)
}

fn no_tar() -> Fault {
    Fault::new(FaultKind::NotFound, "archive", "volumes")
        .because("none of the stack's images, and no other that is here, has `tar`")
        .hint(format!("get a small one that has: `docker pull {}`", WELL_KNOWN[0]))
}

#[cfg(test)]
mod tests;
