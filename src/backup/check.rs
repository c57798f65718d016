//! A verification as the operator asks for it: what it found is written beside the bundle.

use super::deep;
use super::feed::Watch;
use super::find::Found;
use super::proof;
use super::seal::Keys;
use super::source::Shelf;
use super::verify::{Reading, Verdict, verify};
use super::workshop::Workshop;
use crate::domain::stack::ProofLevel;
use crate::domain::{Fault, FaultKind};
use crate::engine::Engine;
use jiff::Timestamp;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

const TELL_EVERY: Duration = Duration::from_millis(250);

/// Reads all of it, and with an engine, and the keys that it needs, has the services' own tools read it too. A bundle that is
/// not good is a fault. One that was stopped has found nothing out.
pub async fn check(
    engine: Option<(&Engine, Keys)>,
    root: &Path,
    found: &Found,
    watch: &Watch<'_>,
) -> Result<Verdict, Fault> {
    let mut verdict = sums(found, watch).await?;
    let mut level = ProofLevel::Intact;
    if let (Some((engine, keys)), Some(manifest), true) =
        (engine, &verdict.manifest, verdict.problems.is_empty())
    {
        let workshop = Workshop::open(engine, root).await?;
        let shelf = Shelf { directory: found.directory.clone(), keys };
        let problems = deep::read_through(&workshop, &shelf, manifest, watch.cancelled).await;
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

async fn sums(found: &Found, watch: &Watch<'_>) -> Result<Verdict, Fault> {
    let progress = Arc::new(Reading::default());
    let (directory, stack, shared) = (found.directory.clone(), found.stack.clone(), Arc::clone(&progress));
    let mut reading = tokio::task::spawn_blocking(move || verify(&directory, &stack, &shared));
    loop {
        if (watch.cancelled)() {
            progress.stopped.store(true, Ordering::Relaxed);
            return Err(stopped(&found.name));
        }
        if let Ok(joined) = tokio::time::timeout(TELL_EVERY, &mut reading).await {
            return joined.map_err(|error| {
                Fault::new(FaultKind::Internal, "verify backup", &found.name).caused_by(&error)
            });
        }
        (watch.told)(progress.bytes.load(Ordering::Relaxed));
    }
}

pub fn stopped(name: &str) -> Fault {
    Fault::new(FaultKind::Cancelled, "verify backup", name)
        .because("ended on request; what is known of it is what was known before")
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
