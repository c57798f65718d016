//! A verification as the operator asks for it: what it found is written beside the bundle.

use super::deep;
use super::find::Found;
use super::proof;
use super::seal::Keys;
use super::source::Shelf;
use super::verify::{Verdict, verify};
use super::workshop::Workshop;
use crate::domain::Fault;
use crate::domain::stack::ProofLevel;
use crate::engine::Engine;
use jiff::Timestamp;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const TELL_EVERY: Duration = Duration::from_millis(250);

/// Reads all of it, and with an engine, and the keys that it needs, has the services' own tools read it too. A bundle that is
/// not good is a fault.
pub async fn check(
    engine: Option<(&Engine, Keys)>,
    root: &Path,
    found: &Found,
    report: &dyn Fn(u64),
) -> Result<Verdict, Fault> {
    let mut verdict = sums(found, report).await?;
    let mut level = ProofLevel::Intact;
    if let (Some((engine, keys)), Some(manifest), true) =
        (engine, &verdict.manifest, verdict.problems.is_empty())
    {
        let workshop = Workshop::open(engine, root).await?;
        let shelf = Shelf { directory: found.directory.clone(), keys };
        let problems = deep::read_through(&workshop, &shelf, manifest).await;
        workshop.clear_own().await;
        verdict.problems = problems?;
        level = ProofLevel::Readable;
    }
    let fault = verdict.fault(&found.name);
    note(&found.directory, level, fault.as_ref());
    match fault {
        Some(fault) => Err(fault),
        None => Ok(verdict),
    }
}

async fn sums(found: &Found, report: &dyn Fn(u64)) -> Result<Verdict, Fault> {
    let progress = Arc::new(AtomicU64::new(0));
    let (directory, stack, shared) = (found.directory.clone(), found.stack.clone(), Arc::clone(&progress));
    let mut reading = tokio::task::spawn_blocking(move || verify(&directory, &stack, &shared));
    loop {
        if let Ok(joined) = tokio::time::timeout(TELL_EVERY, &mut reading).await {
            return joined.map_err(|error| {
                Fault::new(crate::domain::FaultKind::Internal, "verify backup", &found.name).caused_by(&error)
            });
        }
        report(progress.load(Ordering::Relaxed));
    }
}

/// A bundle that cannot be written to was verified all the same.
fn note(directory: &Path, level: ProofLevel, fault: Option<&Fault>) {
    let mut proof = proof::read(directory);
    let now = Timestamp::now();
    match fault {
        None => proof.pass(level, now),
        Some(fault) => proof.fail(level, fault.causes.join("; "), now),
    }
    if let Err(fault) = proof::write(directory, &proof) {
        log::warn!("{fault}");
    }
}
