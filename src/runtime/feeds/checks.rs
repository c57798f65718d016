//! The health checks of all stacks. A file that changes what is to be checked ends and starts those that it is about.

use super::fleet::Known;
use crate::app::Msg;
use crate::domain::{CheckSpec, StackFile, StackOrigin};
use crate::health::{Checks, Fleet, Prober, unfiled};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Reports that come together are sent together.
const REPORTS: usize = 64;
/// A burst of changes to the fleet makes one copy of it, not one for each.
const FLEET_APART: Duration = Duration::from_millis(250);

pub async fn run(
    stacks: watch::Receiver<Vec<StackFile>>,
    known: Known,
    prober: Prober,
    facts: mpsc::Sender<Msg>,
) {
    let (fleet, fleet_end) = watch::channel(None);
    let mirror = tokio::spawn(mirror(known.clone(), fleet));
    let mut stacks = stacks;
    let mut containers = known.changes();
    containers.mark_changed();
    let mut specs: Vec<CheckSpec> = Vec::new();
    let (mut checks, mut reports) = Checks::new(&prober, &fleet_end);
    loop {
        let mut batch = Vec::new();
        tokio::select! {
            open = changed(&mut stacks, &mut containers) => {
                if !open {
                    break;
                }
                let wanted = wanted(&stacks.borrow_and_update(), &known);
                if wanted != specs {
                    specs = wanted;
                    checks.set(specs.clone());
                }
            }
            _count = reports.recv_many(&mut batch, REPORTS) => {
                if facts.send(Msg::Checks(batch)).await.is_err() {
                    break;
                }
            }
            () = facts.closed() => break,
        }
    }
    mirror.abort();
}

/// Resolves when the files or the containers are others; false when there will be no more files.
async fn changed(
    stacks: &mut watch::Receiver<Vec<StackFile>>,
    containers: &mut watch::Receiver<u64>,
) -> bool {
    tokio::select! {
        changed = stacks.changed() => changed.is_ok(),
        Ok(()) = containers.changed() => true,
    }
}

/// What comes with the program is checked once something of it is there: somebody else may listen on its ports. Of a
/// stack without readable files its containers tell.
fn wanted(stacks: &[StackFile], known: &Known) -> Vec<CheckSpec> {
    let fleet = known.fleet();
    let labels = fleet.containers.values().filter_map(|container| container.compose.as_ref());
    let deployed: BTreeSet<&str> = labels.map(|labels| labels.project.as_str()).collect();
    let is_checked = |stack: &&StackFile| {
        stack.origin != StackOrigin::BuiltIn || deployed.contains(stack.reference.project.as_str())
    };
    let filed: BTreeSet<&str> = stacks.iter().map(|stack| stack.reference.project.as_str()).collect();
    let of_files = stacks.iter().filter(is_checked).flat_map(|stack| stack.checks.clone());
    of_files.chain(unfiled(fleet.containers.values(), &filed)).collect()
}

/// Keeps the checks' copy of the fleet.
async fn mirror(known: Known, fleet: watch::Sender<Fleet>) {
    let mut changes = known.changes();
    // What was listed before this began counts as well.
    changes.mark_changed();
    while changes.changed().await.is_ok() {
        let containers = known.fleet().containers.values().cloned().collect();
        fleet.send_replace(Some(Arc::new(containers)));
        tokio::time::sleep(FLEET_APART).await;
    }
}
