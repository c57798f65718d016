//! The config hash: by it a later `up` knows whether a container is what the file asks for.

use super::file::Service;
use super::file::render::go_escaped;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// SHA-256 over the service as `docker compose config --format json` prints it, without what does not make the
/// container: how it is built and pulled, how many there are, what it waits for, its profiles.
pub fn config_hash(service: &Service) -> String {
    let mut service = service.clone();
    service.build = None;
    service.pull_policy.clear();
    service.scale = None;
    service.depends_on.clear();
    service.profiles.clear();
    if let Some(deploy) = &mut service.deploy {
        deploy.replicas = None;
    }
    // A map of ours with keys of text always becomes JSON; the empty text would only cause one recreation.
    let json = serde_json::to_string(&service).unwrap_or_default();
    let mut hash = String::with_capacity(64);
    for byte in Sha256::digest(go_escaped(&json)) {
        let _ = write!(hash, "{byte:02x}");
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::file::Service;

    fn web() -> Service {
        Service {
            name: "web".to_owned(),
            image: "nginx".to_owned(),
            networks: [("default".to_owned(), None)].into(),
            ..Service::default()
        }
    }

    #[test]
    fn the_hash_is_that_of_docker_compose() {
        // `printf '{"command":null,"entrypoint":null,"image":"nginx","networks":{"default":null}}' | sha256sum`
        assert_eq!(config_hash(&web()), "daef7adc9ecc59d4881bd1ebc06f26a836d35656f8b5fb0adfdb95b2d856fbd3");
    }

    #[test]
    fn only_what_makes_the_container_counts() {
        let plain = config_hash(&web());
        let other = Service {
            scale: Some(4),
            profiles: vec!["x".to_owned()],
            pull_policy: "always".to_owned(),
            ..web()
        };
        assert_eq!(config_hash(&other), plain);
        assert_ne!(config_hash(&Service { hostname: "a".to_owned(), ..web() }), plain);
    }
}
