//! The config hash: by it a later `up` knows whether a container is what the file asks for.
//!
//! It is SHA-256 over the service as `config --format json` prints it, without what does not make the container: how
//! it is built and pulled, and how many there are. What else is left out has changed over the versions of docker
//! compose, so there are several hashes of one service. A container stays as it is when its hash is any of them, and a
//! new one gets that which the tool that made its neighbours would give it.

use super::file::Service;
use super::file::render::{Tree, go_escaped};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Which versions of docker compose compute the hash this way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flavour {
    /// Up to 2.29.2: dependencies and profiles count.
    WithDependencies,
    /// Up to 2.30.1: profiles count.
    WithProfiles,
    /// Up to 2.40: a bind mount says that its host path is created.
    WithHostPaths,
    /// From 5.0 on.
    #[default]
    Current,
}

impl Flavour {
    pub const ALL: [Self; 4] =
        [Self::Current, Self::WithHostPaths, Self::WithProfiles, Self::WithDependencies];

    /// That of a version as the label `com.docker.compose.version` has it; none for the first generation of Compose.
    pub fn of_version(version: &str) -> Option<Self> {
        let mut numbers = version
            .trim_start_matches('v')
            .split(|c: char| !c.is_ascii_digit())
            .map(|number| number.parse::<u64>().unwrap_or(0));
        let version = [(); 3].map(|()| numbers.next().unwrap_or(0));
        match version {
            [0 | 1, ..] => None,
            version if version <= [2, 29, 2] => Some(Self::WithDependencies),
            version if version <= [2, 30, 1] => Some(Self::WithProfiles),
            [2, ..] => Some(Self::WithHostPaths),
            _ => Some(Self::Current),
        }
    }
}

/// The hash that versions of a flavour give a service, whose references to other services' containers must be resolved
/// before.
pub fn config_hash(service: &Service, flavour: Flavour) -> String {
    let modes = match flavour {
        Flavour::WithDependencies | Flavour::WithProfiles => Modes::Numbers,
        Flavour::WithHostPaths | Flavour::Current => Modes::Text,
    };
    hash(service, flavour, modes)
}

/// Every hash that a version of docker compose would give the service.
pub fn hashes(service: &Service) -> Vec<String> {
    let mut hashes: Vec<String> = Flavour::ALL.iter().map(|flavour| config_hash(service, *flavour)).collect();
    // When the modes of secrets and configs became text is not certain.
    hashes.push(hash(service, Flavour::WithHostPaths, Modes::Numbers));
    hashes
}

/// How the modes of secrets and configs are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Modes {
    Text,
    Numbers,
}

fn hash(service: &Service, flavour: Flavour, modes: Modes) -> String {
    let mut service = service.clone();
    service.build = None;
    service.pull_policy.clear();
    service.scale = None;
    if let Some(deploy) = &mut service.deploy {
        deploy.replicas = None;
    }
    let (dependencies, profiles) = match flavour {
        Flavour::WithDependencies => (true, true),
        Flavour::WithProfiles => (false, true),
        Flavour::WithHostPaths | Flavour::Current => (false, false),
    };
    if !dependencies {
        service.depends_on.clear();
    }
    if !profiles {
        service.profiles.clear();
    }
    let json = match flavour {
        Flavour::Current => serde_json::to_string(&service),
        Flavour::WithDependencies | Flavour::WithProfiles | Flavour::WithHostPaths => older(&service, modes),
    };
    // A map of ours with keys of text always becomes JSON; the empty text would only cause one recreation.
    let json = json.unwrap_or_default();
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(go_escaped(&json)) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The service's JSON as versions before 5.0 write it.
fn older(service: &Service, modes: Modes) -> Result<String, serde_json::Error> {
    let mut tree = Tree::of(service)?;
    let mounts = tree.get_mut("volumes").into_iter().flat_map(Tree::items_mut);
    for (tree, mount) in mounts.zip(&service.volumes) {
        let created = mount.bind.as_ref().and_then(|bind| bind.create_host_path);
        if let (Some(bind), Some(created)) = (tree.get_mut("bind"), created) {
            bind.remove("create_host_path");
            if created {
                bind.insert_before("recursive", "create_host_path", Tree::Bool(true));
            }
        }
    }
    if modes == Modes::Numbers {
        for key in ["configs", "secrets"] {
            for file in tree.get_mut(key).into_iter().flat_map(Tree::items_mut) {
                if let Some(mode) = file.get_mut("mode")
                    && let Tree::Text(text) = mode
                    && let Ok(bits) = i64::from_str_radix(text, 8)
                {
                    *mode = Tree::Integer(bits);
                }
            }
        }
    }
    serde_json::to_string(&tree)
}

#[cfg(test)]
mod tests;
