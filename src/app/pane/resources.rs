//! Pane 8: images, volumes and networks.

use super::List;
use crate::app::store::resources::ResourceStore;
use crate::domain::resources::Resources;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceKey {
    /// By id.
    Image(String),
    /// By name.
    Volume(String),
    /// By id.
    Network(String),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourcesPane {
    /// Images, then volumes, then networks.
    pub list: List<ResourceKey>,
}

impl ResourcesPane {
    pub fn refresh(&mut self, store: &ResourceStore) -> bool {
        let pattern = self.list.filter.clone();
        let shows = |text: &str| pattern.as_ref().is_none_or(|pattern| pattern.matches(text));
        let empty = Resources::default();
        let resources = store.resources().unwrap_or(&empty);
        let images = resources
            .images
            .iter()
            .filter(|image| shows(&image.id) || image.tags.iter().any(|tag| shows(tag)));
        let volumes = resources.volumes.iter().filter(|volume| shows(&volume.name));
        let networks = resources.networks.iter().filter(|network| shows(&network.name));
        let keys = images
            .map(|image| ResourceKey::Image(image.id.clone()))
            .chain(volumes.map(|volume| ResourceKey::Volume(volume.name.to_string())))
            .chain(networks.map(|network| ResourceKey::Network(network.id.clone())))
            .collect();
        self.list.set(keys)
    }
}
