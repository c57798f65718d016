//! A database that is made beside the one in use, and changes names with it.

use super::look::free;
use super::target::DatabaseTarget;
use crate::backup::feed::{Feed, Watch};
use crate::backup::job::PostgresServer;
use crate::backup::manifest::Database;
use crate::backup::postgres::{COUNTS, Question, ask, differing};
use crate::backup::stream::patiently;
use crate::domain::{Fault, FaultKind, units};
use crate::engine::Engine;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// By this the server knows what a restore does in it.
pub const JOB: &str = "restore";

/// So much is left to what the server does beside: a disk that is full stops it.
pub const SERVER_RESERVE: u64 = 64 << 20;
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Bytes that it takes on the server's disk, as far as can be told.
pub fn room_for(wanted: &Database) -> u64 {
    wanted.database_bytes.saturating_add(wanted.database_bytes / 5)
}

pub struct Databases<'run> {
    pub engine: &'run Engine,
    pub server: &'run PostgresServer,
}

impl Databases<'_> {
    /// Makes the new database and restores into it, all of it or nothing; then compares what can be compared.
    pub async fn stage(
        &self,
        target: &DatabaseTarget,
        (wanted, directory): (&Database, Option<&str>),
        feed: Feed,
        watch: &Watch<'_>,
    ) -> Result<(), Fault> {
        self.discard(target).await?;
        // What was free when it was planned others may have taken since.
        self.has_room(target, directory, room_for(wanted).saturating_add(SERVER_RESERVE)).await?;
        let model = self.model(target).await?;
        self.tell(&created(target, wanted, model.as_deref())).await.map_err(|fault| match model {
            Some(_) => fault,
            None => fault.hint(format!(
                "where that is for want of a locale: make an empty database {} with another one, and restore then",
                target.database
            )),
        })?;
        let user = format!("--username={}", self.server.user);
        let into = format!("--dbname={}", target.new);
        let words = ["pg_restore", "--exit-on-error", "--no-password", &user, &into];
        let request = self.server.request(&words, JOB);
        let ended = tokio::select! {
            ended = feed.into_tool(self.engine, &self.server.place.container, &request, watch) => ended,
            full = self.until_full(target, directory) => Err(full),
        };
        if ended.is_err() {
            // The tool cannot be killed, and would go on for nobody.
            self.disconnect(&[&target.new]).await?;
        }
        let ended = ended?;
        if ended.code != 0 {
            return Err(explained(&ended, &target.label()));
        }
        for statement in self.settings(target).await? {
            self.tell(&statement).await?;
        }
        let words = ["psql", "-XAtq", "--no-password", &user, &into, "-c", "ANALYZE"];
        let request = self.server.request(&words, JOB);
        let ended = patiently(self.engine, &self.server.place.container, request).await?;
        if ended.code != 0 {
            return Err(explained(&ended, &target.label()));
        }
        self.compare(target, wanted).await
    }

    /// Comes back when it takes what must be left to the server.
    async fn until_full(&self, target: &DatabaseTarget, directory: Option<&str>) -> Fault {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            match self.has_room(target, directory, SERVER_RESERVE).await {
                Err(fault) if fault.kind == FaultKind::Exhausted => return fault,
                // It is only looked at; whether the server answers shows elsewhere.
                Ok(()) | Err(_) => {}
            }
        }
    }

    async fn has_room(
        &self,
        target: &DatabaseTarget,
        directory: Option<&str>,
        needed: u64,
    ) -> Result<(), Fault> {
        let Some(directory) = directory else { return Ok(()) };
        let free = free(self.engine, &self.server.place.container, directory).await?;
        match free.filter(|free| *free < needed) {
            None => Ok(()),
            Some(free) => Err(Fault::new(FaultKind::Exhausted, "stage", target.label())
                .because(format!(
                    "the server's disk must have {} free, and has {}",
                    units::bytes(needed),
                    units::bytes(free)
                ))
                .hint("free some space on that disk; what is in use was not touched")),
        }
    }

    /// As many rows as the dump has, where that is known.
    async fn compare(&self, target: &DatabaseTarget, wanted: &Database) -> Result<(), Fault> {
        if wanted.rows.is_empty() {
            return Ok(());
        }
        let answer = self.ask_in(&target.new, COUNTS).await?;
        let found: BTreeMap<String, u64> = serde_json::from_str(&answer).unwrap_or_default();
        let Some((table, now, then)) = differing(&wanted.rows, &found) else { return Ok(()) };
        let cause = format!("{table} has {now} rows instead of {then}");
        if !wanted.counted_in_dump {
            log::warn!("{}: {cause}; it may have been written to while the backup was taken", target.label());
            return Ok(());
        }
        Err(Fault::new(FaultKind::Refused, "restore", target.label())
            .because(cause)
            .hint("what is in use was not touched; look at the service's log"))
    }

    /// Gives the new databases the names of those in use, all at once or none.
    pub async fn switch(&self, targets: &[&DatabaseTarget]) -> Result<(), Fault> {
        let there = self.names().await?;
        let mut statement = String::from("BEGIN;");
        let mut closed = Vec::new();
        for target in targets.iter().filter(|target| there.contains_key(&target.new)) {
            if there.contains_key(&target.database) {
                self.tell(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", quoted(&target.database)))
                    .await?;
                closed.push(target.database.as_str());
                statement.push_str(&renamed(&target.database, &target.old));
            }
            closed.push(target.new.as_str());
            statement.push_str(&renamed(&target.new, &target.database));
        }
        statement.push_str("COMMIT");
        self.disconnect(&closed).await?;
        self.tell(&statement).await?;
        self.let_in(targets).await
    }

    /// Those in use let everybody in, whatever they were before they were.
    async fn let_in(&self, targets: &[&DatabaseTarget]) -> Result<(), Fault> {
        let there = self.names().await?;
        for target in targets.iter().filter(|target| there.get(&target.database) == Some(&false)) {
            self.tell(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", quoted(&target.database))).await?;
        }
        Ok(())
    }

    /// Gives those that were in use their names back, as far as they lost them. It can be done any number of times.
    pub async fn switch_back(&self, targets: &[&DatabaseTarget]) -> Result<(), Fault> {
        let there = self.names().await?;
        let is_there = |name: &String| there.contains_key(name);
        let mut statement = String::from("BEGIN;");
        let mut closed = Vec::new();
        for target in targets {
            let switched = is_there(&target.old) || (!target.existed && !is_there(&target.new));
            if !switched {
                continue;
            }
            closed.extend([target.database.as_str(), target.old.as_str()]);
            if is_there(&target.database) {
                self.tell(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", quoted(&target.database)))
                    .await?;
                statement.push_str(&renamed(&target.database, &target.new));
            }
            if is_there(&target.old) {
                statement.push_str(&renamed(&target.old, &target.database));
            }
        }
        statement.push_str("COMMIT");
        self.disconnect(&closed).await?;
        self.tell(&statement).await?;
        self.let_in(targets).await
    }

    /// Removes what was staged, if it is there.
    pub async fn discard(&self, target: &DatabaseTarget) -> Result<(), Fault> {
        self.drop_database(&target.new).await
    }

    /// Removes what was in use before.
    pub async fn accept(&self, target: &DatabaseTarget) -> Result<(), Fault> {
        self.drop_database(&target.old).await
    }

    async fn drop_database(&self, name: &str) -> Result<(), Fault> {
        if !self.names().await?.contains_key(name) {
            return Ok(());
        }
        self.tell(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", quoted(name))).await?;
        self.disconnect(&[name]).await?;
        self.tell(&format!("DROP DATABASE IF EXISTS {}", quoted(name))).await
    }

    /// Databases, and whether they let anybody in.
    pub async fn names(&self) -> Result<BTreeMap<String, bool>, Fault> {
        let statement = "SELECT COALESCE(json_object_agg(datname, datallowconn), '{}') FROM pg_database";
        let answer = self.ask(statement).await?;
        serde_json::from_str(&answer).map_err(|error| {
            Fault::new(FaultKind::Refused, "ask", &self.server.place.name)
                .because("psql's answer about its databases cannot be read")
                .caused_by(&error)
        })
    }

    async fn disconnect(&self, names: &[&str]) -> Result<(), Fault> {
        if names.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = names.iter().map(|name| literal(name)).collect();
        let statement = format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname IN ({}) \
             AND pid <> pg_backend_pid()",
            names.join(", ")
        );
        self.ask(&statement).await.map(drop)
    }

    /// Owner, encoding and the rest of the one in use, as the tail of a statement; `None` when there is none.
    async fn model(&self, target: &DatabaseTarget) -> Result<Option<String>, Fault> {
        let statement = format!(
            "SELECT format('OWNER %I ENCODING %L LC_COLLATE %L LC_CTYPE %L CONNECTION LIMIT %s', r.rolname, \
             pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, d.datconnlimit) || \
             CASE to_jsonb(d)->>'datlocprovider' \
             WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', \
               COALESCE(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale')) \
             WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d)->>'datlocale') \
             ELSE '' END \
             FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = {}",
            literal(&target.database)
        );
        let answer = self.ask(&statement).await?;
        Ok(Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty()))
    }

    /// What is set for the database in use and who may do what with it: a dump does not know of it.
    async fn settings(&self, target: &DatabaseTarget) -> Result<Vec<String>, Fault> {
        let (database, new) = (literal(&target.database), literal(&target.new));
        let statement = format!(
            "SELECT COALESCE(json_agg(line), '[]') FROM (\
             SELECT format('ALTER %s SET %s TO %s', \
               CASE WHEN s.setrole = 0 THEN format('DATABASE %I', {new}) \
                    ELSE format('ROLE %I IN DATABASE %I', (SELECT rolname FROM pg_roles WHERE oid = s.setrole), {new}) END, \
               split_part(c, '=', 1), \
               CASE WHEN split_part(c, '=', 1) IN ('search_path', 'temp_tablespaces', 'session_preload_libraries', \
                 'local_preload_libraries') THEN substr(c, strpos(c, '=') + 1) \
                 ELSE quote_literal(substr(c, strpos(c, '=') + 1)) END) AS line \
             FROM pg_db_role_setting s, unnest(s.setconfig) c \
             WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = {database}) \
             UNION ALL \
             SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', {new}) FROM pg_database \
             WHERE datname = {database} AND datacl IS NOT NULL \
             UNION ALL \
             SELECT format('GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, {new}, \
               CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END, \
               CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) \
             FROM pg_database d CROSS JOIN LATERAL aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee \
             WHERE d.datname = {database} AND d.datacl IS NOT NULL) AS lines"
        );
        let answer = self.ask(&statement).await?;
        serde_json::from_str(&answer).map_err(|error| {
            Fault::new(FaultKind::Refused, "ask", target.label())
                .because("psql's answer about its settings cannot be read")
                .caused_by(&error)
        })
    }

    pub async fn ask(&self, statement: &str) -> Result<String, Fault> {
        self.ask_in(&self.server.first_database, statement).await
    }

    pub async fn ask_in(&self, database: &str, statement: &str) -> Result<String, Fault> {
        ask(self.engine, self.server, &Question::of(database, statement)).await
    }

    async fn tell(&self, statement: &str) -> Result<(), Fault> {
        self.ask(statement).await.map(drop)
    }
}

fn created(target: &DatabaseTarget, wanted: &Database, model: Option<&str>) -> String {
    let mut statement = format!("CREATE DATABASE {} TEMPLATE template0 ", quoted(&target.new));
    if let Some(model) = model {
        return statement + model;
    }
    let _ = write!(statement, "OWNER {}", quoted(&target.user));
    if !wanted.encoding.is_empty() {
        let _ = write!(statement, " ENCODING {}", literal(&wanted.encoding));
    }
    let locale = &wanted.locale;
    for (word, value) in [("LC_COLLATE", &wanted.collation), ("LC_CTYPE", &locale.ctype)] {
        if !value.is_empty() {
            let _ = write!(statement, " {word} {}", literal(value));
        }
    }
    let word = match locale.provider.as_deref() {
        Some("icu") => "icu ICU_LOCALE",
        Some("builtin") => "builtin BUILTIN_LOCALE",
        Some(_) | None => return statement,
    };
    if let Some(name) = &locale.name {
        let _ = write!(statement, " LOCALE_PROVIDER {word} {}", literal(name));
    }
    statement
}

fn renamed(from: &str, to: &str) -> String {
    format!("ALTER DATABASE {} RENAME TO {};", quoted(from), quoted(to))
}

/// A name as SQL writes it.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL writes it.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn explained(ended: &crate::backup::stream::Ended, object: &str) -> Fault {
    let fault = Fault::new(FaultKind::Refused, "restore", object)
        .because(format!("its tool ended with exit code {}", ended.code));
    let said = &ended.complaints;
    let hint = if said.contains("role") && said.contains("does not exist") {
        "what is in use was not touched; make the role first: the bundle's postgres/globals-*.sql.zst has it"
    } else if said.contains("unsupported version") {
        "what is in use was not touched; the dump is of a newer PostgreSQL than the one that runs: run that one"
    } else {
        "what is in use was not touched; look at the service's log"
    };
    ended.explain(fault).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::manifest::Locale;

    fn target() -> DatabaseTarget {
        DatabaseTarget {
            part: String::new(),
            service: "db".to_owned(),
            user: "shop".to_owned(),
            database: "shop".to_owned(),
            new: "shop__new_1".to_owned(),
            old: "shop__old_1".to_owned(),
            existed: false,
        }
    }

    #[test]
    fn a_database_of_which_there_is_none_sorts_as_the_one_that_was_saved() {
        let locale = Locale {
            ctype: "C".to_owned(),
            provider: Some("icu".to_owned()),
            name: Some("de-DE".to_owned()),
        };
        let wanted = Database {
            encoding: "UTF8".to_owned(),
            collation: "C".to_owned(),
            locale,
            ..Database::default()
        };
        assert_eq!(
            created(&target(), &wanted, None),
            "CREATE DATABASE \"shop__new_1\" TEMPLATE template0 OWNER \"shop\" ENCODING 'UTF8' LC_COLLATE 'C' \
             LC_CTYPE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'"
        );
        let before = Database { encoding: "UTF8".to_owned(), ..Database::default() };
        assert!(created(&target(), &before, None).ends_with("ENCODING 'UTF8'"));
    }
}
