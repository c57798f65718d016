//! The log pane while its daemon is away and when it is back.

use super::demo::quit;
use super::tree::go_to_service;
use crate::support::pty::Pty;
use crate::support::trial;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use mcp_tui::sim::{Scenario, Server};
use std::fs;
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![trial(
        "log_outage::lines_are_dimmed_and_dated_meanwhile_and_none_is_lost",
        lines_are_dimmed_and_dated,
    )]
}

/// Counts aloud, ten times a second.
const COUNTER: &str = "
images:
  - {tags: ['counter:latest'], size: 4MB, command: [count], behaviour: {logs: [{per_second: 10, lines: ['served {n}.']}]}}
stacks:
  - project: shop
    working_dir: /srv/shop
    services: {teller: {image: 'counter:latest', up: 2s}}
";

fn simulated(workplace: &Workplace) -> Server {
    let directory = workplace.path("daemon");
    fs::create_dir(&directory).expect("a directory");
    Server::start(Scenario::parse(COUNTER).expect("a scenario"), &directory).expect("a simulated Engine")
}

/// The numbers of the lines in this text, in order.
fn numbers(text: &str) -> Vec<u64> {
    let number = |line: &str| line.split_once("served ")?.1.split_once('.')?.0.parse().ok();
    text.lines().filter_map(number).collect()
}

fn last(console: &Pty) -> u64 {
    numbers(&console.screen()).last().copied().unwrap_or(0)
}

/// How the last line on the screen looks.
fn look(console: &Pty) -> String {
    console.find("a line", PATIENCE, |screen| {
        let (rows, columns) = screen.size();
        let (rows, columns) = (rows.get(), columns.get());
        let text = |row: u16| screen.contents_between(row, 0, row, columns);
        let row = (0..rows).rev().find(|row| text(*row).contains("served "))?;
        let before = text(row).split_once("served ")?.0.chars().count();
        let cell = screen.cell(row, u16::try_from(before).ok()?)?;
        Some(format!("{:?} {}", cell.fgcolor(), cell.italic()))
    })
}

fn lines_are_dimmed_and_dated() {
    let workplace = Workplace::new();
    let server = simulated(&workplace);
    let host = format!("unix://{}", server.socket().display());
    let mut console = workplace.console((120, 40), ["-H", &host]);
    go_to_service(&console, "shop", "teller");
    console.keys("lf");
    console.wait("lines", PATIENCE, |screen| screen.contains("following") && screen.contains("served "));
    let present = look(&console);
    server.faults().restart(Duration::from_secs(6));
    console.wait("since when it is away", PATIENCE, |screen| screen.contains("daemon away "));
    assert!(last(&console) > 0, "what was read stays: {}", console.screen());
    eventually("stale lines", PATIENCE, || (look(&console) != present).then_some(()));
    let before = last(&console);
    console.wait_gone("daemon away");
    console.wait("newer lines", PATIENCE, |screen| {
        numbers(screen).last().is_some_and(|last| *last > before + 60)
    });
    assert_eq!(look(&console), present, "it is of now again");
    console.keys("<c-s>");
    console.wait_text("Save the log");
    console.keys("p");
    console.wait_text("saved to ");
    let saved = eventually("the file", PATIENCE, || {
        let files = fs::read_dir(workplace.path("state/mcp-tui/saved")).ok()?;
        files.flatten().next().map(|entry| entry.path())
    });
    let numbers = numbers(&fs::read_to_string(saved).expect("what was saved"));
    let expected: Vec<u64> =
        (0_u64..).skip_while(|first| Some(first) != numbers.first()).take(numbers.len()).collect();
    assert_eq!(numbers, expected, "none is lost and none comes twice");
    assert!(numbers.last() > Some(&before));
    quit(&mut console);
}
