//! `devices` of a service.

use super::scalars::{scalar, string};
use crate::compose::file::service::Device;
use crate::domain::yaml::{Reader, Value};
use indexmap::IndexMap;

pub fn devices(reader: &Reader<'_>) -> Vec<Device> {
    let mut devices: IndexMap<String, Device> = IndexMap::new();
    for item in reader.list() {
        let device = if let Value::Mapping(_) = item.node().value {
            item.only(&["source", "target", "permissions"]);
            let text = |key: &str| item.get(key).and_then(|value| scalar(&value)).unwrap_or_default();
            (text("source"), text("target"), text("permissions"))
        } else {
            let Some(text) = string(&item) else { continue };
            if text.matches(':').count() > 2 {
                item.expected("SOURCE[:TARGET[:PERMISSIONS]]");
                continue;
            }
            let mut parts = text.splitn(3, ':').map(str::to_owned);
            let mut next = || parts.next().unwrap_or_default();
            (next(), next(), next())
        };
        let (source, mut target, mut permissions) = device;
        if source.is_empty() {
            item.expected("a device such as /dev/kvm");
            continue;
        }
        // `/dev/kvm:rwm` has permissions in the second place.
        if permissions.is_empty()
            && !target.is_empty()
            && target.chars().all(|c| matches!(c, 'r' | 'w' | 'm'))
        {
            permissions = std::mem::take(&mut target);
        }
        if target.is_empty() {
            target.clone_from(&source);
        }
        if permissions.is_empty() {
            "rwm".clone_into(&mut permissions);
        }
        let device = Device { source, target, permissions };
        // A later file may give the container another device under the same name.
        devices.insert(device.target.clone(), device);
    }
    devices.into_values().collect()
}
