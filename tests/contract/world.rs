//! An Engine to try things on, and what one case made on it.

use futures_util::{FutureExt, StreamExt};
use mcp_tui::domain::{Container, ContainerId, Fault, FleetEvent};
use mcp_tui::engine::{Endpoint, Engine, LogRequest};
use mcp_tui::sim::{Scenario, Server};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;

/// What a container of a case does.
#[derive(Debug, Clone, Copy)]
pub enum Role {
    /// Writes `ready` when it is, runs until it is told to stop, and then ends with 0.
    Idle,
    /// Writes `out 1`, `out 2`, `out 3` to stdout and `err 1`, `err 2` to stderr, and ends with 3.
    Speaks,
    /// Writes `tick` to stdout, again and again until it is stopped.
    Ticks,
}

pub struct World {
    /// Of a simulated one: it runs as long as this lives.
    _simulation: Option<(Server, TempDir)>,
    pub endpoint: Endpoint,
    pub engine: Engine,
    /// Begins the name of everything that this case makes, and is the value of its label.
    pub name: String,
    pub simulated: bool,
}

const LABEL: &str = "mcp-tui.contract";
pub const IMAGE: &str = "mcp-tui-test/busybox";
const IDLE: &str = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.2; done";

impl World {
    pub async fn real() -> Self {
        Self::at(Endpoint::unix(super::support::engine::SOCKET), None).await
    }

    /// A simulated Engine that has the same image and nothing else.
    pub async fn simulated() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let script = format!("images: [{{ tags: ['{IMAGE}:latest'], size: 2MB, environment: [PATH=/bin] }}]");
        let scenario = Scenario::parse(&script).expect("a scenario");
        let server = Server::start(scenario, directory.path()).expect("a simulated Engine");
        let endpoint = Endpoint::unix(server.socket());
        Self::at(endpoint, Some((server, directory))).await
    }

    async fn at(endpoint: Endpoint, simulation: Option<(Server, TempDir)>) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let moment = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_micros());
        let name = format!("contract-{}-{moment}-{}", process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let engine = Engine::connect(&endpoint).await.expect("the Engine answers");
        Self { simulated: simulation.is_some(), _simulation: simulation, endpoint, engine, name }
    }

    pub fn socket(&self) -> PathBuf {
        self.endpoint.to_string().trim_start_matches("unix://").into()
    }

    pub fn named(&self, what: &str) -> String {
        format!("{}-{what}", self.name)
    }

    /// The labels of everything of this case.
    pub fn labels(&self) -> Value {
        json!({ LABEL: self.name })
    }

    fn body(&self, role: Role) -> Value {
        let command = match role {
            Role::Idle => IDLE,
            Role::Speaks => "echo out 1; echo out 2; echo out 3; echo err 1 >&2; echo err 2 >&2; exit 3",
            Role::Ticks => "trap 'exit 0' TERM; echo tick; while :; do sleep 0.1; echo tick; done",
        };
        json!({ "Image": IMAGE, "Cmd": ["sh", "-c", command], "Labels": self.labels() })
    }

    /// Creates a container; `more` is merged into its body.
    pub async fn create(&self, what: &str, role: Role, more: Value) -> ContainerId {
        self.try_create(what, role, more).await.expect("the container is created")
    }

    pub async fn try_create(&self, what: &str, role: Role, more: Value) -> Result<ContainerId, Fault> {
        let mut body = self.body(role);
        merge(&mut body, more);
        self.engine.create_container(&self.named(what), &body, None).await
    }

    pub async fn run(&self, what: &str, role: Role, more: Value) -> ContainerId {
        let id = self.create(what, role, more).await;
        self.engine.start(&id).await.expect("the container starts");
        id
    }

    pub async fn shell(&self, what: &str, script: &str, more: Value) -> ContainerId {
        let mut body = json!({ "Cmd": ["sh", "-c", script] });
        merge(&mut body, more);
        self.run(what, Role::Idle, body).await
    }

    /// Waits for the first line that a container writes: a signal before that would not be heeded.
    pub async fn speaks(&self, id: &ContainerId) {
        let mut lines = self.engine.logs(id, LogRequest { follow: true, ..LogRequest::default() });
        let line = soon("the first line", lines.next()).await.expect("a line");
        line.expect("the log can be read");
    }

    pub async fn inspect(&self, id: &ContainerId) -> Container {
        self.engine.inspect(id).await.expect("the container can be inspected")
    }

    /// Asks until there is an answer.
    pub async fn eventually<T>(&self, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
        let wait = async {
            loop {
                if let Some(answer) = ask().await {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        soon(what, wait).await
    }

    async fn clean(&self) {
        // Whatever state the case left it in; a failure here must not hide the case's own.
        let mine = |name: &str| name.starts_with(&self.name);
        for container in self.engine.containers(None).await.unwrap_or_default() {
            if mine(&container.name) {
                drop(self.engine.remove_container(&container.id, true, true).await);
            }
        }
        for network in self.engine.networks().await.unwrap_or_default() {
            if mine(&network.name) {
                drop(self.engine.remove_network(&network.id).await);
            }
        }
        for volume in self.engine.volumes().await.unwrap_or_default() {
            if mine(&volume.name) {
                drop(self.engine.remove_volume(&volume.name).await);
            }
        }
    }
}

/// Waits for what must come, and says what did not.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(super::support::wait::PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("{what}: not in time"))
}

/// Takes facts until one is what is waited for.
pub async fn until<T>(
    events: &mut Receiver<FleetEvent>,
    what: &str,
    mut wanted: impl FnMut(FleetEvent) -> Option<T>,
) -> T {
    let wait = async {
        loop {
            if let Some(found) = wanted(events.recv().await.expect("the watcher goes on")) {
                return found;
            }
        }
    };
    soon(what, wait).await
}

/// Runs one case in a runtime of its own and takes away what it made, passed or failed.
pub fn run(world: impl Future<Output = World>, case: impl AsyncFnOnce(&World)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let world = world.await;
        let outcome = AssertUnwindSafe(case(&world)).catch_unwind().await;
        world.clean().await;
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    });
}

fn merge(body: &mut Value, more: Value) {
    match (body, more) {
        (Value::Object(body), Value::Object(more)) => {
            for (key, value) in more {
                merge(body.entry(key).or_insert(Value::Null), value);
            }
        }
        (body, more) => *body = more,
    }
}
