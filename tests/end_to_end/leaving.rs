//! However the console ends, the terminal is as it was; and it ends when it must.

use super::demo::{demo, quit};
use crate::support::pty::Pty;
use crate::support::trial;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{BINARY, Workplace};
use libtest_mimic::Trial;
use rustix::process::Signal;
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("leaving::by_q", by_q),
        trial("leaving::by_control_c", by_control_c),
        trial("leaving::by_sigterm", by_sigterm),
        trial("leaving::by_sighup", by_sighup),
        trial("leaving::by_a_dead_terminal", by_a_dead_terminal),
        trial("leaving::to_the_shell_and_back", to_the_shell_and_back),
        trial("leaving::a_storm_of_resizes_is_weathered", a_storm_of_resizes_is_weathered),
    ]
}

fn assert_terminal_restored(console: &Pty) {
    assert!(console.modes_restored(), "the terminal's modes differ from those before");
    assert!(!console.holds_terminal(), "alternate screen, hidden cursor, mouse or paste mode is still on");
}

fn by_q() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (120, 40));
    assert!(console.holds_terminal() && !console.modes_restored(), "the console has the terminal");
    quit(&mut console);
    assert_terminal_restored(&console);
}

/// What makes the console end makes it end in time, with its own code.
fn ends(by: impl FnOnce(&mut Pty), code: u32) -> Pty {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (120, 40));
    by(&mut console);
    assert_eq!(console.wait_exit(Duration::from_secs(1)).exit_code(), code);
    console
}

fn by_control_c() {
    assert_terminal_restored(&ends(|console| console.keys("<c-c>"), 0));
}

fn by_sigterm() {
    assert_terminal_restored(&ends(|console| console.signal(Signal::TERM), 143));
}

fn by_sighup() {
    assert_terminal_restored(&ends(|console| console.signal(Signal::HUP), 129));
}

fn by_a_dead_terminal() {
    ends(Pty::close, 129);
}

/// A shell with job control stands between the terminal and the console, as it does on a real server.
fn to_the_shell_and_back() {
    let workplace = Workplace::new();
    let mut environment = workplace.environment();
    environment.push(("PS1".to_owned(), "ready> ".to_owned()));
    let shell = ["--norc", "--noprofile", "-i"];
    let mut shell = Pty::spawn("/bin/bash", &shell, &environment, &workplace.work(), (120, 40));
    shell.wait_text("ready>");
    shell.keys(&format!("{BINARY} demo<enter>"));
    shell.wait_text("redis");
    shell.keys("<c-z>");
    shell.wait("the shell's prompt", PATIENCE, |screen| {
        screen.contains("Stopped") && !screen.contains("Services")
    });
    assert!(!shell.on_alternate_screen(), "the shell has its own screen back");
    shell.keys("stty -a | grep -o -- '-*icanon'<enter>");
    shell.wait("a terminal that edits lines", PATIENCE, |screen| {
        screen.lines().any(|line| line.trim() == "icanon")
    });
    shell.keys("fg<enter>");
    shell.wait_text("redis");
    assert!(shell.on_alternate_screen());
    shell.keys("?");
    shell.wait_text("Stop and start it");
    shell.keys("<esc>");
    shell.wait_gone("Stop and start it");
    shell.keys("q");
    // What is typed before the prompt is back may still be read by the console.
    shell.wait("the shell's prompt", PATIENCE, |screen| screen.trim_end().ends_with("ready>"));
    shell.keys("exit 7<enter>");
    assert_eq!(shell.wait_exit(PATIENCE).exit_code(), 7);
}

fn a_storm_of_resizes_is_weathered() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (120, 40));
    for round in 0..60_u16 {
        console.resize((1 + round * 37 % 210, 1 + round * 23 % 65));
    }
    console.resize((100, 30));
    console.wait("a screen of the last size", PATIENCE, |screen| {
        screen.contains("redis") && screen.contains("SIMULATED")
    });
    eventually("a whole frame", PATIENCE, || {
        let screen = console.screen();
        let widest = screen.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        (widest > 80 && widest <= 100).then_some(())
    });
    quit(&mut console);
    assert_terminal_restored(&console);
}
