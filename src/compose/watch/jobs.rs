//! What is to be done about changed paths.

use super::rule::{Reaction, Rule};
use crate::compose::file::Hook;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// All that a quiet moment asks for in one service.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Job {
    pub service: String,
    /// The image is built and the containers made anew; whatever else there was to do is contained in that.
    pub rebuild: bool,
    /// What is put into the containers, or taken out of them when it is gone: the path there and the path here.
    pub files: BTreeMap<String, PathBuf>,
    /// Where the rules' own paths lie in the containers. These stay, whatever becomes of the paths here: a checkout
    /// takes a directory away for a moment, and beside its files lie those that only the image has.
    pub targets: BTreeSet<String>,
    /// Commands that are run in the containers afterwards.
    pub commands: Vec<Hook>,
    pub restart: bool,
}

/// One job per service that is concerned, in the order of the rules.
pub fn jobs<'rule>(rules: impl IntoIterator<Item = &'rule Rule>, changed: &BTreeSet<PathBuf>) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    for rule in rules {
        let concerned: Vec<&PathBuf> = changed.iter().filter(|path| rule.concerns(path)).collect();
        if concerned.is_empty() {
            continue;
        }
        let at = jobs.iter().position(|job| job.service == rule.service).unwrap_or_else(|| {
            jobs.push(Job { service: rule.service.clone(), ..Job::default() });
            jobs.len() - 1
        });
        let job = &mut jobs[at];
        match &rule.reaction {
            Reaction::Rebuild => job.rebuild = true,
            Reaction::Restart => job.restart = true,
            Reaction::Sync { restart, command } => {
                job.restart |= restart;
                let places = concerned.iter().filter_map(|path| Some((rule.place(path)?, (*path).clone())));
                job.files.extend(places);
                job.targets.extend(rule.place(&rule.path));
                if let Some(command) = command.as_ref().filter(|command| !job.commands.contains(command)) {
                    job.commands.push(command.clone());
                }
            }
        }
    }
    for job in jobs.iter_mut().filter(|job| job.rebuild) {
        *job = Job { service: std::mem::take(&mut job.service), rebuild: true, ..Job::default() };
    }
    jobs
}
