//! Brings a bundle back from the bucket. It is staged under a name that no list shows, every byte of it is compared with what
//! its manifest says, and only then does it appear.

use super::bucket::Bucket;
use super::cargo::{Cargo, Item, Papers};
use super::listing::{self, Resolved};
use super::record::{self, Seen};
use super::trouble::Trouble;
use super::unless_cancelled;
use crate::backup::bundle::Bundle;
use crate::backup::manifest::{INSTRUCTIONS, MANIFEST, SUMS};
use crate::backup::sink::{Sum, Summed};
use crate::backup::space::Space;
use crate::backup::{Manifest, proof, store, verify};
use crate::domain::stack::{BackupPart, OffsiteCopy, OffsitePlace, ProofLevel};
use crate::domain::{Fault, FaultKind, Plan, PlannedStep, StepVerb, TaskEvent, units};
use bytes::Bytes;
use futures_util::stream::StreamExt;
use jiff::Timestamp;
use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

const OPERATION: &str = "fetch from off site";
const TELL_EVERY: Duration = Duration::from_millis(250);
/// Blocks of a file that wait to be written.
const WAITING: usize = 64;

/// What would be brought back.
pub struct Fetch {
    root: PathBuf,
    bucket: Bucket,
    paper: Bytes,
    manifest: Manifest,
    skipped: Vec<String>,
}

/// Asks the bucket, and changes nothing. `name` is a name, the beginning of one, or `latest`.
pub async fn fetch(root: &Path, stack: &str, name: &str, place: &OffsitePlace) -> Result<Fetch, Fault> {
    let bucket = Bucket::open(place, OPERATION)?;
    let Resolved { paper, manifest, skipped } = listing::resolve(&bucket, stack, name).await?;
    let here = root.join(stack).join(&manifest.name);
    if here.exists() {
        return Err(Fault::new(FaultKind::Conflict, OPERATION, &manifest.name)
            .because(format!("{} is there already", here.display()))
            .hint("`mcp-tui backup verify` tells whether it is good; one that is not can be removed with `backup rm`"));
    }
    Ok(Fetch { root: root.to_owned(), bucket, paper, manifest, skipped })
}

impl Fetch {
    fn bytes(&self) -> u64 {
        self.manifest.stored().iter().map(|part| part.bytes).sum()
    }

    pub fn plan(&self) -> Plan {
        let Manifest { stack, name, .. } = &self.manifest;
        let place = &self.bucket.place;
        let fetched = format!("{} from {}", units::bytes(self.bytes()), place.words());
        Plan {
            title: format!("fetch backup {name} of {stack}"),
            steps: vec![
                PlannedStep::new(StepVerb::FetchOffsite, name, fetched),
                PlannedStep::new(StepVerb::Check, name, "every byte, before it appears among the backups"),
            ],
            warnings: self.skipped.clone(),
            ..Plan::default()
        }
    }

    pub async fn carry_out(
        self,
        progress: &mut dyn FnMut(TaskEvent),
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        let progress = RefCell::new(progress);
        let tell = |event: TaskEvent| (progress.borrow_mut())(event);
        tell(TaskEvent::StepStarted { step: 0 });
        let staged = self.stage(&tell, cancelled).await;
        tell(TaskEvent::StepFinished { step: 0, fault: staged.as_ref().err().cloned() });
        let space = staged?;
        tell(TaskEvent::StepStarted { step: 1 });
        let appeared = self.appear(space.into_bundle()).await;
        tell(TaskEvent::StepFinished { step: 1, fault: appeared.as_ref().err().cloned() });
        let text = format!(
            "backup {} is here again, in {}; it is pinned, so that no policy takes it: `mcp-tui backup unpin` lets it go",
            self.manifest.name,
            appeared?.display()
        );
        tell(TaskEvent::Output { text });
        for text in self.skipped {
            tell(TaskEvent::Output { text: format!("warning: {text}") });
        }
        Ok(())
    }

    /// All of it, in a bundle in the making; objects go to where they belong as each is whole.
    async fn stage(&self, tell: &dyn Fn(TaskEvent), cancelled: &dyn Fn() -> bool) -> Result<Space, Fault> {
        let Manifest { stack, name, .. } = &self.manifest;
        std::fs::create_dir_all(&self.root)
            .map_err(|error| Fault::io("create", self.root.display(), &error))?;
        let space = Space::new(Bundle::begin_as(&self.root, stack, name.clone())?)?;
        let (instructions, sums) = (self.paper(INSTRUCTIONS).await?, self.paper(SUMS).await?);
        let papers = Papers { instructions, sums, manifest: self.paper.to_vec() };
        let cargo = Cargo::of(&self.bucket.place, &self.manifest, &papers);
        let stored = self.lacking(&cargo).await?;
        let total = stored.iter().map(|item| item.bytes).sum();
        space.demand(total, stored.len() as u64)?;
        let done = Cell::new(0);
        for item in &stored {
            let report = |bytes: u64| {
                done.set(done.get() + bytes);
                tell(TaskEvent::StepProgress {
                    step: 0,
                    done: Some(done.get()),
                    total: Some(total),
                    text: item.path.clone(),
                });
            };
            self.receive(&space, item, &report, cancelled).await?;
        }
        for (path, bytes) in
            [(INSTRUCTIONS, &papers.instructions), (SUMS, &papers.sums), (MANIFEST, &papers.manifest)]
        {
            space.bundle().write(path, bytes).map_err(|error| space.bundle().fault(&error))?;
        }
        Ok(space)
    }

    /// What must come over the network. What is here is read through, on a thread of its own.
    async fn lacking(&self, cargo: &Cargo) -> Result<Vec<Item>, Fault> {
        let stack_directory = self.root.join(&self.manifest.stack);
        let stored = cargo.items.iter().filter(|item| !matches!(item.path.as_str(), INSTRUCTIONS | SUMS));
        let stored: Vec<Item> = stored.cloned().collect();
        let looked = tokio::task::spawn_blocking(move || {
            let is_lacking = |item: &Item| store::is_lacking(&stack_directory, &item.part());
            let lacking: Vec<Item> = stored.into_iter().filter(is_lacking).collect();
            let parts: Vec<BackupPart> = lacking.iter().map(Item::part).collect();
            store::needed_otherwise(&stack_directory, &parts).map(|needed| (lacking, needed))
        });
        match looked.await.map_err(|error| self.broken(&error))?? {
            (lacking, None) => Ok(lacking),
            (_, Some((bundle, path))) => {
                let cause = format!("{bundle}, which is here, needs other bytes in {path}");
                Err(Fault::new(FaultKind::Conflict, OPERATION, &self.manifest.name).because(cause).hint(
                    "both were encrypted before each had names of its own: let MCP_TUI_BACKUPS name another directory, and \
                     pull it there",
                ))
            }
        }
    }

    fn broken(&self, error: &dyn std::error::Error) -> Fault {
        Fault::new(FaultKind::Internal, OPERATION, &self.manifest.name).caused_by(error)
    }

    async fn paper(&self, path: &str) -> Result<Vec<u8>, Fault> {
        const MOST_BYTES: u64 = 64 << 20;
        let place = &self.bucket.place;
        let key = super::cargo::key(place, &self.manifest.stack, &self.manifest.name, path);
        let found = self.bucket.short(&key, MOST_BYTES).await.map_err(Trouble::into_fault)?;
        found.map(Vec::from).ok_or_else(|| {
            Fault::new(FaultKind::NotFound, OPERATION, key).because("it is not in the bucket any more")
        })
    }

    async fn receive(
        &self,
        space: &Space,
        item: &Item,
        report: &dyn Fn(u64),
        cancelled: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        let bundle = space.bundle();
        let is_object = store::below_stack_of(&item.path);
        let file = bundle.create(is_object.map_or(item.path.as_str(), |_| store::UNNAMED))?;
        let (blocks, writing) = written(file);
        let stopped =
            || Fault::new(FaultKind::Cancelled, OPERATION, &self.manifest.name).because("ended on request");
        let mut stream =
            unless_cancelled(self.bucket.read(&item.key), cancelled).await.ok_or_else(stopped)??;
        let (mut looked, mut unreported, mut received) = (Instant::now(), 0, 0);
        report(0);
        while let Some(block) = unless_cancelled(stream.next(), cancelled).await.ok_or_else(stopped)? {
            let block = block.map_err(|error| self.bucket.fault(&item.key, &error))?;
            received += block.len() as u64;
            unreported += block.len() as u64;
            // More than was promised is not waited for; and a writer that is gone tells why below.
            if received > item.bytes || blocks.send(block).await.is_err() {
                break;
            }
            if looked.elapsed() >= TELL_EVERY {
                looked = Instant::now();
                report(std::mem::take(&mut unreported));
                space.look()?;
            }
        }
        report(unreported);
        drop(blocks);
        let joined = writing.await.map_err(std::io::Error::other).flatten();
        let sum = joined.map_err(|error| bundle.fault(&error))?;
        if received != item.bytes || sum.bytes != item.bytes || !sum.sha256.eq_ignore_ascii_case(&item.sha256)
        {
            return Err(rotten(item, &self.bucket.place));
        }
        if let Some(below) = is_object {
            let from = bundle.directory().join(store::UNNAMED);
            store::place(&self.root.join(&self.manifest.stack), &from, below)
                .map_err(|error| bundle.fault(&error))?;
        }
        Ok(())
    }

    /// Reads all of it once more, from the disk, and gives it its name.
    async fn appear(&self, bundle: Bundle) -> Result<PathBuf, Fault> {
        let (directory, stack) = (bundle.directory().to_owned(), self.manifest.stack.clone());
        let verdict = tokio::task::spawn_blocking(move || {
            verify::verify(&directory, &stack, &verify::Reading::default())
        })
        .await;
        let verdict = verdict.map_err(|error| self.broken(&error))?;
        if let Some(fault) = verdict.fault(&self.manifest.name) {
            return Err(fault.hint("fetch another one; what is off site has rotted, or this disk has"));
        }
        // Before it can be seen, so that no policy takes it for an old one.
        proof::pin(bundle.directory(), true)?;
        let directory = bundle.adopt(&self.manifest)?.directory;
        let mut known = proof::read(&directory);
        known.pass(ProofLevel::Intact, Timestamp::now());
        proof::write(&directory, &known)?;
        let place = &self.bucket.place;
        let copy = OffsiteCopy {
            url: place.url_of(&self.manifest.stack, &self.manifest.name),
            endpoint: place.endpoint.clone(),
            copied: Some(Timestamp::now()),
            failed: None,
        };
        record::write(&directory, copy, Vec::<Seen>::new())?;
        Ok(directory)
    }
}

fn rotten(item: &Item, place: &OffsitePlace) -> Fault {
    Fault::new(FaultKind::Invalid, OPERATION, format!("{} in {}", item.key, place.words()))
        .because("its bytes are not those that were written")
        .hint(
            "what lies there is damaged: pull another backup, or mend it with `backup push --again` where it still is; nothing of \
             it was left here",
        )
}

type Writing = tokio::task::JoinHandle<std::io::Result<Sum>>;

/// The disk does not keep the network waiting, nor anything else.
fn written(file: File) -> (mpsc::Sender<Bytes>, Writing) {
    let (sender, mut blocks) = mpsc::channel::<Bytes>(WAITING);
    let writing = tokio::task::spawn_blocking(move || {
        let mut file = Summed::new(file, Arc::new(AtomicU64::new(0)));
        while let Some(block) = blocks.blocking_recv() {
            file.write_all(&block)?;
        }
        file.finish()
    });
    (sender, writing)
}
