//! What there is now where a backup shall be put back: asked for before anything is decided, changing nothing.

use super::database::Databases;
use super::order::{Needs, needs};
use super::redis::Files;
use super::roles::Lacking;
use super::state::Pending;
use crate::backup::archives;
use crate::backup::job::{Place, PostgresServer, RedisServer};
use crate::backup::manifest::{Content, Server};
use crate::backup::postgres::COUNTS;
use crate::backup::redis::ask;
use crate::backup::source::Shelf;
use crate::backup::stream::text;
use crate::backup::workshop::Workshop;
use crate::backup::{Found, Manifest, ManifestPart};
use crate::domain::container::ContainerDetails;
use crate::domain::{Container, ContainerId, Fault, FaultKind, StackFile};
use crate::engine::{Engine, ExecRequest};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::Path;

/// All that a plan is made from.
pub struct Facts {
    pub stack: String,
    /// The daemon that it runs on.
    pub endpoint: String,
    pub manifest: Manifest,
    pub found: Found,
    /// The stack's containers, inspected.
    pub containers: Vec<Container>,
    /// Containers of others that run.
    pub foreign: Vec<Container>,
    pub needs: Needs,
    /// By their services.
    pub servers: BTreeMap<String, LiveServer>,
    pub redis: BTreeMap<String, LiveRedis>,
    /// Volumes that are there.
    pub volumes: BTreeSet<String>,
    /// An image that has tar, and what that says of itself.
    pub tools: Option<(String, String)>,
    pub pending: Option<Pending>,
}

pub struct LiveServer {
    pub server: PostgresServer,
    pub databases: BTreeMap<String, LiveDatabase>,
    pub extensions: BTreeSet<String>,
    pub clients: Vec<Client>,
    pub lacks: Lacking,
    /// Where the server keeps its files.
    pub directory: Option<String>,
    /// Bytes on the disk of the server's files.
    pub free: Option<u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveDatabase {
    pub bytes: u64,
    /// Of all tables that can be counted quickly.
    pub rows: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Client {
    pub database: String,
    /// `None` for one in the server's own container.
    pub address: Option<IpAddr>,
    pub application: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveRedis {
    pub files: Files,
    /// The volume that the files lie in, and where in it.
    pub data: Option<(String, String)>,
    pub keys: Option<u64>,
    pub image: String,
}

pub struct Scene<'a> {
    pub engine: &'a Engine,
    pub root: &'a Path,
    /// Where the parts are read from.
    pub shelf: &'a Shelf,
    pub stack: &'a StackFile,
    pub containers: Vec<Container>,
}

impl Scene<'_> {
    /// Of the parts that are chosen, all that has to be known.
    pub async fn look(
        self,
        manifest: Manifest,
        found: Found,
        chosen: &[&ManifestPart],
    ) -> Result<Facts, Fault> {
        let Self { engine, root, shelf, stack, containers } = self;
        let name = &stack.reference.project;
        let mut servers: BTreeMap<String, LiveServer> = BTreeMap::new();
        let mut redis = BTreeMap::new();
        for part in chosen {
            match &part.content {
                Content::Postgres(database) => {
                    let service = &database.server.service;
                    if !servers.contains_key(service) {
                        let mut live = look_at_server(engine, &containers, &database.server, chosen).await?;
                        let databases = Databases { engine, server: &live.server };
                        live.lacks = Lacking::look(&databases, shelf, &manifest).await?;
                        servers.insert(service.clone(), live);
                    }
                }
                Content::Redis(data) => {
                    let live = look_at_redis(engine, &containers, data).await?;
                    redis.insert(data.service.clone(), live);
                }
                Content::PostgresGlobals(_)
                | Content::Volume(_)
                | Content::Bind(_)
                | Content::Files(_)
                | Content::Exec { .. }
                | Content::Compose
                | Content::Images => {}
            }
        }
        let all = engine.containers(None).await?;
        let own = |container: &Container| containers.iter().any(|own| own.id == container.id);
        let foreign = all.into_iter().filter(|container| container.is_running() && !own(container)).collect();
        let volumes = engine.volumes().await?.into_iter().map(|volume| volume.name.to_string()).collect();
        let file =
            stack.services.iter().map(|service| (service.name.as_str(), service.depends_on.as_slice()));
        Ok(Facts {
            needs: needs(file, &containers),
            pending: Pending::read(root, name)?,
            stack: name.clone(),
            endpoint: engine.endpoint().to_string(),
            manifest,
            found,
            foreign,
            servers,
            redis,
            volumes,
            tools: tools(engine, root, &containers, chosen).await?,
            containers,
        })
    }
}

/// The container of a service that is asked, running or not.
pub fn container_of<'list>(containers: &'list [Container], service: &str) -> Option<&'list Container> {
    let of_service = |container: &&Container| {
        container.compose.as_ref().is_some_and(|labels| labels.service == service && !labels.oneoff)
    };
    containers.iter().filter(of_service).min_by_key(|container| {
        (!container.is_running(), container.compose.as_ref().and_then(|labels| labels.number))
    })
}

/// The server of a service as it runs; what a restore says to it goes to a database that it does not rename.
pub fn server_of(
    containers: &[Container],
    service: &str,
    user: &str,
    renamed: &BTreeSet<&str>,
) -> Result<PostgresServer, Fault> {
    let missing = |cause: &str| {
        Fault::new(FaultKind::Conflict, "restore", service).because(cause).hint(format!(
            "a database is restored by its own server: bring it up first, `mcp-tui up {service}`"
        ))
    };
    let container =
        container_of(containers, service).ok_or_else(|| missing("the service has no container"))?;
    if !container.is_running() {
        return Err(missing("the service does not run"));
    }
    let details = container.details.as_ref();
    let first = if renamed.contains("postgres") { "template1" } else { "postgres" };
    Ok(PostgresServer {
        place: Place::of(container, service),
        user: user.to_owned(),
        password: variable(details, "POSTGRES_PASSWORD"),
        version: String::new(),
        first_database: first.to_owned(),
        data: None,
        path: String::new(),
    })
}

fn variable(details: Option<&ContainerDetails>, name: &str) -> Option<String> {
    let lines = &details?.environment;
    let value = lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    (!value.is_empty()).then(|| value.to_owned())
}

#[derive(Deserialize)]
struct Told {
    version: String,
    directory: Option<String>,
    databases: BTreeMap<String, u64>,
    extensions: BTreeSet<String>,
    clients: Vec<Client>,
}

const SERVER: &str = "SELECT json_build_object(\
    'version', current_setting('server_version'), \
    'directory', (SELECT setting FROM pg_settings WHERE name = 'data_directory'), \
    'databases', (SELECT json_object_agg(datname, pg_database_size(oid)) FROM pg_database), \
    'extensions', COALESCE((SELECT json_agg(DISTINCT name) FROM pg_available_extensions), '[]'), \
    'clients', COALESCE((SELECT json_agg(json_build_object('database', datname, 'address', host(client_addr), \
        'application', application_name)) \
      FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname IS NOT NULL \
        AND pid <> pg_backend_pid()), '[]'))";

async fn look_at_server(
    engine: &Engine,
    containers: &[Container],
    wanted: &Server,
    chosen: &[&ManifestPart],
) -> Result<LiveServer, Fault> {
    let names: BTreeSet<&str> = chosen
        .iter()
        .filter_map(|part| match &part.content {
            Content::Postgres(database) if database.server.service == wanted.service => {
                Some(database.database.as_str())
            }
            Content::Postgres(_)
            | Content::PostgresGlobals(_)
            | Content::Redis(_)
            | Content::Volume(_)
            | Content::Bind(_)
            | Content::Files(_)
            | Content::Exec { .. }
            | Content::Compose
            | Content::Images => None,
        })
        .collect();
    let mut server = server_of(containers, &wanted.service, &wanted.user, &names)?;
    let unread = |error: &serde_json::Error| {
        Fault::new(FaultKind::Refused, "ask", &wanted.service)
            .because("psql's answer about its databases cannot be read")
            .caused_by(error)
    };
    let databases = Databases { engine, server: &server };
    let told: Told = serde_json::from_str(&databases.ask(SERVER).await?).map_err(|error| unread(&error))?;
    let mut found = BTreeMap::new();
    for (name, bytes) in told.databases {
        let rows = if names.contains(name.as_str()) {
            let counts = databases.ask_in(&name, COUNTS).await.unwrap_or_default();
            serde_json::from_str::<BTreeMap<String, u64>>(&counts).ok().map(|rows| rows.values().sum())
        } else {
            None
        };
        found.insert(name, LiveDatabase { bytes, rows });
    }
    let free = match &told.directory {
        Some(directory) => free(engine, &server.place.container, directory).await?,
        None => None,
    };
    server.version = told.version;
    Ok(LiveServer {
        server,
        databases: found,
        extensions: told.extensions,
        clients: told.clients,
        lacks: Lacking::default(),
        directory: told.directory,
        free,
    })
}

/// Bytes on the disk that a directory of a container lies on, where its `df` tells.
pub async fn free(engine: &Engine, container: &ContainerId, directory: &str) -> Result<Option<u64>, Fault> {
    let command = ["df", "-Pk", directory].map(str::to_owned).to_vec();
    let ended = text(engine, container, ExecRequest::from(command)).await?;
    let line = ended.output.lines().last().unwrap_or_default();
    let kilobytes = line.split_whitespace().nth(3).and_then(|word| word.parse::<u64>().ok());
    Ok(kilobytes.map(|kilobytes| kilobytes.saturating_mul(1024)))
}

async fn look_at_redis(
    engine: &Engine,
    containers: &[Container],
    wanted: &crate::backup::manifest::RedisData,
) -> Result<LiveRedis, Fault> {
    let container = container_of(containers, &wanted.service).ok_or_else(|| {
        Fault::new(FaultKind::Conflict, "restore", &wanted.service)
            .because("the service has no container")
            .hint(format!("bring it up first: `mcp-tui up {}`", wanted.service))
    })?;
    let seven = wanted.server_version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    let mut files = Files {
        snapshot: wanted.file.clone(),
        appendonly: wanted.appendonly,
        append_file: "appendonly.aof".to_owned(),
        append_directory: seven.filter(|major| *major >= 7).map(|_| "appendonlydir".to_owned()),
    };
    let (mut directory, mut keys) = (wanted.directory.clone(), None);
    if container.is_running() {
        let server = RedisServer {
            place: Place::of(container, &wanted.service),
            password: crate::backup::look::redis::password(container.details.as_ref()),
            version: String::new(),
            directory: String::new(),
            file: String::new(),
            appendonly: false,
            data: None,
            bytes: 0,
            path: String::new(),
        };
        let told = ask(engine, &server, &["CONFIG", "GET", "*"]).await?;
        let lines: Vec<&str> = told.lines().collect();
        let set = |name: &str| {
            let at = lines.iter().step_by(2).position(|line| *line == name)? * 2 + 1;
            lines.get(at).map(|value| (*value).to_owned())
        };
        directory = set("dir").unwrap_or(directory);
        files = Files {
            snapshot: set("dbfilename").unwrap_or(files.snapshot),
            appendonly: set("appendonly").map_or(files.appendonly, |value| value == "yes"),
            append_file: set("appendfilename").unwrap_or(files.append_file),
            append_directory: set("appenddirname"),
        };
        let told = ask(engine, &server, &["INFO", "keyspace"]).await?;
        let counts = told
            .lines()
            .filter_map(|line| line.split_once(":keys=")?.1.split(',').next()?.parse::<u64>().ok());
        keys = Some(counts.sum());
    }
    let around = container.mounts.iter().filter(|mount| mount.kind == "volume");
    let around = around.filter(|mount| crate::compose::within(&directory, &mount.target));
    let nearest = around.max_by_key(|mount| mount.target.len());
    let data = nearest.map(|mount| {
        let below = Path::new(&directory).strip_prefix(&mount.target).unwrap_or(Path::new(""));
        (mount.source.clone(), below.display().to_string())
    });
    Ok(LiveRedis { files, data, keys, image: container.image_id.clone() })
}

/// The tool that the archives were made with, if its image is still here; else the best that is: on a new server the
/// stack's images may have other tags, and its own ones may not be built yet.
async fn tools(
    engine: &Engine,
    root: &Path,
    containers: &[Container],
    chosen: &[&ManifestPart],
) -> Result<Option<(String, String)>, Fault> {
    let Some(archive) = chosen.iter().find_map(|part| part.content.archive()) else { return Ok(None) };
    if engine.image(&archive.image).await?.is_some() {
        return Ok(Some((archive.image.clone(), archive.tool.clone())));
    }
    let images: Vec<String> = containers.iter().map(|container| container.image.to_string()).collect();
    match archives::find(&Workshop::open(engine, root).await?, &images).await {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}
