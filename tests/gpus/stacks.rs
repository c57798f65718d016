//! Stacks that ask for GPUs, on an Engine that grants them without having any: it looks for NVIDIA's hook, and one that
//! does nothing is enough for it.

use crate::daemon::{self, Daemon, Program};
use crate::nvml::FakeNvml;
use crate::support::engine::SOCKET;
use crate::support::pty::{Pty, Size};
use crate::support::workplace::{Finished, Workplace, finish};
use libtest_mimic::Trial;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

const IMAGE: &str = "mcp-tui-test/busybox";
const NAME: &str = "seats";
const HOOK: &str = "nvidia-container-runtime-hook";
const GRANTS: Program = (HOOK, "#!/bin/sh\nexit 0\n");
/// As NVIDIA's own does where there are four devices.
const LOOKS: Program = (
    HOOK,
    r#"#!/bin/sh
bundle=$(sed 's/.*"bundle":"\([^"]*\)".*/\1/')
asked=$(sed 's/.*"NVIDIA_VISIBLE_DEVICES=\([^"]*\)".*/\1/' "$bundle/config.json")
for id in $(echo "$asked" | tr , ' '); do
  case $id in
  all | [0-3]) ;;
  *)
    echo "nvidia-container-cli: device error: $id: unknown device" >&2
    exit 1
    ;;
  esac
done
"#,
);

pub fn trials() -> Vec<Trial> {
    vec![
        trial(
            "what_was_asked_stands_beside_where_it_sits",
            &[GRANTS],
            what_was_asked_stands_beside_where_it_sits,
        ),
        trial("replicas_by_count_share_the_first_until_pinned", &[GRANTS], replicas_by_count_share_the_first),
        trial("a_gpu_that_is_not_there_is_told", &[LOOKS], a_gpu_that_is_not_there_is_told),
        trial("an_engine_without_a_driver_says_so", &[], an_engine_without_a_driver_says_so),
    ]
}

fn trial(name: &str, programs: &'static [Program], test: fn(&mut Site)) -> Trial {
    let start = move || Daemon::start(IMAGE, "{}", programs);
    daemon::trial(format!("stacks::{name}"), start, move |daemon| test(&mut Site::new(daemon)))
}

struct Site {
    // Before the workplace's directory, in which its containers' file is.
    daemon: Daemon,
    workplace: Workplace,
    nvml: FakeNvml,
}

impl Site {
    fn new(daemon: Daemon) -> Self {
        Self { daemon, workplace: Workplace::new(), nvml: FakeNvml::with(&scenario([&[]; 4])) }
    }

    /// Services by name, with what they ask for.
    fn stack(&self, services: &[(&str, &str)]) {
        let service = |(name, asks): &(&str, &str)| {
            format!(
                "  {name}:\n    image: {IMAGE}\n    command: sleep 1000\n    init: true\n    stop_grace_period: 0s\n{asks}"
            )
        };
        let services: String = services.iter().map(service).collect();
        self.workplace.stack(NAME, &format!("services:\n{services}"));
    }

    fn run(&self, words: &[&str]) -> Finished {
        self.run_on(&self.daemon.host(), words)
    }

    fn run_on(&self, host: &str, words: &[&str]) -> Finished {
        let mut command: Command = self.workplace.command(["-H", host, "-s", NAME]);
        command.args(words).env("MCP_TUI_NVML", self.nvml.library());
        finish(command, &words.join(" "))
    }

    fn json(&self, words: &[&str]) -> Value {
        self.run(words).succeeded(&words.join(" ")).json()
    }

    fn inspect(&self, container: &str) -> Value {
        let lines =
            self.daemon.docker(&["inspect", "--format", "{{json .}}", &format!("{NAME}-{container}")]);
        serde_json::from_str(&lines.concat()).expect("what docker inspect prints")
    }

    fn pid(&self, container: &str) -> u64 {
        self.inspect(container)["State"]["Pid"].as_u64().expect("a process")
    }

    /// These containers hold so many gibibytes of each device.
    fn seat(&self, on: [&[(&str, u64)]; 4]) {
        let on =
            on.map(|holders| holders.iter().map(|(name, held)| (self.pid(name), *held)).collect::<Vec<_>>());
        self.nvml.play(&scenario(on.each_ref().map(Vec::as_slice)));
    }

    /// What triage tells, when it must tell of something.
    fn triage(&self) -> String {
        let told = self.run(&["triage"]);
        assert_eq!(told.code, Some(1), "{}{}", told.stdout, told.stderr);
        told.stdout
    }

    /// The machine that the tests run on may have troubles of its own.
    fn nothing_is_wrong(&self) {
        let told = self.run(&["triage", "--json"]).json();
        let found = told["findings"].as_array().expect("findings").iter();
        let is_ours = |finding: &&Value| {
            let id = finding["id"].as_str().expect("an id");
            finding["about"]["stack"] == NAME || id.starts_with("gpu")
        };
        let ours: Vec<&Value> = found.filter(is_ours).collect();
        assert!(ours.is_empty(), "{ours:#?}");
    }

    /// The pane of the GPUs, over the whole screen.
    fn pane(&self, size: Size) -> Pty {
        let (host, library) = (self.daemon.host(), self.nvml.library().to_string_lossy());
        let console = self.workplace.console(size, ["-H", &host, "--nvml-library", &library]);
        console.wait_text("Services");
        console.keys("2f");
        console
    }
}

/// Four devices, each with processes that hold so many gibibytes.
fn scenario(on: [&[(u64, u64)]; 4]) -> String {
    let device = |(index, processes): (usize, &[(u64, u64)])| {
        let held: u64 = processes.iter().map(|(_, gibibytes)| gibibytes << 10).sum();
        let each =
            processes.iter().map(|(pid, held)| format!("{{pid: {pid}, memory: {}, sm: 40}}", held << 10));
        let each: Vec<String> = each.collect();
        format!(
            "  - {{name: NVIDIA A100-SXM4-80GB, uuid: GPU-seat-{index}, utilisation: [{}, 0], memory: [{held}, 81920], \
             throttle: 0, processes: [{}]}}\n",
            if processes.is_empty() { 0 } else { 90 },
            each.join(", ")
        )
    };
    let devices: String = on.into_iter().enumerate().map(device).collect();
    format!("driver: 550.54.15\ngpus:\n{devices}")
}

/// What a service asks for, and how many replicas of it there are.
fn asks(replicas: u32, device: &str) -> String {
    format!(
        "    deploy:\n      replicas: {replicas}\n      resources: {{reservations: {{devices: [{{{device}}}]}}}}\n"
    )
}

/// Blanks are told apart from other blanks by nobody.
fn rows(table: &str) -> Vec<String> {
    table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn what_was_asked_stands_beside_where_it_sits(site: &mut Site) {
    site.stack(&[
        ("chat", &asks(2, "driver: nvidia, count: 1, capabilities: [gpu]")),
        ("pair", &asks(1, "driver: nvidia, device_ids: [GPU-seat-2, '3'], capabilities: [gpu]")),
        ("train", &asks(1, "driver: nvidia, device_ids: ['1'], capabilities: [gpu, utility]")),
        ("viewer", &asks(1, "count: all, capabilities: [gpu]")),
        ("web", ""),
    ]);
    site.run(&["up"]).succeeded("up");
    the_engine_was_asked(site);
    all_is_in_sync(site);
    site.seat([
        &[("chat-1", 30), ("chat-2", 20)],
        &[("train-1", 70)],
        &[("pair-1", 40)],
        &[("pair-1", 41), ("web-1", 4)],
    ]);
    the_shell_tells_the_plan(site);
    the_pane_tells_the_plan(site);
    site.nothing_is_wrong();

    // Another Engine of this host knows nothing of these containers, but not that they are the host's processes.
    let elsewhere =
        site.run_on(&format!("unix://{SOCKET}"), &["gpus"]).succeeded("gpus of another Engine").stdout;
    let id = site.inspect("train-1")["Id"].as_str().expect("an id")[..12].to_owned();
    assert!(elsewhere.contains(&format!("container {id}")), "{elsewhere}");

    // One that is where it was not sent.
    site.seat([&[("train-1", 70)], &[], &[], &[]]);
    let told = site.triage();
    assert!(told.contains("train-1 uses GPU 0, which it did not ask for"), "{told}");
    assert!(told.contains("it asked by id 1: GPU 1"), "{told}");

    // Without the Engine the devices still tell, and why nobody's wishes are told.
    site.daemon.end(Signal::TERM);
    let told = site.run(&["gpus"]).succeeded("gpus without an Engine").stdout;
    assert!(told.contains("90%") && told.contains("70.0G/80.0G"), "{told}");
    assert!(told.contains("who asked for which GPU cannot be told: "), "{told}");
    let told = site.json(&["gpus", "--json"]);
    assert_eq!(told["seats"], json!(null));
    let why = told["seats_unread"].as_str().expect("a reason");
    assert!(why.contains("docker.sock"), "{why}");
}

/// What the Engine was asked for, and what it made of that.
fn the_engine_was_asked(site: &Site) {
    for (container, driver, count, ids, capabilities, given) in [
        ("chat-1", "nvidia", 1, &[][..], &["gpu"][..], "0"),
        ("chat-2", "nvidia", 1, &[], &["gpu"], "0"),
        ("pair-1", "nvidia", 0, &["GPU-seat-2", "3"], &["gpu"], "GPU-seat-2,3"),
        ("train-1", "nvidia", 0, &["1"], &["gpu", "utility"], "1"),
        ("viewer-1", "", -1, &[], &["gpu"], "all"),
    ] {
        let inspected = site.inspect(container);
        let requests = &inspected["HostConfig"]["DeviceRequests"];
        assert_eq!(requests.as_array().map(Vec::len), Some(1), "{container}: {requests}");
        let request = &requests[0];
        assert_eq!((&request["Driver"], &request["Count"]), (&json!(driver), &json!(count)), "{container}");
        let named = request["DeviceIDs"].as_array().cloned().unwrap_or_default();
        assert_eq!(named, ids, "{container}");
        assert_eq!(request["Capabilities"], json!([capabilities]), "{container}");
        let environment = fs::read(format!("/proc/{}/environ", site.pid(container))).expect("a process");
        let variable = format!("NVIDIA_VISIBLE_DEVICES={given}");
        let is_it = |entry: &[u8]| entry == variable.as_bytes();
        assert!(environment.split(|byte| *byte == 0).any(is_it), "{container} is not given {given}");
    }
    assert_eq!(site.inspect("web-1")["HostConfig"]["DeviceRequests"], json!(null), "who asked for nothing");
}

fn all_is_in_sync(site: &Site) {
    let plan = site.json(&["plan", "--json", "up"]);
    assert_eq!(plan["stacks"][0]["changes"], false, "{plan}");
    let status = site.run(&["status"]).succeeded("status").stdout;
    for service in ["chat", "pair", "train", "viewer", "web"] {
        let line = status.lines().find(|line| line.contains(&format!(" {service} "))).unwrap_or_default();
        assert!(line.contains("in sync"), "{service}: {status}");
    }
}

fn the_shell_tells_the_plan(site: &Site) {
    let told = site.json(&["gpus", "--json"]);
    let seat =
        |service: &str, containers: u32, asked: Value, asked_devices: Value, sits_on: Value, held: Value| {
            json!({
                "sitter": {"service": {"stack": NAME, "service": service}}, "containers": containers,
                "asked": asked, "asked_devices": asked_devices, "sits_on": sits_on,
                "promised_bytes": asked_devices.as_array().filter(|devices| !devices.is_empty())
                    .map(|devices| (80_u64 << 30) * devices.len() as u64),
                "held_bytes": held.as_u64().map(|gibibytes| gibibytes << 30),
            })
        };
    let seats = [
        seat("chat", 2, json!(["count 1"]), json!([0]), json!([0]), json!(50)),
        seat("pair", 1, json!(["id GPU-seat-2,3"]), json!([2, 3]), json!([2, 3]), json!(81)),
        seat("train", 1, json!(["id 1"]), json!([1]), json!([1]), json!(70)),
        seat("viewer", 1, json!(["all"]), json!([0, 1, 2, 3]), json!([]), json!(null)),
        seat("web", 1, json!([]), json!([]), json!([3]), json!(4)),
    ];
    assert_eq!(told["seats"], json!(seats));
    assert_eq!(told["seats_unread"], json!(null));
    let table = rows(&site.run(&["gpus"]).succeeded("gpus").stdout);
    for row in [
        "seats/chat ×2 count 1 → 0 0 50.0G of 80.0G",
        "seats/pair id GPU-seat-2,3 → 2,3 2,3 81.0G of 160G",
        "seats/train id 1 → 1 1 70.0G of 80.0G",
        "seats/viewer all → 0-3 – – of 320G",
        "seats/web – 3 4.0G",
    ] {
        assert!(table.iter().any(|line| line == row), "{row}: {table:#?}");
    }
}

/// Where there is room for all of it, and where there is not.
fn the_pane_tells_the_plan(site: &Site) {
    let console = site.pane((120, 40));
    for words in [
        "seats/chat ×2",
        "count 1 → 0",
        "id GPU-seat-2,3 → 2,3",
        "seats/viewer",
        "seats/web",
        "81.0G of 160G",
    ] {
        console.wait_text(words);
    }
    console.wait_text(&format!("chat-1 {} 30.0G 40% SM", site.pid("chat-1")));
    drop(console);
    let console = site.pane((80, 24));
    console.wait_text("seats/chat ×2");
    console.wait_text(" of 5 ");
    console.wait_text("count 1 → 0");
}

fn replicas_by_count_share_the_first(site: &mut Site) {
    site.stack(&[("chat", &asks(2, "driver: nvidia, count: 1, capabilities: [gpu]"))]);
    site.run(&["up"]).succeeded("up");
    site.seat([&[("chat-1", 38), ("chat-2", 38)], &[], &[], &[]]);
    let title = "chat-1 and chat-2 all sit on GPU 0 while GPU 1-3 is idle";
    let told = site.triage();
    for words in [title, "chat-2 asked by count 1: GPU 0", "chat-1 38.0G, chat-2 38.0G", "device_ids"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    for size in [(80, 24), (120, 40)] {
        let console = site.pane(size);
        console.wait_text(&format!("⚠ {title}"));
        for words in ["seats/chat ×2", "count 1 → 0", "76.0G of 80.0G"] {
            console.wait_text(words);
        }
    }
    let console = site.pane((120, 40));
    console.wait_text(title);

    // What the finding advises.
    let pinned = |id: u32| asks(1, &format!("driver: nvidia, device_ids: ['{id}'], capabilities: [gpu]"));
    site.stack(&[("chat-a", &pinned(0)), ("chat-b", &pinned(1))]);
    site.run(&["up", "--remove-orphans"]).succeeded("up of what is pinned");
    site.seat([&[("chat-a-1", 38)], &[("chat-b-1", 38)], &[], &[]]);
    console.wait_text("id 1 → 1");
    console.wait_gone(title);
    site.nothing_is_wrong();
}

fn a_gpu_that_is_not_there_is_told(site: &mut Site) {
    let by_id = |id: &str| asks(1, &format!("driver: nvidia, device_ids: ['{id}'], capabilities: [gpu]"));
    let by_count = |count: u32| asks(1, &format!("driver: nvidia, count: {count}, capabilities: [gpu]"));
    for (wrong, unknown, right) in [(by_id("9"), "9", by_id("3")), (by_count(8), "4", by_count(4))] {
        site.stack(&[("trainer", &wrong)]);
        let refused = format!("nvidia-container-cli: device error: {unknown}: unknown device");
        site.run(&["up"]).failed(7, [&format!("{NAME}-trainer-1"), &refused, "nvidia-smi -L"]);
        let told = site.triage();
        for words in
            ["trainer-1 does not start: it asks for a GPU that is not there", &refused, "there are GPU 0-3"]
        {
            assert!(told.contains(words), "{words}: {told}");
        }
        site.stack(&[("trainer", &right)]);
        site.run(&["up"]).succeeded("up with one that is there");
        site.nothing_is_wrong();
    }

    // Nobody looks, or it has gone since.
    site.daemon.replace(GRANTS);
    site.stack(&[("trainer", &by_count(8)), ("tuner", &by_id("9"))]);
    site.run(&["up"]).succeeded("up where nobody looks");
    let told = site.triage();
    for words in [
        "trainer-1 asked for a GPU that is not there: 4-7",
        "tuner-1 asked for a GPU that is not there: 9",
        "it asked by count 8",
        "there are GPU 0-3",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let table = rows(&site.run(&["gpus"]).succeeded("gpus").stdout);
    for row in ["seats/trainer count 8 → 0-3 – – of 320G", "seats/tuner id 9 → – – –"] {
        assert!(table.iter().any(|line| line == row), "{row}: {table:#?}");
    }
    site.pane((80, 24)).wait_text("⚠ 1 of 2: ");
}

fn an_engine_without_a_driver_says_so(site: &mut Site) {
    // A machine with GPUs has NVIDIA's own hook for all daemons.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let has_hook = std::env::split_paths(&path).any(|folder| folder.join(HOOK).exists());
    let driver = if has_hook { "nowhere" } else { "nvidia" };
    site.stack(&[("trainer", &asks(1, &format!("driver: {driver}, count: 1, capabilities: [gpu]")))]);
    let cause = format!(r#"could not select device driver "{driver}" with capabilities: [[gpu]]"#);
    let hint = "is the NVIDIA Container Toolkit installed, and dockerd restarted since?";
    site.run(&["up"]).failed(7, [&format!("{NAME}-trainer-1"), &cause, hint]);
    let told = site.triage();
    for words in ["trainer-1 does not start: Docker has no driver for the GPU", &cause, "container toolkit"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    if has_hook {
        return;
    }
    // What the hint says: the daemon looks for the hook when it starts.
    site.daemon.replace(GRANTS);
    site.daemon.end(Signal::TERM);
    site.daemon.again();
    site.run(&["up"]).succeeded("up with a driver");
    assert_eq!(site.inspect("trainer-1")["State"]["Running"], true);
    site.nothing_is_wrong();
}
