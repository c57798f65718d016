//! A snapshot of Redis becomes the files that the server starts with.
//!
//! With `appendonly` the server reads its append-only files and never looks at a snapshot. So a server of the same image,
//! in a helper beside the files in use, reads the snapshot and writes append-only files of it; those are switched.

use super::directory::{Directories, place};
use super::target::DirectoryTarget;
use crate::backup::feed::{Feed, Watch};
use crate::backup::manifest::RedisData;
use crate::backup::redis::{field, keys_read};
use crate::backup::stream::{Ended, patiently, text};
use crate::domain::{ContainerId, Fault, FaultKind};
use crate::engine::ExecRequest;
use std::time::{Duration, Instant};

/// Reading a snapshot and writing it anew takes minutes at the most for what fits into memory.
const PATIENCE: Duration = Duration::from_mins(30);

/// How the server that runs names its files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    pub snapshot: String,
    pub appendonly: bool,
    pub append_file: String,
    /// `None` before Redis 7, which has one file.
    pub append_directory: Option<String>,
}

impl Files {
    /// All that belongs to the server's data.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![self.snapshot.clone(), self.append_file.clone()];
        names.extend(self.append_directory.clone());
        names
    }
}

/// Makes the files beside those in use.
pub async fn stage(
    directories: &Directories<'_>,
    target: &DirectoryTarget,
    (files, wanted): (&Files, &RedisData),
    feed: Feed,
    watch: &Watch<'_>,
) -> Result<(), Fault> {
    let helper = directories.open(target).await?;
    // The snapshot and what is made of it, which may be larger.
    let room = feed.part.raw_bytes().saturating_mul(4);
    let made = async {
        directories.make_room(target, &helper, room, 8).await?;
        let stage = Stage { directories, target, files, helper: &helper };
        stage.run(wanted, feed, watch).await
    }
    .await;
    directories.workshop.remove(&helper).await;
    made
}

struct Stage<'run> {
    directories: &'run Directories<'run>,
    target: &'run DirectoryTarget,
    files: &'run Files,
    helper: &'run ContainerId,
}

impl Stage<'_> {
    async fn run(&self, wanted: &RedisData, feed: Feed, watch: &Watch<'_>) -> Result<(), Fault> {
        let directory = format!("{}/{}", place(self.target), self.target.new_name());
        let snapshot = format!("{directory}/{}", self.files.snapshot);
        let socket = format!("{directory}/.socket");
        let engine = self.directories.workshop.engine();
        let command = ["sh", "-c", "cat > \"$1\"", "sh", &snapshot].map(str::to_owned).to_vec();
        let request = ExecRequest { command, ..ExecRequest::default() };
        let ended = feed.into_tool(engine, self.helper, &request, watch).await?;
        self.well(&ended, "cat")?;
        let check = ExecRequest::from(["redis-check-rdb", &snapshot].map(str::to_owned).to_vec());
        let checked = patiently(engine, self.helper, check).await?;
        self.well(&checked, "redis-check-rdb")?;
        let keys = keys_read(&checked.output).unwrap_or(wanted.keys);
        if keys != wanted.keys {
            return Err(self.fault(format!("the snapshot has {keys} keys instead of {}", wanted.keys)));
        }
        let mut words = vec!["redis-server", "--daemonize", "yes", "--port", "0", "--unixsocket", &socket];
        words.extend(["--dir", &directory, "--dbfilename", &self.files.snapshot, "--save", ""]);
        words.extend(["--appendonly", "no", "--appendfilename", &self.files.append_file]);
        if let Some(name) = &self.files.append_directory {
            words.extend(["--appenddirname", name]);
        }
        let started = self.tool(&words).await?;
        self.well(&started, "redis-server")?;
        let began = Instant::now();
        self.until(&socket, "persistence", began, watch, |told| field(told, "loading") == Some("0")).await?;
        self.count(&socket, &checked, keys).await?;
        if self.files.appendonly {
            let set = self.tool(&["redis-cli", "-s", &socket, "CONFIG", "SET", "appendonly", "yes"]).await?;
            self.well(&set, "redis-cli")?;
            let written = |told: &str| {
                field(told, "aof_enabled") == Some("1")
                    && field(told, "aof_rewrite_in_progress") == Some("0")
                    && field(told, "aof_rewrite_scheduled") == Some("0")
                    && field(told, "aof_last_bgrewrite_status") == Some("ok")
            };
            self.until(&socket, "persistence", began, watch, written).await?;
        }
        drop(self.tool(&["redis-cli", "-s", &socket, "SHUTDOWN", "NOSAVE"]).await?);
        while self.tool(&["redis-cli", "-s", &socket, "PING"]).await?.code == 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let owned = "rm -f -- \"$2/.socket\" && chown -R \"$(stat -c %u:%g -- \"$1\")\" \"$2\" && sync";
        let ended = self.tool(&["sh", "-c", owned, "sh", &place(self.target), &directory]).await?;
        self.well(&ended, "chown")
    }

    /// What was read, without what had expired since.
    async fn count(&self, socket: &str, checked: &Ended, keys: u64) -> Result<(), Fault> {
        let told = self.tool(&["redis-cli", "-s", socket, "INFO", "keyspace"]).await?;
        let found: u64 = told
            .output
            .lines()
            .filter_map(|line| line.split_once(":keys=")?.1.split(',').next()?.parse::<u64>().ok())
            .sum();
        let expiring = checked
            .output
            .lines()
            .find_map(|line| line.strip_suffix(" expires")?.rsplit(' ').next()?.parse::<u64>().ok())
            .unwrap_or_default();
        if found > keys || found.saturating_add(expiring) < keys {
            return Err(self.fault(format!("the server read {found} keys of {keys}")));
        }
        Ok(())
    }

    async fn until(
        &self,
        socket: &str,
        section: &str,
        began: Instant,
        watch: &Watch<'_>,
        is_so: impl Fn(&str) -> bool,
    ) -> Result<(), Fault> {
        loop {
            let told = self.tool(&["redis-cli", "-s", socket, "INFO", section]).await?;
            if told.code == 0 && is_so(&told.output) {
                return Ok(());
            }
            if (watch.cancelled)() {
                return Err(super::cancelled(&self.target.label));
            }
            if began.elapsed() > PATIENCE {
                return Err(self
                    .fault(format!("the server was not ready within {} minutes", PATIENCE.as_secs() / 60)));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn tool(&self, words: &[&str]) -> Result<Ended, Fault> {
        let command = words.iter().map(|word| (*word).to_owned()).collect();
        let request = ExecRequest { command, ..ExecRequest::default() };
        text(self.directories.workshop.engine(), self.helper, request).await
    }

    fn well(&self, ended: &Ended, tool: &str) -> Result<(), Fault> {
        if ended.code == 0 {
            return Ok(());
        }
        Err(ended.explain(self.fault(format!("{tool} ended with exit code {}", ended.code))))
    }

    fn fault(&self, cause: String) -> Fault {
        Fault::new(FaultKind::Refused, "stage", &self.target.label)
            .because(cause)
            .hint("what is in use was not touched")
    }
}
