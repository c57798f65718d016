//! Redis: a snapshot that the server writes itself, taken out of its container as the file that it is.

use super::ManifestPart;
use super::job::RedisServer;
use super::manifest::{Content, RedisData};
use super::part::Form;
use super::stream::{Step, cancelled, patiently, text};
use crate::domain::{Fault, FaultKind};
use crate::engine::{Engine, ExecRequest};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const MAGIC: &[u8] = b"REDIS";
/// A snapshot of what fits into memory takes minutes at the most; beyond this the server is in trouble.
const SAVE_LIMIT: Duration = Duration::from_mins(30);
/// Its times are in whole seconds, so that much is waited for.
const CLOCK_LIMIT: Duration = Duration::from_secs(5);
/// Somebody else's snapshot may come in between; not for ever.
const TRIES: usize = 4;

/// What the server answers to a command.
pub async fn ask(engine: &Engine, server: &RedisServer, words: &[&str]) -> Result<String, Fault> {
    let words = [&["redis-cli"], words].concat();
    let ended = text(engine, &server.place.container, server.request(&words)).await?;
    let refused = ended.output.starts_with("NOAUTH") || ended.output.starts_with("NOPERM");
    if ended.code == 0 && !refused && !ended.output.starts_with("ERR ") {
        return Ok(ended.output.replace('\r', ""));
    }
    let fault = Fault::new(FaultKind::Refused, "ask", format!("Redis in {}", server.place.name));
    let fault = match ended.code {
        126 | 127 => fault.because("redis-cli could not be run in the container"),
        0 => fault,
        code => fault.because(format!("redis-cli ended with exit code {code}")),
    };
    Err(ended.explain(fault).hint(if refused {
        "its password must stand in the service's environment as REDIS_PASSWORD, or in its command as --requirepass"
    } else {
        "look at the service's log; nothing of this backup was left behind"
    }))
}

/// The value of a line `name:value` of `INFO`.
pub fn field<'text>(told: &'text str, name: &str) -> Option<&'text str> {
    told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

impl RedisServer {
    fn request(&self, words: &[&str]) -> ExecRequest {
        let environment = self.password.iter().map(|password| format!("REDISCLI_AUTH={password}")).collect();
        ExecRequest { command: self.place.command(words), environment, ..ExecRequest::default() }
    }

    pub fn object(&self) -> String {
        format!("Redis in {}", self.place.name)
    }

    pub async fn take(&self, step: &Step<'_>) -> Result<ManifestPart, Fault> {
        let file = format!("{}/{}", self.directory.trim_end_matches('/'), self.file);
        let mut tried = 0;
        // The file is read under its name: it must be the same one from the check to the last byte.
        let (saved_at, databases, check) = loop {
            let saved_at = self.save(step).await?;
            let databases = keyspace(&ask(step.engine, self, &["INFO", "keyspace"]).await?);
            let check = self.check(step.engine, &file).await?;
            if self.last_save(step.engine).await? == saved_at {
                break (saved_at, databases, check);
            }
            tried += 1;
            if tried >= TRIES {
                return Err(self.busy());
            }
        };
        let request = self.request(&["cat", &file]);
        let taken = step.take(&self.place.container, request, &self.path, Form::Plain).await?;
        let (written, ended) = taken;
        let fault = |cause: &str| Fault::new(FaultKind::Refused, "copy", self.object()).because(cause);
        if ended.code != 0 {
            return Err(ended.explain(fault(&format!("cat ended with exit code {}", ended.code))));
        }
        if !written.head.starts_with(MAGIC) {
            return Err(fault("the file that the server names is no snapshot of Redis"));
        }
        if self.last_save(step.engine).await? != saved_at {
            return Err(self.busy());
        }
        let keys = check.keys.unwrap_or_else(|| databases.values().sum());
        let content = Content::Redis(RedisData {
            service: self.place.service.clone(),
            image: self.place.image.clone(),
            image_id: self.place.image_id.clone(),
            server_version: self.version.clone(),
            saved_at,
            keys,
            databases,
            directory: self.directory.clone(),
            file: self.file.clone(),
            appendonly: self.appendonly,
            data: self.data.clone(),
            checked: check.done,
        });
        Ok(ManifestPart::of(written, content))
    }

    /// Has the server write a snapshot; when it did, by its own clock.
    async fn save(&self, step: &Step<'_>) -> Result<i64, Fault> {
        let engine = step.engine;
        // The time of a save is in whole seconds: two of them in one could not be told apart.
        let before = self.last_save(engine).await?;
        let began = Instant::now();
        while self.clock(engine).await? <= before {
            if (step.cancelled)() {
                return Err(cancelled(&self.path));
            }
            if began.elapsed() > CLOCK_LIMIT {
                return Err(Fault::new(FaultKind::Refused, "back up", self.object())
                    .because("by its own clock its last save is yet to come: the clock was put back")
                    .hint("`redis-cli BGSAVE` with the clock as it is now makes its times agree again"));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let answer = ask(engine, self, &["BGSAVE", "SCHEDULE"]).await;
        // One that runs already will do as well, if it ends later than now.
        if let Err(fault) = answer
            && !fault.causes.iter().any(|cause| cause.contains("in progress"))
        {
            return Err(fault);
        }
        let began = Instant::now();
        let mut pause = Duration::from_millis(20);
        loop {
            if (step.cancelled)() {
                return Err(cancelled(&self.path));
            }
            let told = ask(engine, self, &["INFO", "persistence"]).await?;
            let is_at_it = field(&told, "rdb_bgsave_in_progress") != Some("0");
            let saved_at = seconds(field(&told, "rdb_last_save_time"));
            if !is_at_it && field(&told, "rdb_last_bgsave_status") != Some("ok") {
                return Err(Fault::new(FaultKind::Refused, "back up", self.object())
                    .because("the server could not write its snapshot")
                    .hint("its log says why; often its disk is full, or memory for the fork is short"));
            }
            if let Some(saved_at) = saved_at.filter(|saved_at| !is_at_it && *saved_at > before) {
                return Ok(saved_at);
            }
            if began.elapsed() > SAVE_LIMIT {
                return Err(Fault::new(FaultKind::Timeout, "back up", self.object())
                    .because(format!("it wrote no snapshot within {} minutes", SAVE_LIMIT.as_secs() / 60))
                    .hint("its log says what it is at"));
            }
            step.say("the server writes its snapshot");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    async fn last_save(&self, engine: &Engine) -> Result<i64, Fault> {
        let answer = ask(engine, self, &["LASTSAVE"]).await?;
        self.number(&answer)
    }

    async fn clock(&self, engine: &Engine) -> Result<i64, Fault> {
        let answer = ask(engine, self, &["TIME"]).await?;
        self.number(answer.lines().next().unwrap_or_default())
    }

    fn number(&self, answer: &str) -> Result<i64, Fault> {
        seconds(Some(answer)).ok_or_else(|| {
            Fault::new(FaultKind::Refused, "ask", self.object())
                .because(format!("it answers with no time: {}", answer.trim()))
        })
    }

    /// Reads the file with the server's own tool, where the image has it.
    async fn check(&self, engine: &Engine, file: &str) -> Result<Check, Fault> {
        let request = self.request(&["redis-check-rdb", file]);
        let ended = patiently(engine, &self.place.container, request).await?;
        match ended.code {
            0 => Ok(Check { done: true, keys: keys_read(&ended.output) }),
            126 | 127 => Ok(Check { done: false, keys: None }),
            code => {
                let fault = Fault::new(FaultKind::Refused, "check", self.object());
                let fault = fault.because(format!("redis-check-rdb ended with exit code {code}"));
                Err(ended.explain(fault).hint("the snapshot is broken: look at the disk that it lies on"))
            }
        }
    }

    fn busy(&self) -> Fault {
        Fault::new(FaultKind::Conflict, "back up", self.object())
            .because("the server wrote other snapshots meanwhile, again and again")
            .hint("its `save` setting may be too eager; try again")
    }
}

struct Check {
    done: bool,
    keys: Option<u64>,
}

/// `[info] 1000 keys read`
pub fn keys_read(output: &str) -> Option<u64> {
    output.lines().find_map(|line| line.strip_suffix(" keys read")?.rsplit(' ').next()?.parse().ok())
}

/// `db0:keys=1000,expires=0,avg_ttl=0`
fn keyspace(told: &str) -> BTreeMap<String, u64> {
    let line = |line: &str| {
        let (name, rest) = line.split_once(":keys=")?;
        Some((name.to_owned(), rest.split(',').next()?.parse().ok()?))
    };
    told.lines().filter_map(line).collect()
}

fn seconds(text: Option<&str>) -> Option<i64> {
    text?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_tells_is_read() {
        let told = "# Persistence\nrdb_bgsave_in_progress:0\nrdb_last_bgsave_status:err\n";
        assert_eq!(field(told, "rdb_last_bgsave_status"), Some("err"));
        assert_eq!(field(told, "rdb_last"), None);
        let told = "# Keyspace\ndb0:keys=1000,expires=2,avg_ttl=0\ndb3:keys=5,expires=0,avg_ttl=0\n";
        assert_eq!(keyspace(told).into_iter().collect::<Vec<_>>(), [("db0".into(), 1000), ("db3".into(), 5)]);
        let said = "[offset 27] AUX FIELD redis-ver = '7.0.15'\n[info] 1000 keys read\n[info] 0 expires\n";
        assert_eq!((keys_read(said), keys_read("")), (Some(1000), None));
    }
}
