//! Takes a backup: all parts, then the papers, then the name.

use super::bundle::Bundle;
use super::dump::dump;
use super::manifest::{Content, Database, Server};
use super::postgres::dumps;
use super::{Manifest, ManifestPart};
use crate::domain::stack::BackupEntry;
use crate::domain::{Container, Fault, FaultKind, StackFile, TaskEvent, units};
use crate::engine::Engine;
use jiff::Timestamp;
use std::path::Path;

/// Everything a backup needs to know.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    pub stack: &'a StackFile,
    /// The stack's containers, inspected.
    pub containers: &'a [Container],
    /// The directory of all backups.
    pub root: &'a Path,
    pub now: Timestamp,
}

/// Reports the steps of [`super::plan`] by their numbers. Between two of them it asks whether to go on.
pub async fn take(
    engine: &Engine,
    order: Order<'_>,
    progress: &mut impl FnMut(TaskEvent),
    cancelled: &impl Fn() -> bool,
) -> Result<BackupEntry, Fault> {
    let Order { stack, containers, root, now } = order;
    let project = &stack.reference.project;
    let dumps = dumps(stack, containers)?;
    let bundle = Bundle::begin(root, project, now)?;
    let mut parts = Vec::new();
    for (step, source) in dumps.iter().enumerate() {
        if cancelled() {
            return Err(Fault::new(FaultKind::Cancelled, "back up", project)
                .because("ended on request; nothing was left behind"));
        }
        progress(TaskEvent::StepStarted { step });
        let taken = dump(engine, source, &bundle, |done| {
            progress(TaskEvent::StepProgress {
                step,
                done: Some(done),
                total: None,
                text: format!("{} written", units::bytes(done)),
            });
        })
        .await;
        progress(TaskEvent::StepFinished { step, fault: taken.as_ref().err().cloned() });
        parts.push(ManifestPart {
            part: taken?,
            raw_bytes: None,
            content: Content::Postgres(Database {
                server: Server {
                    service: source.service.clone(),
                    user: source.user.clone(),
                    image: source.container.image.to_string(),
                    image_id: source.container.image_id.clone(),
                    ..Server::default()
                },
                database: source.database.clone(),
                ..Database::default()
            }),
        });
    }
    let manifest = Manifest::new(bundle.name.clone(), project.clone(), now, parts);
    let entry = bundle.commit(manifest)?;
    let size = units::bytes(entry.size_bytes);
    progress(TaskEvent::Output {
        text: format!("backup {} ({size}) in {}", entry.name, entry.directory.display()),
    });
    Ok(entry)
}
