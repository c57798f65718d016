//! A flood of the real Engine, which is read in the daemon's own file as soon as it is one.

use super::demo::quit;
use super::log_pane::saved;
use super::tree::{go_on_to_service, go_to_stack};
use crate::support::engine::trial;
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use std::fs;

pub fn trials() -> Vec<Trial> {
    vec![trial("log_flood::every_line_of_a_flood_over_rotations_is_there_once", every_line_is_there_once)]
}

/// More than the daemon is done with before a flood is known to be one.
const LINES: u32 = 300_000;
/// Waits to be told, and writes more than its log file may hold.
const FLOOD: &str = r#"
services:
  flood:
    image: mcp-tui-test/busybox
    stop_grace_period: 0s
    logging:
      driver: json-file
      options: {max-size: 8m, max-file: "3"}
    command:
      - sh
      - -c
      - |
        echo ready
        while [ ! -e /go ]; do sleep 0.1; done
        seq 1 LINES
        echo 'that was all'
        exec sleep 600
"#;

fn every_line_is_there_once() {
    let (workplace, project) = (Workplace::new(), Project::new("logflood"));
    let stack = project.name.as_str();
    workplace.stack(stack, &FLOOD.replace("LINES", &LINES.to_string()));
    workplace.run(["-s", stack, "up"]).succeeded("up");
    let mut console = workplace.console((120, 40), []);
    go_to_stack(&console, stack);
    go_on_to_service(&console, stack, "flood");
    console.keys("lf");
    console.wait_text("ready");
    workplace.run(["-s", stack, "exec", "-T", "flood", "touch", "/go"]).succeeded("exec");
    console.wait_text("that was all");
    console.keys("<c-s>");
    console.wait_text("Save the log");
    console.keys("p");
    console.wait_text("saved to ");
    let saved = eventually("the file", PATIENCE, || saved(&workplace));
    let text = fs::read_to_string(&saved).expect("what was saved");
    let numbers: Vec<u32> = text.lines().filter_map(|line| line.rsplit(' ').next()?.parse().ok()).collect();
    let wrong = numbers.iter().zip(1..).find(|(number, expected)| *number != expected);
    assert_eq!(wrong, None, "the first line that is not the next one");
    assert_eq!(numbers.len(), LINES as usize);
    console.keys(":focus-messages<enter>");
    console.wait_text("is a flood; it is read in its file");
    quit(&mut console);
}
