//! PostgreSQL's own tools in the database's own container: they fit the server, whatever this machine has installed.

mod snapshot;

use super::ManifestPart;
use super::job::{PostgresDatabase, PostgresServer};
use super::manifest::{Content, Database, Server};
use super::part::Form;
use super::stream::{Ended, Step, text};
use crate::domain::{Fault, FaultKind};
use crate::engine::{Engine, ExecRequest};
use serde::Deserialize;
use snapshot::Snapshot;
use std::collections::BTreeMap;

/// How an archive of `pg_dump -Fc` begins.
const MAGIC: &[u8] = b"PGDMP";
/// By this the server knows a tool of ours.
const JOB_PREFIX: &str = "mcp-tui backup";

/// One statement and the database that it is about.
pub struct Question<'a> {
    database: &'a str,
    statement: &'a str,
}

impl<'a> Question<'a> {
    pub fn of(database: &'a str, statement: &'a str) -> Self {
        Self { database, statement }
    }
}

/// The one value that a statement gives, as text.
pub async fn ask(engine: &Engine, server: &PostgresServer, question: &Question<'_>) -> Result<String, Fault> {
    let user = format!("--username={}", server.user);
    let database = format!("--dbname={}", question.database);
    let words = ["psql", "-XAtq", "--no-password", "-v", "ON_ERROR_STOP=1", &user, &database];
    let words = [words.as_slice(), &["-c", question.statement]].concat();
    let ended = text(engine, &server.place.container, server.request(&words, "look")).await?;
    if ended.code == 0 {
        return Ok(ended.output);
    }
    Err(explained(&ended, "psql", "ask", &format!("{} database {}", server.place.name, question.database)))
}

impl PostgresServer {
    pub fn request(&self, words: &[&str], job: &str) -> ExecRequest {
        let mut environment = vec![format!("PGAPPNAME={JOB_PREFIX} {job}")];
        environment.extend(self.password.as_ref().map(|password| format!("PGPASSWORD={password}")));
        ExecRequest { command: self.place.command(words), environment, ..ExecRequest::default() }
    }

    fn described(&self) -> Server {
        Server {
            service: self.place.service.clone(),
            user: self.user.clone(),
            image: self.place.image.clone(),
            image_id: self.place.image_id.clone(),
            server_version: self.version.clone(),
            first_database: Some(self.first_database.clone()),
            data: self.data.clone(),
        }
    }

    /// Ends what tools of ours still do in the server: those of this run, or of one that died.
    pub async fn end_tools(&self, engine: &Engine) {
        let statement = format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE application_name LIKE '{JOB_PREFIX}%' AND pid <> pg_backend_pid()"
        );
        if let Err(fault) = ask(engine, self, &Question::of(&self.first_database, &statement)).await {
            log::warn!("{fault}");
        }
    }

    /// The roles with the hashes of their passwords, or without where the user may not read those.
    pub async fn take_globals(&self, step: &Step<'_>, bundle: &str) -> Result<ManifestPart, Fault> {
        let user = format!("--username={}", self.user);
        let database = format!("--database={}", self.first_database);
        let words = ["pg_dumpall", "--globals-only", "--no-password", &user, &database];
        // Short, so it is asked for as text: a second try must not find the file of the first.
        let place = &self.place.container;
        let mut ended = text(step.engine, place, self.request(&words, bundle)).await?;
        if ended.code != 0 && ended.complaints.contains("pg_authid") {
            let words = [words.as_slice(), &["--no-role-passwords"]].concat();
            ended = text(step.engine, place, self.request(&words, bundle)).await?;
        }
        if ended.code != 0 || !ended.output.contains("PostgreSQL database cluster dump complete") {
            let object = format!("{} roles", self.place.name);
            return Err(explained(&ended, "pg_dumpall", "dump", &object));
        }
        let written = step.put(&self.path, ended.output.into_bytes()).await?;
        Ok(ManifestPart::of(written, Content::PostgresGlobals(self.described())))
    }
}

impl PostgresDatabase {
    pub fn object(&self) -> String {
        format!("{} database {}", self.server.place.name, self.database)
    }

    /// Without a compression of its own, which is gzip on one processor: the part is packed with zstd instead.
    pub async fn take(&self, step: &Step<'_>, bundle: &str) -> Result<ManifestPart, Fault> {
        let (server, engine) = (&self.server, step.engine);
        let tables = self.tables(engine).await?;
        let user = format!("--username={}", server.user);
        let database = format!("--dbname={}", self.database);
        // Tables are written to all the while: what is counted and what is dumped must be of one moment.
        let snapshot = Snapshot::open(engine, server, &self.database, bundle).await;
        let of_snapshot = snapshot.as_ref().map(|snapshot| format!("--snapshot={}", snapshot.id));
        // Without a password it must fail, not ask; behind another's lock it must not wait for ever.
        let mut words = vec!["pg_dump", "-Fc", "-Z0", "--no-password", "--lock-wait-timeout=60s"];
        words.extend(of_snapshot.as_deref());
        words.extend([user.as_str(), &database]);
        let request = server.request(&words, bundle);
        let taken = step.take(&server.place.container, request, &self.path, Form::Plain).await;
        if taken.is_err() {
            // The exec cannot be killed, and the dump would go on for nobody.
            server.end_tools(engine).await;
        }
        let (written, ended) = taken?;
        self.judge(&ended, &written.head)?;
        let content = Content::Postgres(Database {
            server: server.described(),
            database: self.database.clone(),
            extensions: tables.extensions,
            encoding: self.encoding.clone(),
            collation: self.collation.clone(),
            locale: self.locale.clone(),
            row_estimates: tables.estimates,
            rows: snapshot.map(|snapshot| snapshot.rows).unwrap_or_default(),
            counted_in_dump: true,
            database_bytes: self.bytes,
        });
        Ok(ManifestPart::of(written, content))
    }

    /// The end of a stream proves nothing: the tool must say that it succeeded, and the result must look like one.
    fn judge(&self, ended: &Ended, head: &[u8]) -> Result<(), Fault> {
        if ended.code == 0 && head.starts_with(MAGIC) {
            return Ok(());
        }
        // When there is no such program, the daemon tells so where the output should be.
        let said = if ended.complaints.is_empty() && !head.starts_with(MAGIC) {
            Ended { output: String::from_utf8_lossy(head).into_owned(), ..ended.clone() }
        } else {
            ended.clone()
        };
        Err(explained(&said, "pg_dump", "dump", &self.object()))
    }

    async fn tables(&self, engine: &Engine) -> Result<Tables, Fault> {
        let answer = ask(engine, &self.server, &Question::of(&self.database, TABLES)).await?;
        serde_json::from_str(&answer).map_err(|error| {
            Fault::new(FaultKind::Refused, "ask", self.object())
                .because("psql's answer about its tables cannot be read")
                .caused_by(&error)
        })
    }
}

/// A table of which the dump has another number of rows than a restored database has: how many there are, and how many
/// there should be. One that has grown beyond what is counted has not lost its rows.
pub fn differing<'a>(
    wanted: &'a BTreeMap<String, u64>,
    found: &BTreeMap<String, u64>,
) -> Option<(&'a str, u64, u64)> {
    wanted.iter().find_map(|(table, then)| {
        let now = *found.get(table)?;
        (now != *then).then_some((table.as_str(), now, *then))
    })
}

#[derive(Default, Deserialize)]
struct Tables {
    extensions: BTreeMap<String, String>,
    estimates: BTreeMap<String, u64>,
}

/// What the planner believes; a table that it never looked at counts as none.
const TABLES: &str = "SELECT json_build_object(\
    'extensions', COALESCE((SELECT json_object_agg(extname, extversion) FROM pg_extension), '{}'), \
    'estimates', COALESCE((SELECT json_object_agg(n.nspname || '.' || c.relname, GREATEST(c.reltuples, 0)::bigint) \
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
      WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' \
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'), '{}'))";

/// Counted one by one where that is quick: tables of less than 16 MiB, and no more than 500 of them. What a view once
/// held and what belongs to an extension is not in a dump.
pub const COUNTS: &str = "SELECT COALESCE(json_object_agg(name, (xpath('/row/c/text()', query_to_xml(\
      format('SELECT count(*) AS c FROM %I.%I', nspname, relname), false, true, '')))[1]::text::bigint), '{}') \
    FROM (SELECT n.nspname, c.relname, n.nspname || '.' || c.relname AS name \
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
      WHERE c.relkind = 'r' AND c.relpersistence <> 't' \
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid \
          AND d.deptype = 'e') \
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%' \
        AND pg_relation_size(c.oid) < 16777216 ORDER BY 3 LIMIT 500) AS small";

fn explained(ended: &Ended, tool: &str, operation: &str, object: &str) -> Fault {
    let fault = Fault::new(FaultKind::Refused, operation, object);
    let fault = match ended.code {
        0 => fault.because(format!("{tool} wrote no archive although it reported success")),
        126 | 127 => {
            fault.because(format!("{tool} could not be run in the container (exit code {})", ended.code))
        }
        code => fault.because(format!("{tool} ended with exit code {code}")),
    };
    let text = format!("{}{}", ended.complaints, ended.output);
    let hint = if text.contains("authentication failed") || text.contains("no password supplied") {
        "the container's POSTGRES_PASSWORD is not the password of that user; \
         name the right user under `x-mcp.backup`"
    } else if text.contains("does not exist") {
        "name the right database and user under `x-mcp.backup` in the stack's file"
    } else {
        "look at the service's log; nothing of this backup was left behind"
    };
    ended.explain(fault).hint(hint)
}

#[cfg(test)]
mod tests;
