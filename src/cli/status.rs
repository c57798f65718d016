//! `status`: all stacks and their services at a glance.

use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::ps::{order, ports, tone};
use super::stacks::all;
use super::table::Table;
use crate::compose::{self, Project};
use crate::domain::{Container, Drift, Fault, Safe};
use crate::engine::Engine;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Serialize)]
struct StackStatus {
    stack: String,
    title: Option<Safe>,
    services: BTreeMap<String, ServiceStatus>,
    /// Why its file could not be read.
    error: Option<Fault>,
}

#[derive(Debug, Default, Serialize)]
struct ServiceStatus {
    /// What the file asks for; unknown without a file.
    wanted: Option<u32>,
    running: usize,
    /// Whether its containers are what the files say; absent where there is none.
    drift: Option<Drift>,
    containers: Vec<Container>,
}

pub async fn run(context: &Context, output: Output) -> Result<u8, Fault> {
    let engine = context.engine().await?;
    let containers = engine.containers(None).await?;
    let mut stacks: BTreeMap<String, StackStatus> = BTreeMap::new();
    let mut projects: BTreeMap<String, Project> = BTreeMap::new();
    for listed in all(context) {
        if let Some(project) = listed.project {
            projects.insert(project.name.clone(), project);
        }
        let (name, title, services, error) = match listed.file {
            Ok(file) => {
                let services = file.services.into_iter().map(|service| {
                    (
                        service.name,
                        ServiceStatus { wanted: Some(service.replicas), ..ServiceStatus::default() },
                    )
                });
                (file.reference.project, file.title, services.collect(), None)
            }
            Err(faults) => (listed.name, None, BTreeMap::new(), Some(Fault::merged(faults))),
        };
        stacks.insert(name.clone(), StackStatus { stack: name, title, services, error });
    }
    let mut without = Vec::new();
    for container in containers {
        let Some(labels) = container.compose.clone().filter(|labels| !labels.oneoff) else {
            without.push(container);
            continue;
        };
        let stack = stacks.entry(labels.project.clone()).or_insert_with(|| StackStatus {
            stack: labels.project,
            title: None,
            services: BTreeMap::new(),
            error: None,
        });
        let service = stack.services.entry(labels.service).or_default();
        service.running += usize::from(container.is_running());
        service.containers.push(container);
    }
    tell_drift(&engine, &mut stacks, &projects).await?;
    if output.json {
        let stacks: Vec<_> = stacks.into_values().collect();
        return print_json(&serde_json::json!({ "stacks": stacks, "containers": without })).map(|()| 0);
    }
    print(&mut stacks, &mut without, output).map(|()| 0)
}

/// Holds every service's containers against the files.
async fn tell_drift(
    engine: &Engine,
    stacks: &mut BTreeMap<String, StackStatus>,
    projects: &BTreeMap<String, Project>,
) -> Result<(), Fault> {
    let mut references = BTreeSet::new();
    for (name, stack) in &*stacks {
        if let Some(project) = projects.get(name) {
            references.extend(compose::references(project, &stack.containers()));
        }
    }
    let images = compose::present_images(engine, references).await?;
    for (name, stack) in stacks {
        let mut drifts = compose::drift(projects.get(name), &stack.containers(), &images);
        for (service, status) in &mut stack.services {
            status.drift = drifts.remove(service);
        }
    }
    Ok(())
}

impl StackStatus {
    fn containers(&self) -> Vec<&Container> {
        self.services.values().flat_map(|service| &service.containers).collect()
    }
}

fn print(
    stacks: &mut BTreeMap<String, StackStatus>,
    without: &mut [Container],
    output: Output,
) -> Result<(), Fault> {
    let mut table =
        Table::new(&["STACK", "SERVICE", "RUNS", "DRIFT", "STATUS", "PORTS"], "no stacks and no containers");
    for stack in stacks.values_mut() {
        if let Some(fault) = &stack.error {
            let cells = [
                (Tone::Plain, stack.stack.clone()),
                (Tone::Plain, String::new()),
                (Tone::Plain, String::new()),
                (Tone::Plain, String::new()),
            ];
            table.row(cells.into_iter().chain([(Tone::Bad, fault.to_string())]).collect());
        }
        for (name, service) in &mut stack.services {
            service.containers.sort_by_key(order);
            // The container that is worst off speaks for its service.
            let worst = service.containers.iter().max_by_key(|container| severity(tone(container)));
            let wanted = service.wanted.map_or_else(|| "–".to_owned(), |wanted| wanted.to_string());
            let whole = service.wanted.is_none_or(|wanted| service.running == wanted as usize);
            table.row(vec![
                (Tone::Plain, stack.stack.clone()),
                (Tone::Plain, name.clone()),
                (if whole { Tone::Plain } else { Tone::Warning }, format!("{}/{wanted}", service.running)),
                service.drift.map_or((Tone::Plain, String::new()), |drift| {
                    (drift_tone(drift), drift.word().to_owned())
                }),
                worst.map_or((Tone::Dim, "not deployed".to_owned()), |worst| {
                    (tone(worst), worst.status.to_string())
                }),
                (Tone::Plain, worst.map(|worst| ports(&worst.ports)).unwrap_or_default()),
            ]);
        }
    }
    without.sort_by_key(order);
    for container in without.iter() {
        table.row(vec![
            (Tone::Dim, "–".to_owned()),
            (Tone::Plain, container.name.to_string()),
            (Tone::Plain, String::new()),
            (Tone::Plain, String::new()),
            (tone(container), container.status.to_string()),
            (Tone::Plain, ports(&container.ports)),
        ]);
    }
    table.print(output)
}

fn drift_tone(drift: Drift) -> Tone {
    match drift {
        Drift::InSync | Drift::Unknown => Tone::Dim,
        Drift::ImageNewer | Drift::Changed | Drift::Orphan => Tone::Warning,
    }
}

fn severity(tone: Tone) -> u8 {
    match tone {
        Tone::Plain | Tone::Good => 0,
        Tone::Dim => 1,
        Tone::Warning => 2,
        Tone::Bad => 3,
    }
}
