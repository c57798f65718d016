//! Volumes and directories of the host: what is in them changes places with what was unpacked beside it.
//!
//! Containers know a volume by its name and a path by its name, so neither can be another one without their being made
//! anew. What is in it can: the new side is unpacked into a directory of its own in the same file system, and a helper
//! container moves names. The helper that unpacks sees nothing but that directory.

use super::target::{DirectoryTarget, Place};
use crate::backup::feed::{Feed, Rules, Watch};
use crate::backup::stream::patiently;
use crate::backup::workshop::Workshop;
use crate::domain::{ContainerId, Fault, FaultKind, units};
use crate::engine::ExecRequest;
use serde_json::{Value, json};

const SCRIPT: &str = include_str!("directory/scripts.sh");
/// Where the helper sees it.
const SEEN: &str = "/mnt/place";
/// All that is needed to give files to whom they belonged, and to get at them.
const RIGHTS: [&str; 5] = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETFCAP"];
/// So much is left to those who share the disk.
const RESERVE: u64 = 64 << 20;

pub struct Directories<'run> {
    pub workshop: &'run Workshop,
}

impl Directories<'_> {
    /// Unpacks an archive beside what is there.
    pub async fn stage(
        &self,
        target: &DirectoryTarget,
        feed: Feed,
        gnu: bool,
        watch: &Watch<'_>,
    ) -> Result<(), Fault> {
        let entries = feed.rules.as_ref().map_or(0, |rules: &Rules| rules.entries);
        let outside = self.open(target).await?;
        let made = self.make_room(target, &outside, feed.part.raw_bytes(), entries).await;
        self.workshop.remove(&outside).await;
        made?;
        let (mount, into) = self.inside(target).await?;
        let helper = self.toolbox(target, &json!([mount])).await?;
        let unpacked = self.unpack(target, &helper, &into, feed, gnu, watch).await;
        self.workshop.remove(&helper).await;
        unpacked
    }

    async fn unpack(
        &self,
        target: &DirectoryTarget,
        helper: &ContainerId,
        into: &str,
        feed: Feed,
        gnu: bool,
        watch: &Watch<'_>,
    ) -> Result<(), Fault> {
        let mut words = vec!["tar", "-x", "-p", "-f", "-", "-C", into];
        if gnu {
            words.extend(["--numeric-owner", "--same-owner", "--xattrs", "--xattrs-include=*", "--acls"]);
        }
        let request = ExecRequest {
            command: words.into_iter().map(str::to_owned).collect(),
            environment: vec!["LC_ALL=C".to_owned()],
            ..ExecRequest::default()
        };
        let ended = feed.into_tool(self.workshop.engine(), helper, &request, watch).await?;
        if ended.code == 0 {
            return Ok(());
        }
        let fault = Fault::new(FaultKind::Refused, "unpack", &target.label)
            .because(format!("tar ended with exit code {}", ended.code));
        Err(ended.explain(fault).hint("what is in use was not touched"))
    }

    /// An empty directory for the new side, on a disk that has room for it.
    pub async fn make_room(
        &self,
        target: &DirectoryTarget,
        helper: &ContainerId,
        bytes: u64,
        files: u64,
    ) -> Result<(), Fault> {
        let free = |told: &str| {
            let words = told.lines().last().map(|line| line.split_whitespace().nth(3).unwrap_or_default());
            words.and_then(|word| word.parse::<u64>().ok())
        };
        let place = place(target);
        let told = self.workshop.output(helper, &["df", "-Pk", &place]).await?.1;
        let full = |cause: String| {
            Fault::new(FaultKind::Exhausted, "stage", &target.label)
                .because(cause)
                .hint("free some space on the Engine's disk; what is in use was not touched")
        };
        if let Some(free) = free(&told).map(|kilobytes| kilobytes.saturating_mul(1024))
            && free < bytes.saturating_add(RESERVE)
        {
            return Err(full(format!(
                "it takes {} beside what is there, and {} are left to others; {} are free",
                units::bytes(bytes),
                units::bytes(RESERVE),
                units::bytes(free)
            )));
        }
        let told = self.workshop.output(helper, &["df", "-Pi", &place]).await?;
        // Some file systems do not count them, and say that there are none in all.
        let counts = told.1.lines().last().and_then(|line| line.split_whitespace().nth(1)) != Some("0");
        if let Some(free) = free(&told.1).filter(|_| told.0 == 0 && counts)
            && free < files
        {
            return Err(full(format!("it has {files} entries, and the file system can take {free} more")));
        }
        self.script(target, "discard", helper).await?;
        let new = format!("{place}/{}", target.new_name());
        let (code, output) = self.workshop.output(helper, &["mkdir", "-m", "0700", &new]).await?;
        if code == 0 {
            return Ok(());
        }
        Err(Fault::new(FaultKind::Refused, "stage", &target.label)
            .because(format!("no directory could be made there: {}", output.trim())))
    }

    pub async fn switch(&self, target: &DirectoryTarget) -> Result<(), Fault> {
        self.run(target, "forward").await
    }

    /// It can be done any number of times, also where nothing was switched.
    pub async fn switch_back(&self, target: &DirectoryTarget) -> Result<(), Fault> {
        self.run(target, "back").await
    }

    pub async fn discard(&self, target: &DirectoryTarget) -> Result<(), Fault> {
        self.run(target, "discard").await
    }

    pub async fn accept(&self, target: &DirectoryTarget) -> Result<(), Fault> {
        self.run(target, "accept").await
    }

    async fn run(&self, target: &DirectoryTarget, what: &str) -> Result<(), Fault> {
        let helper = self.open(target).await?;
        let done = self.script(target, what, &helper).await;
        self.workshop.remove(&helper).await;
        done
    }

    async fn script(&self, target: &DirectoryTarget, what: &str, helper: &ContainerId) -> Result<(), Fault> {
        let place = place(target);
        let words = ["sh", "-c", SCRIPT, "sh", what, &place, &target.id];
        let names = target.names.iter().map(String::as_str);
        let command = words.into_iter().chain(names).map(str::to_owned).collect();
        let ended =
            patiently(self.workshop.engine(), helper, ExecRequest { command, ..ExecRequest::default() })
                .await?;
        if ended.code == 0 {
            return Ok(());
        }
        let fault = Fault::new(FaultKind::Refused, "switch", &target.label)
            .because(format!("the helper ended with exit code {}", ended.code));
        Err(ended.explain(fault).hint("`mcp-tui backup undo` brings it to an end once its cause is mended"))
    }

    /// A helper that sees the whole place.
    pub async fn open(&self, target: &DirectoryTarget) -> Result<ContainerId, Fault> {
        let mount = match &target.place {
            Place::Volume(name) => json!({
                "Type": "volume", "Source": name, "Target": SEEN, "VolumeOptions": { "NoCopy": true },
            }),
            Place::Host(path) => json!({ "Type": "bind", "Source": path, "Target": SEEN }),
        };
        self.toolbox(target, &json!([mount])).await
    }

    async fn toolbox(&self, target: &DirectoryTarget, mounts: &Value) -> Result<ContainerId, Fault> {
        let made = self.workshop.toolbox(&target.image, mounts, &RIGHTS).await?;
        made.ok_or_else(|| {
            Fault::new(FaultKind::NotFound, "open", &target.label)
                .because(format!("the image {} has no tools", target.image))
        })
    }

    /// The mount for the one that unpacks, and where it unpacks: only the new directory wherever that can be done.
    async fn inside(&self, target: &DirectoryTarget) -> Result<(Value, String), Fault> {
        let below = |path: &str| {
            let pieces = [path, &target.below, &target.new_name()];
            pieces.into_iter().filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join("/")
        };
        let only = |path: String| json!({ "Type": "bind", "Source": path, "Target": SEEN });
        match &target.place {
            Place::Host(path) => Ok((only(below(path.trim_end_matches('/'))), SEEN.to_owned())),
            Place::Volume(name) => {
                let volume = self.workshop.engine().volume(name).await?;
                let plain =
                    volume.filter(|volume| volume.driver.as_str() == "local" && volume.options.is_empty());
                Ok(match plain {
                    Some(volume) => (only(below(volume.mount_point.as_str())), SEEN.to_owned()),
                    None => (
                        json!({ "Type": "volume", "Source": name, "Target": SEEN, "VolumeOptions": { "NoCopy": true } }),
                        format!("{}/{}", place(target), target.new_name()),
                    ),
                })
            }
        }
    }
}

/// The directory as the helper that sees all of it knows it.
pub fn place(target: &DirectoryTarget) -> String {
    if target.below.is_empty() { SEEN.to_owned() } else { format!("{SEEN}/{}", target.below) }
}

#[cfg(test)]
mod tests;
