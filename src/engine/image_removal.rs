//! Removing an image.

use super::connect::Engine;
use super::raw::segment;
use crate::domain::Fault;
use hyper::Method;
use std::time::Duration;

/// Deleting layers is deleting files.
const LIMIT: Duration = Duration::from_mins(5);

impl Engine {
    /// Takes the name away and, when it was the last one, the image with it. Nothing that a container uses goes.
    pub async fn remove_image(&self, reference: &str) -> Result<(), Fault> {
        let encoded: Vec<_> = reference.split('/').map(segment).collect();
        let path = format!("/images/{}", encoded.join("/"));
        self.json(&Method::DELETE, &path, None, "remove image", reference, LIMIT).await.map(drop)
    }
}
