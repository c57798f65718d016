//! What the server keeps: backups, images, volumes, networks.

use super::driving::{DAY, HOUR, ago};
use crate::domain::Safe;
use crate::domain::resources::{Image, Network, NetworkSettings, Resources, Volume};
use crate::domain::stack::{BackupEntry, BackupPart, Proof};
use std::collections::BTreeMap;
use std::path::PathBuf;

const GIB: u64 = 1 << 30;

pub fn backups() -> Vec<BackupEntry> {
    (0..4)
        .map(|day: i64| BackupEntry {
            name: ago(day * DAY + 2 * HOUR).strftime("%Y%m%dT%H%M%S").to_string(),
            stack: "mlflow".to_owned(),
            created: ago(day * DAY + 2 * HOUR),
            size_bytes: 212 << 20,
            parts: vec![BackupPart {
                path: "postgres/mlflow.dump".to_owned(),
                bytes: 212 << 20,
                sha256: "0".repeat(64),
            }],
            directory: PathBuf::from("/var/lib/mcp-tui/backups/mlflow"),
            pinned: false,
            proof: Proof::default(),
            old_side_until: None,
        })
        .collect()
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
