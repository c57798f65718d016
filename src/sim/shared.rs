//! What the server's tasks share: the world behind a lock, the clock, and a signal that something changed.

use super::clock::{Clock, Moment};
use super::server::faults::Faults;
use super::world::World;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

pub struct Shared {
    world: Mutex<World>,
    pub clock: Clock,
    pub faults: Faults,
    changes: watch::Sender<u64>,
}

impl Shared {
    pub fn new(world: World, clock: Clock) -> Self {
        Self { world: Mutex::new(world), clock, faults: Faults::default(), changes: watch::Sender::new(0) }
    }

    /// Brings the world up to the present, then looks at it or changes it, and wakes who waits for changes.
    pub fn with<R>(&self, action: impl FnOnce(&mut World) -> R) -> R {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.run_until(self.clock.now());
        let result = action(&mut world);
        let changed = world.take_changed();
        drop(world);
        if changed {
            self.notify();
        }
        result
    }

    pub fn notify(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Waits for a change of the world, but no longer than until `deadline` on the simulated clock.
    pub async fn change_or(&self, changes: &mut watch::Receiver<u64>, deadline: Option<Moment>) {
        match deadline.and_then(|moment| self.clock.real_delay(moment)) {
            Some(delay) => {
                // Coarser than a timer's tick would only spin.
                let delay = delay.max(Duration::from_millis(1));
                let _ = tokio::time::timeout(delay, changes.changed()).await;
            }
            None => {
                let _ = changes.changed().await;
            }
        }
    }

    /// Waits until `probe` gives something, or until `deadline` on the simulated clock.
    pub async fn wait_for<R>(
        &self,
        deadline: Option<Moment>,
        mut probe: impl FnMut(&mut World) -> Option<R>,
    ) -> Option<R> {
        let mut changes = self.changes();
        loop {
            changes.borrow_and_update();
            if let Some(found) = self.with(&mut probe) {
                return Some(found);
            }
            if deadline.is_some_and(|moment| self.clock.now() >= moment) {
                return None;
            }
            self.change_or(&mut changes, deadline).await;
        }
    }

    /// Carries out what is due, for as long as the server runs.
    pub async fn run_schedule(&self) {
        let mut changes = self.changes();
        loop {
            changes.borrow_and_update();
            let due = self.with(|world| world.next_due());
            self.change_or(&mut changes, due).await;
        }
    }
}
