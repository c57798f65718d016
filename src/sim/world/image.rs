//! Images. None can be pulled: what the script names is all there is.

use super::{Refusal, World};
use crate::sim::clock::Moment;
use crate::sim::scenario::spec;
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub struct Image {
    pub id: String,
    pub created: Moment,
    pub spec: spec::Image,
    /// The build that had the references before, and until when.
    pub before: Option<(String, Moment)>,
}

/// `nginx` means `nginx:latest`; `docker.io/library/nginx` means `nginx`.
pub fn canonical(reference: &str) -> String {
    let reference = reference.strip_prefix("docker.io/").unwrap_or(reference);
    let reference = reference.strip_prefix("library/").unwrap_or(reference);
    let last = reference.rsplit('/').next().unwrap_or(reference);
    if last.contains(':') || reference.contains('@') {
        reference.to_owned()
    } else {
        format!("{reference}:latest")
    }
}

impl Image {
    fn environment(&self) -> Vec<String> {
        let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned();
        std::iter::once(path).chain(self.spec.environment.iter().cloned()).collect()
    }

    /// The image's own part of a container's configuration.
    pub fn config(&self) -> Value {
        let listed = |words: &[String]| if words.is_empty() { Value::Null } else { json!(words) };
        let keyed = |keys: &[String]| -> Value {
            if keys.is_empty() {
                return Value::Null;
            }
            keys.iter().map(|key| (key.clone(), json!({}))).collect::<serde_json::Map<_, _>>().into()
        };
        json!({
            "Hostname": "",
            "Domainname": "",
            "User": "",
            "AttachStdin": false,
            "AttachStdout": false,
            "AttachStderr": false,
            "ExposedPorts": keyed(&self.spec.ports),
            "Tty": false,
            "OpenStdin": false,
            "StdinOnce": false,
            "Env": self.environment(),
            "Cmd": listed(&self.spec.command),
            "Image": "",
            "Volumes": keyed(&self.spec.volumes),
            "WorkingDir": "",
            "Entrypoint": listed(&self.spec.entrypoint),
            "OnBuild": null,
            "Labels": null,
        })
    }

    fn digests(&self) -> Vec<String> {
        let names = self.spec.tags.iter().filter_map(|tag| tag.rsplit_once(':').map(|(name, _)| name));
        names.map(|name| format!("{name}@{}", self.id)).collect()
    }

    pub fn summary(&self, containers: i64) -> Value {
        json!({
            "Containers": containers,
            "Created": self.created.seconds(),
            "Id": self.id,
            "Labels": null,
            "ParentId": "",
            "RepoDigests": self.digests(),
            "RepoTags": self.spec.tags,
            "SharedSize": -1,
            "Size": self.spec.size.0,
            "VirtualSize": self.spec.size.0,
        })
    }

    pub fn json(&self) -> Value {
        json!({
            "Id": self.id,
            "RepoTags": self.spec.tags,
            "RepoDigests": self.digests(),
            "Parent": "",
            "Comment": "",
            "Created": self.created.rfc3339(),
            "DockerVersion": "",
            "Author": "",
            "Config": self.config(),
            "Architecture": "amd64",
            "Os": "linux",
            "Size": self.spec.size.0,
            "VirtualSize": self.spec.size.0,
            "GraphDriver": { "Data": null, "Name": "overlay2" },
            "RootFS": { "Type": "layers", "Layers": [self.id] },
            "Metadata": { "LastTagTime": self.created.rfc3339() },
        })
    }
}

impl World {
    pub fn image(&self, reference: &str) -> Option<&Image> {
        let wanted = canonical(reference);
        let digits = reference.strip_prefix("sha256:").unwrap_or(reference);
        self.images.iter().find(|image| {
            image.spec.tags.iter().any(|tag| canonical(tag) == wanted)
                || image.id == reference
                || (digits.len() >= 4
                    && image.id.strip_prefix("sha256:").is_some_and(|known| known.starts_with(digits)))
                || reference.split_once('@').is_some_and(|(_, digest)| digest == image.id)
        })
    }

    /// The image that the reference stood for at a moment of the past.
    pub fn image_at(&self, reference: &str, then: Moment) -> Option<&Image> {
        let image = self.image(reference)?;
        match &image.before {
            Some((older, until)) if then < *until => self.image(older),
            Some(_) | None => Some(image),
        }
    }

    pub fn image_or_refusal(&self, reference: &str) -> Result<&Image, Refusal> {
        self.image(reference)
            .ok_or_else(|| Refusal::missing(format!("No such image: {}", canonical(reference))))
    }
}
