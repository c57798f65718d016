//! What a connection to `host:port` meets, for checks that would otherwise dial the real network.

use super::World;
use super::container::Container;
use crate::sim::scenario::spec::Endpoint;

pub enum Reached {
    /// Nothing listens there.
    Refused,
    /// The host does not answer at all.
    Silence,
    /// A scripted service.
    Service(Endpoint),
    /// Something listens, and nothing is known of what it says.
    Listener,
}

impl World {
    pub fn reach(&self, host: &str, port: u16) -> Reached {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let local =
            matches!(host, "localhost" | "127.0.0.1" | "::1" | "0.0.0.0") || host == self.script.host.name;
        let found = if local {
            self.published_at(port)
        } else {
            self.inside(host).map(|container| (container, port))
        };
        let Some((container, port)) = found else {
            return if local { Reached::Refused } else { Reached::Silence };
        };
        if !container.is_running() {
            return Reached::Refused;
        }
        match container.behaviour.serves.iter().find(|endpoint| endpoint.port == port) {
            Some(endpoint) if endpoint.silent => Reached::Silence,
            Some(endpoint) => Reached::Service(endpoint.clone()),
            None => {
                let exposed = container.exposed.iter().any(|(number, _)| *number == port)
                    || container.published.iter().any(|published| published.container_port == port);
                if exposed { Reached::Listener } else { Reached::Refused }
            }
        }
    }

    fn published_at(&self, port: u16) -> Option<(&Container, u16)> {
        self.containers.values().find_map(|container| {
            let published = container.published.iter().find(|published| published.given == Some(port))?;
            Some((container, published.container_port))
        })
    }

    /// By address, by name, or by one of its names in a network; running ones first.
    fn inside(&self, host: &str) -> Option<&Container> {
        let answers = |container: &&Container| {
            container.name == host
                || container.endpoints.values().any(|endpoint| {
                    endpoint.aliases.iter().any(|alias| alias == host)
                        || endpoint
                            .joined
                            .as_ref()
                            .and_then(|joined| joined.address)
                            .is_some_and(|address| address.to_string() == host)
                })
        };
        let all = || self.containers.values().filter(answers);
        all().find(|container| container.is_running()).or_else(|| all().next())
    }
}
