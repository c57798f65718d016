//! What the commands share: settings, paths, the daemon, the task store.

use super::arguments::Global;
use super::output::Output;
use super::plan::DryRun;
use super::report;
use crate::config::{Paths, Settings};
use crate::domain::{Fault, FaultKind};
use crate::engine::{Endpoint, EndpointOptions, Engine};
use crate::task::Store;

#[derive(Clone)]
pub struct Context {
    pub global: Global,
    pub paths: Paths,
    pub settings: Settings,
    pub settings_faults: Vec<Fault>,
    /// Whatever changes something is planned and shown instead.
    pub dry_run: Option<DryRun>,
}

impl Context {
    pub fn new(global: Global) -> Result<Self, Fault> {
        let mut paths = Paths::from_environment();
        if let Some(directory) = &global.config {
            paths.config = std::path::absolute(directory)
                .map_err(|error| Fault::io("find directory", directory.display(), &error))?;
        }
        let (settings, settings_faults) = Settings::load(&paths);
        let dry_run = global.dry_run.then(DryRun::default);
        Ok(Self { global, paths, settings, settings_faults, dry_run })
    }

    /// Mistakes in the settings end no command, but nobody should have to guess why a setting has no effect.
    pub fn warn_about_settings(&self, output: Output) {
        for fault in &self.settings_faults {
            report::warn(fault, output);
        }
    }

    pub fn store(&self) -> Result<Store, Fault> {
        let store = Store::open(&self.paths.state)?;
        let store = store.with_limit(self.global.at_once()).with_wait(self.global.wait_lock);
        Ok(match &self.global.config {
            Some(_) => store.with_config(self.paths.config.clone()),
            None => store,
        })
    }

    pub fn endpoint(&self) -> Result<Endpoint, Fault> {
        Endpoint::resolve(&EndpointOptions::from_environment(self.global.host.clone()))
    }

    pub async fn engine(&self) -> Result<Engine, Fault> {
        Engine::connect(&self.endpoint()?).await
    }

    /// Whether something may be changed at all.
    pub fn may_change(&self, operation: &str) -> Result<(), Fault> {
        if self.dry_run.is_some() || (!self.global.read_only && !self.settings.read_only) {
            return Ok(());
        }
        let wherefrom = if self.global.read_only {
            "--read-only was given"
        } else {
            "`read_only` is set in the settings"
        };
        // Not a lack of rights, which the daemon would have to grant: what was asked for contradicts itself.
        Err(Fault::new(FaultKind::Invalid, operation, "")
            .because(wherefrom)
            .hint("leave it out to make changes"))
    }
}
