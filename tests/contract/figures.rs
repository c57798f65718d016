//! What containers use: by the stats API, and of a real Engine by the files of its cgroups, which must say the same.

use super::support::engine::docker;
use super::world::{Role, World};
use jiff::Timestamp;
use mcp_tui::domain::figures::{FigureSource, NetworkOwner};
use mcp_tui::domain::{ContainerFigures, ContainerId};
use mcp_tui::probe::cgroup::{CgroupSampler, Target};
use serde_json::json;

/// As much as the two may differ: points of one core, and a part of the memory.
const POINTS: f64 = 3.0;
const PART: f64 = 0.02;

pub async fn counts(world: &World) {
    let more = json!({ "HostConfig": { "Memory": 64 << 20 } });
    let id = world.run("figures", Role::Ticks, more).await;
    let first = asked(world, &id).await;
    assert_eq!(first.source, FigureSource::StatsApi);
    assert_eq!(first.cpu_percent, None, "one sample is no rate");
    assert_eq!(first.memory_limit_bytes, Some(64 << 20));
    let second = world
        .eventually("figures with a rate", async || {
            let figures = asked(world, &id).await;
            figures.cpu_percent.is_some().then_some(figures)
        })
        .await;
    assert!(second.memory_bytes.is_some_and(|bytes| bytes > 0 && bytes < 64 << 20));
    assert!(second.cpu_percent.is_some_and(|percent| (0.0..1600.0).contains(&percent)), "{second:?}");
    assert!(second.pids.is_some_and(|pids| pids > 0));
    assert!(second.throttling.is_some_and(|throttling| throttling.throttled_periods <= throttling.periods));
    let unlimited = world.run("unlimited", Role::Idle, json!({})).await;
    assert_eq!(
        asked(world, &unlimited).await.memory_limit_bytes,
        None,
        "the host's memory is no limit of its own"
    );
}

/// Traffic is counted where the interfaces belong, by either source.
pub async fn networks_count_once(world: &World) {
    let own = world.run("own", Role::Idle, json!({})).await;
    let on = |mode: &str| json!({ "HostConfig": { "NetworkMode": mode } });
    let joined = world.run("joined", Role::Idle, on(&format!("container:{}", own.0))).await;
    let host = world.run("host", Role::Idle, on("host")).await;
    let listed = world.engine.containers(None).await.expect("a list");
    for (id, owner) in
        [(&own, NetworkOwner::Itself), (&joined, NetworkOwner::Another), (&host, NetworkOwner::Host)]
    {
        assert_eq!(world.inspect(id).await.network_owner, owner);
        let found = listed.iter().find(|container| container.id == *id).expect("it is listed");
        assert_eq!(found.network_owner, owner);
        let mut readings = vec![asked(world, id).await];
        if !world.simulated {
            let target = target(world, id).await;
            readings.push(read(&mut CgroupSampler::new(), &target).expect("its cgroup is found"));
        }
        for figures in readings {
            let counted = figures.network_received_bytes.is_some() && figures.network_sent_bytes.is_some();
            assert_eq!(counted, owner == NetworkOwner::Itself, "{owner:?}: {figures:?}");
            assert_eq!(figures.network_owner, owner);
        }
    }
}

/// A container that uses all of its quota and holds some memory.
pub async fn files_agree_with_the_daemon(world: &World) {
    let script =
        "held=$(dd if=/dev/zero bs=1M count=8 2>/dev/null | tr '\\0' a); echo ready; while :; do :; done";
    let limits = json!({ "HostConfig": { "NanoCpus": 250_000_000, "Memory": 256 << 20 } });
    let id = world.shell("busy", script, limits).await;
    world.speaks(&id).await;
    let target = target(world, &id).await;
    let mut sampler = CgroupSampler::new();
    world
        .eventually("the same of the files and of the daemon", async || {
            asked(world, &id).await;
            read(&mut sampler, &target)?;
            some_periods(world, &target).await;
            let (files, daemon) = (read(&mut sampler, &target)?, asked(world, &id).await);
            agrees(&files, &daemon).then_some(())
        })
        .await;
    world
        .eventually("the same of the files and of docker stats", async || {
            read(&mut sampler, &target)?;
            let told = docker(["stats", "--no-stream", "--format", "{{.CPUPerc}} {{.MemUsage}}", &id.0]);
            let files = read(&mut sampler, &target)?;
            agrees(&files, &told_by_docker(&told, &files)).then_some(())
        })
        .await;
    let (files, daemon) =
        (read(&mut CgroupSampler::new(), &target).expect("figures"), asked(world, &id).await);
    assert_eq!(files.source, FigureSource::Cgroup);
    assert_eq!(files.cpu_limit_cores, Some(0.25));
    assert_eq!(files.memory_limit_bytes, daemon.memory_limit_bytes);
    assert_eq!(files.pids, daemon.pids);
    assert_eq!(files.oom_kills, Some(0));
    assert!(files.memory_peak_bytes >= files.memory_bytes, "{files:?}");
    let periods = |figures: &ContainerFigures| figures.throttling.map(|counts| counts.periods);
    assert!(periods(&files).is_some_and(|periods| periods > 0), "{files:?}");
    assert!(periods(&daemon) >= periods(&files), "it was asked later: {daemon:?}");
}

/// What is killed for want of memory is counted while the container goes on.
pub async fn kills_are_counted(world: &World) {
    let script = "echo ready; while :; do tail /dev/zero; done";
    let limits = json!({ "HostConfig": { "Memory": 16 << 20, "MemorySwap": 16 << 20 } });
    let id = world.shell("hungry", script, limits).await;
    let target = target(world, &id).await;
    let mut sampler = CgroupSampler::new();
    world
        .eventually("a kill", async || read(&mut sampler, &target)?.oom_kills.filter(|kills| *kills > 0))
        .await;
}

/// Wherever its cgroup lies, and after a restart too.
pub async fn any_parent_is_found(world: &World) {
    let systemd = docker(["info", "--format", "{{.CgroupDriver}}"]).trim() == "systemd";
    let parent = if systemd { "mcptuicontract.slice" } else { "/mcp-tui-contract" };
    let id = world.run("parent", Role::Idle, json!({ "HostConfig": { "CgroupParent": parent } })).await;
    world.speaks(&id).await;
    let mut sampler = CgroupSampler::new();
    let before = target(world, &id).await;
    let membership = std::fs::read_to_string(format!("/proc/{}/cgroup", before.pid)).expect("it runs");
    assert!(membership.contains(parent), "{membership}");
    assert!(read(&mut sampler, &before).is_some_and(|figures| figures.memory_bytes.is_some()));
    world.engine.restart(&id, None).await.expect("it restarts");
    let after = target(world, &id).await;
    assert_ne!(before.pid, after.pid);
    assert_eq!(read(&mut sampler, &after).map(|figures| figures.cpu_percent), Some(None), "it begins anew");
    assert!(read(&mut sampler, &after).is_some_and(|figures| figures.cpu_percent.is_some()));
}

async fn asked(world: &World, id: &ContainerId) -> ContainerFigures {
    let owner = world.inspect(id).await.network_owner;
    world.engine.figures(id, owner).await.expect("figures")
}

async fn target(world: &World, id: &ContainerId) -> Target {
    let container = world.inspect(id).await;
    let pid = container.details.and_then(|details| details.pid).expect("it runs");
    Target { id: id.clone(), pid, network: container.network_owner }
}

fn read(sampler: &mut CgroupSampler, target: &Target) -> Option<ContainerFigures> {
    sampler.sample(std::slice::from_ref(target), Timestamp::now()).pop().map(|(_, figures)| figures)
}

/// Until the quota has been used up twenty times more, which takes two seconds.
async fn some_periods(world: &World, target: &Target) {
    let periods = || {
        let figures = read(&mut CgroupSampler::new(), target)?;
        figures.throttling.map(|throttling| throttling.periods)
    };
    let begin = periods().unwrap_or_default();
    world.eventually("some periods of the quota", async || periods().filter(|now| *now >= begin + 20)).await;
}

fn agrees(files: &ContainerFigures, daemon: &ContainerFigures) -> bool {
    let cpu = files.cpu_percent.zip(daemon.cpu_percent);
    let memory = files.memory_bytes.zip(daemon.memory_bytes);
    cpu.is_some_and(|(ours, theirs)| ours > 5.0 && (ours - theirs).abs() <= POINTS)
        && memory.is_some_and(|(ours, theirs)| {
            #[expect(clippy::cast_precision_loss, reason = "some megabytes")]
            let (ours, theirs) = (ours as f64, theirs as f64);
            (ours - theirs).abs() <= theirs * PART
        })
}

/// `25.03% 18.42MiB / 256MiB`
fn told_by_docker(text: &str, files: &ContainerFigures) -> ContainerFigures {
    let mut words = text.split_whitespace();
    let cpu = words.next().and_then(|word| word.trim_end_matches('%').parse().ok());
    let memory = words.next().and_then(|word| word.strip_suffix("MiB")?.parse::<f64>().ok());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some megabytes")]
    let memory = memory.map(|mebibytes| (mebibytes * 1_048_576.0) as u64);
    ContainerFigures { cpu_percent: cpu, memory_bytes: memory, ..*files }
}
