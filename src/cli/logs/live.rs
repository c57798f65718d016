//! `logs -f`: goes on over restarts and recreations, and ends when nothing is left that could write.

use super::filter::Filter;
use super::merge::{Merge, Step};
use super::source::Source;
use super::{Meant, Printer, told_back, unreadable};
use crate::cli::interrupts::{ENDED, Interrupts};
use crate::cli::output::Output;
use crate::domain::{Container, ContainerId, ContainerState, Fault, FaultKind};
use crate::engine::{Engine, LogRequest, ProjectEvent};
use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Events that are this old are looked at too: the daemon's clock may not be ours.
const OVERLAP: SignedDuration = SignedDuration::from_secs(5);
/// How long after the last end another start is waited for: a restart on request stops the container first.
const GRACE: Duration = Duration::from_secs(1);

/// What is followed.
pub(super) struct Scope {
    pub(super) engine: Engine,
    pub(super) project: String,
    pub(super) meant: Meant,
}

pub(super) struct Live {
    scope: Scope,
    /// In the order of the merged logs.
    containers: Vec<Container>,
    /// How the log of a run that began meanwhile is read.
    request: LogRequest,
    filter: Option<Arc<Filter>>,
    /// Those that were started again before their logs were read to their ends.
    again: BTreeSet<usize>,
    /// Made meanwhile, to be started.
    made: BTreeSet<ContainerId>,
    /// Their logs cannot be read.
    failed: BTreeSet<ContainerId>,
    /// Something ran while it was followed.
    ran: bool,
}

impl Live {
    pub(super) fn new(
        scope: Scope,
        containers: Vec<Container>,
        request: &LogRequest,
        filter: Option<Arc<Filter>>,
    ) -> Self {
        // Where no line of before is wanted, there is none whose time is known.
        let since = if request.tail == Some(0) { Some(Timestamp::now()) } else { request.since };
        Self {
            ran: containers.iter().any(Container::is_running),
            scope,
            containers,
            request: LogRequest { tail: None, since, ..request.clone() },
            filter,
            again: BTreeSet::new(),
            made: BTreeSet::new(),
            failed: BTreeSet::new(),
        }
    }

    /// Ends when none of the containers runs any more nor will be started again, or by Ctrl-C.
    pub(super) async fn follow(
        mut self,
        mut merge: Merge,
        mut printer: Printer,
        output: Output,
    ) -> Result<u8, Fault> {
        let mut interrupts = Interrupts::new()?;
        let since = Timestamp::now() - OVERLAP;
        let mut events = self.scope.engine.project_events(&self.scope.project, Some(since), None);
        let mut code = 0;
        // When it is looked whether something may write yet; all logs have ended then.
        let mut over: Option<Instant> = None;
        loop {
            let due = over.unwrap_or_else(Instant::now);
            tokio::select! {
                step = merge.step(|index, line, level| printer.print(index, line, level)), if over.is_none() => {
                    match step? {
                        Step::Printed => printer.flush()?,
                        Step::WentBack(index, by) => {
                            printer.flush()?;
                            told_back(self.containers.get(index), by, output);
                        }
                        // One that was removed meanwhile has been shown up to its end.
                        Step::Failed(_, fault) if fault.kind == FaultKind::NotFound => {}
                        Step::Failed(index, fault) => {
                            self.failed.extend(self.containers.get(index).map(|container| container.id.clone()));
                            code = unreadable(self.containers.get(index), fault, output);
                        }
                        Step::Ended(index) if self.again.remove(&index) => self.reopen(index, &mut merge),
                        Step::Ended(_) => {}
                        Step::Over => {
                            let grace = if self.ran { GRACE } else { Duration::ZERO };
                            over = Some(Instant::now() + grace);
                        }
                    }
                }
                event = events.next() => {
                    let fault = match event {
                        Some(Ok(event)) => {
                            if self.apply(&event, &mut merge, &mut printer).await {
                                over = None;
                            }
                            continue;
                        }
                        Some(Err(fault)) => fault,
                        None => Fault::new(FaultKind::Unreachable, "follow", self.scope.project.as_str()),
                    };
                    // The logs may have told already that the daemon is away.
                    return if code == fault.exit_code() { Ok(code) } else { Err(fault) };
                }
                () = sleep_until(due), if over.is_some() => {
                    if !self.goes_on(&mut merge, &mut printer).await? {
                        return Ok(code);
                    }
                    let done = (0..self.containers.len()).all(|index| merge.is_done(index));
                    over = done.then(|| Instant::now() + GRACE);
                }
                () = interrupts.next() => return Ok(ENDED),
            }
        }
    }

    /// Whether a log was opened.
    async fn apply(&mut self, event: &ProjectEvent, merge: &mut Merge, printer: &mut Printer) -> bool {
        let id = &event.container;
        match event.action.as_str() {
            "create" if self.place_of(id).is_none() => {
                self.made.insert(id.clone());
            }
            "destroy" => {
                self.made.remove(id);
            }
            "start" => {
                self.made.remove(id);
                // One that is gone again has left nothing to read.
                if let Ok(container) = self.scope.engine.inspect(id).await
                    && self.scope.meant.includes(&container)
                {
                    return self.open(container, merge, printer);
                }
            }
            // Words that this has no need of, of which there are many.
            _ => {}
        }
        false
    }

    /// Whether anything may be written yet. What runs is opened again: its start may have been missed.
    async fn goes_on(&mut self, merge: &mut Merge, printer: &mut Printer) -> Result<bool, Fault> {
        if self.request.until.is_some_and(|until| until <= Timestamp::now()) {
            return Ok(false);
        }
        let mut found = self.scope.engine.containers(Some(&self.scope.project)).await?;
        found.retain(|container| {
            let comes = container.state == ContainerState::Created && self.made.contains(&container.id);
            let readable = !self.failed.contains(&container.id);
            self.scope.meant.includes(container) && readable && (container.is_running() || comes)
        });
        let goes_on = !found.is_empty();
        for container in found {
            if container.state == ContainerState::Running {
                self.open(container, merge, printer);
            }
        }
        Ok(goes_on)
    }

    fn open(&mut self, container: Container, merge: &mut Merge, printer: &mut Printer) -> bool {
        if self.failed.contains(&container.id) {
            return false;
        }
        self.ran = true;
        if let Some(index) = self.place_of(&container.id) {
            if merge.is_done(index) {
                self.reopen(index, merge);
            } else {
                // The log of its last run has not been read to its end.
                self.again.insert(index);
            }
            return true;
        }
        // A recreated one takes the place of the one before: a loop of recreations must not add up.
        let is_before =
            |index: &usize| merge.is_done(*index) && self.containers[*index].tag() == container.tag();
        let count = self.containers.len();
        let index = (0..count).find(is_before).unwrap_or(count);
        let blocks = self.scope.engine.log_blocks(&container.id, self.request.clone());
        merge.put(index, Source::new(blocks, self.filter.clone(), None, Timestamp::now()));
        printer.put(index, &container);
        match self.containers.get_mut(index) {
            Some(place) => *place = container,
            None => self.containers.push(container),
        }
        true
    }

    fn reopen(&self, index: usize, merge: &mut Merge) {
        let Some(container) = self.containers.get(index) else { return };
        let after_last = merge.last(index).map(|last| last + SignedDuration::from_nanos(1));
        let since = after_last.or(self.request.since);
        let request = LogRequest { since, ..self.request.clone() };
        merge.reopen(index, self.scope.engine.log_blocks(&container.id, request));
    }

    fn place_of(&self, id: &ContainerId) -> Option<usize> {
        self.containers.iter().position(|container| container.id == *id)
    }
}
