//! Whether what runs is what the files say: told anew when the files, the containers or the images change, and only then.

use super::fleet::Known;
use super::stacks::Projects;
use crate::app::Msg;
use crate::compose::{self, PresentImages};
use crate::domain::{Container, Drift, Safe};
use crate::runtime::effects::Context;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// A burst of changes is one.
const APART: Duration = Duration::from_millis(250);

/// By project and service.
pub type Drifts = BTreeMap<(String, String), Drift>;

pub async fn run(
    mut projects: watch::Receiver<Option<Projects>>,
    known: Known,
    context: Context,
    facts: mpsc::Sender<Msg>,
) {
    let mut changes = known.changes();
    let mut image_changes = known.image_changes();
    let mut images = PresentImages::new();
    let mut told = None;
    loop {
        if image_changes.has_changed().unwrap_or(false) {
            image_changes.mark_unchanged();
            images.clear();
        }
        changes.mark_unchanged();
        let read = projects.borrow_and_update().clone();
        if let Some(projects) = read {
            let containers: Vec<Container> = known.fleet().containers.values().cloned().collect();
            ask(&context, &projects, &containers, &mut images).await;
            let drifts = of_all(&projects, &containers, &images);
            if told.as_ref() != Some(&drifts) {
                if facts.send(Msg::Drift(drifts.clone())).await.is_err() {
                    return;
                }
                told = Some(drifts);
            }
        }
        tokio::time::sleep(APART).await;
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            changed = image_changes.changed() => {
                if changed.is_err() {
                    return;
                }
                image_changes.mark_changed();
            }
            changed = projects.changed() => if changed.is_err() { return },
            () = facts.closed() => return,
        }
    }
}

/// Asks for the images that are not known yet. What is not answered stays unknown until the next change.
async fn ask(context: &Context, projects: &Projects, containers: &[Container], images: &mut PresentImages) {
    let references = projects.values().flat_map(|project| {
        compose::references(project, containers.iter().filter(|container| is_of(container, &project.name)))
    });
    let missing: BTreeSet<String> = references.filter(|reference| !images.contains_key(reference)).collect();
    if missing.is_empty() {
        return;
    }
    let asked = async { compose::present_images(&context.engine().await?, missing).await };
    match asked.await {
        Ok(present) => images.extend(present),
        Err(fault) => log::info!("{}", Safe::new(fault.to_string())),
    }
}

fn of_all(projects: &Projects, containers: &[Container], images: &PresentImages) -> Drifts {
    let labels = containers.iter().filter_map(|container| container.compose.as_ref());
    let names: BTreeSet<&str> = labels.map(|labels| labels.project.as_str()).collect();
    let mut drifts = Drifts::new();
    for name in names {
        let project = projects.get(name).map(AsRef::as_ref);
        let own = containers.iter().filter(|container| is_of(container, name));
        let found = compose::drift(project, own, images);
        drifts.extend(found.into_iter().map(|(service, drift)| ((name.to_owned(), service), drift)));
    }
    drifts
}

fn is_of(container: &Container, project: &str) -> bool {
    container.compose.as_ref().is_some_and(|labels| labels.project == project)
}
