//! What is to be taken, found out by looking at the stack as it runs: one job for each part, in the order of the taking.

use super::manifest::{DataMount, Locale, Mounted};
use super::seal::Recipients;
use crate::domain::stack::BackupPolicy;
use crate::domain::{Container, ContainerId, PlannedStep, StepVerb, secret, units};

/// All that a backup would take, with what must be said of it.
pub struct Survey {
    pub stack: String,
    pub jobs: Vec<Job>,
    pub policy: BackupPolicy,
    /// Who can read it, where not all can.
    pub recipients: Recipients,
    /// Images that tools may be taken from, those of the stack first.
    pub images: Vec<String>,
    pub warnings: Vec<String>,
    /// The names of variables whose values are left out.
    pub withheld: Vec<String>,
}

pub enum Job {
    Globals(PostgresServer),
    Database(PostgresDatabase),
    Redis(RedisServer),
    Exec(ExecJob),
    Volume(VolumeJob),
    /// A path of the host; `files` is one that no container need see.
    Path(PathJob),
    /// Written by ourselves: the project and the images.
    Paper(Paper),
}

/// The container that a database runs in.
#[derive(Clone)]
pub struct PostgresServer {
    pub place: Place,
    pub user: String,
    /// Goes into the environment of the tools alone; never shown, logged or written.
    pub password: Option<String>,
    pub version: String,
    /// What is connected to where no other database is meant.
    pub first_database: String,
    pub data: Option<DataMount>,
    /// Relative to the bundle.
    pub path: String,
}

#[derive(Clone)]
pub struct PostgresDatabase {
    pub server: PostgresServer,
    pub database: String,
    pub encoding: String,
    pub collation: String,
    pub locale: Locale,
    pub bytes: u64,
    pub path: String,
}

#[derive(Clone)]
pub struct RedisServer {
    pub place: Place,
    pub password: Option<String>,
    pub version: String,
    pub directory: String,
    pub file: String,
    pub appendonly: bool,
    pub data: Option<DataMount>,
    /// What the data takes in memory.
    pub bytes: u64,
    pub path: String,
}

pub struct ExecJob {
    pub place: Place,
    pub command: Vec<String>,
    pub path: String,
}

impl ExecJob {
    /// The command as it may be shown and kept: variables of its file may have put a password into it.
    pub fn told(&self) -> Vec<String> {
        secret::mask_arguments(self.command.iter().map(String::as_str))
    }
}

pub struct VolumeJob {
    pub volume: super::manifest::VolumeArchive,
    pub path: String,
}

pub struct PathJob {
    pub host: String,
    pub seen: Option<Mounted>,
    pub is_file_source: bool,
    pub path: String,
}

pub struct Paper {
    pub content: super::Content,
    pub bytes: Vec<u8>,
    pub path: String,
}

/// A container of a service that runs.
#[derive(Clone)]
pub struct Place {
    pub container: ContainerId,
    pub name: String,
    pub service: String,
    pub image: String,
    pub image_id: String,
    /// Whether the image has a `timeout` that ends a tool whose reader is gone.
    pub ends_tools: bool,
}

/// No tool runs longer than this, whoever still waits for it.
const LONGEST: &str = "43200";

impl Place {
    pub fn of(container: &Container, service: &str) -> Self {
        Self {
            container: container.id.clone(),
            name: container.name.to_string(),
            service: service.to_owned(),
            image: container.image.to_string(),
            image_id: container.image_id.clone(),
            ends_tools: false,
        }
    }

    /// The tool as it is run there: an exec cannot be killed from outside, so it has an end of its own.
    pub fn command(&self, words: &[&str]) -> Vec<String> {
        let wrapped: &[&str] = if self.ends_tools { &["timeout", "-s", "TERM", LONGEST] } else { &[] };
        wrapped.iter().chain(words).map(|word| (*word).to_owned()).collect()
    }
}

impl Job {
    pub fn path_mut(&mut self) -> &mut String {
        match self {
            Self::Globals(job) => &mut job.path,
            Self::Database(job) => &mut job.path,
            Self::Redis(job) => &mut job.path,
            Self::Exec(job) => &mut job.path,
            Self::Volume(job) => &mut job.path,
            Self::Path(job) => &mut job.path,
            Self::Paper(job) => &mut job.path,
        }
    }

    pub fn path(&self) -> &str {
        match self {
            Self::Globals(job) => &job.path,
            Self::Database(job) => &job.path,
            Self::Redis(job) => &job.path,
            Self::Exec(job) => &job.path,
            Self::Volume(job) => &job.path,
            Self::Path(job) => &job.path,
            Self::Paper(job) => &job.path,
        }
    }

    pub fn step(&self) -> PlannedStep {
        let (object, service, reason) = match self {
            Self::Globals(job) => {
                (format!("{} roles", job.place.name), Some(&job.place.service), String::new())
            }
            Self::Database(job) => {
                let size = format!("{} on its disk, ", units::bytes(job.bytes));
                let object = format!("{} database {}", job.server.place.name, job.database);
                (object, Some(&job.server.place.service), size)
            }
            Self::Redis(job) => {
                let size = format!("{} in memory, ", units::bytes(job.bytes));
                (format!("{} keys", job.place.name), Some(&job.place.service), size)
            }
            Self::Exec(job) => {
                (format!("{} output", job.place.name), Some(&job.place.service), String::new())
            }
            Self::Volume(job) => (format!("volume {}", job.volume.volume), None, String::new()),
            Self::Path(job) => {
                (format!("path {}", job.host), job.seen.as_ref().map(|seen| &seen.service), String::new())
            }
            Self::Paper(job) => (job.content.word().to_owned(), None, String::new()),
        };
        PlannedStep::new(StepVerb::Dump, object, format!("{reason}to {}", self.path()))
            .of(service.map(String::as_str))
    }

    /// The line that does the same with docker's own tools.
    pub fn equivalent(&self) -> Option<String> {
        match self {
            Self::Globals(job) => {
                Some(format!("docker exec {} pg_dumpall --globals-only -U {}", job.place.name, job.user))
            }
            Self::Database(job) => {
                let PostgresDatabase { server, database, .. } = job;
                Some(format!(
                    "docker exec {} pg_dump -Fc -Z0 -U {} {database}",
                    server.place.name, server.user
                ))
            }
            Self::Redis(job) => Some(format!("docker exec {} redis-cli BGSAVE", job.place.name)),
            Self::Exec(job) => Some(format!("docker exec {} {}", job.place.name, job.told().join(" "))),
            Self::Volume(job) => {
                Some(format!("docker run --rm -v {}:/data:ro … tar -c -C /data .", job.volume.volume))
            }
            Self::Path(job) => Some(format!("tar -c {}", job.host)),
            Self::Paper(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures;

    #[test]
    fn a_password_in_a_command_is_not_told() {
        let place = Place::of(&fixtures::replica("shop", "db", 1), "db");
        let command = ["mysqldump", "-pcanary", "--user", "root", "ledger"].map(str::to_owned).to_vec();
        let job = Job::Exec(ExecJob { place, command, path: "ledger.sql".to_owned() });
        let told = job.equivalent().unwrap();
        assert!(!told.contains("canary") && told.ends_with("--user root ledger"), "{told}");
    }
}
