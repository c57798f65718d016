//! From what was asked for to a project, or to everything that is wrong with its files.

use super::assemble::{Assembly, Scope, listed};
use super::interpolate::interpolate;
use super::locate::{Sources, invalid};
use super::{Project, check, environment, name, normalise, sources};
use crate::domain::yaml::Node;
use crate::domain::{Fault, StackRef};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Which project to load. Everything may be left empty but the environment.
#[derive(Debug, Clone, Default)]
pub struct LoadRequest {
    /// Empty: those of `COMPOSE_FILE`, else the default names in the directory or its parents.
    pub files: Vec<PathBuf>,
    /// `-p`.
    pub project_name: Option<String>,
    /// Absent: the directory of the first file.
    pub project_directory: Option<PathBuf>,
    /// `--env-file`; empty: `.env` in the directory, when there is one.
    pub env_files: Vec<PathBuf>,
    pub profiles: Vec<String>,
    /// The process's environment.
    pub environment: BTreeMap<String, String>,
    /// Take the project although its parts do not fit together.
    pub inconsistent: bool,
}

impl LoadRequest {
    /// Loads again what a task or the console remembers of a stack.
    pub fn of(stack: &StackRef, environment: BTreeMap<String, String>) -> Self {
        Self {
            files: stack.files.clone(),
            project_name: Some(stack.project.clone()).filter(|name| !name.is_empty()),
            project_directory: stack.directory.clone(),
            env_files: stack.env_files.clone(),
            profiles: stack.profiles.clone(),
            environment,
            inconsistent: false,
        }
    }
}

/// The variables that the project's files may use: the environment's, then those of its files of variables.
pub fn variables(request: &LoadRequest) -> Result<BTreeMap<String, String>, Vec<Fault>> {
    let env_files = environment::named_files(&request.env_files, &request.environment);
    environment::project_environment(&request.environment, &env_files, &start_directory(request))
}

/// Reads the project. All mistakes of all files come back together.
pub fn load(request: &LoadRequest) -> Result<Project, Vec<Fault>> {
    load_located(request).map(|(project, _)| project)
}

/// The same, with where everything stands.
pub(super) fn load_located(request: &LoadRequest) -> Result<(Project, Sources), Vec<Fault>> {
    with_tree(request, false, |mut assembly, tree, around| {
        let (raw, warnings) = assembly.read(&tree);
        let faults = assembly.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        let (sources, mut told) = assembly.into_parts();
        let read = sources.all();
        told.extend(warnings);
        let sources = Sources::new(sources, tree);
        let mut result = Project {
            name: around.project.to_owned(),
            files: around.files.to_vec(),
            read,
            directory: around.directory.to_path_buf(),
            env_files: around.env_files.iter().map(|file| sources::absolute(file)).collect(),
            profiles: profiles(request, around.variables),
            warnings: told.into_iter().collect(),
            ..Project::default()
        };
        let mut faults = normalise::normalise(&mut result, raw, around.variables, &sources);
        if !request.inconsistent {
            faults.extend(check::check(&result, &sources));
        }
        if faults.is_empty() { Ok((result, sources)) } else { Err(listed(faults)) }
    })
}

/// The project's name, and the merged files as they are written: no variable is looked at, and nothing is brought into
/// canonical form.
pub fn as_written(request: &LoadRequest) -> Result<(String, Node), Vec<Fault>> {
    with_tree(request, true, |mut assembly, tree, around| {
        let faults = assembly.faults();
        if faults.is_empty() { Ok((around.project.to_owned(), tree)) } else { Err(faults) }
    })
}

/// What is known of a project besides its tree.
struct Around<'load> {
    project: &'load str,
    files: &'load [PathBuf],
    directory: &'load Path,
    env_files: &'load [PathBuf],
    variables: &'load BTreeMap<String, String>,
}

fn with_tree<T>(
    request: &LoadRequest,
    as_written: bool,
    finish: impl FnOnce(Assembly<'_>, Node, Around<'_>) -> Result<T, Vec<Fault>>,
) -> Result<T, Vec<Fault>> {
    let start = start_directory(request);
    let env_files = environment::named_files(&request.env_files, &request.environment);
    let variables = environment::project_environment(&request.environment, &env_files, &start)?;
    let files = sources::files(request, &start, &variables).map_err(|fault| vec![fault])?;
    let directory = match (&request.project_directory, files.first().and_then(|file| file.parent())) {
        (Some(directory), _) => sources::absolute(directory),
        (None, Some(parent)) => parent.to_path_buf(),
        (None, None) => start,
    };
    // Files found in a parent directory bring their own `.env`.
    let mut variables = environment::project_environment(&request.environment, &env_files, &directory)?;
    let home = variables.get("HOME").map(PathBuf::from);
    let mut assembly = Assembly::new(home.as_deref(), as_written);
    let documents: Vec<Node> = files.iter().flat_map(|file| assembly.open(file, &directory)).collect();
    let faults = assembly.faults();
    if !faults.is_empty() {
        return Err(faults);
    }
    let project = project_name(request, &documents, &variables, &directory).map_err(|fault| vec![fault])?;
    variables.insert("COMPOSE_PROJECT_NAME".to_owned(), project.clone());
    assembly.project = &project;
    let tree = assembly.assemble(documents, &Scope { variables: &variables, trail: &files });
    let around = Around {
        project: &project,
        files: &files,
        directory: &directory,
        env_files: &env_files,
        variables: &variables,
    };
    finish(assembly, tree, around)
}

fn start_directory(request: &LoadRequest) -> PathBuf {
    let named = request.project_directory.as_deref();
    let beside_file = request.files.first().and_then(|file| file.parent());
    sources::absolute(match named.or(beside_file) {
        Some(directory) if directory.as_os_str().is_empty() => Path::new("."),
        Some(directory) => directory,
        None => Path::new("."),
    })
}

fn profiles(request: &LoadRequest, variables: &BTreeMap<String, String>) -> Vec<String> {
    let listed = variables.get("COMPOSE_PROFILES").map_or("", String::as_str).split(',');
    let listed = listed.map(str::trim).filter(|profile| !profile.is_empty()).map(str::to_owned);
    let mut profiles: Vec<String> = request.profiles.iter().cloned().chain(listed).collect();
    profiles.sort();
    profiles.dedup();
    profiles
}

/// `-p`, else `COMPOSE_PROJECT_NAME`, else `name:`, else the directory's name.
fn project_name(
    request: &LoadRequest,
    documents: &[Node],
    variables: &BTreeMap<String, String>,
    directory: &Path,
) -> Result<String, Fault> {
    let from_environment = variables.get("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty());
    let given = request.project_name.as_ref().filter(|name| !name.is_empty());
    if let Some(given) = given.or(from_environment) {
        if name::is_valid(given) {
            return Ok(given.clone());
        }
        return Err(invalid(
            given,
            "a project's name has lower-case letters, digits, dashes and underscores, and starts with a letter or digit",
            &format!("try {}", name::normalised(given)),
        ));
    }
    let written = documents.iter().rev().find_map(|document| document.get("name").and_then(Node::text));
    // What is wrong with the text itself is told when the file is interpolated.
    let written = written.and_then(|text| interpolate(text, &|name| variables.get(name).cloned()).ok());
    let folder = directory.file_name().map(|folder| folder.to_string_lossy().into_owned());
    let written = written.map(|written| written.text).filter(|written| !written.is_empty());
    let name = name::normalised(&written.or(folder).unwrap_or_default());
    if !name.is_empty() {
        return Ok(name);
    }
    Err(invalid(
        &directory.display().to_string(),
        "neither its name nor the file's `name` makes a project name",
        "give the project one with -p",
    ))
}

#[cfg(test)]
mod tests;
