//! What a pull or a push is at, layer by layer.

use indexmap::IndexMap;
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerPhase {
    Waiting,
    Retrying,
    /// Downloaded, or uploaded.
    Transferring,
    Verifying,
    Transferred,
    Extracting,
    Complete,
    /// It was there before.
    Present,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    pub phase: LayerPhase,
    /// Bytes that went over the wire, and all that will; unknown until the transfer begins.
    pub done: Option<u64>,
    pub total: Option<u64>,
}

/// All layers in the order in which the daemon named them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transfer {
    layers: IndexMap<String, Layer>,
    over: bool,
    retried: bool,
}

impl Transfer {
    pub fn layers(&self) -> impl Iterator<Item = (&str, &Layer)> {
        self.layers.iter().map(|(id, layer)| (id.as_str(), layer))
    }

    /// Bytes that are there, of those that are known to come; `None` before any are.
    pub fn bytes(&self) -> Option<(u64, u64)> {
        let known = self.layers.values().filter_map(|layer| layer.total.map(|total| (layer, total)));
        known.fold(None, |sum, (layer, total)| {
            let (done, all) = sum.unwrap_or((0, 0));
            Some((done + layer.done.unwrap_or(0).min(total), all + total))
        })
    }

    /// Layers that are ready, and layers in all.
    pub fn ready(&self) -> (usize, usize) {
        let ready = self
            .layers
            .values()
            .filter(|layer| matches!(layer.phase, LayerPhase::Complete | LayerPhase::Present));
        (ready.count(), self.layers.len())
    }

    /// `3 of 5 layers, extracting`
    pub fn words(&self) -> String {
        let (ready, all) = self.ready();
        if all == 0 {
            return "asking the registry".to_owned();
        }
        let any = |phase| self.layers.values().any(|layer| layer.phase == phase);
        let doing = [
            (LayerPhase::Retrying, ", trying again"),
            (LayerPhase::Transferring, ""),
            (LayerPhase::Extracting, ", extracting"),
            (LayerPhase::Verifying, ", verifying"),
        ];
        let doing = doing.iter().find(|(phase, _)| any(*phase)).map_or("", |(_, words)| words);
        format!("{ready} of {all} {}{doing}", if all == 1 { "layer" } else { "layers" })
    }

    /// Whether the daemon has said that all is done.
    pub(in crate::engine) fn is_over(&self) -> bool {
        self.over
    }

    /// Whether any layer had to be asked for again.
    pub(in crate::engine) fn was_retried(&self) -> bool {
        self.retried
    }

    /// Takes a message in; whether it changed anything.
    pub(in crate::engine) fn take(&mut self, message: &Value) -> bool {
        let text = |key: &str| message.get(key).and_then(Value::as_str);
        let Some(status) = text("status") else {
            // A push ends with the digest of what it pushed.
            self.over |= message.pointer("/aux/Digest").is_some();
            return false;
        };
        if status.starts_with("Status: ") {
            self.over = true;
            return false;
        }
        let (Some(id), Some(phase)) = (text("id"), phase(status)) else { return false };
        let number = |key: &str| message.pointer(&format!("/progressDetail/{key}")).and_then(Value::as_u64);
        let (current, total) = (number("current"), number("total").filter(|total| *total > 0));
        let layer = self.layers.entry(id.to_owned()).or_insert(Layer { phase, done: None, total: None });
        let before = layer.clone();
        layer.phase = phase;
        self.retried |= phase == LayerPhase::Retrying;
        match phase {
            LayerPhase::Transferring => {
                layer.done = current.or(layer.done);
                layer.total = total.or(layer.total);
            }
            LayerPhase::Verifying
            | LayerPhase::Transferred
            | LayerPhase::Extracting
            | LayerPhase::Complete => layer.done = layer.total,
            LayerPhase::Waiting | LayerPhase::Retrying | LayerPhase::Present => {}
        }
        *layer != before || layer.phase == LayerPhase::Waiting
    }
}

/// The daemon's words; those of anything else are no layer's.
fn phase(status: &str) -> Option<LayerPhase> {
    Some(match status {
        "Pulling fs layer" | "Waiting" | "Preparing" => LayerPhase::Waiting,
        "Downloading" | "Pushing" => LayerPhase::Transferring,
        "Verifying Checksum" => LayerPhase::Verifying,
        "Download complete" => LayerPhase::Transferred,
        "Extracting" => LayerPhase::Extracting,
        "Pull complete" | "Pushed" => LayerPhase::Complete,
        "Already exists" | "Layer already exists" => LayerPhase::Present,
        other if other.starts_with("Retrying in") => LayerPhase::Retrying,
        other if other.starts_with("Mounted from") => LayerPhase::Present,
        _ => return None,
    })
}
