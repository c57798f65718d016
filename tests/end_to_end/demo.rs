//! The console on the simulated server: what every operator does, by keys.

use super::tree::go_to_service;
use crate::support::pty::{Pty, Size};
use crate::support::trial;
use crate::support::wait::PATIENCE;
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("demo::shows_the_simulated_server", shows_the_simulated_server),
        trial("demo::every_size_shows_the_services", every_size_shows_the_services),
        trial("demo::help_filter_and_zoom", help_filter_and_zoom),
        trial("demo::rows_are_sorted_by_keys_and_by_a_click", rows_are_sorted_by_keys_and_by_a_click),
        trial("demo::what_is_told_in_passing_can_be_read_again", what_is_told_in_passing_can_be_read_again),
        trial("demo::nothing_changes_without_a_confirm_card", nothing_changes_without_a_confirm_card),
        trial("demo::a_restart_by_keys_reaches_the_tasks", a_restart_by_keys_reaches_the_tasks),
        trial("demo::a_backup_is_taken_and_proven", a_backup_is_taken_and_proven),
        trial("demo::what_drifted_is_shown_and_mended_by_up", what_drifted_is_shown_and_mended_by_up),
        trial("demo::read_only_refuses_actions", read_only_refuses_actions),
        trial("demo::snapshot_prints_one_frame", snapshot_prints_one_frame),
    ]
}

pub fn demo(workplace: &Workplace, size: Size) -> Pty {
    let console = workplace.console(size, ["demo"]);
    console.wait_text("SIMULATED");
    console.wait_text("mcp-inference");
    console
}

pub fn quit(console: &mut Pty) {
    console.keys("q");
    let status = console.wait_exit(Duration::from_secs(5));
    assert!(status.success(), "{status:?}");
}

/// Waits in the tasks pane until a task has ended well.
pub fn wait_task(console: &Pty, what: &str) {
    console.wait(&format!("✓ {what}"), PATIENCE, |screen| {
        screen.lines().any(|line| line.contains(what) && line.contains('✓'))
    });
}

fn shows_the_simulated_server() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (160, 48));
    for text in ["Services", "GPUs", "Logs", "Health", "gpu-01", "mcp-api", "mcp-training", "A100"] {
        console.wait_text(text);
    }
    quit(&mut console);
}

fn every_size_shows_the_services() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let workplace = Workplace::new();
        let mut console = demo(&workplace, size);
        console.wait_text("Services");
        console.wait_text("mcp-api");
        console.wait_text("help");
        quit(&mut console);
    }
}

fn help_filter_and_zoom() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (120, 40));
    console.keys("?");
    console.wait_text("Stop and start it");
    console.keys("<esc>");
    console.wait_gone("Stop and start it");

    console.keys("1/training<enter>");
    console.wait("only what matches", PATIENCE, |screen| {
        screen.contains("mcp-training") && !screen.contains("redis")
    });
    console.keys("<esc>");
    console.wait_text("redis");

    console.keys("1f");
    console.wait("the services alone", PATIENCE, |screen| !screen.contains("4 Health"));
    console.keys("f");
    console.wait_text("Health");
    quit(&mut console);
}

fn rows_are_sorted_by_keys_and_by_a_click() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (120, 40));
    console.keys("1f");
    console.wait_text("in/s");
    console.keys(">");
    console.wait_text("Services ↑name");
    console.keys("I");
    console.wait_text("Services ↓name");
    let (x, y) = console.find("the heading of the memory", PATIENCE, |screen| {
        let lines: Vec<String> = screen.rows(0, 120).collect();
        let y = lines.iter().position(|line| line.contains("in/s"))?;
        let (before, _) = lines[y].split_once("mem")?;
        Some((before.chars().count() + 1, y + 1))
    });
    console.keys(&format!("\x1b[<lt>0;{x};{y}M\x1b[<lt>0;{x};{y}m"));
    console.wait_text("Services ↓memory");
    console.wait("who uses most in front", PATIENCE, |screen| {
        let place = |service: &str| screen.lines().position(|line| line.contains(&format!("● {service} ")));
        place("mcp-training").zip(place("nginx")).is_some_and(|(most, least)| most < least)
    });
    console.keys("v");
    console.wait_gone("of one core");
    console.keys("v");
    console.wait_text("of one core");
    quit(&mut console);
}

fn what_is_told_in_passing_can_be_read_again() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (120, 40));
    console.keys("3n");
    console.wait_text("nothing is searched for yet");
    console.keys("<a-9>f");
    console.wait("it among the messages", PATIENCE, |screen| {
        !screen.contains("3 Logs") && screen.contains("info  nothing is searched for yet")
    });
    quit(&mut console);
}

fn nothing_changes_without_a_confirm_card() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (120, 40));
    go_to_service(&console, "mcp", "redis");
    console.keys("r");
    console.wait_text("Restart redis of mcp?");
    console.wait_text("same as  docker");
    console.keys("<esc>");
    console.wait_gone("Restart redis of mcp?");
    let tasks = workplace.run(["tasks", "list", "--json"]).succeeded("tasks list").json();
    assert_eq!(tasks.as_array().map(Vec::len), Some(0), "nothing was started: {tasks}");
    quit(&mut console);
}

fn a_restart_by_keys_reaches_the_tasks() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (160, 48));
    go_to_service(&console, "mcp", "redis");
    console.keys("r");
    console.wait_text("Restart redis of mcp?");
    console.wait_text("same as  docker");
    console.keys("<enter>");
    console.wait_gone("Restart redis of mcp?");
    console.keys("6f");
    wait_task(&console, "restart mcp");
    quit(&mut console);
}

fn a_backup_is_taken_and_proven() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (160, 48));
    go_to_service(&console, "mcp", "redis");
    // What there is to back up is known once the stack's files are read.
    console.wait_text("in sync");
    console.keys("b");
    console.wait_text("Back up mcp?");
    console.wait_text("mcp_db");
    console.keys("<enter>");
    console.wait_gone("Back up mcp?");
    console.keys("6f");
    wait_task(&console, "backup  mcp");
    console.keys("7");
    console.wait_text("taken");
    console.keys("t");
    console.wait_text("restored from postgres/mcp_db.dump.zst");
    console.keys("<enter>");
    console.wait_text("proven");
    console.keys("x");
    console.wait_text("switch  database mcp_db of postgresql");
    console.keys("<esc>");
    console.wait_gone("Type restore mcp");
    quit(&mut console);
}

fn what_drifted_is_shown_and_mended_by_up() {
    let workplace = Workplace::new();
    let mut console = demo(&workplace, (200, 60));
    let row = |screen: &str, service: &str, drift: &str| {
        screen.lines().any(|line| line.contains(&format!(" {service} ")) && line.contains(drift))
    };
    let expected = [
        ("grafana", "changed"),
        ("nginx", "image newer"),
        ("redis", "in sync"),
        ("node-exporter", "orphan"),
        ("jupyter", "unknown"),
    ];
    console.wait("every kind of drift", PATIENCE, |screen| {
        expected.iter().all(|(service, drift)| row(screen, service, drift))
    });
    go_to_service(&console, "mcp", "grafana");
    console.wait_text("up to its file");
    console.keys("u");
    console.wait_text("environment (GF_USERS_ALLOW_SIGN_UP)");
    console.keys("<enter>");
    console.wait("grafana as the file says", PATIENCE, |screen| row(screen, "grafana", "in sync"));
    quit(&mut console);
}

fn read_only_refuses_actions() {
    let workplace = Workplace::new();
    let mut console = workplace.console((120, 40), ["demo", "--read-only"]);
    console.wait_text("redis");
    go_to_service(&console, "mcp", "redis");
    console.keys("r");
    console.wait_text("Restart: not in read-only mode");
    assert!(!console.screen().contains("Restart redis of mcp?"));
    quit(&mut console);
}

fn snapshot_prints_one_frame() {
    let workplace = Workplace::new();
    let nobody = "unix:///nonexistent/docker.sock";
    let text = workplace
        .run(["-H", nobody, "snapshot", "--size", "90x30", "--format", "text"])
        .succeeded("snapshot");
    assert_eq!(text.stdout.lines().count(), 30, "{}", text.stdout);
    assert!(text.stdout.contains("nonexistent"), "{}", text.stdout);
    let picture = workplace.run(["-H", nobody, "snapshot", "--format", "svg"]).succeeded("snapshot");
    assert!(picture.stdout.starts_with("<svg "), "{}", picture.stdout);
}
