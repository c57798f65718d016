//! What the server keeps: backups, images, volumes, networks.

use super::driving::{DAY, HOUR, ago};
use crate::domain::resources::{Image, Network, NetworkSettings, Resources, Volume};
use crate::domain::stack::{
    BackupEntry, BackupPart, BackupStanding, Backups, OffsiteCopy, Proof, ProofFailure, ProofLevel, Recovery,
};
use crate::domain::{Safe, fixtures};
use std::collections::BTreeMap;
use std::path::PathBuf;

const GIB: u64 = 1 << 30;

/// Each night's of one stack, and of the other one the last that is known to be good.
pub fn backups() -> Backups {
    let nights = (0..4).map(|day| night(day, Proof::default()));
    let last = BackupEntry { stack: "mcp".to_owned(), size_bytes: 3 * GIB, ..night(0, Proof::default()) };
    let standing = |project: &str| BackupStanding {
        project: project.to_owned(),
        last_good: Some(ago(2 * HOUR)),
        bad: None,
        schedule: "02:00".to_owned(),
        due: Some(ago(-16 * HOUR)),
        wrong: None,
        offsite: None,
    };
    Backups {
        entries: nights.chain([last]).collect(),
        damaged: Vec::new(),
        standings: vec![standing("mcp"), standing("mlflow")],
    }
}

/// The same after a bad night: nothing was taken of the one, and of the other one each is known as well as it can be.
pub fn backups_in_trouble() -> Backups {
    let mut told = backups();
    told.entries.retain(|entry| entry.stack == "mlflow");
    told.standings[0].last_good = None;
    told.standings[0].due = Some(ago(9 * HOUR));
    let proofs = [
        Proof {
            failed: Some(ProofFailure {
                at: ago(HOUR),
                what: "postgres/mlflow.dump.zst: its bytes are not those that were written".to_owned(),
            }),
            ..Proof::default()
        },
        Proof { level: ProofLevel::Readable, checked: Some(ago(2 * HOUR)), ..Proof::default() },
        Proof {
            level: ProofLevel::Restored,
            checked: Some(ago(DAY)),
            proven: Some(Recovery { at: ago(DAY), took_ms: 48_000, services: Vec::new() }),
            ..Proof::default()
        },
        Proof::default(),
    ];
    for (entry, proof) in told.entries.iter_mut().zip(proofs) {
        entry.proof = proof;
    }
    told.entries[2].pinned = true;
    let copy = |copied| OffsiteCopy {
        url: "s3://backups/server1/mlflow".to_owned(),
        endpoint: None,
        copied,
        failed: None,
    };
    told.entries[1].offsite = Some(copy(None));
    told.entries[2].offsite = Some(copy(Some(ago(3 * HOUR))));
    told.entries[3].old_side_until = Some(ago(-DAY));
    told
}

fn night(day: i64, proof: Proof) -> BackupEntry {
    let part = |path: &str, mebibytes: u64| BackupPart {
        path: path.to_owned(),
        bytes: mebibytes << 20,
        sha256: "0".repeat(64),
    };
    let created = ago(day * DAY + 2 * HOUR);
    let name = format!("{}-3f9c", created.strftime("%Y%m%dT%H%M%SZ"));
    BackupEntry {
        size_bytes: 212 << 20,
        parts: vec![part("postgres/mlflow.dump.zst", 180), part("volumes/artifacts_data.tar.zst", 32)],
        directory: PathBuf::from("/var/lib/mcp-tui/backups/mlflow"),
        proof,
        ..fixtures::backup("mlflow", &name, created)
    }
}

pub fn resources() -> Resources {
    Resources {
        images: vec![
            Image {
                id: format!("sha256:{}", "a1b2".repeat(16)),
                tags: vec![Safe::new("registry.example/mcp-finetune:1.4"), Safe::new("mcp-finetune:latest")],
                size_bytes: 14 * GIB,
                created: Some(ago(20 * DAY)),
                tagged: None,
                volumes: Vec::new(),
            },
            Image {
                id: format!("sha256:{}", "c3d4".repeat(16)),
                tags: Vec::new(),
                size_bytes: 412 << 20,
                created: None,
                tagged: None,
                volumes: Vec::new(),
            },
        ],
        volumes: vec![Volume {
            name: Safe::new("mlflow_postgres_data"),
            driver: Safe::new("local"),
            mount_point: Safe::new("/var/lib/docker/volumes/mlflow_postgres_data/_data"),
            project: Some("mlflow".to_owned()),
            key: Some("postgres_data".to_owned()),
            labels: BTreeMap::new(),
            options: BTreeMap::new(),
            created: Some(ago(90 * DAY)),
            size_bytes: None,
            users: None,
        }],
        networks: vec![Network {
            id: "n1".to_owned(),
            name: Safe::new("mcp_mcp-network"),
            driver: Safe::new("bridge"),
            scope: Safe::new("local"),
            project: Some("mcp".to_owned()),
            key: Some("mcp-network".to_owned()),
            subnets: vec![Safe::new("172.20.0.0/16")],
            settings: NetworkSettings::default(),
            endpoints: None,
        }],
    }
}
