//! Images to registries.

use super::connect::Engine;
use super::pull::{Transfer, explained};
use super::raw::segment;
use super::reference::Reference;
use crate::domain::Fault;

impl Engine {
    /// Pushes one tag of an image.
    pub async fn push(&self, image: &str, mut progress: impl FnMut(&Transfer)) -> Result<(), Fault> {
        let reference = Reference::parse(image)?;
        let name: Vec<_> = reference.name.split('/').map(segment).collect();
        let path = format!("/images/{}/push?tag={}", name.join("/"), segment(&reference.tag));
        let mut header = self.credentials.for_server(&reference.server).await;
        // Without the header a daemon does not even ask the registry.
        let without = header.value.is_none();
        if without {
            header.value = Some("e30=".to_owned());
        }
        let result = self.transfer(&path, "push image", image, &header, &mut progress).await;
        if without {
            header.value = None;
        }
        result.map(drop).map_err(|fault| explained(fault, &reference.server, header))
    }
}
