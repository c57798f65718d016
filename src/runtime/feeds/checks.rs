//! The health checks of all stacks, started anew when a stack's file changes what is to be checked.

use super::fleet::Known;
use crate::app::Msg;
use crate::domain::{CheckSpec, StackFile};
use crate::health::{self, Dialer, Fleet};
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
    dialer: Dialer,
    facts: mpsc::Sender<Msg>,
) {
    let (fleet, fleet_end) = watch::channel(None);
    let mirror = tokio::spawn(mirror(known, fleet));
    let mut stacks = stacks;
    let mut specs: Vec<CheckSpec> = Vec::new();
    let mut reports = health::run(Vec::new(), &dialer, &fleet_end);
    loop {
        let mut batch = Vec::new();
        tokio::select! {
            changed = stacks.changed() => {
                if changed.is_err() {
                    break;
                }
                let wanted: Vec<_> =
                    stacks.borrow_and_update().iter().flat_map(|stack| stack.checks.clone()).collect();
                if wanted != specs {
                    specs = wanted;
                    reports = health::run(specs.clone(), &dialer, &fleet_end);
                }
            }
            count = reports.recv_many(&mut batch, REPORTS), if !specs.is_empty() => {
                if count == 0 || facts.send(Msg::Checks(batch)).await.is_err() {
                    break;
                }
            }
            () = facts.closed() => break,
        }
    }
    mirror.abort();
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
