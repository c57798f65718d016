//! The script of a simulated world, in YAML.

mod quantity;
pub mod spec;

use spec::Script;
use std::collections::BTreeMap;
use std::path::Path;

/// The built-in scripts, by name.
const BUILT_IN: [(&str, &str); 2] =
    [("mcp", include_str!("scenarios/mcp.yaml")), ("empty", include_str!("scenarios/empty.yaml"))];

/// A script that has been read and found sound.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub(super) script: Script,
}

impl Scenario {
    /// Reads a script. The error names line and column and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let script: Script = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        script.check()?;
        Ok(Self { script })
    }

    /// One of the built-in scripts: `mcp` is the demonstration, `empty` has an engine and a few images but no container.
    pub fn builtin(name: &str) -> Result<Self, String> {
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name).ok_or_else(|| {
            let known: Vec<&str> = BUILT_IN.iter().map(|(known, _)| *known).collect();
            format!("there is no scenario {name:?}; there are {}", known.join(", "))
        })?;
        Self::parse(text)
    }

    /// The same script on a clock that stands still until it is advanced.
    #[must_use]
    pub fn held(mut self) -> Self {
        self.script.clock_held = true;
        self
    }

    /// The same script with `count` quiet containers more, in several projects.
    #[must_use]
    pub fn with_fleet(mut self, count: u32) -> Self {
        self.script.fleet = Some(spec::Fleet { count, ..spec::Fleet::default() });
        self
    }

    /// The same script with one stack deployed from this file, whose services have these configuration hashes: then a
    /// Compose engine finds that nothing has changed.
    #[must_use]
    pub fn deployed_from(mut self, project: &str, file: &Path, hashes: &BTreeMap<String, String>) -> Self {
        for stack in self.script.stacks.iter_mut().filter(|stack| stack.project == project) {
            stack.config_files = vec![file.display().to_string()];
            stack.working_dir = file.parent().unwrap_or(file).display().to_string();
            stack.config_hashes.clone_from(hashes);
        }
        self
    }
}
