//! Which services are not started beside the stack that is in use: those that would reach out of the isolated network, or
//! take away what there is only once. Pure.

use crate::compose::Project;
use crate::compose::file::{MountKind, Service};
use std::collections::BTreeMap;
use std::path::Path;

/// Where servers of the host listen, the daemon among them, and where the kernel is told what to do: whoever sees one of
/// these, or a directory around it, needs no network to reach them.
const OF_THE_HOST: [&str; 6] = ["/run", "/var/run", "/dev", "/proc", "/sys", "/tmp/.X11-unix"];
pub const SEES_SOCKETS: &str = "it sees sockets of the host";

/// With the reason, by name. Who cannot do without one of them is left out as well.
pub fn barred(project: &Project) -> BTreeMap<String, String> {
    let mut barred: BTreeMap<String, String> = BTreeMap::new();
    for (name, service) in &project.services {
        barred.extend(reason(service).map(|reason| (name.clone(), reason.to_owned())));
    }
    leave_out_dependents(project, &mut barred);
    barred
}

/// Adds all that need one of those that are left out.
pub fn leave_out_dependents(project: &Project, left_out: &mut BTreeMap<String, String>) {
    loop {
        let next = project.services.iter().find_map(|(name, service)| {
            let missing = needed(service).find(|needed| left_out.contains_key(*needed))?;
            (!left_out.contains_key(name)).then(|| (name.clone(), format!("it needs {missing}")))
        });
        let Some((name, reason)) = next else { return };
        left_out.insert(name, reason);
    }
}

fn needed(service: &Service) -> impl Iterator<Item = &str> {
    let required = service.depends_on.iter().filter(|(_, dependency)| dependency.required);
    let mounts = service.volumes_from.iter().filter_map(|from| from.split(':').next());
    required.map(|(name, _)| name.as_str()).chain(service.shared_with()).chain(mounts)
}

fn reason(service: &Service) -> Option<&'static str> {
    let of_host = |mode: &str| mode == "host" || mode.starts_with("container:");
    let modes = [&service.network_mode, &service.pid, &service.ipc, &service.uts, &service.userns_mode];
    let binds = || service.volumes.iter().filter(|mount| mount.kind == MountKind::Bind);
    if service.mcp.rehearse == Some(false) {
        Some("its file says so")
    } else if service.replicas() == 0 {
        Some("its file asks for no replica")
    } else if service.device_requests().next().is_some() || service.runtime == "nvidia" {
        Some("it wants a GPU")
    } else if service.privileged || !service.devices.is_empty() || !service.device_cgroup_rules.is_empty() {
        Some("it is given devices of the host")
    } else if service.use_api_socket || binds().any(|mount| reaches_out(&mount.source)) {
        Some(SEES_SOCKETS)
    } else if modes.into_iter().any(|mode| of_host(mode)) || service.cgroup == "host" {
        Some("it shares the host's own network or processes")
    } else if service.volumes_from.iter().any(|from| from.starts_with("container:")) {
        Some("it has the volumes of a container in use")
    } else if service.provider.is_some() || !service.models.is_empty() {
        Some("it is not only a container")
    } else {
        None
    }
}

fn reaches_out(source: &str) -> bool {
    let is_socket = Path::new(source).extension().is_some_and(|extension| extension == "sock");
    let meets = |place: &str| Path::new(place).starts_with(source) || Path::new(source).starts_with(place);
    is_socket || OF_THE_HOST.into_iter().any(meets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::file::fixtures::shop;
    use rstest::rstest;

    #[rstest]
    #[case::gpus("gpus: all", "it wants a GPU")]
    #[case::reserved(
        "deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}",
        "it wants a GPU"
    )]
    #[case::privileged("privileged: true", "it is given devices of the host")]
    #[case::device("devices: [/dev/kmsg]", "it is given devices of the host")]
    #[case::docker("volumes: ['/var/run/docker.sock:/s']", "it sees sockets of the host")]
    #[case::around_docker("volumes: ['/var/run:/var/run:ro']", "it sees sockets of the host")]
    #[case::a_database_of_the_host(
        "volumes: ['/run/postgresql:/run/postgresql:ro']",
        "it sees sockets of the host"
    )]
    #[case::processors("volumes: ['/proc:/host/proc:ro']", "it sees sockets of the host")]
    #[case::everything("volumes: ['/:/host:ro']", "it sees sockets of the host")]
    #[case::host("network_mode: host", "it shares the host's own network or processes")]
    #[case::processes("pid: host", "it shares the host's own network or processes")]
    #[case::none_wanted("deploy: {replicas: 0}", "its file asks for no replica")]
    #[case::its_file("x-mcp: {rehearse: false}", "its file says so")]
    fn what_would_reach_out_is_left_out(#[case] line: &str, #[case] reason: &str) {
        let text = format!("services:\n  a:\n    image: i\n    {line}\n  b: {{image: i}}\n");
        let found = barred(&shop(&text));
        assert_eq!(found, BTreeMap::from([("a".to_owned(), reason.to_owned())]));
    }

    #[test]
    fn what_cannot_do_without_it_is_left_out_too_and_what_can_is_not() {
        let text = "services:\n  llm: {image: i, gpus: all}\n  \
            api: {image: i, depends_on: [llm]}\n  proxy: {image: i, depends_on: [api]}\n  \
            ui: {image: i, depends_on: {api: {condition: service_started, required: false}}}\n  \
            side: {image: i, network_mode: 'service:llm'}\n";
        let found = barred(&shop(text));
        let names: Vec<_> = found.iter().map(|(name, reason)| (name.as_str(), reason.as_str())).collect();
        assert_eq!(
            names,
            [
                ("api", "it needs llm"),
                ("llm", "it wants a GPU"),
                ("proxy", "it needs api"),
                ("side", "it needs llm")
            ]
        );
    }
}
