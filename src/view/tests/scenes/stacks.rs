//! The stacks' files, and how far the containers are from them.

use crate::app::fixtures;
use crate::domain::stack::BackupSource;
use crate::domain::{Drift, Safe, StackFile, StackOrigin, StackRef};
use std::collections::BTreeMap;

fn stack_file(
    project: &str,
    origin: StackOrigin,
    services: &[(&str, u32)],
    title: Option<&str>,
) -> StackFile {
    let files = format!("/srv/stacks/{project}");
    let mut file = fixtures::stack_file(project, services);
    file.reference.files = vec![format!("{files}/compose.yaml").into()];
    file.reference.directory = Some(files.into());
    for service in &mut file.services {
        service.image = Some(Safe::new(format!("registry.example/{}:1.4", service.name)));
    }
    let database = BackupSource::Postgres { service: "postgres".to_owned(), database: None, user: None };
    let backup = if project == "mlflow" { vec![database] } else { Vec::new() };
    StackFile { origin, title: title.map(Safe::new), backup, ..file }
}

pub fn stacks() -> Vec<StackFile> {
    let mcp: &[(&str, u32)] = &[
        ("nginx", 1),
        ("mcp-api", 1),
        ("mcp-inference", 3),
        ("mcp-training", 1),
        ("mcp-scheduler", 1),
        ("redis", 1),
        ("postgresql", 1),
        ("minio", 1),
        ("prometheus", 1),
        ("grafana", 1),
    ];
    let ragflow: &[(&str, u32)] = &[("elasticsearch", 1), ("ragflow", 1)];
    vec![
        stack_file("mcp", StackOrigin::Directory, mcp, Some("MCP fine-tuning")),
        stack_file(
            "mlflow",
            StackOrigin::Directory,
            &[("postgres", 1), ("server", 1)],
            Some("MLflow tracking"),
        ),
        stack_file("ragflow", StackOrigin::BuiltIn, ragflow, None),
    ]
}

pub fn stack_ref(project: &str) -> StackRef {
    stack_file(project, StackOrigin::Directory, &[], None).reference
}

pub fn drifts() -> BTreeMap<(String, String), Drift> {
    let mut drifts = BTreeMap::new();
    for file in stacks().iter().take(2) {
        for service in &file.services {
            let drift = match service.name.as_str() {
                "grafana" => Drift::Changed,
                "nginx" => Drift::ImageNewer,
                "server" => Drift::Unknown,
                _ => Drift::InSync,
            };
            drifts.insert((file.reference.project.clone(), service.name.clone()), drift);
        }
    }
    drifts
}
