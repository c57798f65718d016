//! Files become one tree: each document is interpolated, completed by what it extends and includes, and merged onto
//! those before it.

use super::concealed::take_values;
use super::locate::{Files, invalid};
use super::read::{self, Context};
use super::substitute::substitute;
use super::unique::unique;
use super::{environment, extends, include, merge};
use crate::domain::Fault;
use crate::domain::yaml::{self, Complaint, Node, Options, Position, Reader, Size, Value};
use indexmap::IndexSet;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

/// More files than anybody composes; includes of includes may name each of them many times.
const MOST_FILES: usize = 2_000;

/// What is being put together, and all that was found wrong with it.
pub(super) struct Assembly<'load> {
    pub files: Files,
    /// The home directory, for `~`.
    pub home: Option<&'load Path>,
    /// The project's name; it is known only after the first files were parsed.
    pub project: &'load str,
    /// Variables stay as they are written, and what they might make valid is not checked.
    as_written: bool,
    /// What the trees of all files hold together.
    size: Size,
    faults: Vec<Fault>,
    complaints: Vec<Complaint>,
    warnings: IndexSet<String>,
}

/// Nobody reads more mistakes at once.
const MOST_FAULTS: usize = 1_000;

/// The first faults, and how many more there are.
pub(super) fn listed(mut faults: Vec<Fault>) -> Vec<Fault> {
    let more = faults.len().saturating_sub(MOST_FAULTS);
    if more > 0 {
        faults.truncate(MOST_FAULTS);
        let text = format!("{more} more mistakes are not listed");
        faults.push(invalid("", text, "mend those above first"));
    }
    faults
}

/// What holds for a group of files that are merged with each other.
pub(super) struct Scope<'scope> {
    pub variables: &'scope BTreeMap<String, String>,
    /// The files that are being read, each included by the one before it.
    pub trail: &'scope [PathBuf],
}

impl<'load> Assembly<'load> {
    pub fn new(home: Option<&'load Path>, as_written: bool) -> Self {
        Self {
            files: Files::default(),
            home,
            project: "",
            as_written,
            size: Size::default(),
            faults: Vec::new(),
            complaints: Vec::new(),
            warnings: IndexSet::new(),
        }
    }

    /// The documents of one file. When there is nothing in it, or it cannot be read, that is kept as a fault.
    pub fn open(&mut self, path: &Path, directory: &Path) -> Vec<Node> {
        match self.parse(path, directory) {
            Ok(documents) => documents,
            Err(fault) => {
                self.faults.push(fault);
                Vec::new()
            }
        }
    }

    fn parse(&mut self, path: &Path, directory: &Path) -> Result<Vec<Node>, Fault> {
        let shown = path.display().to_string();
        if self.files.len() >= MOST_FILES {
            let text = format!("it would be one of more than {MOST_FILES} files");
            return Err(invalid(&shown, text, "include fewer files"));
        }
        let text = environment::text(path)
            .map_err(|fault| fault.hint("check the path, or name another file with -f"))?;
        let file = self.files.add(path, directory);
        let options = Options { file, text_keys: true, ..Options::default() };
        let mut documents =
            yaml::parse_with(&text, options).map_err(|complaint| self.files.fault(&complaint))?;
        documents.retain(|document| document.value != Value::Null);
        if documents.is_empty() {
            return Err(invalid(&shown, "the file is empty", "a compose file has `services:`"));
        }
        for document in &documents {
            self.charge(document.size(), document.at);
        }
        Ok(documents)
    }

    /// Merges the documents of a scope's files, in their order, into one tree. The tree before each further document is
    /// checked here; what comes out at last is left to the caller.
    pub fn assemble(&mut self, documents: Vec<Node>, scope: &Scope<'_>) -> Node {
        let mut tree: Option<Node> = None;
        for mut document in documents {
            if let Some(before) = &tree {
                self.check(before);
            }
            if !self.as_written {
                substitute(self, &mut document, scope.variables);
                take_values(&mut document, scope.variables);
            }
            extends::apply(self, &mut document, scope);
            include::apply(self, &mut document, scope);
            let mut complaints = Vec::new();
            let mut whole = match tree.take() {
                None => document,
                Some(base) => merge::merge(base, document, &mut complaints),
            };
            self.complaints.append(&mut complaints);
            merge::settle(&mut whole);
            unique(&mut whole);
            tree = Some(whole);
        }
        tree.unwrap_or(Node { at: Position::default(), tag: None, value: Value::Null })
    }

    /// Complains about everything in the tree that is no Compose. A later file may replace a mistake, but not undo it.
    pub fn check(&mut self, tree: &Node) {
        if !self.as_written {
            self.read(tree);
        }
    }

    /// Reads the tree into types. Warnings come back beside it, because only those of the last tree count.
    pub fn read(&mut self, tree: &Node) -> (read::Raw, IndexSet<String>) {
        let reader = Reader::new(tree);
        let warnings = RefCell::default();
        let raw = read::project(&reader, &self.context(&warnings));
        self.complaints.extend(reader.complaints());
        (raw, warnings.into_inner())
    }

    /// What the readers of a tree need.
    pub fn context<'own>(&'own self, warnings: &'own RefCell<IndexSet<String>>) -> Context<'own> {
        Context {
            directories: self.files.directories(),
            home: self.home,
            project: self.project,
            warnings,
            ports: Cell::default(),
        }
    }

    pub fn complain(&mut self, complaint: Complaint) {
        self.complaints.push(complaint);
    }

    pub fn fail(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub fn warn(&mut self, text: String) {
        self.warnings.insert(text);
    }

    /// Counts what a tree grows by. It is complained about once when that becomes too much; then nothing more is to be
    /// added.
    pub fn charge(&mut self, more: Size, at: Position) -> bool {
        let before = self.size.beyond(Size::LARGEST);
        self.size = self.size.plus(more);
        let Some(text) = self.size.beyond(Size::LARGEST) else { return true };
        if before.is_none() {
            self.complain(Complaint::new(at, format!("the project {text}")));
        }
        false
    }

    pub fn is_full(&self) -> bool {
        self.size.beyond(Size::LARGEST).is_some()
    }

    /// All that is wrong so far, each mistake once, in the order of the files.
    pub fn faults(&mut self) -> Vec<Fault> {
        let mut faults = std::mem::take(&mut self.faults);
        let mut complaints = std::mem::take(&mut self.complaints);
        complaints.sort_by_key(|complaint| complaint.at);
        // What several services inherit is one mistake.
        let mut seen = HashSet::new();
        complaints.retain(|complaint| seen.insert((complaint.at, complaint.text.clone())));
        faults.extend(complaints.iter().map(|complaint| self.files.fault(complaint)));
        listed(faults)
    }

    pub fn into_parts(self) -> (Files, IndexSet<String>) {
        (self.files, self.warnings)
    }
}
