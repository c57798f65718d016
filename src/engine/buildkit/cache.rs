//! `cache_from` and `cache_to`: an image's name, or `type=…,key=value`.

use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    pub kind: String,
    pub attributes: BTreeMap<String, String>,
}

impl Cache {
    pub fn parse(text: &str) -> Self {
        if !text.contains('=') {
            let attributes = BTreeMap::from([("ref".to_owned(), text.to_owned())]);
            return Self { kind: "registry".to_owned(), attributes };
        }
        let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
        let mut attributes: BTreeMap<String, String> =
            pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect();
        let kind = attributes.remove("type").unwrap_or_else(|| "registry".to_owned());
        Self { kind, attributes }
    }

    /// The image whose layers it is, if nothing more is said of it.
    pub fn plain(&self) -> Option<&str> {
        let reference = self.attributes.get("ref")?;
        (self.kind == "registry" && self.attributes.len() == 1).then_some(reference)
    }
}
