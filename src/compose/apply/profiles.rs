//! Seccomp profiles: the Engine takes their contents, the files name paths. All are read before the first step, so that
//! a profile that is not there is said while nothing has been changed.

use crate::compose::body::Creation;
use crate::compose::plan::Action;
use crate::domain::{Fault, FaultKind};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The compact contents by path.
pub(super) struct Profiles(BTreeMap<String, String>);

impl Profiles {
    pub fn read(actions: &[Action]) -> Result<Self, Fault> {
        Self::of(actions.iter().filter_map(|action| {
            let (Action::Create(creation) | Action::Recreate { creation, .. }) = action else { return None };
            Some(&**creation)
        }))
    }

    pub fn of<'plan>(creations: impl IntoIterator<Item = &'plan Creation>) -> Result<Self, Fault> {
        let mut profiles = BTreeMap::new();
        for creation in creations {
            for path in options(&creation.body).filter_map(path) {
                if !profiles.contains_key(path) {
                    profiles.insert(path.to_owned(), contents(path)?);
                }
            }
        }
        Ok(Self(profiles))
    }

    /// The body with the profiles in the place of their paths.
    pub fn put_into(&self, body: &Value) -> Value {
        let mut body = body.clone();
        if let Some(options) = body.pointer_mut("/HostConfig/SecurityOpt").and_then(Value::as_array_mut) {
            for option in options {
                let profile = option.as_str().and_then(path).and_then(|path| self.0.get(path));
                if let Some(profile) = profile {
                    *option = json!(format!("seccomp={profile}"));
                }
            }
        }
        body
    }
}

fn options(body: &Value) -> impl Iterator<Item = &str> {
    let options = body.pointer("/HostConfig/SecurityOpt").and_then(Value::as_array);
    options.into_iter().flatten().filter_map(Value::as_str)
}

fn path(option: &str) -> Option<&str> {
    option.strip_prefix("seccomp=").filter(|profile| profile.starts_with('/'))
}

fn contents(path: &str) -> Result<String, Fault> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Fault::io("read seccomp profile", path, &error).hint("correct its path under `security_opt`")
    })?;
    let profile: Value = serde_json::from_str(&text).map_err(|error| {
        Fault::new(FaultKind::Invalid, "read seccomp profile", path).because(error.to_string())
    })?;
    Ok(profile.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_stands_in_the_place_of_its_path() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("profile.json");
        std::fs::write(&file, "{ \"defaultAction\": \"SCMP_ACT_ALLOW\" }").unwrap();
        let file = file.to_str().unwrap();
        let profiles = Profiles([(file.to_owned(), contents(file).unwrap())].into());
        let body = json!({ "HostConfig": { "SecurityOpt": [format!("seccomp={file}"), "label:disable"] } });
        let options = ["seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\"}", "label:disable"];
        assert_eq!(profiles.put_into(&body)["HostConfig"]["SecurityOpt"], json!(options));
        assert!(contents("/nowhere/profile.json").unwrap_err().to_string().contains("/nowhere/profile.json"));
    }
}
