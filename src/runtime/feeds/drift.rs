//! Whether what runs is what the files say: told anew when the files, the containers or the images change, and only then.

use super::deployed::Deployed;
use super::fleet::Known;
use super::stacks::Projects;
use crate::app::Msg;
use crate::compose::{self, PresentImages, Project};
use crate::domain::{Container, Drift, Safe};
use crate::runtime::effects::Context;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
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
    let mut fleet = known.changes();
    let mut image_events = known.image_changes();
    let mut images = PresentImages::new();
    let mut deployed = Deployed::default();
    // What the last answer was made of, and the answer.
    let mut made_of = None;
    let mut told = None;
    loop {
        let mut stale = made_of.is_none();
        if image_events.has_changed().unwrap_or(false) {
            image_events.mark_unchanged();
            images.clear();
            stale = true;
        }
        if projects.has_changed().unwrap_or(false) {
            deployed.forget();
            stale = true;
        }
        fleet.mark_unchanged();
        let read = projects.borrow_and_update().clone();
        let containers: Vec<Container> = known.fleet().containers.values().cloned().collect();
        let labels: Vec<_> =
            containers.iter().map(|container| (container.id.clone(), container.compose.clone())).collect();
        // A container that starts, stops or changes its health drifts nowhere.
        stale |= made_of.as_ref() != Some(&labels);
        if let Some(stacks) = read.filter(|_| stale) {
            let projects = deployed.projects(&stacks, &containers).await;
            let whole = ask(&context, &projects, &containers, &mut images).await;
            made_of = Some(labels).filter(|_| whole);
            let drifts = of_all(&projects, &containers, &images);
            if told.as_ref() != Some(&drifts) {
                if facts.send(Msg::Drift(drifts.clone())).await.is_err() {
                    return;
                }
                told = Some(drifts);
            }
        }
        tokio::time::sleep(APART).await;
        let open = tokio::select! {
            result = fleet.changed() => result.is_ok(),
            result = image_events.changed() => {
                image_events.mark_changed();
                result.is_ok()
            }
            result = projects.changed() => {
                projects.mark_changed();
                result.is_ok()
            }
            () = facts.closed() => false,
        };
        if !open {
            return;
        }
    }
}

/// Asks for the images that are not known yet. What is not answered stays unknown until the next change, whatever that
/// is. Says whether all are known.
async fn ask(
    context: &Context,
    projects: &BTreeMap<String, Arc<Project>>,
    containers: &[Container],
    images: &mut PresentImages,
) -> bool {
    let references =
        projects.values().flat_map(|project| compose::references(project, &of(containers, &project.name)));
    let missing: BTreeSet<String> = references.filter(|reference| !images.contains_key(reference)).collect();
    if missing.is_empty() {
        return true;
    }
    let asked = async { compose::present_images(&context.engine().await?, missing).await };
    match asked.await {
        Ok(present) => {
            images.extend(present);
            true
        }
        Err(fault) => {
            log::info!("{}", Safe::new(fault.to_string()));
            false
        }
    }
}

fn of_all(
    projects: &BTreeMap<String, Arc<Project>>,
    containers: &[Container],
    images: &PresentImages,
) -> Drifts {
    let labels = containers.iter().filter_map(|container| container.compose.as_ref());
    let names: BTreeSet<&str> = labels.map(|labels| labels.project.as_str()).collect();
    let mut drifts = Drifts::new();
    for name in names {
        let project = projects.get(name).map(AsRef::as_ref);
        let found = compose::drift(project, &of(containers, name), images);
        drifts.extend(found.into_iter().map(|(service, drift)| ((name.to_owned(), service), drift)));
    }
    drifts
}

fn of<'list>(containers: &'list [Container], project: &str) -> Vec<&'list Container> {
    let own =
        |container: &&Container| container.compose.as_ref().is_some_and(|labels| labels.project == project);
    containers.iter().filter(own).collect()
}
