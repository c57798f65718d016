//! What a part is: all that is needed to put it back, and to see whether what was put back is the same.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// An archive of `pg_dump -Fc`.
    Postgres(Database),
    /// The SQL of `pg_dumpall --globals-only`, with the hashes of passwords where the user may read them.
    PostgresGlobals(Server),
    /// `dump.rdb`
    Redis(RedisData),
    /// A tar archive of what is in a named volume.
    Volume(VolumeArchive),
    /// A tar archive with one entry at its top: the file or the directory.
    Bind(PathArchive),
    Files(PathArchive),
    /// What a command wrote to its output.
    Exec {
        service: String,
        command: Vec<String>,
        image: String,
        image_id: String,
    },
    /// The resolved project, secrets masked.
    Compose,
    /// Which images the stack ran, as JSON.
    Images,
}

/// The container that a database ran in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    pub service: String,
    pub user: String,
    /// What the container ran, by name and by id: a tag may mean something else one day.
    pub image: String,
    pub image_id: String,
    /// `15.8`
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub server_version: String,
    /// The database that the server was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_database: Option<String>,
    /// The volume that the server keeps its files in, which a disaster takes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<DataMount>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    #[serde(flatten)]
    pub server: Server,
    pub database: String,
    /// With its version, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub encoding: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub collation: String,
    #[serde(default, skip_serializing_if = "Locale::is_plain")]
    pub locale: Locale,
    /// Estimates of the planner by `schema.table`: to see at a glance what was lost since.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub row_estimates: BTreeMap<String, u64>,
    /// Counted one by one, of tables that are small.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows: BTreeMap<String, u64>,
    /// Whether they were counted at the very moment that the dump is of. Without that, of what was written to meanwhile
    /// another number may be in the dump.
    #[serde(default)]
    pub counted_in_dump: bool,
    /// On the server's disk.
    #[serde(default)]
    pub database_bytes: u64,
}

/// By which texts are compared and letters told, beside the collation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Locale {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ctype: String,
    /// Who does it where it is not the C library: `icu` or `builtin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What that calls it: `de-DE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Locale {
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedisData {
    pub service: String,
    pub image: String,
    pub image_id: String,
    pub server_version: String,
    /// When the file was written, by the server's clock, in seconds since 1970.
    pub saved_at: i64,
    /// Keys in all databases when it had been written.
    pub keys: u64,
    /// Keys by database, as `INFO keyspace` counts them: `db0`.
    pub databases: BTreeMap<String, u64>,
    /// Where the server keeps its files: `dir` and `dbfilename`.
    pub directory: String,
    pub file: String,
    pub appendonly: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<DataMount>,
    /// Whether `redis-check-rdb` read all of it.
    pub checked: bool,
}

/// A named volume and where its container sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataMount {
    pub volume: String,
    pub target: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeArchive {
    /// Its name in the Engine.
    pub volume: String,
    /// Its key in the stack's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub driver: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The services that have it, each with the place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mounted: Vec<Mounted>,
    pub archive: Archive,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mounted {
    pub service: String,
    pub target: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathArchive {
    /// On the Engine's host. The archive's one top entry is its last component. A part has a `path` of its own, beside which
    /// this one must have another name.
    #[serde(rename = "host_path")]
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    pub archive: Archive,
}

/// An archive is whole only when all of this is so, and its sum is right.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    /// Files, directories, links and all else that has a name in it.
    pub entries: u64,
    /// `tar (GNU tar) 1.34`; what GNU tar wrote may need GNU tar to be read.
    pub tool: String,
    /// The image that the tool came from.
    pub image: String,
    /// Files that were written to or went away while they were read: theirs is some state in between.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
}

impl Archive {
    pub fn is_gnu(&self) -> bool {
        self.tool.contains("GNU")
    }
}

impl Content {
    /// What a list calls it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "database",
            Self::PostgresGlobals(_) => "roles",
            Self::Redis(_) => "redis",
            Self::Volume(_) => "volume",
            Self::Bind(_) => "bind",
            Self::Files(_) => "files",
            Self::Exec { .. } => "output",
            Self::Compose => "project",
            Self::Images => "images",
        }
    }

    /// The archive, where it is one.
    pub fn archive(&self) -> Option<&Archive> {
        match self {
            Self::Volume(volume) => Some(&volume.archive),
            Self::Bind(path) | Self::Files(path) => Some(&path.archive),
            Self::Postgres(_)
            | Self::PostgresGlobals(_)
            | Self::Redis(_)
            | Self::Exec { .. }
            | Self::Compose
            | Self::Images => None,
        }
    }
}
