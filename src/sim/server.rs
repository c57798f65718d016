//! The server: a thread with a runtime of its own, and two unix sockets.

pub mod faults;
mod network;
mod serve;

use super::clock::{Clock, Moment};
use super::scenario::Scenario;
use super::shared::Shared;
use super::world::World;
use super::world::gpu::SimGpu;
use super::world::host::SimHost;
use faults::Faults;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::UnixListener;
use tokio::sync::oneshot;

/// A simulated engine that runs until it is dropped.
pub struct Server {
    directory: PathBuf,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Server").field("directory", &self.directory).finish_non_exhaustive()
    }
}

pub(super) fn listen(path: &Path) -> Result<UnixListener, String> {
    let told = |error: std::io::Error| format!("cannot listen on {}: {error}", path.display());
    match std::fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(told(error)),
    }
    UnixListener::bind(path).map_err(told)
}

impl Server {
    /// Starts a scenario; its sockets lie in `directory`, which must exist.
    pub fn start(scenario: Scenario, directory: &Path) -> Result<Self, String> {
        let script = scenario.script;
        let begins = match &script.begins {
            Some(text) => text.parse::<Timestamp>().map_err(|error| format!("begins: {error}"))?,
            None => Timestamp::now(),
        };
        let begins = Moment::from_timestamp(begins);
        let clock = Clock::new(begins, script.clock_held);
        let world = World::build(script, begins)?;
        let shared = Arc::new(Shared::new(world, clock));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("cannot make a runtime: {error}"))?;
        let (docker, network) = {
            let _inside = runtime.enter();
            (listen(&directory.join("docker.sock"))?, listen(&directory.join("net.sock"))?)
        };
        let (stop, stopped) = oneshot::channel();
        let tasks = serve::Tasks {
            shared: Arc::clone(&shared),
            docker,
            docker_path: directory.join("docker.sock"),
            network,
        };
        let thread = std::thread::Builder::new()
            .name("simulated-engine".to_owned())
            .spawn(move || runtime.block_on(serve::run(tasks, stopped)))
            .map_err(|error| format!("cannot start a thread: {error}"))?;
        Ok(Self { directory: directory.to_owned(), shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where the Docker API is.
    pub fn socket(&self) -> PathBuf {
        self.directory.join("docker.sock")
    }

    /// Where health checks connect instead of to the network.
    pub fn network_socket(&self) -> PathBuf {
        self.directory.join("net.sock")
    }

    pub fn gpus(&self) -> Vec<SimGpu> {
        self.shared.with(|world| world.gpu_snapshot())
    }

    pub fn host(&self) -> SimHost {
        self.shared.with(|world| world.host_snapshot())
    }

    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Moves the clock on and lets everything happen that is due by then.
    pub fn advance(&self, duration: Duration) {
        self.shared.clock.advance(duration);
        self.shared.with(|_| ());
        self.shared.notify();
    }

    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread may have ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        for path in [self.socket(), self.network_socket()] {
            let _ = std::fs::remove_file(path);
        }
    }
}
