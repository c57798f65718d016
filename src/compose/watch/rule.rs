//! The rules of a project's services.

use super::filter::Filter;
use crate::compose::context::{Ignore, Source, ignored};
use crate::compose::file::{Hook, MountKind, Project, Service, Trigger, WatchAction};
use crate::domain::{Fault, FaultKind};
use std::path::{Path, PathBuf};

/// What changes of files below one path bring about in one service.
#[derive(Debug)]
pub struct Rule {
    pub service: String,
    /// A directory or a file, which need not be there yet.
    pub path: PathBuf,
    /// The path's place in the containers.
    target: String,
    pub reaction: Reaction,
    /// Whether what is newer than the image is sent when the watch begins.
    pub initial_sync: bool,
    filter: Filter,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Reaction {
    Rebuild,
    Restart,
    Sync { restart: bool, command: Option<Command> },
}

/// A command that is run after files have come, and the key of the files that asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    pub key: String,
    pub hook: Hook,
}

/// The rules, and what must be said about those that are none.
#[derive(Debug, Default)]
pub struct Rules {
    pub rules: Vec<Rule>,
    pub warnings: Vec<String>,
}

/// The rules of the named services, or of all when none is named.
pub fn rules(project: &Project, services: &[String]) -> Result<Rules, Fault> {
    let mut found = Rules::default();
    for service in project.services.values() {
        if !services.is_empty() && !services.contains(&service.name) {
            continue;
        }
        let triggers = service.develop.iter().flat_map(|develop| develop.watch.iter().enumerate());
        for (number, trigger) in triggers {
            let key = format!("services.{}.develop.watch[{number}]", service.name);
            if let Some(mount) = mounted(service, Path::new(&trigger.path)) {
                found.warnings.push(format!(
                    "{key}: {} is mounted into the container at {mount} already; it is not watched",
                    trigger.path
                ));
                continue;
            }
            found.rules.push(rule(service, trigger, &key)?);
        }
    }
    if found.rules.is_empty() {
        let object = if services.is_empty() { project.name.clone() } else { services.join(", ") };
        let fault = Fault::new(FaultKind::Invalid, "watch", object)
            .hint("give a service a `develop.watch` section with `action`, `path` and `target`");
        return Err(found
            .warnings
            .iter()
            .fold(fault.because("nothing is to be watched"), |fault, warning| {
                fault.because(warning.as_str())
            }));
    }
    Ok(found)
}

fn rule(service: &Service, trigger: &Trigger, key: &str) -> Result<Rule, Fault> {
    let path = PathBuf::from(&trigger.path);
    let wrong = |cause: String, hint: &str| {
        Err(Fault::new(FaultKind::Invalid, "watch", key).because(cause).hint(hint))
    };
    let sync = |restart, command| Reaction::Sync { restart, command };
    let reaction = match trigger.action {
        WatchAction::Rebuild if service.build.is_none() => {
            return wrong(
                "a service without `build` cannot be rebuilt".to_owned(),
                "say `sync` or `restart`, or give it `build`",
            );
        }
        WatchAction::Rebuild => Reaction::Rebuild,
        WatchAction::Restart => Reaction::Restart,
        WatchAction::Sync => sync(false, None),
        WatchAction::SyncRestart => sync(true, None),
        WatchAction::SyncExec if trigger.exec.command.as_ref().is_none_or(Vec::is_empty) => {
            return wrong("`sync+exec` says no command".to_owned(), "give it `exec: {command: …}`");
        }
        WatchAction::SyncExec => {
            let mut hook = trigger.exec.clone();
            // Unlike a service's hooks, these leave a variable without a value as the container has it.
            hook.environment.retain(|_, value| value.is_some());
            sync(false, Some(Command { key: format!("{key}.exec"), hook }))
        }
    };
    let mut filter = Filter::new(&path);
    let patterns = |key: &str, lines: &[String]| {
        Ignore::parse(&lines.join("\n")).map_err(|(line, cause)| {
            let written = lines.get(line.saturating_sub(1)).map_or("", String::as_str);
            Fault::new(FaultKind::Invalid, "watch", key)
                .because(format!("`{written}`: {cause}"))
                .hint("patterns are written as in a .dockerignore")
        })
    };
    filter.ignore(&path, patterns(&format!("{key}.ignore"), &trigger.ignore)?);
    if !trigger.include.is_empty() {
        filter.include(&path, patterns(&format!("{key}.include"), &trigger.include)?);
    }
    if let Some((context, ignore)) = of_build(service)? {
        filter.ignore(&context, ignore);
    }
    Ok(Rule {
        service: service.name.clone(),
        path,
        target: absolute(&trigger.target),
        reaction,
        initial_sync: trigger.initial_sync,
        filter,
    })
}

/// What the service's build is not sent: what never comes into the image is not synchronised either.
fn of_build(service: &Service) -> Result<Option<(PathBuf, Ignore)>, Fault> {
    let Some(build) = service.build.as_ref().filter(|build| Path::new(&build.context).is_dir()) else {
        return Ok(None);
    };
    let directory = Path::new(&build.context);
    let source = Source {
        service: &service.name,
        directory,
        dockerfile: &build.dockerfile,
        inline: &build.dockerfile_inline,
    };
    Ok(Some((directory.to_owned(), ignored(source)?)))
}

/// Where the path is mounted into the service's containers, if it is: there every change arrives by itself.
fn mounted<'service>(service: &'service Service, path: &Path) -> Option<&'service str> {
    let mut binds = service.volumes.iter().filter(|mount| mount.kind == MountKind::Bind);
    binds.find(|mount| path.starts_with(&mount.source)).map(|mount| mount.target.as_str())
}

/// The shortest absolute path; one that is relative begins at the root, where archives are unpacked.
fn absolute(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    format!("/{}", segments.join("/"))
}

impl Rule {
    /// Whether a change of this path is the rule's affair.
    pub fn concerns(&self, path: &Path) -> bool {
        path.starts_with(&self.path) && self.filter.passes(path)
    }

    /// Whether something in this directory can be.
    pub fn enters(&self, directory: &Path) -> bool {
        directory.starts_with(&self.path) && self.filter.enters(directory)
    }

    /// Where a path of the rule lies in the containers; `None` when it has no name that a container could know.
    pub fn place(&self, path: &Path) -> Option<String> {
        let below = path.strip_prefix(&self.path).ok()?.to_str()?;
        Some(absolute(&format!("{}/{below}", self.target)))
    }
}

#[cfg(test)]
mod tests;
