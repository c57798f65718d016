//! Names for images that are there.

use super::connect::{CALL_LIMIT, Engine};
use super::raw::segment;
use crate::domain::Fault;
use hyper::Method;

impl Engine {
    /// The image, by its id or a name of it, gets the name as well; where that has led elsewhere, it does no more.
    pub async fn tag_image(&self, image: &str, reference: &str) -> Result<(), Fault> {
        let (repository, tag) = split(reference);
        let encoded: Vec<_> = image.split('/').map(segment).collect();
        let path =
            format!("/images/{}/tag?repo={}&tag={}", encoded.join("/"), segment(repository), segment(tag));
        self.json(&Method::POST, &path, None, "tag image", reference, CALL_LIMIT).await.map(drop)
    }
}

/// The repository and the tag; a colon before the last slash is a registry's port.
fn split(reference: &str) -> (&str, &str) {
    match reference.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        Some(_) | None => (reference, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn the_port_of_a_registry_is_no_tag() {
        assert_eq!(split("app"), ("app", "latest"));
        assert_eq!(split("app:1.2"), ("app", "1.2"));
        assert_eq!(split("localhost:5000/app"), ("localhost:5000/app", "latest"));
        assert_eq!(split("localhost:5000/app:1"), ("localhost:5000/app", "1"));
    }
}
