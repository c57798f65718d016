//! How the containers of one service are replaced: what `x-mcp.update` says, else `deploy.update_config`, else this.

use crate::compose::file::{MountKind, Order, Service};
use crate::compose::plan::Gate;
use crate::domain::task::Strategy;
use std::time::Duration;

const MIN_HEALTHY: Duration = Duration::from_secs(10);
const HEALTHY_DEADLINE: Duration = Duration::from_mins(5);
/// How long new containers are watched while all old ones still stand beside them.
const BLUE_GREEN_SOAK: Duration = Duration::from_secs(10);
/// The grace that Docker gives where nothing is asked for.
const USUAL_GRACE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// At least one.
    pub at_a_time: usize,
    pub min_healthy: Duration,
    pub deadline: Duration,
    pub drain: Duration,
    pub soak: Duration,
    pub delay: Duration,
}

/// In which order the old one goes and the new one comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    StartFirst,
    /// Why it cannot, or shall not, be the other way.
    StopFirst(String),
}

impl Policy {
    pub fn of(service: &Service, strategy: Strategy) -> Self {
        let own = &service.mcp.update;
        let config = service.deploy.as_ref().and_then(|deploy| deploy.update_config.as_ref());
        let parallelism = own.parallelism.map(u64::from).or(config.and_then(|config| config.parallelism));
        let at_a_time = match (strategy, parallelism) {
            (Strategy::BlueGreen, _) | (_, Some(0)) => usize::MAX,
            (Strategy::Rolling, count) => count.and_then(|count| usize::try_from(count).ok()).unwrap_or(1),
        };
        let monitor = config.and_then(|config| config.monitor).map(|monitor| monitor.0);
        let grace = service.stop_grace_period.map_or(USUAL_GRACE, |grace| grace.0);
        let soak = match strategy {
            Strategy::Rolling => Duration::ZERO,
            Strategy::BlueGreen => BLUE_GREEN_SOAK,
        };
        Self {
            at_a_time,
            min_healthy: own.min_healthy_time.or(monitor).unwrap_or(MIN_HEALTHY),
            deadline: own.healthy_deadline.unwrap_or(HEALTHY_DEADLINE),
            drain: own.drain.unwrap_or(grace),
            soak: own.soak.unwrap_or(soak),
            delay: config.and_then(|config| config.delay).map(|delay| delay.0).unwrap_or_default(),
        }
    }

    pub fn gate(&self, service: &Service, min_healthy: Duration) -> Gate {
        let proven = service.declared_health_check().is_some();
        Gate { min_healthy, deadline: self.deadline, proven }
    }
}

/// What stands against two containers of the service at once decides; then what is asked for.
pub fn means(service: &Service, replicas: usize) -> Means {
    let stop_first = |why: String| Means::StopFirst(why);
    if !service.container_name.is_empty() {
        return stop_first(format!("there can be only one {}", service.container_name));
    }
    let needed = u32::try_from(replicas + 1).unwrap_or(u32::MAX);
    let fixed =
        service.ports.iter().find(|port| !port.published.is_empty() && width(&port.published) < needed);
    if let Some(port) = fixed {
        return stop_first(format!("only one can have port {} of the host", port.published));
    }
    if service.network_mode == "host" {
        return stop_first("it has the host's own ports".to_owned());
    }
    if service.shared_with().next().is_some() || service.network_mode.starts_with("container:") {
        return stop_first("it shares what another container has".to_owned());
    }
    let addressed = service.networks.values().flatten();
    if addressed.clone().any(|network| !network.ipv4_address.is_empty() || !network.ipv6_address.is_empty()) {
        return stop_first("its address in the network is fixed".to_owned());
    }
    let config = service.deploy.as_ref().and_then(|deploy| deploy.update_config.as_ref());
    let asked = config.and_then(|config| Order::named(&config.order));
    match service.mcp.update.order.or(asked) {
        Some(Order::StartFirst) => return Means::StartFirst,
        Some(Order::StopFirst) => return stop_first("its file asks for it".to_owned()),
        None => {}
    }
    // Where one container alone writes to a volume, two at once would be one too many for most programs.
    let written = service.volumes.iter().find(|mount| mount.kind == MountKind::Volume && !mount.read_only);
    match written.filter(|_| replicas == 1) {
        Some(mount) if mount.source.is_empty() => stop_first(format!("it alone writes to {}", mount.target)),
        Some(mount) => stop_first(format!("it alone writes to the volume {}", mount.source)),
        None => Means::StartFirst,
    }
}

/// How many ports of the host there are for it.
fn width(published: &str) -> u32 {
    let (first, last) = published.split_once('-').unwrap_or((published, published));
    let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) else { return 1 };
    last.saturating_sub(first) + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::file::fixtures::shop;

    fn service(text: &str) -> Service {
        let text = format!("services:\n  api:\n    image: api\n{text}volumes: {{data: }}\n");
        shop(&text).services["api"].clone()
    }

    fn why(text: &str, replicas: usize) -> Option<String> {
        match means(&service(text), replicas) {
            Means::StartFirst => None,
            Means::StopFirst(why) => Some(why),
        }
    }

    #[test]
    fn the_new_one_comes_first_unless_something_stands_against_it() {
        assert_eq!(why("", 1), None);
        assert_eq!(why("    ports: ['80']\n", 1), None, "the Engine chooses a free one");
        assert_eq!(why("    ports: ['8001-8004:80']\n", 3), None, "there is one to spare");
        assert!(why("    ports: ['8001-8003:80']\n", 3).unwrap().contains("8001-8003"));
        assert!(why("    ports: ['80:80']\n", 1).unwrap().contains("port 80"));
        assert!(why("    container_name: api\n", 1).unwrap().contains("only one"));
        assert!(why("    network_mode: host\n", 1).unwrap().contains("host"));
        assert!(why("    volumes: ['data:/data']\n", 1).unwrap().contains("volume data"));
        assert_eq!(why("    volumes: ['data:/data']\n", 2), None, "they share it already");
        assert_eq!(why("    volumes: ['data:/data:ro']\n", 1), None);
        assert_eq!(why("    volumes: ['data:/data']\n    x-mcp: {update: {order: start-first}}\n", 1), None);
        assert!(why("    deploy: {update_config: {order: stop-first}}\n", 1).unwrap().contains("asks"));
    }

    #[test]
    fn what_x_mcp_says_goes_before_what_a_swarm_would_heed() {
        let policy = |text: &str, strategy| Policy::of(&service(text), strategy);
        let plain = policy("", Strategy::Rolling);
        assert_eq!((plain.at_a_time, plain.min_healthy.as_secs(), plain.soak.as_secs()), (1, 10, 0));
        let config = "    deploy: {update_config: {parallelism: 2, monitor: 3s, delay: 4s}}\n";
        let swarm = policy(config, Strategy::Rolling);
        assert_eq!((swarm.at_a_time, swarm.min_healthy.as_secs(), swarm.delay.as_secs()), (2, 3, 4));
        let both = format!("{config}    x-mcp: {{update: {{parallelism: 0, min_healthy_time: 7s}}}}\n");
        let both = policy(&both, Strategy::Rolling);
        assert_eq!((both.at_a_time, both.min_healthy.as_secs()), (usize::MAX, 7));
        assert_eq!(policy("", Strategy::BlueGreen).at_a_time, usize::MAX);
    }
}
