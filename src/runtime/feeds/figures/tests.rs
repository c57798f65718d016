use crate::app::fixtures::{connecting, now};
use crate::app::{Msg, update};
use crate::domain::figures::NetworkOwner;
use crate::domain::fixtures::replica;
use crate::domain::{Container, FleetEvent};
use crate::probe::cgroup::{CgroupSampler, Target};
use jiff::SignedDuration;
use std::fs;
use std::path::Path;

const MOUNTS: &str = "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

fn put(root: &Path, path: &str, contents: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, contents).unwrap();
}

/// A container's own cgroup, and the interfaces that its process sees.
fn write_files(root: &Path, container: &Container, pid: u32, received: u32) {
    let scope = format!("/system.slice/docker-{}.scope", container.id.0);
    put(root, &format!("proc/{pid}/cgroup"), &format!("0::{scope}\n"));
    put(
        root,
        &format!("proc/{pid}/net/dev"),
        &format!("header\nheader\n  eth0: {received} 3 0 0 0 0 0 0 200 2 0 0 0 0 0 0\n"),
    );
    put(root, &format!("sys/fs/cgroup{scope}/memory.current"), "1000\n");
    put(root, &format!("sys/fs/cgroup{scope}/pids.current"), "2\n");
}

#[test]
fn what_containers_share_by_network_mode_is_counted_once_in_the_totals() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "proc/self/mountinfo", MOUNTS);
    let of_mode = |service: &str, mode: &str| Container {
        network_owner: NetworkOwner::of_mode(mode),
        ..replica("shop", service, 1)
    };
    let proxy = of_mode("proxy", "shop_default");
    let sidecar = of_mode("sidecar", &format!("container:{}", proxy.id.0));
    let containers = [proxy, sidecar];
    let targets: Vec<Target> = containers
        .iter()
        .zip(7..)
        .map(|(container, pid)| Target { id: container.id.clone(), pid, network: container.network_owner })
        .collect();
    let mut sampler = CgroupSampler::at(root.path());
    let mut state = connecting();
    update(&mut state, Msg::Fleet(FleetEvent::Listed(containers.to_vec())), now());
    update(&mut state, Msg::Wake, now());
    for (second, received) in [(1, 1_000), (2, 51_000)] {
        for (container, target) in containers.iter().zip(&targets) {
            write_files(root.path(), container, target.pid, received);
        }
        let now = now() + SignedDuration::from_secs(second);
        update(&mut state, Msg::Figures(sampler.sample(&targets, now)), now);
    }
    let service = |name: &str| state.tree.service("shop", name).unwrap().usage;
    assert_eq!(service("proxy").received, Some(50_000));
    assert_eq!(service("sidecar").received, None, "what is the proxy's is not known of it");
    for total in [state.tree.stack("shop").unwrap().usage, state.tree.usage] {
        assert_eq!((total.received, total.sent), (Some(50_000), Some(0)));
        assert_eq!((total.memory_bytes, total.pids), (Some(2_000), Some(4)), "each has these of its own");
    }
}
