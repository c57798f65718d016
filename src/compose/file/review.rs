//! Looks a stack over: its files with every choice of overlays and profiles, and all that lies beside them. What keeps
//! a stack from working is an error; what merely has to be known or done first is a warning.

mod beside;
mod extension;
mod ports;
mod variables;

use super::load::load_located;
use super::locate::Sources;
use super::{LoadRequest, Project};
use crate::domain::{Fault, FaultKind};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// With more overlays than this, not every subset is tried but none, each, and all.
const ALL_SUBSETS_UP_TO: usize = 4;

/// The stack that is looked over.
pub struct Subject {
    pub directory: PathBuf,
    pub files: Vec<PathBuf>,
    pub overlays: BTreeMap<String, PathBuf>,
    /// The project's name, instead of the files'.
    pub project: Option<String>,
    /// Instead of `.env`.
    pub env_files: Vec<PathBuf>,
    pub environment: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub severity: Severity,
    pub fault: Fault,
    /// The overlays with which it was first seen.
    pub overlays: Vec<String>,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Review {
    /// How many choices of overlays and profiles were tried.
    pub variants: usize,
    pub problems: Vec<Problem>,
}

impl Review {
    pub fn errors(&self) -> usize {
        self.problems.iter().filter(|problem| problem.severity == Severity::Error).count()
    }

    pub fn warnings(&self) -> usize {
        self.problems.len() - self.errors()
    }

    fn add(&mut self, severity: Severity, fault: Fault, overlays: &[String]) {
        if !self.problems.iter().any(|known| known.fault == fault) {
            self.problems.push(Problem { severity, fault, overlays: overlays.to_vec() });
        }
    }
}

/// What one part of the review found in one variant.
#[derive(Default)]
struct Findings(Vec<(Severity, Fault)>);

impl Findings {
    fn error(&mut self, fault: Fault) {
        self.0.push((Severity::Error, fault));
    }

    fn warning(&mut self, fault: Fault) {
        self.0.push((Severity::Warning, fault));
    }
}

/// A project of the stack and where its values stand.
struct Variant<'review> {
    subject: &'review Subject,
    project: &'review Project,
    sources: &'review Sources,
}

pub fn review(subject: &Subject) -> Review {
    let mut review = Review::default();
    for overlays in subsets(subject.overlays.keys().cloned().collect()) {
        for profiles in [Vec::new(), vec!["*".to_owned()]] {
            review.variants += 1;
            let mut findings = Findings::default();
            look(subject, &overlays, profiles, &mut findings);
            for (severity, fault) in findings.0 {
                review.add(severity, fault, &overlays);
            }
        }
    }
    let mut findings = Findings::default();
    variables::look(subject, &mut findings);
    for (severity, fault) in findings.0 {
        review.add(severity, fault, &[]);
    }
    review.problems.sort_by_key(|problem| problem.severity);
    review
}

fn look(subject: &Subject, overlays: &[String], profiles: Vec<String>, findings: &mut Findings) {
    let laid_over = overlays.iter().filter_map(|name| subject.overlays.get(name)).cloned();
    let request = LoadRequest {
        files: subject.files.iter().cloned().chain(laid_over).collect(),
        project_directory: Some(subject.directory.clone()),
        profiles,
        project_name: subject.project.clone(),
        env_files: subject.env_files.clone(),
        environment: subject.environment.clone(),
        inconsistent: false,
    };
    match load_located(&request) {
        Err(faults) => faults.into_iter().for_each(|fault| findings.error(fault)),
        Ok((project, sources)) => {
            for warning in &project.warnings {
                let object = subject.directory.display().to_string();
                findings.warning(Fault::new(FaultKind::Invalid, "check", object).because(warning.as_str()));
            }
            let variant = Variant { subject, project: &project, sources: &sources };
            beside::look(&variant, findings);
            ports::look(&variant, findings);
            extension::look(&variant, findings);
        }
    }
}

/// All choices of the names, each in their order; of many names only none, each alone, and all.
fn subsets(names: Vec<String>) -> Vec<Vec<String>> {
    if names.len() > ALL_SUBSETS_UP_TO {
        let alone = names.iter().map(|name| vec![name.clone()]);
        return std::iter::once(Vec::new()).chain(alone).chain([names.clone()]).collect();
    }
    let mut chosen = vec![Vec::new()];
    for name in names {
        let with: Vec<Vec<String>> = chosen
            .iter()
            .map(|subset: &Vec<String>| [subset.as_slice(), std::slice::from_ref(&name)].concat())
            .collect();
        chosen.extend(with);
    }
    chosen
}

#[cfg(test)]
mod tests;
