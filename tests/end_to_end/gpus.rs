//! GPUs, on a library that plays them, which the program loads as it would the real one.

use crate::nvml::{FakeNvml, text};
use crate::support::pty::{Pty, Size};
use crate::support::trial;
use crate::support::wait::PATIENCE;
use crate::support::workplace::{Finished, Workplace, finish};
use libtest_mimic::Trial;
use rustix::process::Signal;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

const SIZES: [Size; 3] = [(80, 24), (120, 40), (200, 60)];

pub fn trials() -> Vec<Trial> {
    vec![
        trial("gpus::eight_of_them_at_every_size", eight_of_them_at_every_size),
        trial("gpus::a_lost_one_stands_beside_the_healthy_ones", a_lost_one_stands_beside_the_healthy_ones),
        trial("gpus::slices_have_rows_of_their_own", slices_have_rows_of_their_own),
        trial("gpus::failures_have_their_own_words", failures_have_their_own_words),
        trial("gpus::one_that_does_not_answer_says_so", one_that_does_not_answer_says_so),
        trial("gpus::headless_tells_all_of_them", headless_tells_all_of_them),
        trial("gpus::headless_goes_on_when_asked_to", headless_goes_on_when_asked_to),
    ]
}

fn path(fake: &FakeNvml) -> String {
    fake.library().to_string_lossy().into_owned()
}

/// The pane of the GPUs, over the whole screen.
fn pane(workplace: &Workplace, fake: &FakeNvml, size: Size) -> Pty {
    let console = workplace.console(size, ["--nvml-library", &path(fake)]);
    console.wait_text("Services");
    console.keys("2f");
    console
}

fn eight_of_them_at_every_size() {
    let (workplace, fake) = (Workplace::new(), FakeNvml::new("eight"));
    for size in SIZES {
        let console = pane(&workplace, &fake, size);
        for words in ["97%", "93%", "88%", "91%", "64%", "31%", " 2%", " 0%", "398W"] {
            console.wait_text(words);
        }
        // The selected one in full, and its course.
        for words in [
            "GPU 0",
            "SM 1410/1410",
            "PCIe gen 4/4",
            "ECC corrected/not 0/0",
            "40000 69.6G 94% SM",
            "busy 97%",
        ] {
            console.wait_text(words);
        }
        if size != SIZES[0] {
            console.wait_text("power 398W of 400W");
        }
        console.keys("jj");
        console.wait_text("busy 88%");
    }
    // Beside the other panes, where there is room for them.
    let console = workplace.console((200, 60), ["--nvml-library", &path(&fake)]);
    console.wait_text("398W");
    console.wait_text("process 40000");
}

fn a_lost_one_stands_beside_the_healthy_ones() {
    let (workplace, fake) = (Workplace::new(), FakeNvml::new("lost"));
    for size in SIZES {
        let console = pane(&workplace, &fake, size);
        console.wait("the lost beside the healthy", PATIENCE, |screen| {
            screen.matches("GPU is lost").count() == 2 && screen.contains("93%") && screen.contains("12%")
        });
    }
}

fn slices_have_rows_of_their_own() {
    let (workplace, fake) = (Workplace::new(), FakeNvml::new("mig"));
    for size in SIZES {
        let console = pane(&workplace, &fake, size);
        for words in ["MIG", "3g.40gb", "1g.10gb", "n/a", "12%"] {
            console.wait_text(words);
        }
    }
}

fn failures_have_their_own_words() {
    let workplace = Workplace::new();
    for (scenario, words) in [
        ("answers: {nvmlInit_v2: 18}", &["the library is 550.54.15", "reboot"][..]),
        ("answers: {nvmlInit_v2: 4}", &["/dev/nvidiactl"]),
        ("gpus: []", &["no NVIDIA GPU in this machine"]),
        (&text("unified"), &["GB10", "its memory is the host's"]),
        (&text("refused"), &["this user may not list processes", "may not see: power"]),
    ] {
        let fake = FakeNvml::with(scenario);
        let console = pane(&workplace, &fake, (120, 40));
        for words in words {
            console.wait_text(words);
        }
    }
    let console = workplace.console((120, 40), ["--nvml-library", "/nowhere/libnone.so"]);
    console.wait_text("Services");
    console.keys("2f");
    console.wait_text("there is no NVML library at /nowhere/libnone.so");
}

fn one_that_does_not_answer_says_so() {
    let (workplace, fake) = (Workplace::new(), FakeNvml::new("stuck"));
    for size in SIZES {
        fake.play(&text("stuck"));
        let console = pane(&workplace, &fake, size);
        console.wait_text("93%");
        let hangs = "GPU-stuck-0\n    blocks: {nvmlDeviceGetTemperature: 8}\n";
        fake.play(&text("stuck").replace("GPU-stuck-0\n", hangs).replace("[76, 6]", "[77, 7]"));
        console.wait("who hangs and who goes on", PATIENCE, |screen| {
            screen.contains("not answering for ") && screen.contains("77%")
        });
    }
}

fn gpus<const N: usize>(workplace: &Workplace, fake: &FakeNvml, arguments: [&str; N]) -> Finished {
    let mut command = workplace.command(["gpus"]);
    command.args(arguments).env("MCP_TUI_NVML", fake.library());
    finish(command, "gpus")
}

fn headless_tells_all_of_them() {
    let workplace = Workplace::new();
    let lost = FakeNvml::new("lost");
    let table = gpus(&workplace, &lost, []).succeeded("gpus").stdout;
    assert_eq!(table.matches("GPU is lost").count(), 2, "{table}");
    assert!(table.contains("93%") && table.contains("288/400W"), "{table}");
    let told = gpus(&workplace, &lost, ["--json"]).succeeded("gpus --json").json();
    let devices = told["devices"].as_array().expect("devices");
    assert_eq!(devices.len(), 4, "{told}");
    assert_eq!(
        devices[0]["reading"]["Ok"]["fan_percent"],
        serde_json::Value::Null,
        "what is not told is no 0"
    );
    assert_eq!(devices[1]["reading"]["Err"], "GPU is lost");
    let unattributed = serde_json::json!({"0": 1 << 30, "3": 1 << 30});
    assert_eq!(told["unattributed_bytes"], unattributed, "what no process holds: {told}");
    assert!(told.get("seats").is_some(), "the plan, or that no Engine answers: {told}");

    let slices = gpus(&workplace, &FakeNvml::new("mig"), []).succeeded("gpus").stdout;
    assert!(slices.contains("0:2") && slices.contains("1g.10gb") && slices.contains("n/a (MIG)"), "{slices}");
    let worn = gpus(&workplace, &FakeNvml::new("errors"), []).succeeded("gpus").stdout;
    for words in
        ["GPU 0: 1 uncorrected", "held back by heat, 12m", "its driver asks: reset the GPU", "PCIe x8 of x16"]
    {
        assert!(worn.contains(words), "{words}: {worn}");
    }
    let mismatch = FakeNvml::with("answers: {nvmlInit_v2: 18}");
    gpus(&workplace, &mismatch, []).failed(5, ["the library is 550.54.15", "reboot"]);
    workplace.run(["gpus", "--nvml-library", "/nowhere/libnone.so"]).succeeded("gpus without a library");
}

fn headless_goes_on_when_asked_to() {
    let (workplace, fake) = (Workplace::new(), FakeNvml::new("stuck"));
    let mut console = workplace.console((100, 20), ["--nvml-library", &path(&fake), "gpus", "--watch"]);
    console.wait_text("93%");
    fake.play(&text("stuck").replace("[93, 40]", "[38, 4]"));
    console.wait_text("38%");
    console.wait_gone("93%");
    console.signal(Signal::INT);
    assert_eq!(console.wait_exit(PATIENCE).exit_code(), 130);

    let mut command = workplace.command(["gpus", "--watch", "--json"]);
    command.env("MCP_TUI_NVML", fake.library()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let busy = |line: &str| {
        let told: serde_json::Value = serde_json::from_str(line).expect("a document a line");
        told["devices"][0]["reading"]["Ok"]["utilisation_percent"].as_u64()
    };
    for line in lines {
        match busy(&line.expect("a line")) {
            Some(38) => fake.play(&text("stuck").replace("[93, 40]", "[21, 4]")),
            Some(21) => break,
            other => panic!("{other:?}"),
        }
    }
    child.kill().expect("a child of ours");
    child.wait().expect("its end");
}
