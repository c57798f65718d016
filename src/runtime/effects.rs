//! Carries out what `update` asked for. Everything here is asynchronous; the answer comes back as a message.

mod tasks;

use super::feeds::fleet::Known;
use super::feeds::logs::Follower;
use super::feeds::{docker_disk, events, last_lines, listeners, older, tails};
use crate::app::dialog::inspect::Inspection;
use crate::app::store::logs::Saved;
use crate::app::{Effect, Msg};
use crate::config::stacks::stack_at;
use crate::domain::task::TaskRequest;
use crate::domain::{ContainerId, Fault, FaultKind, Operation, StackRef, TaskTarget, UpOptions};
use crate::engine::{Endpoint, Engine};
use crate::task::{self, Store};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{Mutex, Notify, mpsc, watch};

#[derive(Clone)]
pub struct Context {
    /// Or why there is none.
    pub endpoint: Result<Endpoint, Fault>,
    pub store: Store,
    pub known: Known,
    pub facts: mpsc::Sender<Msg>,
    /// Batches of log lines.
    pub logs: mpsc::Sender<Msg>,
    /// Containers that are on the screen, while the daemon is asked for their figures.
    pub seen: watch::Sender<Vec<ContainerId>>,
    /// Rung when a task was started.
    pub started: Arc<Notify>,
    /// Rung when the backups are to be listed anew.
    pub relisted: Arc<Notify>,
    /// Connected on first use; bollard opens its connections anew by itself.
    engine: Arc<Mutex<Option<Engine>>>,
}

impl Context {
    pub fn new(
        endpoint: Result<Endpoint, Fault>,
        store: Store,
        known: Known,
        facts: mpsc::Sender<Msg>,
        logs: mpsc::Sender<Msg>,
    ) -> Self {
        Self {
            endpoint,
            store,
            known,
            facts,
            logs,
            seen: watch::Sender::default(),
            started: Arc::default(),
            relisted: Arc::default(),
            engine: Arc::default(),
        }
    }

    pub async fn engine(&self) -> Result<Engine, Fault> {
        let mut kept = self.engine.lock().await;
        if let Some(engine) = &*kept {
            return Ok(engine.clone());
        }
        let engine = Engine::connect(self.endpoint.as_ref().map_err(Clone::clone)?).await?;
        *kept = Some(engine.clone());
        Ok(engine)
    }

    fn answer(&self, answer: impl Future<Output = Msg> + Send + 'static) {
        let facts = self.facts.clone();
        tokio::spawn(async move {
            // A console that has ended needs no answer.
            let _ = facts.send(answer.await).await;
        });
    }
}

/// Runs until the console is over.
pub async fn run(context: Context, mut effects: mpsc::Receiver<Effect>) {
    let mut follower = Follower::default();
    while let Some(effect) = effects.recv().await {
        carry_out(&context, effect, &mut follower);
    }
}

/// Begins it, and waits for nothing: the effects behind it must not.
fn carry_out(context: &Context, effect: Effect, follower: &mut Follower) {
    let here = context.clone();
    match effect {
        Effect::FollowLogs { generation, streams } => follower.follow(generation, streams, context),
        Effect::StopLogs => follower.stop(),
        Effect::ReadLastLines { run, container, since, until } => {
            context.answer(last_lines::read(here, run, container, (since, until)));
        }
        Effect::ReadTail(container) => context.answer(tails::read(here, container)),
        Effect::ReadEvents { since } => context.answer(events::read(here, since)),
        Effect::FindListener(port) => context.answer(listeners::find(here, port)),
        Effect::FetchOlder(page) => context.answer(older::fetch(here, page)),
        Effect::WatchFigures(containers) => {
            context.seen.send_replace(containers);
        }
        Effect::RequestPlan { request, task } => context.answer(async move {
            let plan = async { task::plan(&here.engine().await?, here.store.root(), &task).await };
            Msg::Plan { request, result: plan.await }
        }),
        Effect::StartTask { request, task, continues } => {
            context.answer(tasks::start(here, request, task, continues));
        }
        Effect::ForgetTasks { older_than } => context.answer(tasks::forget(here, older_than)),
        Effect::CancelTask(id) => context.answer(tasks::cancel(here, id)),
        Effect::Inspect(id) => context.answer(async move {
            let inspect = async { here.engine().await?.inspect_json(&id).await };
            let result = inspect.await;
            Msg::Inspected { id, result }
        }),
        Effect::InspectStack { project, stack } => context.answer(async move {
            let of_stack = stack.clone();
            let listed = tokio::task::spawn_blocking(move || overlays(&of_stack)).await;
            let task = TaskRequest {
                operation: Operation::Up(UpOptions::default()),
                target: TaskTarget::Stack(stack),
            };
            let plan = async { task::plan(&here.engine().await?, here.store.root(), &task).await }.await;
            Msg::StackInspected {
                project,
                inspection: Inspection { plan, overlays: listed.unwrap_or_default() },
            }
        }),
        Effect::ReadUndecided => context.answer(async move {
            let read = tokio::task::spawn_blocking(move || {
                let endpoint = here.endpoint.as_ref().map_err(Clone::clone)?;
                task::undecided(here.store.root(), endpoint)
            });
            Msg::Undecided(read.await.unwrap_or_else(|error| {
                Err(Fault::new(FaultKind::Internal, "list", "deploys").because(error.to_string()))
            }))
        }),
        Effect::RefreshBackups => context.relisted.notify_one(),
        Effect::RefreshResources => context.answer(async move {
            let resources = async { here.engine().await?.resources().await };
            Msg::Resources(resources.await)
        }),
        Effect::AskDockerDisk => context.answer(docker_disk::ask(here)),
        Effect::Save { name, lines } => context.answer(async move {
            let saved = tokio::task::spawn_blocking(move || save(here.store.root(), &name, &lines)).await;
            Msg::Saved(saved.unwrap_or_else(|error| {
                Err(Fault::new(FaultKind::Internal, "save", "").because(error.to_string()))
            }))
        }),
        // The watcher goes on trying by itself; asking once more at once is all there is to do.
        Effect::Reconnect => context.answer(async move {
            here.engine.lock().await.take();
            Msg::Faults(here.engine().await.err().into_iter().collect())
        }),
        Effect::Quit
        | Effect::Suspend
        | Effect::OpenShell(_)
        | Effect::Copy(_)
        | Effect::SetMouse(_)
        | Effect::Repaint
        | Effect::Wake { .. }
        | Effect::StartDemo => log::error!("an effect of the terminal reached the wrong side"),
    }
}

/// What can be laid over the stack's own file, in its directory.
fn overlays(stack: &StackRef) -> Vec<String> {
    let beside = stack.directory.as_deref().and_then(|directory| stack_at(directory).ok().flatten());
    let own = beside.filter(|source| source.files.first() == stack.files.first());
    own.map(|source| source.overlays.into_keys().collect()).unwrap_or_default()
}

/// Writes what a pane shows under a name that is not taken yet.
fn save(directory: &Path, name: &str, lines: &Saved) -> Result<String, Fault> {
    use std::io::Write as _;
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    let directory = directory.join(task::SAVED);
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&directory)
        .map_err(|error| Fault::io("create", directory.display(), &error))?;
    let stamp = jiff::Zoned::now().strftime("%Y%m%dT%H%M%S").to_string();
    let path = directory.join(format!("{stamp}-{name}"));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(|error| Fault::io("save to", path.display(), &error))?;
    for piece in lines.pieces() {
        file.write_all(piece.as_bytes()).map_err(|error| Fault::io("save to", path.display(), &error))?;
    }
    Ok(path.display().to_string())
}
