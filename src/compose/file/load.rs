//! From what was asked for to a project, or to everything that is wrong with its files.

use super::interpolate::interpolate;
use super::locate::{Sources, invalid};
use super::read::{self, Context};
use super::{Project, check, environment, merge, name, normalise, sources};
use crate::domain::yaml::{self, Complaint, Node, Reader, Value};
use crate::domain::{Fault, StackRef};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
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
        }
    }
}

/// Reads the project. All mistakes of all files come back together.
pub fn load(request: &LoadRequest) -> Result<Project, Vec<Fault>> {
    let start = start_directory(request);
    let variables = environment::project_environment(&request.environment, &request.env_files, &start)?;
    let files = sources::files(request, &start, &variables).map_err(|fault| vec![fault])?;
    let directory = match (&request.project_directory, files.first().and_then(|file| file.parent())) {
        (Some(directory), _) => sources::absolute(directory),
        (None, Some(parent)) => parent.to_path_buf(),
        (None, None) => start,
    };
    // Files found in a parent directory bring their own `.env`.
    let mut variables =
        environment::project_environment(&request.environment, &request.env_files, &directory)?;
    let mut loaded = read_files(&files)?;
    let project = project_name(request, &loaded, &variables, &directory).map_err(|fault| vec![fault])?;
    variables.insert("COMPOSE_PROJECT_NAME".to_owned(), project.clone());

    let home = variables.get("HOME").map(PathBuf::from);
    let directories = vec![directory.clone(); files.len()];
    let context = Context {
        directories: &directories,
        home: home.as_deref(),
        project: &project,
        warnings: RefCell::default(),
    };
    let mut faults = Vec::new();
    for (file, documents) in &mut loaded.files {
        let mut complaints = Vec::new();
        for document in documents.iter_mut() {
            substitute(document, &mut String::new(), &variables, &context, &mut complaints);
            let mut plain = document.clone();
            merge::settle(&mut plain);
            let reader = Reader::new(&plain);
            read::project(&reader, &context);
            complaints.extend(reader.complaints());
        }
        complaints.sort_by_key(|complaint| complaint.at);
        complaints.dedup();
        faults.extend(complaints.iter().map(|complaint| complaint.to_fault("read", &file.display())));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let tree = merged(&loaded)?;
    let reader = Reader::new(&tree);
    let raw = read::project(&reader, &context);
    let complaints = reader.complaints();
    if !complaints.is_empty() {
        return Err(complaints.iter().map(|complaint| loaded.relocate(complaint)).collect());
    }
    let mut result = Project {
        name: project.clone(),
        files,
        directory: directory.clone(),
        env_files: request.env_files.iter().map(|file| sources::absolute(file)).collect(),
        profiles: profiles(request, &variables),
        warnings: context.warnings.into_inner(),
        ..Project::default()
    };
    let mut faults = normalise::normalise(&mut result, raw, &variables, &loaded);
    faults.extend(check::check(&result, &loaded));
    if faults.is_empty() { Ok(result) } else { Err(faults) }
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

fn read_files(files: &[PathBuf]) -> Result<Sources, Vec<Fault>> {
    let mut loaded = Vec::new();
    let mut faults = Vec::new();
    for file in files {
        let documents = environment::text(file)
            .map_err(|fault| fault.hint("check the path, or name another file with -f"))
            .and_then(|text| {
                yaml::parse(&text).map_err(|complaint| complaint.to_fault("read", &file.display()))
            });
        match documents {
            Ok(mut documents) => {
                documents.retain(|document| document.value != Value::Null);
                if documents.is_empty() {
                    faults.push(invalid(
                        &file.display().to_string(),
                        "the file is empty",
                        "a compose file has `services:`",
                    ));
                }
                loaded.push((file.clone(), documents));
            }
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(Sources { files: loaded }) } else { Err(faults) }
}

/// `-p`, else `COMPOSE_PROJECT_NAME`, else `name:`, else the directory's name.
fn project_name(
    request: &LoadRequest,
    loaded: &Sources,
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
    let mut documents = loaded.files.iter().rev().flat_map(|(_, documents)| documents.iter().rev());
    let written = documents.find_map(|document| document.get("name").and_then(Node::text));
    // What is wrong with the text itself is told when the file is interpolated.
    let written = written.and_then(|text| interpolate(text, &|name| variables.get(name).cloned()).ok());
    let folder = directory.file_name().map(|folder| folder.to_string_lossy().into_owned());
    let candidates = [written.map(|written| written.text), folder];
    let mut names = candidates.into_iter().flatten().map(|text| name::normalised(&text));
    names.find(|name| !name.is_empty()).ok_or_else(|| {
        invalid(
            &directory.display().to_string(),
            "its name makes no project name",
            "give the project one with -p",
        )
    })
}

/// Interpolates all values of a tree in place; keys are never touched.
fn substitute(
    node: &mut Node,
    path: &mut String,
    variables: &BTreeMap<String, String>,
    context: &Context<'_>,
    complaints: &mut Vec<Complaint>,
) {
    let length = path.len();
    match &mut node.value {
        Value::Text(text) if text.contains('$') => {
            match interpolate(text, &|name| variables.get(name).cloned()) {
                Ok(result) => {
                    for name in result.unset {
                        let warning = format!("the variable {name} is not set; nothing stands in its place");
                        if !context.warnings.borrow().contains(&warning) {
                            context.warnings.borrow_mut().push(warning);
                        }
                    }
                    *text = result.text;
                }
                Err(mistake) => {
                    complaints.push(Complaint { at: node.at, path: path.clone(), text: mistake.to_string() });
                }
            }
        }
        Value::Mapping(entries) => {
            for entry in entries {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&entry.key);
                substitute(&mut entry.node, path, variables, context, complaints);
                path.truncate(length);
            }
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let _ = write!(path, "[{index}]");
                substitute(item, path, variables, context, complaints);
                path.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Integer(..) | Value::Float(..) | Value::Text(_) => {}
    }
}

/// All documents of all files as one tree.
fn merged(loaded: &Sources) -> Result<Node, Vec<Fault>> {
    let mut result: Option<Node> = None;
    for (file, documents) in &loaded.files {
        for document in documents {
            result = Some(match result {
                None => document.clone(),
                Some(base) => merge::merge(base, document.clone()).map_err(|(node, text)| {
                    vec![Complaint::new(node.at, text).to_fault("merge", &file.display())]
                })?,
            });
        }
    }
    let mut tree = result.unwrap_or(Node { at: yaml::Position::default(), tag: None, value: Value::Null });
    merge::settle(&mut tree);
    Ok(tree)
}
