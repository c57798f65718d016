//! The stacks that the program ships: they resolve as in docker compose, and live on a real Engine from the first `up`
//! to a `down` that leaves nothing.
//!
//! What runs there: nginx, Redis, PostgreSQL, the replicas' API, MLflow's server and its backup service, which is this
//! program, are real, made from packages of Debian and of Python, by the stacks' own Dockerfiles; every other image is the
//! stand-in of `tests/images`. The Engine of the tests has no GPU and few cores, so an overlay of the test takes the
//! reservations of devices away and lowers limits.

#[path = "shipped/alike.rs"]
mod alike;
#[path = "shipped/http.rs"]
mod http;
#[path = "shipped/lives.rs"]
mod lives;
#[path = "shipped/subnet.rs"]
mod subnet;

use crate::support::ports;
use crate::support::project::Project;
use crate::support::workplace::{BINARY, Finished, Workplace, finish};
use libtest_mimic::Trial;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn trials() -> Vec<Trial> {
    alike::trials().into_iter().chain(lives::trials()).collect()
}

/// Where the stacks stand in the sources.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("stacks")
}

const STAND_IN: &str = "mcp-tui-test/stand-in";

/// Images that are real here, by the variable that names them in a stack.
const REAL: [(&str, &str); 6] = [
    ("NGINX_IMAGE", "nginx:alpine"),
    ("REDIS_IMAGE", "redis:7-alpine"),
    ("POSTGRES_IMAGE", "postgres:15-alpine"),
    ("replicas/API_IMAGE", "mcp-tui-test/replicas-api"),
    ("mlflow/MLFLOW_IMAGE", "mcp-tui-test/mlflow"),
    ("BACKUP_IMAGE", "debian:bookworm-slim"),
];

/// A copy of a shipped stack with ports, images and a name of its own.
pub struct Shipped {
    workplace: Workplace,
    pub docker: Project,
    pub settings: BTreeMap<String, String>,
    overlays: Vec<&'static str>,
}

impl Shipped {
    /// `limits` is laid over everything else as the overlay `test`.
    pub fn new(stack: &str, overlays: &[&'static str], limits: &str, more: &[(&str, &str)]) -> Self {
        let (workplace, docker) = (Workplace::new(), Project::new(stack));
        workplace.shipped_stack(stack, &docker.name);
        let mut settings = settings(stack, &workplace);
        settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let text: String = settings.iter().flat_map(|(name, value)| [name, "=", value, "\n"]).collect();
        workplace.write(&format!("work/stacks/{}/.env", docker.name), &text);
        workplace.write(&format!("work/stacks/{}/compose.test.yaml", docker.name), limits);
        let overlays = overlays.iter().copied().chain(["test"]).collect();
        Self { workplace, docker, settings, overlays }
    }

    pub fn directory(&self) -> PathBuf {
        self.workplace.path(&format!("work/stacks/{}", self.docker.name))
    }

    pub fn run(&self, words: &[&str]) -> Finished {
        let mut command = self.workplace.command(["-s", &self.docker.name]);
        for overlay in &self.overlays {
            command.args(["--overlay", overlay]);
        }
        finish(with(command, words), &words.join(" "))
    }

    /// Runs the stack's own script that makes what a first `up` needs.
    pub fn prepare(&self) {
        let mut command = Command::new(self.directory().join("prepare"));
        let programs = Path::new(BINARY).parent().expect("a directory").display();
        let path = std::env::var("PATH").unwrap_or_default();
        command.env_remove("ONYX_ROOT").env("PATH", format!("{programs}:{path}"));
        finish(command, "prepare").succeeded("prepare");
    }

    pub fn up(&self) {
        self.run(&["--profile", "*", "up"]).succeeded("up");
        self.healthy();
    }

    /// All health checks, Docker's and the stack's own, say so.
    pub fn healthy(&self) {
        self.run(&["--profile", "*", "health", "--wait", "100"]).succeeded("health");
    }

    pub fn scaled(&self, service: &str, replicas: usize) {
        self.run(&["--profile", "*", "scale", &format!("{service}={replicas}")]).succeeded("scale");
        assert_eq!(self.docker.running(service).len(), replicas, "replicas of {service}");
    }

    pub fn restarted(&self, service: &str) {
        let started =
            || self.docker.inspect(service).and_then(|found| found.pointer("/State/StartedAt").cloned());
        let before = started();
        self.run(&["--profile", "*", "restart", service]).succeeded("restart");
        assert_ne!(started(), before, "the start of {service}");
        self.healthy();
    }

    pub fn down(self) {
        self.run(&["--profile", "*", "down", "--volumes"]).succeeded("down");
        let left = (self.docker.containers(), self.docker.networks(), self.docker.volumes());
        assert_eq!(
            left,
            (Vec::new(), Vec::new(), Vec::new()),
            "containers, networks and volumes that are left"
        );
    }

    pub fn port(&self, variable: &str) -> u16 {
        self.settings[variable].parse().expect("a port")
    }
}

fn with(mut command: Command, words: &[&str]) -> Command {
    command.args(words);
    command
}

/// Every setting of `.env.example` that must differ here.
fn settings(stack: &str, workplace: &Workplace) -> BTreeMap<String, String> {
    let example = std::fs::read_to_string(sources().join(stack).join(".env.example")).expect("an example");
    let lines = example.lines().filter(|line| !line.starts_with('#'));
    let names = lines.filter_map(|line| line.split_once('=')).map(|(name, _)| name);
    let value = |name: &str| match name {
        "INFERENCE_PORTS" => {
            let first = ports::take(4);
            Some(format!("{first}-{}", first + 3))
        }
        "MCP_SUBNET" => Some(subnet::take()),
        // The program in the stack and the one that runs it here see the same tasks and backups.
        "BACKUP_STATE_HOME" => Some(workplace.path("state").to_string_lossy().into_owned()),
        "ONYX_ROOT" => Some(workplace.path("onyx").to_string_lossy().into_owned()),
        name if name.ends_with("_PORT") => Some(ports::take(1).to_string()),
        name if name.ends_with("_IMAGE") => {
            let own = format!("{stack}/{name}");
            let real = REAL.iter().find(|(variable, _)| *variable == name || *variable == own);
            Some(real.map_or(STAND_IN, |(_, image)| image).to_owned())
        }
        _ => None,
    };
    names.filter_map(|name| Some((name.to_owned(), value(name)?))).collect()
}
