//! Logs from before what is held, and from before the present run, on the real Engine.

use super::demo::quit;
use super::tree::go_to_service;
use crate::support::engine::{docker, trial};
use crate::support::project::Project;
use crate::support::pty::Pty;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        trial(
            "history::a_long_log_is_read_back_to_its_first_line",
            a_long_log_is_read_back_to_its_first_line,
        ),
        trial("history::the_last_words_of_a_run_outlive_its_container", the_last_words_outlive_the_container),
    ]
}

/// A hundred lines at a time are written without a pause.
const WRITER: &str = r#"
services:
  writer:
    image: mcp-tui-test/busybox
    init: true
    command:
      - sh
      - -c
      - |
        i=1
        while [ $$i -le 5000 ]; do
          echo "line $$i of many"
          [ $$((i % 100)) = 0 ] && sleep 0.05
          i=$$((i + 1))
        done
        exec sleep 600
"#;

const BRIEF: &str = r#"
services:
  brief:
    image: mcp-tui-test/busybox
    command: ["true"]
"#;

/// The numbers of the lines on the screen, from above.
fn numbers(screen: &str) -> Vec<u64> {
    let number = |line: &str| {
        let (_, after) = line.split_once(" line ")?;
        after.split_once(" of many")?.0.parse().ok()
    };
    screen.lines().filter_map(number).collect()
}

fn is_whole(numbers: &[u64]) -> bool {
    numbers.windows(2).all(|pair| pair[0] + 1 == pair[1])
}

/// The lines on a screen that is drawn to its end, once no page is under way.
fn settled(console: &Pty, what: &str, holds: impl Fn(&[u64]) -> bool) -> Vec<u64> {
    console.find(what, PATIENCE, |screen| {
        let screen = screen.contents();
        let numbers = numbers(&screen);
        let settled = !screen.contains("fetching older lines") && is_whole(&numbers) && numbers.len() > 30;
        (settled && holds(&numbers)).then_some(numbers)
    })
}

fn a_long_log_is_read_back_to_its_first_line() {
    let (workplace, project) = (Workplace::new(), Project::new("history"));
    let stack = project.name.as_str();
    workplace.write("config/mcp-tui/config.yaml", "logs: {tail: 100}\n");
    workplace.stack(stack, WRITER);
    workplace.run(["-s", stack, "up", "-d"]).succeeded("up");
    let log = || docker(["logs", "--tail", "1", &format!("{stack}-writer-1")]);
    eventually("all lines to be written", PATIENCE, || log().contains("line 5000").then_some(()));

    let mut console = workplace.console((120, 40), []);
    go_to_service(&console, stack, "writer");
    console.keys("3f");
    console.wait("the last lines", PATIENCE, |screen| {
        numbers(screen).last() == Some(&5000) && screen.contains("100 lines")
    });
    let mut top = settled(&console, "the last lines", |_| true)[0];
    let mut steps = 0;
    while top > 1 {
        console.keys("<c-u>");
        let shown = settled(&console, "older lines", |shown| shown[0] < top);
        assert!(shown.contains(&top), "it went past {top}: {shown:?}");
        top = shown[0];
        steps += 1;
        assert!(steps < 1_000, "it never comes to the first line");
    }
    console.keys("g");
    console.wait_text("the log begins here");
    console.wait_text("5,000 lines");
    // Over all of it, every line once: the whole search finds as many as there are.
    console.keys("/ of many<enter>");
    console.wait_text("of 5,000");
    quit(&mut console);
}

fn the_last_words_outlive_the_container() {
    let (workplace, project) = (Workplace::new(), Project::new("words"));
    let stack = project.name.as_str();
    workplace.stack(stack, BRIEF);
    let mut console = workplace.console((120, 40), []);
    go_to_service(&console, stack, "brief");
    console.keys("3f");
    let name = format!("{stack}-brief-1");
    let (project_label, service_label) =
        (format!("com.docker.compose.project={stack}"), "com.docker.compose.service=brief");
    let script = "i=1; while [ $i -le 700 ]; do echo \"word $i\"; i=$((i + 1)); done; exit 3";
    docker([
        "run",
        "--name",
        &name,
        "--detach",
        "--label",
        &project_label,
        "--label",
        service_label,
        "--label",
        "com.docker.compose.container-number=1",
        "mcp-tui-test/busybox",
        "sh",
        "-c",
        script,
    ]);
    eventually("its end to be known", PATIENCE, || {
        console.keys("P");
        console.comes_to(Duration::from_secs(2), |screen| screen.contains("exit 3")).then_some(())
    });
    console.wait_text("500 lines");
    docker(["rm", "--force", &name]);
    console.keys("<enter>");
    console.wait_text("word 700");
    console.wait_text("with exit code 3");
    console.keys("g");
    console.wait_text("word 201");
    assert!(!console.screen().contains("word 200 "), "the last 500 lines");
    console.keys("/word 3.5<enter>");
    console.wait_text("of 10");
    console.keys("<esc>");
    console.wait_gone("of 10");
    console.keys("<esc>");
    console.wait_text("exit 3");
    console.keys("<esc>");
    console.wait_gone("exit 3");
    quit(&mut console);
}
