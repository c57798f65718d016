//! The checks of a service whose file names none: what its image is known to speak, and what it publishes.

use super::{CheckId, CheckKind, CheckSpec, Expected};

/// What is known of a service without asking it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'known> {
    pub stack: &'known str,
    pub service: &'known str,
    pub image: &'known str,
    /// The TCP ports of its containers that are published.
    pub published: &'known [u16],
    /// `POSTGRES_USER`, where it is set.
    pub database_user: Option<&'known str>,
}

/// Ports that are web servers' by custom.
const WEB: [u16; 6] = [80, 3000, 5000, 8000, 8080, 9090];

/// Every one asks each replica: nothing in front of them is named that could be asked instead.
pub fn derived(known: Known<'_>) -> Vec<CheckSpec> {
    let of_image = of_image(known);
    let kinds = if of_image.is_empty() {
        let mut ports = known.published.to_vec();
        ports.sort_unstable();
        ports.dedup();
        ports.into_iter().map(|port| of_port(known.service, port)).collect()
    } else {
        of_image
    };
    let spec = |kind: CheckKind| {
        let id =
            CheckId { stack: known.stack.to_owned(), service: known.service.to_owned(), name: kind.label() };
        CheckSpec::new(id, kind)
    };
    kinds.into_iter().map(spec).collect()
}

fn of_image(known: Known<'_>) -> Vec<CheckKind> {
    let host = || known.service.to_owned();
    let page = |port: u16, path: &str| CheckKind::Http {
        url: format!("http://{}:{port}{path}", known.service),
        expect: Expected::default(),
    };
    match name(known.image) {
        "postgres" | "postgis" | "pgvector" | "timescaledb" => vec![CheckKind::Postgres {
            host: host(),
            port: 5432,
            user: known.database_user.map(str::to_owned),
        }],
        "redis" | "valkey" | "redis-stack-server" => vec![CheckKind::Redis { host: host(), port: 6379 }],
        "grafana" => vec![page(3000, "/api/health")],
        "prometheus" => vec![page(9090, "/-/healthy")],
        "minio" => vec![page(9000, "/minio/health/live")],
        "vllm-openai" => vec![
            page(8000, "/health"),
            CheckKind::LlmProgress { url: format!("http://{}:8000/metrics", known.service) },
        ],
        _ => Vec::new(),
    }
}

fn of_port(service: &str, port: u16) -> CheckKind {
    match port {
        5432 => CheckKind::Postgres { host: service.to_owned(), port, user: None },
        6379 => CheckKind::Redis { host: service.to_owned(), port },
        port if WEB.contains(&port) => CheckKind::Http {
            url: format!("http://{service}:{port}/"),
            expect: Expected { any_answer: true, ..Expected::default() },
        },
        port => CheckKind::Tcp { host: service.to_owned(), port },
    }
}

/// `postgres` of `registry:5000/library/postgres:15-alpine@sha256:…`.
fn name(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or_default();
    let name = image.rsplit('/').next().unwrap_or_default();
    name.split(':').next().unwrap_or_default()
}
