//! Which images the references of a project stand for on this server.

use super::PresentImages;
use crate::domain::Fault;
use crate::engine::Engine;
use futures_util::StreamExt;
use std::collections::BTreeSet;

/// How many images are inspected at a time.
const ASKED_AT_ONCE: usize = 4;

/// Asks the daemon. The first refusal ends it: what is not known must not look like an image that is gone.
pub async fn present_images(engine: &Engine, references: BTreeSet<String>) -> Result<PresentImages, Fault> {
    let mut answers = futures_util::stream::iter(references)
        .map(|reference| async move { (engine.image(&reference).await, reference) })
        .buffer_unordered(ASKED_AT_ONCE);
    let mut images = PresentImages::new();
    while let Some((answer, reference)) = answers.next().await {
        images.insert(reference, answer?.map(|image| image.id));
    }
    Ok(images)
}
