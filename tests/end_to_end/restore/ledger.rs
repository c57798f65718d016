//! A stack with data of three kinds, and what is in it.

use crate::support::engine::docker;
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Finished, Workplace, finish};
use std::path::PathBuf;
use std::process::Command;

const LEDGER: &str = r#"
services:
  postgres:
    image: postgres:15-alpine
    environment:
      POSTGRES_USER: ledger
      POSTGRES_PASSWORD: not-a-secret-of-anybody
      POSTGRES_DB: ledger
    volumes: ["database:/var/lib/postgresql/data", "./tables.sql:/docker-entrypoint-initdb.d/tables.sql:ro"]
    healthcheck:
      test: ["CMD", "pg_isready", "-U", "ledger", "-d", "ledger", "-h", "127.0.0.1"]
      interval: 1s
      timeout: 5s
      retries: 60
  cache:
    image: redis:7-alpine
    command: ["redis-server", "--appendonly", "yes", "--requirepass", "not-a-secret-either"]
    volumes: ["cache:/data"]
    healthcheck:
      test: ["CMD-SHELL", "REDISCLI_AUTH=not-a-secret-either redis-cli ping | grep -q PONG"]
      interval: 1s
      timeout: 5s
      retries: 60
  web:
    image: mcp-tui-test/http
    entrypoint: ["sh", "-c", "test ! -e /files/refused-at-start && exec /bin/serve"]
    volumes: ["files:/files"]
    stop_grace_period: 1s
    depends_on:
      postgres: {condition: service_healthy}
      cache: {condition: service_healthy}
volumes:
  database:
  cache:
  files:
x-mcp:
  backup:
    postgres: [{service: postgres, database: ledger}]
    redis: [cache]
    volumes: [files]
"#;

pub struct Ledger {
    pub workplace: Workplace,
    pub project: Project,
}

/// What a restore brings back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    pub rows: String,
    pub key: String,
    pub file: String,
}

impl Ledger {
    pub fn up(what: &str) -> Self {
        let ledger = Self { workplace: Workplace::new(), project: Project::new(what) };
        let stack = ledger.project.name.as_str();
        ledger.workplace.stack(stack, LEDGER);
        ledger.workplace.write(&format!("work/stacks/{stack}/tables.sql"), crate::stacks::TABLES);
        ledger.run(["up", "--wait"]).succeeded("up");
        ledger.redis("SET k then");
        ledger.in_web(
            "echo then > /files/note && mkdir -p /files/deep/er && echo then > /files/deep/er/.hidden",
        );
        ledger
    }

    pub fn command<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = self.workplace.command(["-s", &self.project.name]);
        command.args(arguments);
        command
    }

    pub fn run<const N: usize>(&self, arguments: [&str; N]) -> Finished {
        finish(self.command(arguments), &arguments.join(" "))
    }

    /// Takes a backup; its name.
    pub fn back_up(&self) -> String {
        self.run(["backup", "create"]).succeeded("backup create");
        let listed = self.run(["backup", "list", "--json"]).succeeded("backup list").json();
        listed[0]["name"].as_str().expect("a name").to_owned()
    }

    pub fn bundle(&self, name: &str) -> PathBuf {
        self.workplace.path(&format!("state/mcp-tui/backups/{}/{name}", self.project.name))
    }

    /// Everything is another than it was.
    pub fn change(&self) {
        self.sql("DELETE FROM entries");
        self.redis("SET k now");
        self.in_web("echo now > /files/note && rm -r /files/deep && echo now > /files/more");
    }

    /// In addition to what is there.
    pub fn write(&self, what: &str) {
        self.sql(&format!("INSERT INTO entries (what) VALUES ('{what}')"));
        self.redis(&format!("SET k {what}"));
        self.in_web(&format!("echo {what} > /files/note"));
    }

    pub fn data(&self) -> Data {
        Data {
            rows: self.sql("SELECT count(*) FROM entries"),
            key: self.redis("GET k"),
            file: self.in_web("cd /files && find . -type f ! -path '*/.mcp-tui-*' | sort | while read f; do echo $f $(cat $f); done"),
        }
    }

    pub fn container(&self, service: &str) -> String {
        self.project.running(service).pop().unwrap_or_else(|| format!("{}-{service}-1", self.project.name))
    }

    pub fn runs(&self, service: &str) -> bool {
        !self.project.running(service).is_empty()
    }

    pub fn is_ready(&self) {
        self.is_healthy("postgres");
    }

    pub fn is_healthy(&self, service: &str) {
        eventually("a healthy service", PATIENCE, || {
            (self.project.health(service).as_deref() == Some("healthy")).then_some(())
        });
    }

    pub fn sql(&self, statement: &str) -> String {
        docker([
            "exec",
            &self.container("postgres"),
            "psql",
            "-XAtq",
            "-U",
            "ledger",
            "-d",
            "ledger",
            "-c",
            statement,
        ])
    }

    pub fn redis(&self, command: &str) -> String {
        let line = format!("REDISCLI_AUTH=not-a-secret-either redis-cli {command}");
        docker(["exec", &self.container("cache"), "sh", "-c", &line])
    }

    pub fn in_web(&self, line: &str) -> String {
        docker(["exec", &self.container("web"), "sh", "-c", line])
    }

    /// Neither databases nor directories nor containers of a restore.
    pub fn has_nothing_left(&self) {
        let databases =
            self.sql("SELECT string_agg(datname, ',') FROM pg_database WHERE datname ~ '__(new|old)_'");
        assert_eq!(databases, "");
        assert_eq!(self.in_web("ls -A /files | grep mcp-tui || true"), "");
        let cache =
            docker(["exec", &self.container("cache"), "sh", "-c", "ls -A /data | grep mcp-tui || true"]);
        assert_eq!(cache, "");
        let record =
            self.workplace.path(&format!("state/mcp-tui/backups/{}/.restore.json", self.project.name));
        assert!(!record.exists(), "{}", record.display());
    }
}
