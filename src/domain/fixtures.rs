//! Containers and backups for tests: each test says what matters to it, and all the rest is as it is most often.

use super::container::ContainerDetails;
use super::stack::{BackupEntry, Proof};
use super::{ComposeLabels, Container, ContainerId, ContainerState, Safe};
use jiff::Timestamp;

/// A container without a stack that runs, not inspected yet.
pub(crate) fn container(name: &str) -> Container {
    Container {
        id: container_id(name),
        name: Safe::new(name),
        image: Safe::new("debian:bookworm-slim"),
        image_id: "sha256:1".to_owned(),
        compose: None,
        state: ContainerState::Running,
        health: None,
        status: Safe::default(),
        created: None,
        ports: Vec::new(),
        networks: Vec::new(),
        network_owner: crate::domain::figures::NetworkOwner::Itself,
        mounts: Vec::new(),
        details: None,
    }
}

/// The same as a replica of a service.
pub(crate) fn replica(project: &str, service: &str, number: u32) -> Container {
    let name = format!("{project}-{service}-{number}");
    Container { compose: Some(labels(project, service, number)), ..container(&name) }
}

pub(crate) fn labels(project: &str, service: &str, number: u32) -> ComposeLabels {
    ComposeLabels {
        project: project.to_owned(),
        service: service.to_owned(),
        number: Some(number),
        oneoff: false,
        config_hash: None,
        image: None,
        working_dir: None,
        env_files: Vec::new(),
        config_files: Vec::new(),
        depends_on: Vec::new(),
        version: None,
    }
}

/// What an inspect tells of a container about which there is nothing to tell.
pub(crate) fn details() -> ContainerDetails {
    ContainerDetails {
        pid: None,
        exit_code: 0,
        oom_killed: false,
        error: None,
        restart_count: 0,
        restart_policy: String::new(),
        last_end: None,
        started_at: None,
        finished_at: None,
        tty: false,
        stop_grace: None,
        log_driver: "json-file".to_owned(),
        log_path: None,
        log_rotates: true,
        log_most_bytes: None,
        health_test: Vec::new(),
        health_timeout: None,
        health_runs: Vec::new(),
        health_output: None,
        failing_streak: 0,
        command: Vec::new(),
        user: String::new(),
        init: None,
        shm_bytes: None,
        tmpfs: Vec::new(),
        memory_limit_bytes: None,
        gpu_requests: Vec::new(),
        environment: Vec::new(),
    }
}

/// Any 64 digits will do that are the same for the same name.
pub(crate) fn container_id(name: &str) -> ContainerId {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    ContainerId(format!("{hash:016x}").repeat(4))
}

/// A backup of which nothing is known but when it was taken.
pub(crate) fn backup(stack: &str, name: &str, created: Timestamp) -> BackupEntry {
    BackupEntry {
        name: name.to_owned(),
        stack: stack.to_owned(),
        created,
        size_bytes: 1,
        parts: Vec::new(),
        objects: Vec::new(),
        directory: "/b".into(),
        pinned: false,
        safety: false,
        proof: Proof::default(),
        old_side_until: None,
        offsite: None,
    }
}
