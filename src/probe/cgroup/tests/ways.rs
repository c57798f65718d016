//! The way to a container's cgroups, for every driver and from every place that a console may run at.

use super::*;
use std::path::Path;

fn memory(sampler: &mut CgroupSampler, pid: u32) -> Option<u64> {
    sampler.sample(&target(ID, pid), now()).first().and_then(|(_, figures)| figures.memory_bytes)
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[rstest]
#[case::cgroupfs(format!("/docker/{ID}"), "")]
#[case::systemd(format!("/system.slice/docker-{ID}.scope"), "")]
#[case::cgroup_parent(format!("/batch/nightly/{ID}"), "")]
#[case::cgroup_parent_of_systemd(format!("/gpu.slice/gpu-training.slice/docker-{ID}.scope"), "")]
#[case::rootless(format!("/user.slice/user-1000.slice/user@1000.service/user.slice/docker-{ID}.scope"), "")]
#[case::systemd_inside(format!("/system.slice/docker-{ID}.scope"), "/init.scope")]
#[case::docker_in_docker(format!("/docker/{OTHER}/docker/{ID}"), "")]
#[case::daemon_inside(format!("/docker/{ID}"), "/init")]
#[case::containers_inside(format!("/docker/{ID}"), &format!("/docker/{OTHER}"))]
fn version_two(#[case] scope: String, #[case] below: &str) {
    let root = v2(&scope, below);
    assert_eq!(memory(&mut sampler(&root), 7), Some(800_000));
}

#[rstest]
#[case::cgroupfs(format!("/docker/{ID}"), "")]
#[case::systemd(format!("/system.slice/docker-{ID}.scope"), "")]
#[case::cgroup_parent(format!("/batch/nightly/{ID}"), "")]
#[case::docker_in_docker(format!("/docker/{OTHER}/docker/{ID}"), "")]
#[case::systemd_inside(format!("/system.slice/docker-{ID}.scope"), "/system.slice/cron.service")]
fn version_one(#[case] scope: String, #[case] below: &str) {
    let root = root(&[
        ("proc/self/mountinfo", V1),
        ("proc/7/cgroup", &format!("4:memory:{scope}{below}\n2:cpu,cpuacct:{scope}{below}\n")),
        (&format!("sys/fs/cgroup/memory{scope}/memory.usage_in_bytes"), "900000\n"),
        (&format!("sys/fs/cgroup/cpu,cpuacct{scope}/cpuacct.usage"), "5\n"),
    ]);
    assert_eq!(memory(&mut sampler(&root), 7), Some(900_000));
}

/// On such a host the memory is bound to version 1 and the processes to version 2.
#[test]
fn hybrid_with_one_controller_of_each_version() {
    let scope = format!("/system.slice/docker-{ID}.scope");
    let root = root(&[
        (
            "proc/self/mountinfo",
            "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
             41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
        ),
        ("proc/7/cgroup", &format!("4:memory:{scope}\n0::{scope}\n")),
        (&format!("sys/fs/cgroup/memory{scope}/memory.usage_in_bytes"), "900000\n"),
        (&format!("sys/fs/cgroup/unified{scope}/cpu.stat"), "usage_usec 5\n"),
        (&format!("sys/fs/cgroup/unified{scope}/pids.current"), "12\n"),
    ]);
    let figures = sampler(&root).sample(&target(ID, 7), now()).remove(0).1;
    assert_eq!((figures.memory_bytes, figures.pids), (Some(900_000), Some(12)));
}

/// A console in a container, beside that to be read: what it sees of the host, and whether that is enough.
#[rstest]
#[case::own_part_only_of_version_two(
    "35 24 0:30 / /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n",
    "0::/../ID\n",
    "",
    false
)]
#[case::own_part_only_of_version_one(
    "35 24 0:30 /docker/OTHER /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
    "4:memory:/docker/ID\n",
    "",
    false
)]
#[case::the_hosts_tree_and_a_cgroup_namespace(
    "35 24 0:30 /../.. /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n",
    "0::/../ID\n",
    "sys/fs/cgroup/docker/ID/memory.current",
    true
)]
#[case::the_hosts_tree_beside_the_own_part(
    "35 24 0:30 /docker/OTHER /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n\
     36 24 0:30 / /host/memory ro - cgroup cgroup rw,memory\n",
    "4:memory:/docker/ID\n",
    "host/memory/docker/ID/memory.usage_in_bytes",
    true
)]
#[case::the_hosts_tree_and_no_process_namespace_of_the_host(
    "35 24 0:30 /../.. /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n",
    "0::/\n",
    "sys/fs/cgroup/system.slice/docker-ID.scope/memory.current",
    true
)]
#[case::the_hosts_processes_and_cgroups(
    "35 24 0:30 / /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n",
    "0::/system.slice/docker-ID.scope\n",
    "sys/fs/cgroup/system.slice/docker-ID.scope/memory.current",
    true
)]
fn from_inside_a_container(
    #[case] mounts: &str,
    #[case] membership: &str,
    #[case] file: &str,
    #[case] readable: bool,
) {
    let named = |text: &str| text.replace("ID", ID).replace("OTHER", OTHER);
    let root = root(&[
        ("proc/self/mountinfo", &named(mounts)),
        ("proc/7/cgroup", &named(membership)),
        ("proc/7/net/dev", NET_DEV),
        // A trap: the path that a `..` would lead to.
        (&named("sys/fs/ID/memory.current"), "1\n"),
    ]);
    if !file.is_empty() {
        write(root.path(), &named(file), "900000\n");
    }
    let mut sampler = sampler(&root);
    assert_eq!(memory(&mut sampler, 7), readable.then_some(900_000));
    for _ in 0..3 {
        memory(&mut sampler, 7);
    }
    let unread: Vec<&str> = sampler.unread().map(|id| id.0.as_str()).collect();
    assert_eq!(unread, if readable { vec![] } else { vec![ID] }, "the daemon is to be asked");
}

#[test]
fn traffic_is_that_of_a_process_known_to_be_the_containers() {
    let root = v2(&format!("/docker/{ID}"), "");
    // The number means another process here.
    write(root.path(), "proc/7/cgroup", &format!("0::/docker/{OTHER}\n"));
    let figures = sampler(&root).sample(&target(ID, 7), now()).remove(0).1;
    assert_eq!((figures.memory_bytes, figures.network_sent_bytes), (Some(800_000), None));
}

#[test]
fn the_way_is_looked_for_once() {
    let root = v2(&format!("/docker/{ID}"), "");
    let mut sampler = sampler(&root);
    assert_eq!(memory(&mut sampler, 7), Some(800_000));
    write(root.path(), "proc/7/cgroup", "0::/elsewhere\n");
    assert_eq!(memory(&mut sampler, 7), Some(800_000));
}

#[test]
fn a_cgroup_whose_name_begins_like_our_own_is_not_below_it() {
    let root = root(&[
        ("proc/self/mountinfo", "35 24 0:30 /docker/a /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"),
        ("proc/7/cgroup", &format!("0::/docker/abc/{ID}\n")),
        (&format!("sys/fs/cgroup/bc/{ID}/memory.current"), "1\n"),
    ]);
    let mut sampler = sampler(&root);
    let found = memory(&mut sampler, 7);
    assert_eq!(found, Some(1), "found by its id, not by a path that was cut in the middle of a name");
}

#[test]
fn a_container_that_was_started_again_is_found_anew_and_counts_anew() {
    let root = v2(&format!("/docker/{ID}"), "");
    let mut sampler = sampler(&root);
    let cpu = |sampler: &mut CgroupSampler, pid| sampler.sample(&target(ID, pid), now())[0].1.cpu_percent;
    assert_eq!(cpu(&mut sampler, 7), None);
    assert!(cpu(&mut sampler, 7).is_some());
    let scope = format!("/batch/{ID}");
    fs::rename(root.path().join("proc/7"), root.path().join("proc/9")).unwrap();
    write(root.path(), "proc/9/cgroup", &format!("0::{scope}\n"));
    fs::create_dir(root.path().join("sys/fs/cgroup/batch")).unwrap();
    let directory = |parent: &str| root.path().join(format!("sys/fs/cgroup/{parent}/{ID}"));
    fs::rename(directory("docker"), directory("batch")).unwrap();
    write(root.path(), &format!("sys/fs/cgroup{scope}/memory.current"), "300000\n");
    assert_eq!(cpu(&mut sampler, 9), None, "a new process begins to count anew");
    assert_eq!(memory(&mut sampler, 9), Some(200_000));
}

#[rstest]
#[case::all_of_it(&["cpu.stat", "memory.current", "memory.stat", "pids.current", "io.stat"], true)]
#[case::between_two_files(&["memory.current", "memory.stat", "pids.current", "io.stat"], true)]
#[case::after_what_counts(&["pids.current", "io.stat"], false)]
fn a_container_that_dies_in_the_middle_of_a_pass_shows_no_half_figures(
    #[case] gone: &[&str],
    #[case] absent: bool,
) {
    let root = v2(&format!("/docker/{ID}"), "");
    let mut sampler = sampler(&root);
    assert_eq!(memory(&mut sampler, 7), Some(800_000));
    write(root.path(), &format!("sys/fs/cgroup/docker/{ID}/cpu.stat"), "usage_usec 6000000\n");
    for file in gone {
        fs::remove_file(root.path().join(format!("sys/fs/cgroup/docker/{ID}/{file}"))).unwrap();
    }
    let sampled = sampler.sample(&target(ID, 7), now());
    assert_eq!(sampled.is_empty(), absent);
    assert_eq!(sampled.first().and_then(|(_, figures)| figures.pids), None);
}

#[test]
fn what_ended_is_missed_and_what_was_never_there_is_told_after_some_passes() {
    let root = v2(&format!("/docker/{ID}"), "");
    let mut sampler = sampler(&root);
    let unread = |sampler: &CgroupSampler| sampler.unread().count();
    let both: Vec<Target> = [target(ID, 7), target(OTHER, 8)].concat();
    assert_eq!(sampler.sample(&both, now()).len(), 1);
    assert_eq!(unread(&sampler), 0, "it may only just start");
    sampler.sample(&both, now());
    sampler.sample(&both, now());
    assert_eq!(sampler.unread().map(|id| id.0.as_str()).collect::<Vec<_>>(), [OTHER]);
    sampler.sample(&target(ID, 7), now());
    assert_eq!(unread(&sampler), 0, "it is no target any more");
}

#[test]
fn a_process_that_does_not_run_is_not_looked_for() {
    let root = v2(&format!("/docker/{ID}"), "");
    assert_eq!(sampler(&root).sample(&target(ID, 0), now()), []);
    assert_eq!(sampler(&root).sample(&target(OTHER, 7), now()), [], "its number was given to another");
}

#[test]
fn a_path_outside_of_our_namespace_is_not_followed() {
    let root = root(&[
        ("proc/self/mountinfo", V2),
        ("proc/7/cgroup", &format!("0::/../docker/{ID}\n")),
        (&format!("sys/fs/docker/{ID}/cpu.stat"), "usage_usec 1\n"),
    ]);
    assert_eq!(sampler(&root).sample(&target(ID, 7), now()), []);
}
