//! The table of rooms, and how the one in `src/lib.rs` is read.

use std::collections::BTreeSet;

pub struct Room {
    pub name: &'static str,
    pub may_use: &'static [&'static str],
}

const fn room(name: &'static str, may_use: &'static [&'static str]) -> Room {
    Room { name, may_use }
}

/// Mirrors the table in `src/lib.rs`, from the bottom up.
pub const ROOMS: &[Room] = &[
    room("domain", &[]),
    room("config", &["domain"]),
    room("engine", &["domain"]),
    room("probe", &["domain"]),
    room("compose", &["domain", "engine"]),
    room("health", &["domain", "engine"]),
    room("backup", &["domain", "engine", "compose", "health"]),
    room("triage", &["domain"]),
    room("task", &["domain", "engine", "probe", "compose", "backup", "health"]),
    room("app", &["domain", "config", "triage"]),
    room("view", &["app", "config", "domain"]),
    room(
        "runtime",
        &[
            "domain", "config", "engine", "probe", "compose", "backup", "health", "triage", "task", "app",
            "view",
        ],
    ),
    room(
        "cli",
        &[
            "domain", "config", "engine", "probe", "compose", "backup", "health", "triage", "task", "app",
            "view", "runtime", "sim",
        ],
    ),
    room("sim", &[]),
];

/// Parts of a room that stay pure: they may not use these, though the room may.
pub const PURE_CORNERS: &[(&str, &[&str])] = &[
    ("src/compose/file", &["engine"]),
    ("src/compose/plan", &["engine"]),
    ("src/compose/preflight", &["engine"]),
    ("src/backup/manifest", &["engine", "compose"]),
    ("src/backup/rehearse/barred", &["engine", "health"]),
    ("src/backup/rehearse/stage", &["engine", "health"]),
    ("src/health/verdict", &["engine"]),
];

pub fn find(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

pub fn is_room(name: &str) -> bool {
    find(name).is_some()
}

type Rows = Vec<(String, BTreeSet<String>)>;

pub fn enforced() -> Rows {
    ROOMS
        .iter()
        .map(|room| (room.name.to_owned(), room.may_use.iter().map(ToString::to_string).collect()))
        .collect()
}

/// The rows ``//! | [`name`] | … | may use |`` of the architecture document.
pub fn documented(library: &str) -> Rows {
    let mut rows = Rows::new();
    for line in library.lines() {
        let Some(row) = line.strip_prefix("//! | [`") else { continue };
        let Some((name, rest)) = row.split_once("`] |") else { continue };
        let may_use = rest.trim().trim_end_matches('|').rsplit('|').next().unwrap_or_default();
        let mut allowed: BTreeSet<String> = may_use
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .filter(|word| is_room(word))
            .map(str::to_owned)
            .collect();
        if may_use.contains("all above") {
            allowed.extend(rows.iter().map(|(above, _)| above.clone()));
        }
        rows.push((name.to_owned(), allowed));
    }
    rows
}

pub fn declared_modules(library: &str) -> Vec<String> {
    library
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub mod ").or_else(|| line.trim().strip_prefix("mod ")))
        .filter_map(|rest| rest.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}
