//! Copies a bundle into the bucket, or what is lacking of it there.

use super::bucket::{Bucket, Held};
use super::cargo::{Cargo, Item, Papers};
use super::listing;
use super::record::{self, Seen};
use super::send::send;
use super::trouble::Trouble;
use super::unless_cancelled;
use crate::backup::find::Found;
use crate::backup::manifest::{INSTRUCTIONS, MANIFEST, SUMS};
use crate::backup::{Manifest, store, verify};
use crate::domain::stack::{BackupPart, OffsiteCopy, OffsitePlace};
use crate::domain::{Fault, FaultKind, PlannedStep, StepVerb, TaskEvent, units};
use bytes::Bytes;
use futures_util::stream::{StreamExt, TryStreamExt, iter};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Read;

const OPERATION: &str = "copy off site";
/// The bucket is asked for so many files at a time.
const ASKED_AT_ONCE: usize = 8;
/// No paper of ours comes near it.
const PAPER_LIMIT: u64 = 64 << 20;

/// A copy that is to be made, and who is told how it goes.
pub struct Copying<'run> {
    pub found: &'run Found,
    pub place: &'run OffsitePlace,
    /// Whether what seems to be there is sent all the same.
    pub again: bool,
    /// The number of its first step.
    pub first: usize,
    pub progress: &'run dyn Fn(TaskEvent),
    pub cancelled: &'run dyn Fn() -> bool,
}

/// The steps of a copy, for a plan. `what` is what is copied.
pub fn steps(place: &OffsitePlace, what: &str, again: bool) -> [PlannedStep; 2] {
    let there = if again { "also what seems to be there" } else { "what is there already is left" };
    [
        PlannedStep::new(StepVerb::CopyOffsite, what, format!("to {}; {there}", place.words())),
        PlannedStep::new(StepVerb::Check, what, "that all of it is there, before its manifest is"),
    ]
}

/// Reports [`steps`]. How it ended is written beside the bundle, unless it was stopped.
pub async fn copy(copying: &Copying<'_>) -> Result<(), Fault> {
    let Found { stack, name, directory } = copying.found;
    let place = copying.place;
    let known = |copied| OffsiteCopy {
        url: place.url_of(stack, name),
        endpoint: place.endpoint.clone(),
        copied,
        failed: None,
    };
    match attempt(copying).await {
        Ok(files) => record::write(directory, known(Some(Timestamp::now())), files),
        Err(Trouble { fault, is_lacking: false }) if fault.kind == FaultKind::Cancelled => Err(fault),
        Err(trouble) => {
            let noted = if trouble.fault.kind == FaultKind::Cancelled {
                record::forget(directory, &place.url_of(stack, name), place.endpoint.as_deref())
            } else {
                record::failed(directory, known(None), &trouble)
            };
            if let Err(unwritten) = noted {
                log::warn!("{unwritten}");
            }
            Err(trouble.fault)
        }
    }
}

async fn attempt(copying: &Copying<'_>) -> Result<Vec<Seen>, Trouble> {
    let load = copying.step(0, Load::sent(copying)).await?;
    copying.step(1, load.proven(copying)).await
}

impl Copying<'_> {
    async fn step<T>(
        &self,
        number: usize,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let step = self.first + number;
        (self.progress)(TaskEvent::StepStarted { step });
        let ended = work.await;
        let fault = ended.as_ref().err().map(|trouble| trouble.fault.clone());
        (self.progress)(TaskEvent::StepFinished { step, fault });
        ended
    }

    async fn unless_stopped<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let done = unless_cancelled(work, self.cancelled).await;
        done.unwrap_or_else(|| {
            Err(Fault::new(FaultKind::Cancelled, OPERATION, &self.found.name).because("ended on request"))
        })
    }

    /// The same of what tells whether it found anything lacking.
    async fn found_unless_stopped<T>(
        &self,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        self.unless_stopped(async { Ok(work.await) }).await.map_err(Trouble::other)?
    }
}

/// What is copied, and what the bucket called each file that was sent just now.
struct Load {
    bucket: Bucket,
    cargo: Cargo,
    manifest: Bytes,
    sent: BTreeMap<String, Option<String>>,
}

impl Load {
    /// Of what is here alone.
    fn new(copying: &Copying<'_>) -> Result<Self, Fault> {
        let Found { directory, .. } = copying.found;
        let bucket = Bucket::open(copying.place, OPERATION)?;
        let manifest = crate::backup::read_manifest(directory)?;
        let paper = |path: &str| {
            let mut bytes = Vec::new();
            let opened = verify::open(&directory.join(path));
            let read = opened.and_then(|file| file.take(PAPER_LIMIT).read_to_end(&mut bytes));
            read.map(|_| bytes).map_err(|error| Fault::io("read", directory.join(path).display(), &error))
        };
        let papers =
            Papers { instructions: paper(INSTRUCTIONS)?, sums: paper(SUMS)?, manifest: paper(MANIFEST)? };
        agree(&manifest, &papers)?;
        let cargo = Cargo::of(copying.place, &manifest, &papers);
        Ok(Self { bucket, cargo, manifest: papers.manifest.into(), sent: BTreeMap::new() })
    }

    async fn sent(copying: &Copying<'_>) -> Result<Self, Trouble> {
        let mut load = Self::new(copying).map_err(Trouble::other)?;
        copying.found_unless_stopped(load.bucket.reach(&copying.found.stack)).await?;
        let held = copying.unless_stopped(load.held()).await.map_err(Trouble::other)?;
        // What is lacking was lacking, whatever keeps it from being sent now.
        let is_lacking =
            load.cargo.items.iter().zip(&held).any(|(item, held)| !is_there(item, held.as_ref()));
        match load.send(copying, &held).await {
            Ok(()) => Ok(load),
            Err(fault) => Err(Trouble { fault, is_lacking }),
        }
    }

    /// What is there of each item.
    async fn held(&self) -> Result<Vec<Option<Held>>, Fault> {
        let asked = iter(&self.cargo.items).map(|item| self.bucket.look(&item.key));
        asked.buffered(ASKED_AT_ONCE).try_collect().await
    }

    async fn send(&mut self, copying: &Copying<'_>, held: &[Option<Held>]) -> Result<(), Fault> {
        let lacking: Vec<&Item> = self
            .cargo
            .items
            .iter()
            .zip(held)
            .filter(|(item, held)| copying.again || !is_there(item, held.as_ref()))
            .map(|(item, _)| item)
            .collect();
        let replaced = self.cargo.items.iter().zip(held).filter(|(item, held)| {
            store::has_old_name(&item.path) && held.as_ref().is_some_and(|held| !is_there(item, Some(held)))
        });
        let replaced: Vec<&Item> = replaced.map(|(item, _)| item).collect();
        copying.unless_stopped(self.spare_others(copying.found, &replaced)).await?;
        let total = lacking.iter().map(|item| item.bytes).sum();
        let done = Cell::new(0);
        let tell = |text: &str| {
            (copying.progress)(TaskEvent::StepProgress {
                step: copying.first,
                done: Some(done.get()),
                total: Some(total),
                text: text.to_owned(),
            });
        };
        for item in &lacking {
            tell(&item.path);
            let file = verify::open(&copying.found.directory.join(&item.path))
                .map_err(|error| Fault::io("read", &item.path, &error))?;
            let went = |bytes| {
                done.set(done.get() + bytes);
                tell(&item.path);
            };
            let e_tag = send(&self.bucket, item, file, &went, copying.cancelled).await?;
            self.sent.insert(item.key.clone(), e_tag);
        }
        let there = self.cargo.items.len() - lacking.len();
        tell(&format!("{} files were sent, {there} were there already", lacking.len()));
        Ok(())
    }

    /// What others there need under an old name is not replaced. Where a manifest there cannot be read nobody knows.
    async fn spare_others(&self, found: &Found, replaced: &[&Item]) -> Result<(), Fault> {
        if replaced.is_empty() {
            return Ok(());
        }
        let parts: Vec<BackupPart> = replaced.iter().map(|item| item.part()).collect();
        let Found { stack, name, .. } = found;
        for other in listing::names(&self.bucket, stack).await?.into_iter().filter(|other| other != name) {
            let read = listing::manifest(&self.bucket, stack, &other).await;
            let Some((_, manifest)) = read.map_err(Trouble::into_fault)? else { continue };
            if let Some(part) = store::taken_by(&manifest, parts.iter()) {
                let cause = format!("the copy of {other} there needs other bytes in {}", part.path);
                return Err(Fault::new(FaultKind::Conflict, OPERATION, name).because(cause).hint(
                    "both were encrypted before each had names of its own: take another backup, which has, or let \
                     `x-mcp.backup.offsite.url` name another prefix for this one",
                ));
            }
        }
        Ok(())
    }

    /// Looks at all of it there, and only then puts the manifest beside it, and reads that back.
    async fn proven(&self, copying: &Copying<'_>) -> Result<Vec<Seen>, Trouble> {
        let held = copying.unless_stopped(self.held()).await.map_err(Trouble::other)?;
        let mut seen = Vec::new();
        for (item, held) in self.cargo.items.iter().zip(held) {
            seen.push(self.judged(item, held).map_err(Trouble::lacking)?);
        }
        let Item { key, sha256, bytes, .. } = &self.cargo.manifest;
        let put = copying.unless_stopped(self.bucket.put(key, self.manifest.clone(), sha256)).await;
        let put = put.map_err(Trouble::other)?;
        let read = copying.found_unless_stopped(self.bucket.short(key, *bytes)).await?;
        if read.as_ref() != Some(&self.manifest) {
            let what = "it is not what was sent";
            return Err(Trouble::lacking(lacking(&self.cargo.manifest, copying.place, what)));
        }
        seen.push(Seen::of(&self.cargo.manifest, put));
        let step = copying.first + 1;
        let sum: u64 = seen.iter().map(|file| file.bytes).sum();
        let text = format!("{} files, {}, are there", seen.len(), units::bytes(sum));
        (copying.progress)(TaskEvent::StepProgress { step, done: Some(sum), total: Some(sum), text });
        Ok(seen)
    }

    fn judged(&self, item: &Item, held: Option<Held>) -> Result<Seen, Fault> {
        let place = &self.bucket.place;
        let held = held.ok_or_else(|| lacking(item, place, "it is not there"))?;
        if held.bytes != item.bytes {
            let what = format!("it has {} bytes instead of {}", held.bytes, item.bytes);
            return Err(lacking(item, place, &what));
        }
        if held.sha256.as_deref() != Some(&item.sha256) {
            return Err(lacking(item, place, "it is not noted with the sum that it should have"));
        }
        match self.sent.get(&item.key) {
            Some(sent) if sent.is_some() && bare(sent.as_ref()) != bare(held.e_tag.as_ref()) => {
                Err(lacking(item, place, "somebody else has written to it since it was sent"))
            }
            Some(_) | None => Ok(Seen::of(item, held.e_tag)),
        }
    }
}

/// Some put it in quotes in one place, and not in another.
fn bare(e_tag: Option<&String>) -> Option<&str> {
    e_tag.map(|e_tag| e_tag.trim_matches('"'))
}

/// Whether this very file is there: by its length, and by the sum that was noted when it was sent.
fn is_there(item: &Item, held: Option<&Held>) -> bool {
    held.is_some_and(|held| held.bytes == item.bytes && held.sha256.as_deref() == Some(&item.sha256))
}

fn lacking(item: &Item, place: &OffsitePlace, what: &str) -> Fault {
    Fault::new(FaultKind::Invalid, "check off site", format!("{} in {}", item.key, place.words()))
        .because(what)
        .hint("push the backup again; what is not as it should be is replaced")
}

/// Bundles whose papers have rotted are not to be had twice.
fn agree(manifest: &Manifest, papers: &Papers) -> Result<(), Fault> {
    let sum = |bytes: &[u8]| units::hexadecimal(&Sha256::digest(bytes));
    let sound = papers.sums == manifest.sums(&sum(&papers.manifest)).as_bytes()
        && (manifest.format < 2 || sum(&papers.instructions) == manifest.instructions_sha256);
    if sound {
        return Ok(());
    }
    Err(Fault::new(FaultKind::Invalid, OPERATION, &manifest.name)
        .because("its papers are not any more what was written when the backup was taken")
        .hint("`mcp-tui backup verify` tells more; do not rely on this backup, and take another one"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::the_same(4, Some("ab"), true)]
    #[case::cut(3, Some("ab"), false)]
    #[case::another(4, Some("cd"), false)]
    #[case::put_there_by_another_tool(4, None, false)]
    fn what_is_there_already_is_known_by_length_and_sum(
        #[case] bytes: u64,
        #[case] sum: Option<&str>,
        #[case] expected: bool,
    ) {
        let item = Item { path: "p".to_owned(), key: "k".to_owned(), bytes: 4, sha256: "ab".to_owned() };
        let held = Held { bytes, sha256: sum.map(str::to_owned), e_tag: None };
        assert_eq!(is_there(&item, Some(&held)), expected);
        assert!(!is_there(&item, None));
    }
}
