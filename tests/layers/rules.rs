//! The rules, each from a file to its complaints.

use super::imports;
use super::table::{self, PURE_CORNERS};
use super::tree::SourceFile;

const LONGEST_FILE: usize = 500;

/// Who may name a crate that most rooms must not know.
const FENCED_CRATES: &[(&str, Fence)] = &[
    ("bollard", Fence::Only("engine")),
    ("tokio", Fence::Never(&["app", "view", "domain", "triage"])),
    ("crossterm", Fence::Never(&["app", "view", "domain", "triage"])),
    (
        "ratatui",
        Fence::Never(&["domain", "config", "engine", "compose", "backup", "health", "triage", "task", "app"]),
    ),
    (
        "tui_logger",
        Fence::Never(&[
            "domain", "config", "engine", "probe", "compose", "backup", "health", "triage", "task", "app",
            "cli", "sim",
        ]),
    ),
];

/// Rooms into which the time is handed.
const CLOCKLESS: &[&str] = &["app", "view", "triage"];

enum Fence {
    Only(&'static str),
    Never(&'static [&'static str]),
}

pub fn imports_upward(file: &SourceFile) -> Vec<String> {
    let own = file.room();
    imports::imports(&file.text, &file.module())
        .into_iter()
        .filter(|import| !may_import(file, own, &import.room))
        .map(|import| {
            let own = own.unwrap_or(&file.path);
            format!("{}:{}: `{own}` must not use `{}`", file.path, import.line, import.room)
        })
        .collect()
}

fn may_import(file: &SourceFile, own: Option<&str>, used: &str) -> bool {
    let Some(own) = own else {
        // The binary starts the command line and knows nothing else; the library only declares the rooms.
        return file.path == "src/main.rs" && used == "cli";
    };
    if own == used {
        return true;
    }
    // The simulated engine stands in for the daemon in the tests of the rooms that talk to one.
    if file.is_test() && used == "sim" {
        return true;
    }
    let forbidden_here = PURE_CORNERS
        .iter()
        .filter(|(corner, _)| file.path.strip_prefix(corner).is_some_and(|rest| rest.starts_with(['/', '.'])))
        .any(|(_, forbidden)| forbidden.contains(&used));
    !forbidden_here && table::find(own).is_some_and(|room| room.may_use.contains(&used))
}

pub fn crates_out_of_place(file: &SourceFile) -> Vec<String> {
    let own = file.room().unwrap_or("");
    FENCED_CRATES
        .iter()
        .filter(|(_, fence)| match fence {
            Fence::Only(room) => own != *room,
            Fence::Never(rooms) => rooms.contains(&own),
        })
        .flat_map(|(name, _)| imports::crates(&file.text, &[name]))
        .map(|(name, line)| format!("{}:{line}: `{name}` is not for this room", file.path))
        .collect()
}

pub fn clocks_read(file: &SourceFile) -> Vec<String> {
    if !file.room().is_some_and(|room| CLOCKLESS.contains(&room)) {
        return Vec::new();
    }
    imports::clocks(&file.text)
        .into_iter()
        .map(|(call, line)| format!("{}:{line}: {call}", file.path))
        .collect()
}

pub fn untidy(file: &SourceFile) -> Vec<String> {
    let mut complaints = left_undone(file);
    let lines = file.text.lines().count();
    if lines > LONGEST_FILE && !file.is_test() {
        complaints.push(format!("{}: {lines} lines, {LONGEST_FILE} are the wall", file.path));
    }
    if file.path.ends_with("/mod.rs") {
        complaints.push(format!("{}: `name.rs` beside `name/`, not `mod.rs`", file.path));
    }
    complaints
}

pub fn left_undone(file: &SourceFile) -> Vec<String> {
    // Written in two halves, so that this file is not found by its own search.
    const MARKS: [&str; 5] = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
    ];
    file.text
        .lines()
        .enumerate()
        .flat_map(|(index, line)| {
            MARKS.iter().filter(move |mark| has_word(line, mark)).map(move |mark| (index, mark))
        })
        .map(|(index, mark)| format!("{}:{}: {mark}", file.path, index + 1))
        .collect()
}

/// `mktemp` patterns and the like hold the same letters as part of a longer run.
fn has_word(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + mark.len()..].chars().next();
        let joins =
            |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        !joins(before) && (mark.ends_with('(') || !joins(after))
    })
}
