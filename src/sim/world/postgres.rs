//! A simulated PostgreSQL server, as far as a backup and a restore ask it: its databases are made, renamed and dropped,
//! and each of them holds the same two tables.

use super::exec::{Exec, Performance};
use crate::sim::scenario::spec::Stream;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const BYTES: u64 = 8_814_503;

#[derive(Debug)]
pub struct Server {
    user: String,
    /// Those that it has, and whether they let anybody in.
    databases: BTreeMap<String, bool>,
}

fn rows() -> Value {
    json!({ "public.experiments": 12, "public.runs": 1284 })
}

/// A word of a statement between double quotes, which begins it, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (name, rest) = text.trim_start().strip_prefix('"')?.split_once('"')?;
    Some((name.to_owned(), rest.trim_start()))
}

impl Server {
    /// The one that a container with this environment runs; `None` when it runs none.
    pub fn of(environment: &[String]) -> Option<Self> {
        let variable =
            |name: &str| environment.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        let user = variable("POSTGRES_USER")?;
        let first = variable("POSTGRES_DB").unwrap_or(user);
        let databases = [first, "postgres", "template1"].map(|name| (name.to_owned(), true));
        Some(Self { user: user.to_owned(), databases: BTreeMap::from(databases) })
    }

    /// `None` when the command is none of its tools, or asks what the script is to answer.
    pub fn perform(&mut self, exec: &Exec) -> Option<Performance> {
        // It may be run by `timeout`.
        let tools = ["psql", "pg_restore", "pg_dumpall", "createdb"];
        let at = exec.command.iter().position(|word| tools.contains(&word.as_str()))?;
        let words: Vec<&str> = exec.command.get(at..)?.iter().map(String::as_str).collect();
        let (tool, words) = words.split_first()?;
        let database = words.iter().find_map(|word| word.strip_prefix("--dbname="));
        if let Some(name) = database.filter(|name| !self.databases.contains_key(*name)) {
            let complaint = format!("{tool}: error: FATAL:  database \"{name}\" does not exist\n");
            return Some(told(0, Stream::Stderr, &complaint, 2));
        }
        match *tool {
            "pg_restore" if !words.contains(&"-l") && !words.contains(&"--list") => {
                Some(read(Duration::from_millis(700)))
            }
            "pg_dumpall" => Some(told(80, Stream::Stdout, &self.roles(), 0)),
            "createdb" => {
                self.databases.insert((*words.last()?).to_owned(), true);
                Some(told(100, Stream::Stdout, "", 0))
            }
            "psql" => match words.iter().position(|word| *word == "-c") {
                Some(at) => {
                    let answer = self.answer(database.unwrap_or(&self.user.clone()), words.get(at + 1)?)?;
                    Some(told(0, Stream::Stdout, &answer, 0))
                }
                None if words.contains(&"-q") || words.contains(&"-f") => Some(read(Duration::ZERO)),
                None => None,
            },
            _ => None,
        }
    }

    fn roles(&self) -> String {
        format!(
            "--\n-- PostgreSQL database cluster dump\n--\nCREATE ROLE {0};\n\
             ALTER ROLE {0} WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;\n\
             --\n-- PostgreSQL database cluster dump complete\n--\n",
            self.user
        )
    }

    fn answer(&mut self, database: &str, statement: &str) -> Option<String> {
        let says = |words: &str| statement.contains(words);
        let whole = if says("pg_terminate_backend") {
            json!(0)
        } else if says("json_object_agg(datname, datallowconn)") {
            json!(self.databases)
        } else if says("'clients'") {
            let sizes: BTreeMap<&String, u64> = self.databases.keys().map(|name| (name, BYTES)).collect();
            json!({
                "version": "15.8", "directory": "/var/lib/postgresql/data", "databases": sizes,
                "extensions": ["plpgsql"], "clients": [],
            })
        } else if says("'databases'") {
            let open = self.databases.iter().filter(|(name, open)| **open && *name != "template1");
            let one = |name: &String| {
                json!({
                    "name": name, "encoding": "UTF8", "collation": "en_US.utf8",
                    "locale": { "ctype": "en_US.utf8" }, "bytes": BYTES,
                })
            };
            let databases: Vec<Value> = open.map(|(name, _)| one(name)).collect();
            json!({ "version": "15.8", "directory": "/var/lib/postgresql/data", "databases": databases })
        } else if says("'is_superuser'") {
            json!({ "is_superuser": true, "roles": [self.user] })
        } else if says("aclexplode") {
            json!([])
        } else if says("query_to_xml") {
            rows()
        } else if says("reltuples") {
            json!({ "extensions": { "plpgsql": "1.0" }, "estimates": rows() })
        } else if says("json_agg(n.nspname || '.' || c.relname)") {
            json!(rows().as_object().map(|rows| rows.keys().cloned().collect::<Vec<_>>()))
        } else if says("SELECT EXISTS") {
            return Some(if database == "postgres" { "f\n" } else { "t\n" }.to_owned());
        } else if says("SELECT count(*) FROM pg_class") {
            json!(rows().as_object().map_or(0, serde_json::Map::len))
        } else if says("format('OWNER") {
            let user = &self.user;
            return Some(format!(
                "OWNER {user} ENCODING 'UTF8' LC_COLLATE 'en_US.utf8' LC_CTYPE 'en_US.utf8' CONNECTION LIMIT -1\n"
            ));
        } else if says("DATABASE ") || statement == "ANALYZE" || says("COMMIT") {
            statement.split(';').for_each(|statement| self.change(statement.trim()));
            return Some(String::new());
        } else {
            return None;
        };
        Some(format!("{whole}\n"))
    }

    /// What makes, renames, opens, closes or drops a database.
    fn change(&mut self, statement: &str) {
        let after = |words: &str| statement.strip_prefix(words).and_then(quoted);
        if let Some((name, _)) = after("CREATE DATABASE") {
            self.databases.insert(name, true);
        } else if let Some((name, _)) = after("DROP DATABASE IF EXISTS") {
            self.databases.remove(&name);
        } else if let Some((name, rest)) = after("ALTER DATABASE") {
            if let Some((new, _)) = rest.strip_prefix("RENAME TO").and_then(quoted) {
                if let Some(open) = self.databases.remove(&name) {
                    self.databases.insert(new, open);
                }
            } else if let Some(word) = rest.strip_prefix("ALLOW_CONNECTIONS ")
                && let Some(open) = self.databases.get_mut(&name)
            {
                *open = word.trim() == "true";
            }
        }
    }
}

fn told(milliseconds: u64, stream: Stream, text: &str, code: i64) -> Performance {
    Performance::Answer {
        reads: false,
        after: Duration::from_millis(milliseconds),
        output: vec![(stream, text.as_bytes().to_vec())],
        code,
    }
}

/// It takes its input to the end, and is content.
fn read(after: Duration) -> Performance {
    Performance::Answer { reads: true, after, output: Vec::new(), code: 0 }
}
