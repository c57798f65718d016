//! A Compose project of one test, which takes everything it made with it when it ends, passed or failed.

use super::engine::docker;
use serde_json::Value;
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

pub struct Project {
    pub name: String,
}

impl Project {
    /// A name that no other test, test run or stack has.
    pub fn new(what: &str) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let moment = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_micros());
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        Self { name: format!("mcptest-{what}-{:x}{moment:05x}{count}", process::id()) }
    }

    fn filter(&self) -> String {
        format!("label=com.docker.compose.project={}", self.name)
    }

    /// The names of its containers, sorted, whatever their state.
    pub fn containers(&self) -> Vec<String> {
        lines(&docker(["ps", "--all", "--filter", &self.filter(), "--format", "{{.Names}}"]))
    }

    /// The names of those of one service that run.
    pub fn running(&self, service: &str) -> Vec<String> {
        let service = format!("label=com.docker.compose.service={service}");
        lines(&docker(["ps", "--filter", &self.filter(), "--filter", &service, "--format", "{{.Names}}"]))
    }

    /// The only container of a service, inspected.
    pub fn inspect(&self, service: &str) -> Option<Value> {
        let service = format!("label=com.docker.compose.service={service}");
        let id = docker(["ps", "--all", "--quiet", "--filter", &self.filter(), "--filter", &service]);
        let id = id.lines().next()?;
        super::engine::inspect(id)
    }

    pub fn health(&self, service: &str) -> Option<String> {
        let container = self.inspect(service)?;
        container.pointer("/State/Health/Status").and_then(Value::as_str).map(str::to_owned)
    }

    pub fn volumes(&self) -> Vec<String> {
        lines(&docker(["volume", "ls", "--quiet", "--filter", &self.filter()]))
    }

    pub fn networks(&self) -> Vec<String> {
        lines(&docker(["network", "ls", "--filter", &self.filter(), "--format", "{{.Name}}"]))
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // The names by which the images of its deploys are kept.
        let kept = format!("reference=mcp-tui/keep/s{}/*", self.name);
        let kept = ids(["images", "--filter", &kept, "--format", "{{.Repository}}:{{.Tag}}"]);
        remove(&["rmi", "--no-prune"], &kept);
        // A worker may still be at it when its test failed: what it makes in the meantime is taken in the next round.
        for _ in 0..3 {
            let filter = self.filter();
            let containers = ids(["ps", "--all", "--quiet", "--filter", &filter]);
            remove(&["rm", "--force", "--volumes"], &containers);
            let networks = ids(["network", "ls", "--quiet", "--filter", &filter]);
            remove(&["network", "rm"], &networks);
            let volumes = ids(["volume", "ls", "--quiet", "--filter", &filter]);
            remove(&["volume", "rm", "--force"], &volumes);
            if containers.is_empty() && networks.is_empty() && volumes.is_empty() {
                return;
            }
        }
    }
}

fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

// While a failing test unwinds, a second panic would end the whole run: here, and only here, errors are let pass.
fn ids<const N: usize>(arguments: [&str; N]) -> Vec<String> {
    let output = Command::new("docker").args(arguments).output();
    output.map(|output| lines(&String::from_utf8_lossy(&output.stdout))).unwrap_or_default()
}

fn remove(verb: &[&str], ids: &[String]) {
    if !ids.is_empty() {
        drop(Command::new("docker").args(verb).args(ids).output());
    }
}
