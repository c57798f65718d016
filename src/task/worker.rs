//! The process that carries one task out, in a session of its own: no terminal that goes away can take it along.

mod run;

use super::abandoned;
use super::hold::Hold;
use super::notify;
use super::preflight;
use super::prepare::prepare;
use super::{AuditEntry, Journal, ProcessMark, Store};
use crate::domain::notify::NotifySettings;
use crate::domain::task::{TaskEvent, TaskRequest};
use crate::domain::{Fault, FaultKind, Plan, TaskId, TaskSpec, TaskState};
use crate::engine::{Endpoint, Engine};
use jiff::Timestamp;
use run::Run;
use std::cell::{Cell, RefCell};
use std::path::Path;
use std::pin::pin;
use tokio::signal::unix::{SignalKind, signal};

/// Runs the task to its end, with no more than `at_once` things at a time, and gives the exit code. Whom `notify` names is
/// told of the end. A fault means that it could not even be journalled.
pub fn run(
    state_directory: &Path,
    id: &TaskId,
    at_once: Option<usize>,
    notify: &NotifySettings,
) -> Result<u8, Fault> {
    // It fails only for a process that leads a session already, and then there is nothing to leave.
    let _ = rustix::process::setsid();
    let store = Store::open(state_directory)?.with_limit(at_once);
    let spec = store.spec(id)?;
    let hold = match Hold::take(&store, &spec) {
        Ok(hold) => hold,
        // Before the first line of a journal it is no task: the submitter hears why and takes all of it back.
        Err(fault) => {
            let code = fault.exit_code();
            return store.refuse(id, &fault).map(|()| code);
        }
    };
    let mark = ProcessMark::current().map_err(|error| Fault::io("read", "/proc", &error))?;
    let journal = Scribe::new(Journal::create(&store.journal_path(id))?);
    let started = TaskEvent::Started { pid: mark.pid, boot_id: mark.boot_id, start_ticks: mark.start_ticks };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = match &runtime {
        Ok(runtime) => runtime.block_on(heed_signals(&store, &spec, &journal, &hold, started)),
        Err(error) => Err(Fault::io("start", "the runtime", error)),
    };
    let fault = ended.err();
    let state = match &fault {
        None => TaskState::Completed,
        Some(fault) if fault.kind == FaultKind::Cancelled => TaskState::Cancelled,
        Some(_) => TaskState::Failed,
    };
    let code = fault.as_ref().map_or(0, Fault::exit_code);
    // Whoever reads the end may begin the next operation at once.
    drop(hold);
    journal.note(TaskEvent::Finished { state, fault });
    // From here on nothing can change how it ended, and nobody waits for it.
    if let (Ok(runtime), Ok(record)) = (&runtime, store.record(id)) {
        runtime.block_on(async {
            notify::tell(notify, &record, &mut |told| journal.note(TaskEvent::Notified(told))).await;
            abandoned::tell(&store, notify, Timestamp::now()).await;
        });
    }
    journal.close().map(|()| code)
}

/// Writes the journal. A journal that cannot be written any more stops nothing: half a deploy would be worse.
struct Scribe {
    journal: RefCell<Journal>,
    broken: RefCell<Option<Fault>>,
}

impl Scribe {
    fn new(journal: Journal) -> Self {
        Self { journal: RefCell::new(journal), broken: RefCell::new(None) }
    }

    fn note(&self, event: TaskEvent) {
        if let Err(fault) = self.journal.borrow_mut().append(event, Timestamp::now()) {
            self.broken.borrow_mut().get_or_insert(fault);
        }
    }

    fn close(self) -> Result<(), Fault> {
        self.broken.into_inner().map_or(Ok(()), Err)
    }
}

/// Works on while the signals that end other programs only ask it to stop after the step it is at.
async fn heed_signals(
    store: &Store,
    spec: &TaskSpec,
    journal: &Scribe,
    hold: &Hold,
    started: TaskEvent,
) -> Result<(), Fault> {
    let listen = |kind| signal(kind).map_err(|error| Fault::io("listen for", "signals", &error));
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut hangup = listen(SignalKind::hangup())?;
    // From this line on the process is known, and one who reads it may ask it to end.
    journal.note(started);
    let cancelled = Cell::new(false);
    let is_cancelled = || cancelled.get();
    let mut work = pin!(work(store, spec, journal, hold, &is_cancelled));
    loop {
        tokio::select! {
            ended = &mut work => return ended,
            _ = terminate.recv() => cancelled.set(true),
            _ = interrupt.recv() => cancelled.set(true),
            _ = hangup.recv() => {}
        }
    }
}

/// Works and leaves the outcome in the audit log, also of what failed before there was a plan.
async fn work(
    store: &Store,
    spec: &TaskSpec,
    journal: &Scribe,
    hold: &Hold,
    cancelled: &impl Fn() -> bool,
) -> Result<(), Fault> {
    let mut plan = None;
    let waited = hold.wait(store, spec, cancelled, |owner| journal.note(TaskEvent::Waiting { owner })).await;
    let ended = match waited {
        Ok(()) => Box::pin(attempt(store, spec, journal, hold, cancelled, &mut plan)).await,
        Err(fault) => Err(fault),
    };
    let outcome = match &ended {
        Ok(()) => "completed".to_owned(),
        Err(fault) if fault.kind == FaultKind::Cancelled => format!("cancelled: {fault}"),
        Err(fault) => format!("failed: {fault}"),
    };
    // What is done is done: that it could not be written down neither undoes it nor hides how it ended.
    if let Err(fault) = store.audit().append(&AuditEntry { outcome, ..AuditEntry::of(spec, plan.as_ref()) }) {
        log::warn!("{fault}");
        journal.note(TaskEvent::Output { text: format!("warning: {fault}") });
    }
    ended
}

async fn attempt(
    store: &Store,
    spec: &TaskSpec,
    journal: &Scribe,
    hold: &Hold,
    cancelled: &impl Fn() -> bool,
    planned: &mut Option<Plan>,
) -> Result<(), Fault> {
    let endpoint: Endpoint = spec.endpoint.parse()?;
    let engine = Engine::connect(&endpoint).await?;
    let request = TaskRequest { operation: spec.operation.clone(), target: spec.target.clone() };
    let mut prepared = prepare(&engine, store.root(), &request).await?;
    if let Some(at_once) = store.at_once {
        prepared.limit(at_once);
    }
    let plan = planned.insert(prepared.summary());
    // Nothing has been changed yet, and nothing shall be changed that nobody can trace.
    store.audit().append(&AuditEntry::of(spec, Some(plan)))?;
    journal.note(TaskEvent::Planned { plan: plan.clone() });
    if let Some(fault) = preflight::refusal(&spec.operation, plan) {
        return Err(fault);
    }
    if cancelled() {
        Err(cancelled_fault(spec))
    } else {
        let run = Run { engine: &engine, store, spec, hold, cancelled };
        Box::pin(run.carry_out(prepared, &mut |event| journal.note(event))).await
    }
}

pub(super) fn cancelled_fault(spec: &TaskSpec) -> Fault {
    Fault::new(FaultKind::Cancelled, spec.operation.verb(), spec.target.name())
        .because("ended on request before anything was changed")
}

#[cfg(test)]
mod tests;
