//! A stack that holds something of each kind: a database, a cache with an append-only file, and odd files.

use crate::support::engine::docker;
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Finished, Workplace, finish};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A service for a Compose file that has the volume `rows`, too. It begins with [`TABLES`].
pub const DATABASE: &str = r#"  db:
    image: postgres:15-alpine
    environment:
      POSTGRES_USER: ledger
      POSTGRES_PASSWORD: canary-of-the-database
      POSTGRES_DB: ledger
    volumes:
      - rows:/var/lib/postgresql/data
      - ./tables.sql:/docker-entrypoint-initdb.d/tables.sql:ro
    healthcheck:
      test: ["CMD", "pg_isready", "-U", "ledger", "-d", "ledger", "-h", "127.0.0.1"]
      interval: 1s
      timeout: 3s
      retries: 60
"#;

/// The services beside it, and all that is held.
const REST: &str = r#"  cache:
    image: redis:7-alpine
    command: ["redis-server", "--appendonly", "yes"]
    volumes: ["keys:/data"]
  web:
    image: mcp-tui-test/busybox
    command: ["sleep", "100000"]
    stop_grace_period: 1s
    environment:
      API_TOKEN: canary-of-the-web-service
    volumes: ["pages:/pages"]
volumes:
  rows:
  keys:
  pages:
"#;

pub const TABLES: &str = "CREATE TABLE entries (id serial PRIMARY KEY, what text);\n\
    INSERT INTO entries (what) SELECT 'entry ' || n FROM generate_series(1, 1000) AS n;\n\
    CREATE ROLE reader LOGIN;\n GRANT SELECT ON entries TO reader;\n\
    CREATE DATABASE archive;\n\\connect archive\nCREATE TABLE old (id int);\nINSERT INTO old VALUES (1), (2);\n";

/// Sparse, linked, special, of another owner, with attributes, and with names that are no text or hardly fit.
const FILES: &str = r#"
set -e; cd /pages
echo one > one; ln one linked; ln -s one symbolic; ln symbolic symbolic-too; mkfifo pipe
truncate -s 9G sparse; printf end >> sparse; ln sparse sparse-too
printf x > "$(printf 'n\377me')"; printf x > 'two
lines'
mkdir -p deep; cd deep
long=$(printf 'd%.0s' $(seq 200)); for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do mkdir $long; cd $long; done; echo end > file
cd /pages; mkdir owned; chown 1234:5678 owned; chmod 2750 owned
"#;

pub struct Shop {
    pub workplace: Workplace,
    pub project: Project,
}

impl Shop {
    /// Up, with data in it.
    pub fn open(what: &str) -> Self {
        Self::with(what, &format!("services:\n{DATABASE}{REST}"))
    }

    /// Its file is there, and nothing runs.
    pub fn empty(what: &str, compose: &str) -> Self {
        let shop = Self { workplace: Workplace::new(), project: Project::new(what) };
        shop.workplace.stack(&shop.project.name, compose);
        shop
    }

    pub fn with(what: &str, compose: &str) -> Self {
        let shop = Self::empty(what, compose);
        shop.workplace.write(&format!("work/stacks/{}/tables.sql", shop.project.name), TABLES);
        shop.run(["up"]).succeeded("up");
        if compose.contains("  db:") {
            shop.wait_for_database();
        }
        if compose.contains("  cache:") {
            let fill = "for n in $(seq 500); do echo set key$n value$n; done | redis-cli > /dev/null";
            docker(["exec", &shop.container("cache"), "sh", "-c", fill]);
        }
        if compose.contains("pages:/pages") {
            shop.in_pages(FILES);
        }
        shop
    }

    pub fn wait_for_database(&self) {
        eventually("a healthy database", PATIENCE * 2, || {
            (self.project.health("db").as_deref() == Some("healthy")).then_some(())
        });
    }

    /// A script on the volume, with GNU tools.
    pub fn in_pages(&self, script: &str) -> String {
        let mount = format!("{}_pages:/pages", self.project.name);
        docker([
            "run",
            "--rm",
            "--network",
            "none",
            "-v",
            &mount,
            "debian:bookworm-slim",
            "bash",
            "-c",
            script,
        ])
    }

    /// What the files come to: names, kinds, owners, modes, links, lengths, blocks and contents.
    pub fn pages(&self) -> String {
        self.in_pages(
            "cd /pages; find . -printf '%y %m %U:%G %n %s %l ' -print0 | tr '\\0\\n' '\\n?' | sort | md5sum; \
             find . -type f -size -1M -print0 | sort -z | xargs -0 md5sum | md5sum; tail -c 3 sparse; \
             test $(du -k sparse | cut -f1) -lt 1000 && echo sparse",
        )
    }

    pub fn run<const N: usize>(&self, arguments: [&str; N]) -> Finished {
        let mut command: Command = self.workplace.command(["-s", &self.project.name]);
        command.args(arguments);
        finish(command, &arguments.join(" "))
    }

    pub fn container(&self, service: &str) -> String {
        self.project.running(service).pop().unwrap_or_else(|| panic!("{service} does not run"))
    }

    pub fn directory(&self) -> PathBuf {
        self.workplace.path("state/mcp-tui/backups").join(&self.project.name)
    }

    /// All that lies there, finished or not, but for the large files that they share.
    pub fn bundles(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.directory()) else { return Vec::new() };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.filter(|path| !path.ends_with("objects")).collect()
    }

    /// Takes one, the only one that there is.
    pub fn backup(&self) -> PathBuf {
        self.run(["backup", "create"]).succeeded("backup create");
        assert_eq!(self.helpers(), "", "nothing stays of a backup");
        let mut bundles = self.bundles();
        assert_eq!(bundles.len(), 1, "{bundles:?}");
        bundles.pop().expect("one bundle")
    }

    /// Containers and volumes that this workplace's backups made and did not remove.
    pub fn helpers(&self) -> String {
        let root = self.workplace.path("state/mcp-tui/backups").canonicalize().expect("a directory");
        let machine = "\"$(cat /etc/machine-id)\" \"$(uname -n)\"";
        let line = format!("printf '%s\\n%s\\n%s' {machine} '{}' | sha256sum", root.display());
        let sum = output("sh", &["-c", &line]);
        let name = format!("name=mcp-tui-helper-{}-", &sum[..8]);
        let containers = docker(["ps", "--all", "--filter", &name, "--format", "{{.Names}}"]);
        let volumes = docker(["volume", "ls", "--filter", &name, "--format", "{{.Name}}"]);
        format!("{containers}{volumes}").trim().to_owned()
    }
}

pub fn files(directory: &Path) -> Vec<PathBuf> {
    // Some of it may go while it is looked at.
    let found = Command::new("find").arg(directory).args(["-type", "f"]).output().expect("find");
    String::from_utf8_lossy(&found.stdout).lines().map(PathBuf::from).collect()
}

pub fn unpacked(file: &Path) -> Vec<u8> {
    let unpacked = Command::new("zstd").args(["-dc"]).arg(file).output().expect("zstd");
    assert!(unpacked.status.success(), "{} cannot be unpacked", file.display());
    unpacked.stdout
}

pub fn output(program: &str, arguments: &[&str]) -> String {
    let ended = Command::new(program).args(arguments).output().expect("a program of the system");
    assert!(ended.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8_lossy(&ended.stdout).into_owned()
}
