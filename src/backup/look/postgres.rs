//! Which databases a server has, and what has to be known of them.

use super::{Scene, container, data_mount, file_name, place, variable};
use crate::backup::job::{Job, PostgresDatabase, PostgresServer, Survey};
use crate::backup::manifest::Locale;
use crate::backup::postgres::{Question, ask};
use crate::domain::{Fault, FaultKind};
use serde::Deserialize;

pub struct Wanted<'a> {
    pub service: &'a str,
    /// All of the server without one.
    pub database: Option<&'a str>,
    pub user: Option<&'a str>,
}

#[derive(Deserialize)]
struct Server {
    version: String,
    directory: Option<String>,
    databases: Vec<Database>,
}

#[derive(Deserialize)]
struct Database {
    name: String,
    encoding: String,
    collation: String,
    #[serde(default)]
    locale: Locale,
    bytes: Option<u64>,
}

/// The size is unknown where the user may not connect; the directory where he is no superuser. Which columns tell of the
/// locale depends on the version: by way of JSON one that is not there is null.
const SERVER: &str = "SELECT json_build_object(\
    'version', current_setting('server_version'), \
    'directory', (SELECT setting FROM pg_settings WHERE name = 'data_directory'), \
    'databases', (SELECT json_agg(json_build_object(\
        'name', datname, 'encoding', pg_encoding_to_char(encoding), 'collation', datcollate, \
        'locale', json_build_object('ctype', datctype, \
          'provider', CASE to_jsonb(d)->>'datlocprovider' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' END, \
          'name', COALESCE(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale')), \
        'bytes', CASE WHEN has_database_privilege(datname, 'CONNECT') THEN pg_database_size(oid) END) \
        ORDER BY datname) \
      FROM pg_database d WHERE datallowconn AND NOT datistemplate))";

/// Whether anybody made anything in it.
const IS_USED: &str = "SELECT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%')";

pub async fn look(scene: &Scene<'_>, wanted: &Wanted<'_>, survey: &mut Survey) -> Result<(), Fault> {
    let place = place(scene, wanted.service).await?;
    let found = container(scene, &place);
    let details = found.and_then(|container| container.details.as_ref());
    let user = wanted.user.or_else(|| variable(details, "POSTGRES_USER")).unwrap_or("postgres");
    let first = variable(details, "POSTGRES_DB").unwrap_or(user);
    let mut server = PostgresServer {
        user: user.to_owned(),
        password: variable(details, "POSTGRES_PASSWORD").map(str::to_owned),
        version: String::new(),
        first_database: wanted.database.unwrap_or(first).to_owned(),
        data: None,
        path: format!("postgres/globals-{}.sql.zst", file_name(wanted.service)),
        place,
    };
    let answer = ask(scene.engine, &server, &Question::of(&server.first_database, SERVER)).await?;
    let told: Server = serde_json::from_str(&answer).map_err(|error| {
        Fault::new(FaultKind::Refused, "ask", &server.place.name)
            .because("psql's answer about its databases cannot be read")
            .caused_by(&error)
    })?;
    first.clone_into(&mut server.first_database);
    server.version = told.version;
    let directory = told.directory.as_deref().or_else(|| variable(details, "PGDATA"));
    let directory = directory.unwrap_or("/var/lib/postgresql/data");
    server.data = found.and_then(|container| data_mount(container, directory));
    let one_server = scene.stack.backup.iter().filter(|source| is_postgres(source)).count() == 1;
    let mut databases = Vec::new();
    for database in told.databases {
        if wanted.database.is_some_and(|wanted| wanted != database.name) {
            continue;
        }
        // Every server has one of this name, for tools to connect to.
        let is_spare = wanted.database.is_none() && database.name == "postgres" && first != "postgres";
        if is_spare && ask(scene.engine, &server, &Question::of("postgres", IS_USED)).await?.trim() == "f" {
            continue;
        }
        let name = &database.name;
        let stem =
            if one_server { file_name(name) } else { file_name(&format!("{}-{name}", wanted.service)) };
        databases.push(PostgresDatabase {
            server: server.clone(),
            encoding: database.encoding,
            collation: database.collation,
            locale: database.locale,
            bytes: database.bytes.unwrap_or_default(),
            path: format!("postgres/{stem}.dump.zst"),
            database: database.name,
        });
    }
    if databases.is_empty() {
        let object = format!("{} database {}", server.place.name, wanted.database.unwrap_or_default());
        return Err(Fault::new(FaultKind::NotFound, "back up", object.trim_end_matches(" database "))
            .because("the server has no such database")
            .hint("name the right database and user under `x-mcp.backup` in the stack's file"));
    }
    survey.jobs.push(Job::Globals(server));
    survey.jobs.extend(databases.into_iter().map(Job::Database));
    Ok(())
}

fn is_postgres(source: &crate::domain::stack::BackupSource) -> bool {
    matches!(source, crate::domain::stack::BackupSource::Postgres { .. })
}
