use super::*;
use crate::domain::figures::{NetworkOwner, Stall, Throttling};
use jiff::Timestamp;
use rstest::rstest;
use std::fs;
use std::time::{Duration, Instant};

const ID: &str = "3b7c1f0d9e8a4b5c6d7e8f90123456789abcdef0123456789abcdef012345678";
const OTHER: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const V1: &str = "\
31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
38 31 0:35 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
";
const V2: &str = "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
const NET_DEV: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:   13624     196    0    0    0     0          0         0    13624     196    0    0    0     0       0          0
  eth0: 1000       3    0    0    0     0          0         0        200       2    0    0    0     0       0          0
eth1:50 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0
";

const PRESSURE: &str = "\
some avg10=2.50 avg60=0.02 avg300=0.00 total=32202
full avg10=0.25 avg60=0.02 avg300=0.00 total=30972
";

mod ways;

/// A root directory with these files in it.
fn root(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, contents) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
    root
}

fn sampler(root: &tempfile::TempDir) -> CgroupSampler {
    CgroupSampler::at(root.path())
}

fn target(id: &str, pid: u32) -> Vec<Target> {
    vec![Target { id: ContainerId(id.to_owned()), pid, network: NetworkOwner::Itself }]
}

fn now() -> Timestamp {
    "2026-11-20T03:00:00Z".parse().unwrap()
}

fn v1() -> tempfile::TempDir {
    let membership = format!(
        "9:name=systemd:/docker/{ID}\n8:pids:/docker/{ID}\n7:blkio:/docker/{ID}\n4:memory:/docker/{ID}\n2:cpu,cpuacct:/docker/{ID}\n0::/\n"
    );
    let at = |controller: &str, file: &str| format!("sys/fs/cgroup/{controller}/docker/{ID}/{file}");
    root(&[
        ("proc/self/mountinfo", V1),
        ("proc/self/net/dev", "  eth0: 1 1 1 1 1 1 1 1 1\n"),
        ("proc/meminfo", "MemTotal:  1000 kB\n"),
        ("proc/7/cgroup", &membership),
        ("proc/7/net/dev", NET_DEV),
        (&at("cpu,cpuacct", "cpuacct.usage"), "5000000000\n"),
        (&at("memory", "memory.usage_in_bytes"), "900000\n"),
        (&at("memory", "memory.stat"), "inactive_file 1\ntotal_inactive_file 100000\ntotal_rss 5\n"),
        (&at("memory", "memory.limit_in_bytes"), "500000\n"),
        (&at("memory", "memory.max_usage_in_bytes"), "910000\n"),
        (&at("memory", "memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"),
        (
            &at("cpu,cpuacct", "cpu.stat"),
            "nr_periods 40\nnr_throttled 10\nthrottled_time 2500000\nnr_bursts 0\n",
        ),
        (&at("cpu,cpuacct", "cpu.cfs_quota_us"), "150000\n"),
        (&at("cpu,cpuacct", "cpu.cfs_period_us"), "100000\n"),
        (&at("pids", "pids.current"), "12\n"),
        (
            &at("blkio", "blkio.throttle.io_service_bytes_recursive"),
            "8:0 Read 4096\n8:0 Write 10\n8:16 Read 4\n8:0 Total 4110\nTotal 4110\n",
        ),
    ])
}

fn v2(scope: &str, below: &str) -> tempfile::TempDir {
    let at = |file: &str| format!("sys/fs/cgroup{scope}/{file}");
    root(&[
        ("proc/self/mountinfo", V2),
        ("proc/self/net/dev", "  eth0: 1 1 1 1 1 1 1 1 1\n"),
        ("proc/meminfo", "MemTotal:  1000 kB\n"),
        ("proc/7/cgroup", &format!("0::{scope}{below}\n")),
        ("proc/7/net/dev", NET_DEV),
        (
            &at("cpu.stat"),
            "usage_usec 5000000\nuser_usec 1\nsystem_usec 2\nnr_periods 40\nnr_throttled 10\nthrottled_usec 2500\n",
        ),
        (&at("cpu.max"), "150000 100000\n"),
        (&at("cpu.pressure"), PRESSURE),
        (&at("memory.pressure"), "some avg10=12.50 avg60=1.00 avg300=0.00 total=1\n"),
        (&at("memory.peak"), "910000\n"),
        (&at("memory.events"), "low 0\nhigh 0\nmax 9\noom 4\noom_kill 3\noom_group_kill 1\n"),
        (&at("memory.current"), "900000\n"),
        (&at("memory.stat"), "anon 3\nactive_file 2\ninactive_file 100000\n"),
        (&at("memory.max"), "max\n"),
        (&at("pids.current"), "12\n"),
        (&at("io.stat"), "8:0 rbytes=4096 wbytes=10 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=4 wbytes=0\n"),
    ])
}

#[test]
fn version_one_is_read_as_docker_stats_counts() {
    let root = v1();
    let (id, figures) = sampler(&root).sample(&target(ID, 7), now()).remove(0);
    assert_eq!(id.0, ID);
    assert_eq!(figures.time, now());
    assert_eq!(figures.memory_bytes, Some(800_000));
    assert_eq!(figures.memory_limit_bytes, Some(500_000));
    assert_eq!(figures.pids, Some(12));
    assert_eq!((figures.block_read_bytes, figures.block_written_bytes), (Some(4100), Some(10)));
    assert_eq!((figures.network_received_bytes, figures.network_sent_bytes), (Some(1050), Some(207)));
    assert_eq!(figures.cpu_percent, None, "one reading makes no difference");
}

#[test]
fn version_two_is_read_as_docker_stats_counts() {
    let root = v2(&format!("/docker/{ID}"), "");
    let (_, figures) = sampler(&root).sample(&target(ID, 7), now()).remove(0);
    assert_eq!(figures.memory_bytes, Some(800_000));
    assert_eq!(figures.memory_limit_bytes, None);
    assert_eq!(figures.pids, Some(12));
    assert_eq!((figures.block_read_bytes, figures.block_written_bytes), (Some(4100), Some(10)));
}

#[rstest]
#[case::one(v1())]
#[case::two(v2(&format!("/docker/{ID}"), ""))]
fn limits_peak_kills_and_throttling_are_told(#[case] root: tempfile::TempDir) {
    let (_, figures) = sampler(&root).sample(&target(ID, 7), now()).remove(0);
    assert_eq!(figures.cpu_limit_cores, Some(1.5));
    assert_eq!(figures.memory_peak_bytes, Some(910_000));
    assert_eq!(figures.oom_kills, Some(3));
    let throttling = Throttling { periods: 40, throttled_periods: 10, throttled_nanoseconds: 2_500_000 };
    assert_eq!(figures.throttling, Some(throttling));
}

#[test]
fn pressure_is_told_where_the_kernel_has_it() {
    let root = v2(&format!("/docker/{ID}"), "");
    let (_, figures) = sampler(&root).sample(&target(ID, 7), now()).remove(0);
    assert_eq!(figures.pressure.cpu, Some(Stall { some_percent: 2.5, full_percent: Some(0.25) }));
    assert_eq!(figures.pressure.memory, Some(Stall { some_percent: 12.5, full_percent: None }));
    assert_eq!(figures.pressure.io, None);
    // On a hybrid host it stands in the unified hierarchy, to which no controller is bound.
    let root = v1();
    let membership = root.path().join("proc/7/cgroup");
    let text = fs::read_to_string(&membership).unwrap().replace("0::/\n", &format!("0::/docker/{ID}\n"));
    fs::write(&membership, text).unwrap();
    let unified = root.path().join(format!("sys/fs/cgroup/unified/docker/{ID}"));
    fs::create_dir_all(&unified).unwrap();
    fs::write(unified.join("cpu.pressure"), PRESSURE).unwrap();
    let (_, figures) = sampler(&root).sample(&target(ID, 7), now()).remove(0);
    assert_eq!(figures.pressure.cpu.map(|stall| stall.some_percent), Some(2.5));
    assert_eq!(figures.memory_bytes, Some(800_000), "the rest is version one's");
}

#[rstest]
#[case::one(v1(), "sys/fs/cgroup/cpu,cpuacct/docker/ID/cpu.cfs_quota_us", "-1\n")]
#[case::two(v2(&format!("/docker/{ID}"), ""), "sys/fs/cgroup/docker/ID/cpu.max", "max 100000\n")]
#[case::broken(v2(&format!("/docker/{ID}"), ""), "sys/fs/cgroup/docker/ID/cpu.max", "5 0\n")]
fn without_a_quota_there_is_no_limit(
    #[case] root: tempfile::TempDir,
    #[case] file: &str,
    #[case] text: &str,
) {
    fs::write(root.path().join(file.replace("ID", ID)), text).unwrap();
    assert_eq!(sampler(&root).sample(&target(ID, 7), now())[0].1.cpu_limit_cores, None);
}

#[test]
fn while_nothing_runs_the_other_files_are_read_now_and_then_and_at_once_when_something_ran() {
    let root = v1();
    let write = |path: &str, text: &str| {
        fs::write(root.path().join(format!("sys/fs/cgroup/{}", path.replace("ID", ID))), text).unwrap();
    };
    let mut sampler = sampler(&root);
    let mut pids = || sampler.sample(&target(ID, 7), now())[0].1.pids;
    assert_eq!((pids(), pids()), (Some(12), Some(12)));
    write("cpu,cpuacct/docker/ID/cpuacct.usage", "5000000001\n");
    write("pids/docker/ID/pids.current", "13\n");
    assert_eq!(pids(), Some(13), "something ran");
    write("pids/docker/ID/pids.current", "14\n");
    let seen: Vec<_> = (0..5).map(|_| pids()).collect();
    assert_eq!(seen.last(), Some(&Some(14)), "all files were due");
}

#[test]
fn the_processor_is_counted_in_percent_of_one_core() {
    let start = Instant::now();
    let later = start + Duration::from_secs(2);
    assert_eq!(sampler::cpu_percent((1_000_000_000, start), (4_000_000_000, later)), Some(150.0));
    assert_eq!(sampler::cpu_percent((5, start), (4, later)), None);
    assert_eq!(sampler::cpu_percent((5, start), (5, start)), None);
    let root = v1();
    let mut sampler = sampler(&root);
    sampler.sample(&target(ID, 7), now());
    assert_eq!(sampler.sample(&target(ID, 7), now())[0].1.cpu_percent, Some(0.0));
}

#[test]
fn a_limit_beyond_the_hosts_memory_is_none() {
    let root = v1();
    let limit = format!("sys/fs/cgroup/memory/docker/{ID}/memory.limit_in_bytes");
    fs::write(root.path().join(limit), "9223372036854771712\n").unwrap();
    assert_eq!(sampler(&root).sample(&target(ID, 7), now())[0].1.memory_limit_bytes, None);
}

#[test]
fn a_container_on_anothers_network_is_labelled_and_its_traffic_not_counted() {
    let root = v1();
    for owner in [NetworkOwner::Host, NetworkOwner::Another] {
        let targets = [Target { network: owner, ..target(ID, 7).remove(0) }];
        let (_, figures) = sampler(&root).sample(&targets, now()).remove(0);
        assert_eq!((figures.network_received_bytes, figures.network_sent_bytes), (None, None));
        assert_eq!(figures.network_owner, owner);
    }
    let (_, figures) = sampler(&root).sample(&target(ID, 7), now()).remove(0);
    assert_eq!(figures.pids, Some(12));
}

#[test]
fn a_container_that_goes_is_left_out_and_one_that_comes_back_is_found_anew() {
    let root = v1();
    let mut sampler = sampler(&root);
    assert_eq!(sampler.sample(&target(ID, 7), now()).len(), 1);
    fs::rename(root.path().join("proc/7"), root.path().join("proc/9")).unwrap();
    let figures = sampler.sample(&target(ID, 9), now()).remove(0).1;
    assert_eq!(figures.cpu_percent, None, "a new process begins to count anew");
    assert_eq!(sampler.sample(&[], now()), []);
    assert_eq!(sampler.sample(&target(ID, 9), now())[0].1.cpu_percent, None);
}

#[test]
fn what_one_file_does_not_tell_is_absent_and_the_rest_is_there() {
    let root = v2(&format!("/docker/{ID}"), "");
    for file in ["io.stat", "pids.current", "memory.stat"] {
        fs::remove_file(root.path().join(format!("sys/fs/cgroup/docker/{ID}/{file}"))).unwrap();
    }
    fs::write(root.path().join("proc/7/net/dev"), "no such thing\n").unwrap();
    let (_, figures) = sampler(&root).sample(&target(ID, 7), now()).remove(0);
    assert_eq!((figures.block_read_bytes, figures.pids, figures.network_sent_bytes), (None, None, None));
    assert_eq!(figures.memory_bytes, Some(900_000));
}

#[test]
fn a_host_without_cgroups_samples_nothing() {
    let root = root(&[("proc/7/cgroup", "0::/\n")]);
    assert_eq!(sampler(&root).sample(&target(ID, 7), now()), []);
    assert!(mounts::Mounts::read(root.path()).is_empty());
}

#[rstest]
#[case(format!("0::/docker/{ID}\n"), Some(ID))]
#[case(format!("4:memory:/docker/{OTHER}/docker/{ID}\n0::/\n"), Some(ID))]
#[case(format!("0::/system.slice/docker-{ID}.scope/init.scope\n"), Some(ID))]
#[case(format!("0::/kubepods/pod-1/cri-containerd-{ID}.scope\n"), Some(ID))]
#[case(format!("0::/{}\n", &ID[..63]), None)]
#[case(format!("0::/{ID}0\n"), None)]
#[case(format!("0::/{}\n", ID.to_uppercase()), None)]
#[case("0::/user.slice\n".to_owned(), None)]
#[case(String::new(), None)]
fn the_last_id_in_the_paths_is_the_container(#[case] text: String, #[case] expected: Option<&str>) {
    assert_eq!(membership::last_container_id(&text), expected);
}

proptest::proptest! {
    #[test]
    fn garbage_from_proc_never_panics(
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
        text in "[0-9a-f:/, ReadWritolhbsm=\n-]{0,200}",
    ) {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            let _ = (parse::number(bytes), parse::field(bytes, b"key"), parse::network(bytes));
            let _ = (parse::block_v1(bytes), parse::block_v2(bytes), parse::pair(bytes));
            let _ = parse::average(bytes, b"some");
            let text = String::from_utf8_lossy(bytes);
            let _ = (membership::v1(&text, "memory", "ab"), membership::v2(&text, "ab"));
            let _ = membership::last_container_id(&text);
            let root = root(&[("proc/self/mountinfo", &text), ("proc/7/cgroup", &text)]);
            proptest::prop_assert!(sampler(&root).sample(&target(ID, 7), now()).is_empty());
        }
    }
}

/// The main process 7 has so many children that have ended, and there are such of others.
fn with_zombies(root: &tempfile::TempDir, count: u32) {
    let stat = |pid: u32, state: &str, parent: u32| {
        let directory = root.path().join(format!("proc/{pid}"));
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("stat"), format!("{pid} (a) b) {state} {parent} 1 1 0")).unwrap();
    };
    (100..100 + count).for_each(|pid| stat(pid, "Z", 7));
    stat(300, "Z", 1);
    stat(301, "S", 7);
    let at = |file: &str| root.path().join(format!("sys/fs/cgroup/pids/docker/{ID}/{file}"));
    fs::write(at("pids.current"), format!("{}\n", count + 2)).unwrap();
    fs::write(at("tasks"), "7\n301\n").unwrap();
}

#[test]
fn processes_that_ended_and_are_not_waited_for_are_counted_when_they_stay() {
    let root = v1();
    with_zombies(&root, 12);
    let mut sampler = sampler(&root);
    let mut zombies = || {
        let targets = target(ID, 7);
        sampler.sample(&targets, now()).first().and_then(|(_, figures)| figures.zombies)
    };
    assert_eq!(zombies(), Some(0), "they may be waited for yet");
    assert_eq!(zombies(), Some(12));
    fs::remove_dir_all(root.path().join("proc/105")).unwrap();
    assert_eq!(zombies(), Some(11));
    let tasks = root.path().join(format!("sys/fs/cgroup/pids/docker/{ID}/tasks"));
    fs::write(&tasks, "7\n".repeat(13)).unwrap();
    assert_eq!(zombies(), Some(0), "all that is counted is alive");
    fs::remove_file(&tasks).unwrap();
    assert_eq!(zombies(), None, "the kernel does not tell");
}
