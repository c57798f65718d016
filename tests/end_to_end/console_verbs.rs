//! What the palette offers besides the keys: images, pauses and signals, overlays on the card, a task that is cancelled.

use super::demo::{demo, quit, wait_task};
use crate::support::engine;
use crate::support::project::Project;
use crate::support::pty::Pty;
use crate::support::trial;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("console_verbs::a_service_is_paused_and_goes_on_by_one_key", paused_and_goes_on),
        trial("console_verbs::the_palette_pulls_and_read_only_mode_forgets_it", the_palette_pulls),
        engine::trial(
            "console_verbs::a_stack_is_deployed_with_an_overlay_and_stays_so",
            deployed_with_an_overlay,
        ),
        engine::trial(
            "console_verbs::a_task_is_cancelled_by_a_key_and_what_it_did_stays",
            a_task_is_cancelled,
        ),
    ]
}

/// Filters the tree so that only this service, or stack, is left of its kind, and goes to its row: the logs follow.
fn select(console: &Pty, name: &str, key: &str) {
    console.keys(&format!("1/{name}<enter>"));
    console.wait_text(&format!("Services /{name}/"));
    console.keys(key);
    console.wait_text(&format!("3 Logs {name}"));
}

/// Gives a command of the palette.
fn give(console: &Pty, command: &str, question: &str) {
    console.keys(":");
    console.wait_text("Commands");
    console.keys(&format!("{command}<enter>"));
    console.wait_text(question);
}

/// Presses Enter once the plan has come.
fn confirm(console: &Pty, question: &str) {
    console.wait_text("same as  docker");
    console.keys("<enter>");
    console.wait_gone(question);
}

fn paused_and_goes_on() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (160, 48));
    select(&console, "mcp-scheduler", "G");
    let row = |screen: &str, word: &str| {
        screen.lines().any(|line| line.contains(" mcp-scheduler ") && line.contains(word))
    };
    console.keys("p");
    console.wait_text("Pause mcp-scheduler of mcp?");
    confirm(&console, "Pause mcp-scheduler of mcp?");
    console.wait("it to be paused", PATIENCE, |screen| row(screen, "paused"));
    console.keys("p");
    console.wait_text("Unpause mcp-scheduler of mcp?");
    confirm(&console, "Unpause mcp-scheduler of mcp?");
    console.wait("it to go on", PATIENCE, |screen| !row(screen, "paused"));
    quit(&mut console);
}

fn the_palette_pulls() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (160, 48));
    select(&console, "mcp-scheduler", "G");
    give(&console, "pull", "Pull mcp-scheduler of mcp?");
    confirm(&console, "Pull mcp-scheduler of mcp?");
    console.keys("6");
    wait_task(&console, "pull    mcp");
    console.keys("1R");
    console.wait_text("READ-ONLY");
    console.keys(":pull");
    console.wait_text(": pull");
    assert!(!console.screen().contains("Get the images of the stack"), "{}", console.screen());
    console.keys("<esc>");
    console.wait_gone(": pull");
    quit(&mut console);
}

const SLEEPER: &str = "services:\n  web:\n    image: mcp-tui-test/busybox\n    command: ['sleep', '1000']\n    \
                       init: true\n    hostname: base\n";

fn deployed_with_an_overlay() {
    let (workplace, project) = (Workplace::new(), Project::new("overlay"));
    let stack = project.name.as_str();
    workplace.stack(stack, SLEEPER);
    let overlay = "services:\n  web:\n    hostname: many\n";
    workplace.write(&format!("work/stacks/{stack}/compose.prod.yaml"), overlay);
    let hostname = || Some(project.inspect("web")?["Config"]["Hostname"].as_str()?.to_owned());

    let mut console = workplace.console((160, 48), []);
    console.wait_text("containers run ┐");
    select(&console, stack, "g");
    let question = format!("Deploy {stack}?");
    console.keys("u");
    console.wait_text("[ ] overlay prod");
    console.keys("<space>");
    console.wait_text("[x] overlay prod");
    console.wait_text("compose.prod.yaml up");
    confirm(&console, &question);
    eventually("the overlay's hostname", PATIENCE, || (hostname().as_deref() == Some("many")).then_some(()));

    console.wait("the deployment to be as its files say", PATIENCE, |screen| screen.contains("in sync"));
    console.keys("u");
    console.wait_text("[x] overlay prod");
    console.wait_text("Nothing to do");
    console.keys("<space>");
    console.wait_text("[ ] overlay prod");
    confirm(&console, &question);
    eventually("the stack's own hostname", PATIENCE, || {
        (hostname().as_deref() == Some("base")).then_some(())
    });
    quit(&mut console);
}

fn a_task_is_cancelled() {
    let (workplace, project) = (Workplace::new(), Project::new("cancel"));
    let stack = project.name.as_str();
    let never = "    healthcheck: {test: ['CMD', 'false'], interval: 1s, retries: 1000}\n  late:\n    image: \
                 mcp-tui-test/busybox\n    command: ['sleep', '1000']\n    init: true\n    depends_on: {web: \
                 {condition: service_healthy}}\n";
    workplace.stack(stack, &format!("{SLEEPER}{never}"));

    let mut console = workplace.console((160, 48), []);
    console.wait_text("containers run ┐");
    select(&console, stack, "g");
    console.keys("u");
    console.wait_text(&format!("Deploy {stack}?"));
    confirm(&console, &format!("Deploy {stack}?"));
    console.keys("6");
    console.wait_text("wait for");
    console.keys("x");
    console.wait_text(&format!("Cancel up {stack}?"));
    console.keys("<enter>");
    console.wait("the end of the task, and how far it came", PATIENCE, |screen| {
        screen.lines().any(|line| line.contains("cancelled after") && line.contains("steps"))
    });
    assert_eq!(project.running("web").len(), 1, "what was done stays");
    assert_eq!(project.running("late").len(), 0, "and nothing was done after it");
    let listed = workplace.run(["tasks", "list", "--json"]).succeeded("tasks list").json();
    let steps = listed[0]["steps"].as_array().expect("steps");
    let done = steps.iter().filter(|step| step["state"] == "done").count();
    console.wait_text(&format!("cancelled after {done} of {}", steps.len()));
    quit(&mut console);
}
