//! The containers of the server, and what they use.

use super::driving::{DAY, HOUR, ago};
use crate::app::fixtures::{now, published};
use crate::domain::container::{ContainerDetails, GpuRequest};
use crate::domain::figures::FigureSource;
use crate::domain::fixtures::{self, container_id};
use crate::domain::{ComposeLabels, Container, ContainerFigures, ContainerId, ContainerState, Health, Safe};

pub fn container(project: Option<&str>, service: &str, number: u32, up_seconds: i64) -> Container {
    let name = match project {
        Some(project) => format!("{project}-{service}-{number}"),
        None => service.to_owned(),
    };
    let compose = project.map(|project| ComposeLabels {
        working_dir: Some(format!("/srv/stacks/{project}")),
        config_files: vec![format!("/srv/stacks/{project}/compose.yaml")],
        version: Some("2.26.1".to_owned()),
        ..fixtures::labels(project, service, number)
    });
    Container {
        image: Safe::new(format!("registry.example/{service}:1.4")),
        compose,
        status: Safe::new("Up"),
        created: Some(ago(up_seconds + 5)),
        details: Some(ContainerDetails {
            pid: Some(4000),
            started_at: Some(ago(up_seconds)),
            ..fixtures::details()
        }),
        ..fixtures::container(&name)
    }
}

fn publishing(mut container: Container, host: u16, inside: u16) -> Container {
    container.ports.push(published(host, inside));
    container
}

fn healthy(mut container: Container) -> Container {
    container.health = Some(Health::Healthy);
    container
}

fn seated(mut container: Container, gpu: &str) -> Container {
    if let Some(details) = &mut container.details {
        details.gpu_requests = vec![GpuRequest { count: None, device_ids: vec![gpu.to_owned()] }];
    }
    container
}

pub fn fleet() -> Vec<Container> {
    let mcp = Some("mcp");
    let mut crashing = container(mcp, "mcp-inference", 3, 4);
    crashing.state = ContainerState::Restarting;
    if let Some(details) = &mut crashing.details {
        details.exit_code = 137;
        details.oom_killed = true;
        details.restart_count = 4;
        details.finished_at = Some(ago(3));
    }
    let mut old = container(None, "registry-cache", 1, 41 * DAY);
    old.state = ContainerState::Exited;
    old.status = Safe::new("Exited (0) 9 days ago");
    if let Some(details) = &mut old.details {
        details.finished_at = Some(ago(9 * DAY));
    }
    vec![
        healthy(publishing(container(mcp, "nginx", 1, 3 * DAY), 80, 80)),
        healthy(publishing(container(mcp, "mcp-api", 1, 3 * DAY), 8080, 8080)),
        seated(container(mcp, "mcp-inference", 1, 9 * HOUR), "1"),
        seated(container(mcp, "mcp-inference", 2, 9 * HOUR), "1"),
        seated(crashing, "1"),
        seated(container(mcp, "mcp-training", 1, 9 * HOUR), "0"),
        container(mcp, "mcp-scheduler", 1, 3 * DAY),
        healthy(container(mcp, "redis", 1, 3 * DAY)),
        healthy(publishing(container(mcp, "postgresql", 1, 3 * DAY), 5432, 5432)),
        publishing(container(mcp, "minio", 1, 3 * DAY), 9000, 9000),
        container(mcp, "prometheus", 1, 3 * DAY),
        publishing(container(mcp, "grafana", 1, 3 * DAY), 3000, 3000),
        healthy(container(Some("mlflow"), "postgres", 1, 12 * DAY)),
        healthy(publishing(container(Some("mlflow"), "server", 1, 12 * DAY), 5000, 5000)),
        publishing(container(None, "node-exporter", 1, 41 * DAY), 9100, 9100),
        old,
    ]
}

pub fn figures(name: &str, cpu: f64, memory: u64) -> (ContainerId, ContainerFigures) {
    let figures = ContainerFigures {
        cpu_percent: Some(cpu),
        memory_bytes: Some(memory),
        ..ContainerFigures::unknown(now(), FigureSource::Cgroup)
    };
    (container_id(name), figures)
}
