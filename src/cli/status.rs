//! `status`: all stacks and their services at a glance.

use super::context::Context;
use super::output::{Output, Tone, print_json};
use super::ps::{order, ports, tone};
use super::stack::choose;
use super::stacks::{Listed, all};
use super::table::Table;
use crate::compose::{self, Project};
use crate::domain::{Container, Drift, Fault, Safe, StackOrigin};
use crate::engine::Engine;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Serialize)]
struct StackStatus {
    stack: String,
    title: Option<Safe>,
    /// Where its files were found; absent for what is known by its containers only.
    origin: Option<StackOrigin>,
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
    let mut containers = engine.fleet().await?;
    let (listed, only) = meant(context, &containers).await?;
    if let Some(project) = &only {
        containers
            .retain(|container| container.compose.as_ref().is_some_and(|labels| labels.project == *project));
    }
    let mut stacks: BTreeMap<String, StackStatus> = BTreeMap::new();
    let mut projects: BTreeMap<String, Project> = BTreeMap::new();
    for listed in listed {
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
        let origin = Some(listed.origin);
        stacks.insert(name.clone(), StackStatus { stack: name, title, origin, services, error });
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
            origin: None,
            services: BTreeMap::new(),
            error: None,
        });
        let service = stack.services.entry(labels.service).or_default();
        service.running += usize::from(container.state.serves());
        service.containers.push(container);
    }
    tell_drift(&engine, &mut stacks, &projects).await?;
    if output.json {
        let stacks: Vec<_> = stacks.into_values().collect();
        return print_json(&serde_json::json!({ "stacks": stacks, "containers": without })).map(|()| 0);
    }
    // What comes with the program and was never deployed is no news, unless it was asked for.
    let (idle, mut shown): (BTreeMap<_, _>, BTreeMap<_, _>) =
        stacks.into_iter().partition(|(_, stack)| only.is_none() && stack.is_only_offered());
    print(&mut shown, &mut without, output)?;
    if !idle.is_empty() {
        let names: Vec<&str> = idle.keys().map(String::as_str).collect();
        output.toned(&[
            (Tone::Dim, "built in and not deployed: "),
            (Tone::Plain, &names.join(", ")),
            (Tone::Dim, "; `mcp-tui stacks` tells more"),
        ])?;
    }
    Ok(0)
}

/// The stacks that are meant, and the project when it is only one.
async fn meant(context: &Context, containers: &[Container]) -> Result<(Vec<Listed>, Option<String>), Fault> {
    let global = &context.global;
    if global.stack.is_none() && global.project.is_none() && global.files.is_empty() {
        return Ok((all(context, containers), None));
    }
    // A project's name alone means that project wherever its files are, and not the files that happen to be here.
    if let (None, true, Some(name)) = (&global.stack, global.files.is_empty(), &global.project) {
        let mut listed = all(context, containers);
        listed
            .retain(|stack| stack.file.as_ref().map_or(&stack.name, |file| &file.reference.project) == name);
        if !listed.is_empty() {
            return Ok((listed, Some(name.clone())));
        }
    }
    let chosen = choose(context).await?;
    let project = chosen.reference.project.clone();
    Ok((vec![Listed::of(project.clone(), chosen)], Some(project)))
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
    fn is_only_offered(&self) -> bool {
        self.origin == Some(StackOrigin::BuiltIn)
            && self.services.values().all(|service| service.containers.is_empty())
    }

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
        for (fault, _) in stack.error.iter().flat_map(Fault::each) {
            let cells = [
                (Tone::Plain, stack.stack.clone()),
                (Tone::Plain, String::new()),
                (Tone::Plain, String::new()),
                (Tone::Plain, String::new()),
            ];
            table.row(cells.into_iter().chain([(Tone::Bad, fault.sentence())]).collect());
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
