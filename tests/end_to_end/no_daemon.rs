//! The console where something is missing: no daemon, a silent one, settings with mistakes.

use super::bad_input::{NOBODY, silent_daemon};
use crate::support::trial;
use crate::support::wait::PATIENCE;
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("no_daemon::says_what_was_tried", no_docker_console),
        trial("no_daemon::one_that_never_answers", a_daemon_that_never_answers),
        trial("no_daemon::broken_settings_still_start", broken_settings_still_start),
    ]
}

fn no_docker_console() {
    let workplace = Workplace::new();
    let mut console = workplace.console((100, 30), ["-H", NOBODY]);
    console.wait_text("/nonexistent/docker.sock");
    console.keys("q");
    let status = console.wait_exit(Duration::from_secs(1));
    assert!(status.success(), "{status:?}");
    assert!(console.modes_restored() && !console.holds_terminal());
}

fn a_daemon_that_never_answers() {
    let workplace = Workplace::new();
    let (_listener, endpoint) = silent_daemon(&workplace);
    let mut console = workplace.console((100, 30), ["-H", &endpoint]);
    console.wait("a word about the silence", PATIENCE, |screen| {
        let screen = screen.to_lowercase();
        ["stale", "no answer", "not answer", "timed out", "lost"].iter().any(|word| screen.contains(word))
    });
    console.keys("?");
    console.wait_text("The keys of this pane");
    console.keys("<esc>");
    console.wait_gone("The keys of this pane");
    console.keys("q");
    assert!(console.wait_exit(Duration::from_secs(1)).success());
}

fn broken_settings_still_start() {
    let workplace = Workplace::new();
    workplace.write("config/mcp-tui/config.yaml", "theme: 17\nkeys:\n  restart: [q, \n");
    let mut console = workplace.console((120, 40), ["demo"]);
    console.wait_text("Services");
    console.wait_text("config.yaml");
    console.keys("q");
    assert!(console.wait_exit(Duration::from_secs(5)).success());
}
