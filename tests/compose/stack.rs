//! One project of one test: its files in a directory of its own, and the Engine they are brought to.

use crate::support::project::Project as Cleaner;
use mcp_tui::compose::file::{LoadRequest, Project, load};
use mcp_tui::compose::{ActionPlan, apply, observe, plan};
use mcp_tui::domain::{DownOptions, Fault, Operation, StepVerb, UpOptions};
use mcp_tui::engine::{Endpoint, Engine};
use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use tempfile::TempDir;

/// Runs one case to its end.
pub fn run<F: Future<Output = ()>>(case: impl FnOnce(Stack) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { case(Stack::new().await).await });
}

pub struct Stack {
    pub engine: Engine,
    pub docker: Cleaner,
    pub directory: TempDir,
}

impl Stack {
    async fn new() -> Self {
        let endpoint = Endpoint::unix(crate::support::engine::SOCKET);
        Self {
            engine: Engine::connect(&endpoint).await.expect("the Engine"),
            docker: Cleaner::new("compose"),
            directory: tempfile::tempdir().expect("a directory"),
        }
    }

    pub fn name(&self) -> &str {
        &self.docker.name
    }

    pub fn file(&self) -> PathBuf {
        self.directory.path().join("compose.yaml")
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.directory.path().join(name), text).expect("a file is written");
    }

    pub fn project(&self) -> Project {
        let request = LoadRequest {
            files: vec![self.file()],
            project_name: Some(self.name().to_owned()),
            environment: BTreeMap::new(),
            ..LoadRequest::default()
        };
        load(&request).expect("the file is right")
    }

    pub async fn plan(&self, operation: &Operation) -> Result<ActionPlan, Fault> {
        let project = self.file().is_file().then(|| self.project());
        let observed = observe(&self.engine, self.name(), project.as_ref()).await?;
        plan::for_operation(project.as_ref(), &observed, operation)
    }

    /// Plans and applies.
    pub async fn take(&self, operation: &Operation) -> Result<ActionPlan, Fault> {
        let plan = self.plan(operation).await?;
        apply(&self.engine, &plan, |_| {}).await?;
        Ok(plan)
    }

    /// `up` of a file's text.
    pub async fn up(&self, text: &str) -> Result<ActionPlan, Fault> {
        self.write("compose.yaml", text);
        self.take(&up(&[])).await
    }
}

pub fn up(services: &[&str]) -> Operation {
    let services = services.iter().map(ToString::to_string).collect();
    Operation::Up(UpOptions { services, ..UpOptions::default() })
}

pub fn down(volumes: bool) -> Operation {
    Operation::Down(DownOptions { volumes, ..DownOptions::default() })
}

pub fn scale(service: &str, replicas: u32) -> Operation {
    Operation::Scale { replicas: [(service.to_owned(), replicas)].into(), no_deps: false }
}

/// The steps that change something: `create x-web-1`.
pub fn steps(plan: &ActionPlan) -> Vec<String> {
    let steps = plan.summary().steps;
    let changing = steps.iter().filter(|step| step.verb != StepVerb::Keep);
    changing.map(|step| format!("{} {}", step.verb.words(), step.object)).collect()
}
