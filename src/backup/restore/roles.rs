//! Roles that a backup has and a server lacks: they are made before the databases that name them.
//!
//! What the bundle says of roles is read twice, for the plan and when they are made: between the two only names are kept,
//! since what makes a role has the hash of its password in it. Roles that are there are never altered.

mod globals;
mod make;
mod tokens;

pub use globals::Globals;
pub use make::make;

use super::database::Databases;
use crate::backup::manifest::Content;
use crate::backup::source::{self, Shelf};
use crate::backup::{Manifest, ManifestPart};
use crate::domain::{Fault, FaultKind};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::io::{self, Read};

/// No server's roles come near it.
const MOST_BYTES: u64 = 64 << 20;

/// What a server lacks of the roles that the backup has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lacking {
    /// The part of the bundle that has them; `None` where none has.
    pub part: Option<String>,
    pub roles: Vec<String>,
    /// Of these, who logs in and had a password that the backup does not know.
    pub without_password: Vec<String>,
    /// Of these, who may do anything.
    pub superusers: Vec<String>,
    /// Whether the user that the server is asked by may make them.
    pub can_be_made: bool,
}

impl Lacking {
    /// The part that roles are made of, where any are.
    pub fn made_of(&self) -> Option<&str> {
        self.part.as_deref().filter(|_| self.can_be_made && !self.roles.is_empty())
    }

    pub async fn look(databases: &Databases<'_>, shelf: &Shelf, manifest: &Manifest) -> Result<Self, Fault> {
        let Some(part) = part_of(manifest, &databases.server.place.service) else {
            return Ok(Self::default());
        };
        let globals = read(shelf, part).await?;
        let there = There::look(databases).await?;
        let missing = globals.missing(&there.roles);
        Ok(Self {
            part: Some(part.part.path.clone()),
            without_password: globals.without_password(&missing),
            superusers: globals.superusers(&missing),
            roles: missing.into_iter().collect(),
            can_be_made: there.is_superuser,
        })
    }
}

/// The roles that a server has.
#[derive(Deserialize)]
pub struct There {
    is_superuser: bool,
    pub roles: BTreeSet<String>,
}

const THERE: &str = "SELECT json_build_object(\
    'is_superuser', COALESCE((SELECT rolsuper FROM pg_roles WHERE rolname = current_user), false), \
    'roles', (SELECT json_agg(rolname) FROM pg_roles))";

impl There {
    pub async fn look(databases: &Databases<'_>) -> Result<Self, Fault> {
        serde_json::from_str(&databases.ask(THERE).await?).map_err(|error| {
            Fault::new(FaultKind::Refused, "ask", &databases.server.place.name)
                .because("psql's answer about its roles cannot be read")
                .caused_by(&error)
        })
    }
}

/// The part that has the roles of a service.
pub fn part_of<'list>(manifest: &'list Manifest, service: &str) -> Option<&'list ManifestPart> {
    let is_of_service = |part: &&ManifestPart| matches!(&part.content, Content::PostgresGlobals(server) if server.service == service);
    manifest.parts.iter().find(is_of_service)
}

/// What the part says, all of it as the manifest has it or nothing.
pub async fn read(shelf: &Shelf, part: &ManifestPart) -> Result<Globals, Fault> {
    let path = shelf.directory.join(&part.part.path);
    let version = if let Content::PostgresGlobals(server) = &part.content {
        server.server_version.clone()
    } else {
        String::new()
    };
    let (shelf, part) = (shelf.clone(), part.clone());
    let read = tokio::task::spawn_blocking(move || -> io::Result<String> {
        let mut bytes = Vec::new();
        source::open(&shelf, &part)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        let wrong = |cause: &str| io::Error::new(io::ErrorKind::InvalidData, cause.to_owned());
        if bytes.len() as u64 != part.raw_bytes() {
            return Err(wrong("unpacked it is not as long as the manifest says"));
        }
        String::from_utf8(bytes).map_err(|_| wrong("it is not text"))
    });
    let text = read.await.map_err(|error| {
        Fault::new(FaultKind::Internal, "read", path.display().to_string())
            .because("its reader panicked")
            .caused_by(&error)
    })?;
    let text = text.map_err(|error| {
        let mut fault = Fault::io("read", path.display(), &error);
        if error.kind() == io::ErrorKind::InvalidData {
            fault.kind = FaultKind::Invalid;
        }
        fault.hint("`mcp-tui backup verify` tells what is wrong with it; nothing was put in place")
    })?;
    Ok(Globals::parse(&text, &version))
}
