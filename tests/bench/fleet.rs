//! A console with a fleet of any size.

use jiff::Timestamp;
use mcp_tui::app::{Msg, Setup, State, update};
use mcp_tui::domain::container::PublishedPort;
use mcp_tui::domain::figures::NetworkOwner;
use mcp_tui::domain::{
    ComposeLabels, Container, ContainerId, ContainerState, DaemonInfo, FleetEvent, Health, Safe,
};

pub fn moment() -> Timestamp {
    Timestamp::from_second(1_795_000_000).expect("a moment that can be written")
}

/// A console that has just listed this many containers, ten to a stack, and shows their logs.
pub fn console(containers: usize, columns: u16, rows: u16) -> State {
    let (mut state, faults) = State::new(Setup::default());
    assert!(faults.is_empty());
    for message in [
        Msg::Resize { columns, rows },
        Msg::Fleet(FleetEvent::Connected(daemon())),
        Msg::Fleet(FleetEvent::Listed((0..containers).map(container).collect())),
        Msg::Tick,
    ] {
        update(&mut state, message, moment());
    }
    state
}

fn daemon() -> DaemonInfo {
    DaemonInfo {
        name: Safe::from("gpu-01"),
        version: Safe::from("26.1.5"),
        api_version: Safe::from("1.45"),
        operating_system: Safe::from("Debian GNU/Linux 12"),
        cpus: Some(64),
        memory_bytes: Some(256 << 30),
        cgroup_driver: None,
        cgroup_version: Some(2),
        root_directory: None,
        clock_ahead_seconds: None,
        endpoint: Safe::from("unix:///var/run/docker.sock"),
        simulated: false,
    }
}

pub fn container(number: usize) -> Container {
    let (stack, service) = (number / 10, number % 10);
    Container {
        id: ContainerId(format!("{number:064x}")),
        name: Safe::from(format!("stack{stack}-service{service}-1")),
        image: Safe::from("registry/service:1.0"),
        image_id: format!("sha256:{number:064x}"),
        compose: Some(ComposeLabels {
            project: format!("stack{stack}"),
            service: format!("service{service}"),
            number: Some(1),
            oneoff: false,
            config_hash: None,
            image: None,
            working_dir: None,
            env_files: Vec::new(),
            config_files: Vec::new(),
            depends_on: Vec::new(),
            version: None,
        }),
        state: if number.is_multiple_of(17) { ContainerState::Exited } else { ContainerState::Running },
        health: number.is_multiple_of(3).then_some(Health::Healthy),
        status: Safe::from("Up 3 days (healthy)"),
        created: Some(moment()),
        ports: vec![PublishedPort {
            host_address: None,
            host_port: Some(8000),
            container_port: 8000,
            protocol: "tcp".to_owned(),
        }],
        networks: Vec::new(),
        network_owner: NetworkOwner::Itself,
        mounts: Vec::new(),
        details: None,
    }
}
