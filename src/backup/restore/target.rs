//! What is switched: a database by its name, or what lies in a directory by the names in it.

use crate::compose::within;
use crate::domain::container::MountPoint;
use serde::{Deserialize, Serialize};

/// How names of a restore's own begin, in a directory.
pub const PREFIX: &str = ".mcp-tui-";
/// The longest name that PostgreSQL keeps whole.
const LONGEST_NAME: usize = 63;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Target {
    Database(DatabaseTarget),
    Directory(DirectoryTarget),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseTarget {
    /// The part of the bundle that it is made from.
    pub part: String,
    pub service: String,
    pub user: String,
    pub database: String,
    /// What is restored into.
    pub new: String,
    /// What the one in use is called afterwards.
    pub old: String,
    /// Whether there was one before.
    pub existed: bool,
}

/// Switched by moving what is in it, within its file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryTarget {
    pub part: String,
    pub place: Place,
    /// Below the place; empty for the place itself.
    pub below: String,
    /// Only these names; all but our own when there are none.
    pub names: Vec<String>,
    /// The image whose tools move.
    pub image: String,
    /// Its own, by which its directories are named: two things may lie in one directory.
    pub id: String,
    /// What its operator calls it: `volume shop_data`.
    pub label: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Volume(String),
    /// A directory of the Engine's host.
    Host(String),
}

impl Place {
    /// Whether something of it is seen through the mount.
    pub fn is_seen_at(&self, mount: &MountPoint) -> bool {
        match self {
            Self::Volume(name) => mount.kind == "volume" && mount.source == *name,
            Self::Host(path) => {
                mount.kind == "bind" && (within(&mount.source, path) || within(path, &mount.source))
            }
        }
    }
}

impl Target {
    pub fn label(&self) -> String {
        match self {
            Self::Database(target) => target.label(),
            Self::Directory(target) => target.label.clone(),
        }
    }

    pub fn part(&self) -> &str {
        match self {
            Self::Database(target) => &target.part,
            Self::Directory(target) => &target.part,
        }
    }
}

impl DatabaseTarget {
    pub fn label(&self) -> String {
        format!("database {} of {}", self.database, self.service)
    }

    /// The names that the new and the old side have for a restore, `number`ed where the database's own is too long.
    pub fn names(database: &str, id: &str, number: usize) -> (String, String) {
        let named = |side: &str| {
            let name = format!("{database}__{side}_{id}");
            if name.len() <= LONGEST_NAME { name } else { format!("mcp_tui_{number}__{side}_{id}") }
        };
        (named("new"), named("old"))
    }
}

impl DirectoryTarget {
    /// The id of the restore's target of that number.
    pub fn numbered(id: &str, number: usize) -> String {
        format!("{id}-{number}")
    }

    /// What is another one after the switch: a volume, or paths of the host.
    pub fn switched(&self) -> Vec<Place> {
        match &self.place {
            Place::Volume(_) => vec![self.place.clone()],
            Place::Host(parent) => {
                let path = |name: &String| format!("{}/{name}", parent.trim_end_matches('/'));
                self.names.iter().map(|name| Place::Host(path(name))).collect()
            }
        }
    }

    pub fn new_name(&self) -> String {
        format!("{PREFIX}new-{}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_cut_by_the_server() {
        assert_eq!(DatabaseTarget::names("app", "1a2b", 0).0, "app__new_1a2b");
        let (new, old) = DatabaseTarget::names(&"ä".repeat(30), "1a2b3c4d", 3);
        assert_eq!((new.as_str(), old.as_str()), ("mcp_tui_3__new_1a2b3c4d", "mcp_tui_3__old_1a2b3c4d"));
    }
}
