//! The simulated server of the demo, in the shapes that the console's feeds expect.

mod gpus;

use crate::compose;
use crate::config::stacks::discover;
use crate::domain::host::DiskUse;
use crate::domain::{Fault, FaultKind, GpuSample, HostSample};
use crate::engine::Endpoint;
use crate::health::Dialer;
use crate::runtime::{Script, stack_request};
use crate::sim::{Scenario, Server};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// What the simulated platform was deployed from.
const COMPOSE_FILE: &str = include_str!("demo/compose.yaml");

pub struct Demo {
    server: Arc<Server>,
    directory: TempDir,
}

impl Demo {
    /// Starts the server in a directory of its own, which goes when the demo ends.
    pub fn start() -> Result<Self, Fault> {
        let failed = |error: &std::io::Error| Fault::io("start", "the demo", error);
        let wrong = |cause: String| Fault::new(FaultKind::Internal, "start", "the demo").because(cause);
        let directory =
            tempfile::Builder::new().prefix("mcp-tui-demo-").tempdir().map_err(|error| failed(&error))?;
        let stack = directory.path().join("stacks/mcp");
        let file = stack.join("compose.yaml");
        std::fs::create_dir_all(&stack)
            .and_then(|()| std::fs::write(&file, COMPOSE_FILE))
            .map_err(|error| failed(&error))?;
        let mut scenario = Scenario::builtin("mcp").map_err(&wrong)?;
        let (sources, _) = discover(&[directory.path().join("stacks")], &directory.path().join("data"));
        for file in sources.into_iter().filter_map(|source| source.files.into_iter().next()) {
            let (project, hashes) = deployed(&file)?;
            scenario = scenario.deployed_from(&project, &file, &hashes);
        }
        let server = Server::start(scenario, directory.path()).map_err(wrong)?;
        Ok(Self { server: Arc::new(server), directory })
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub fn stacks(&self) -> PathBuf {
        self.directory.path().join("stacks")
    }

    pub fn endpoint(&self) -> Endpoint {
        Endpoint::unix(self.server.socket())
    }

    pub fn dialer(&self) -> Dialer {
        Dialer::Simulated(self.server.network_socket())
    }

    pub fn script(&self) -> Box<dyn Script> {
        Box::new(World(Arc::clone(&self.server)))
    }
}

/// What a deploy from this file would have written on the containers.
fn deployed(file: &Path) -> Result<(String, BTreeMap<String, String>), Fault> {
    let request = stack_request(file.parent().unwrap_or(file).to_path_buf());
    let project = compose::load(&request).map_err(|mut faults| faults.remove(0))?;
    let hashes = project
        .services
        .values()
        .map(|service| (service.name.clone(), compose::config_hash(service, compose::Flavour::Current)));
    let hashes = hashes.collect();
    Ok((project.name, hashes))
}

struct World(Arc<Server>);

impl Script for World {
    fn host(&mut self) -> HostSample {
        let host = self.0.host();
        HostSample {
            host_name: Some(host.host_name),
            uptime_seconds: Some(host.uptime_seconds),
            cpu_percent: host.cpu_percent,
            cores: Some(host.cores as usize),
            load_one: Some(host.load_one),
            memory_used_bytes: Some(host.memory_used_bytes),
            memory_total_bytes: Some(host.memory_total_bytes),
            swap_used_bytes: Some(host.swap_used_bytes),
            swap_total_bytes: Some(host.swap_total_bytes),
            disks: host
                .disks
                .into_iter()
                .map(|disk| DiskUse {
                    mount_point: disk.mount_point,
                    used_bytes: disk.used_bytes,
                    total_bytes: disk.total_bytes,
                    inodes: None,
                })
                .collect(),
            ..HostSample::default()
        }
    }

    fn gpus(&mut self) -> GpuSample {
        GpuSample::Devices(self.0.gpus().into_iter().map(gpus::device).collect())
    }
}
