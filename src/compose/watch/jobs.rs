//! What is to be done about changed paths.

use super::rule::{Command, Reaction, Rule};
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
    pub commands: Vec<Command>,
    pub restart: bool,
}

impl Job {
    /// This and what came after it, as one.
    #[must_use]
    pub fn and(mut self, newer: Self) -> Self {
        self.rebuild |= newer.rebuild;
        self.restart |= newer.restart;
        self.files.extend(newer.files);
        self.targets.extend(newer.targets);
        for command in newer.commands {
            if !self.commands.contains(&command) {
                self.commands.push(command);
            }
        }
        self.whole()
    }

    /// A rebuild alone, if it is one.
    fn whole(self) -> Self {
        if self.rebuild { Self { service: self.service, rebuild: true, ..Self::default() } } else { self }
    }

    /// Whether there is anything to do in the containers themselves.
    pub fn concerns_containers(&self) -> bool {
        !self.files.is_empty() || !self.commands.is_empty()
    }
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
    jobs.into_iter().map(Job::whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(places: &[(&str, &str)]) -> Job {
        let files = places.iter().map(|(there, here)| ((*there).to_owned(), PathBuf::from(here)));
        Job { service: "web".to_owned(), files: files.collect(), ..Job::default() }
    }

    #[test]
    fn what_came_later_decides_and_nothing_is_forgotten() {
        let older = Job { restart: true, ..job(&[("/a", "old"), ("/b", "old")]) };
        let both = older.and(job(&[("/b", "new"), ("/c", "new")]));
        assert_eq!(both, Job { restart: true, ..job(&[("/a", "old"), ("/b", "new"), ("/c", "new")]) });
    }

    #[test]
    fn a_rebuild_contains_what_came_before_and_after() {
        let rebuild = || Job { rebuild: true, ..job(&[]) };
        assert_eq!(job(&[("/a", "a")]).and(rebuild()), rebuild());
        assert_eq!(rebuild().and(job(&[("/a", "a")])), rebuild());
    }
}
