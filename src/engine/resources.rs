//! Images, and the overview of all that containers are made of.

use super::connect::{CALL_LIMIT, Engine};
use super::raw::segment;
use crate::domain::resources::{Image, Resources};
use crate::domain::{Fault, FaultKind, Safe};
use bollard::models::ImageSummary;
use bollard::query_parameters::ListImagesOptions;
use hyper::Method;
use jiff::Timestamp;
use serde_json::Value;

impl Engine {
    pub async fn images(&self) -> Result<Vec<Image>, Fault> {
        let request = self.docker.list_images(None::<ListImagesOptions>);
        let list = self.call("list images", "", CALL_LIMIT, request).await?;
        Ok(list.into_iter().map(listed).collect())
    }

    /// The image behind a reference or id, with the volumes it declares.
    pub async fn image(&self, reference: &str) -> Result<Option<Image>, Fault> {
        match self.image_json(reference).await {
            Ok(answer) => Ok(Some(inspected(&answer))),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// What the daemon says of an image, whole.
    pub async fn image_json(&self, reference: &str) -> Result<Value, Fault> {
        let encoded: Vec<_> = reference.split('/').map(segment).collect();
        let path = format!("/images/{}/json", encoded.join("/"));
        self.json(&Method::GET, &path, None, "inspect image", reference, CALL_LIMIT).await
    }

    pub async fn resources(&self) -> Result<Resources, Fault> {
        let (images, volumes, networks) = tokio::try_join!(self.images(), self.volumes(), self.networks())?;
        Ok(Resources { images, volumes, networks })
    }
}

fn listed(image: ImageSummary) -> Image {
    Image {
        id: image.id,
        tags: image.repo_tags.iter().filter(|tag| tag.as_str() != "<none>:<none>").map(Safe::new).collect(),
        size_bytes: u64::try_from(image.size).unwrap_or_default(),
        created: Timestamp::from_second(image.created).ok(),
        tagged: None,
        volumes: Vec::new(),
    }
}

fn inspected(answer: &Value) -> Image {
    let text = |key: &str| answer.get(key).and_then(Value::as_str);
    let volumes = answer.pointer("/Config/Volumes").and_then(Value::as_object);
    Image {
        id: text("Id").unwrap_or_default().to_owned(),
        tags: answer
            .get("RepoTags")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(Safe::new)
            .collect(),
        size_bytes: answer.get("Size").and_then(Value::as_u64).unwrap_or_default(),
        created: text("Created").and_then(|time| time.parse().ok()),
        tagged: answer
            .pointer("/Metadata/LastTagTime")
            .and_then(Value::as_str)
            .and_then(|time| time.parse::<Timestamp>().ok())
            .filter(|time| time.as_second() > 0),
        volumes: volumes.map(|volumes| volumes.keys().cloned().collect()).unwrap_or_default(),
    }
}
