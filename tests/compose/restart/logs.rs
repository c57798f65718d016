//! The log pane of a console whose daemon is killed and comes back: what is read goes on, and the pane says what happened.

use super::{IMAGE, NAME, Shop};
use crate::support::pty::Pty;
use crate::support::wait::{PATIENCE, eventually};
use rustix::process::Signal;
use std::fs;
use std::time::Duration;

/// With no grace, so that the end is not waited for.
fn counter(more: &str) -> String {
    let count = "i=0; while :; do i=$$((i+1)); echo \"counted $$i.\"; sleep 0.05; done";
    format!(
        "services:\n  counter:\n    image: {IMAGE}\n    command: [sh, -c, '{count}']\n    stop_grace_period: 0s\n{more}"
    )
}

fn numbers<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<u64> {
    let number = |line: &str| line.split_once("counted ")?.1.split_once('.')?.0.parse().ok();
    lines.into_iter().filter_map(number).collect()
}

impl Shop {
    /// Brings the counter up and opens a console on its log.
    fn console_at_the_log(&self, more: &str) -> Pty {
        self.workplace.stack(NAME, &counter(more));
        self.run(&["up"]).succeeded("up");
        let console = self.workplace.console((120, 40), ["-H", &self.daemon.host()]);
        console.wait_text("1 Services");
        console.keys(&format!("<a-1>/{NAME}<enter>"));
        console.wait_text(&format!("Services /{NAME}/"));
        console.wait_text("counted ");
        console.keys("lf");
        console.wait_text("following");
        console
    }

    /// Ends the daemon while it is followed, and brings it back once the console has said that it is away.
    fn kill_and_bring_back(&mut self, console: &Pty) -> String {
        self.daemon.end(Signal::KILL);
        console.wait("since when it is away", PATIENCE, |screen| screen.contains("daemon away "));
        let away = console.screen();
        self.daemon.again();
        console.wait_gone("daemon away");
        away
    }

    /// Ends the counter, and gives what the console has of its log, and what the daemon has.
    fn both(&self, console: &Pty) -> [Vec<u64>; 2] {
        let name = format!("{NAME}-counter-1");
        self.daemon.docker(&["stop", "--time", "0", &name]);
        console.wait_text("the container has stopped with exit code 137");
        console.keys("<c-s>");
        console.wait_text("Save the log");
        console.keys("p");
        console.wait_text("saved to ");
        let saved = eventually("the file", PATIENCE, || {
            let files = fs::read_dir(self.workplace.path("state/mcp-tui/saved")).ok()?;
            files.flatten().next().map(|entry| entry.path())
        });
        let saved = fs::read_to_string(saved).expect("what was saved");
        let mut all = numbers(self.daemon.docker(&["logs", &name]).iter().map(String::as_str));
        let mut shown = numbers(saved.lines());
        all.sort_unstable();
        shown.sort_unstable();
        [shown, all]
    }

    fn leave(&self, mut console: Pty) {
        console.keys("q");
        assert!(console.wait_exit(Duration::from_secs(5)).success());
        self.run(&["down"]).succeeded("down");
    }
}

fn counted(screen: &str) -> u64 {
    numbers(screen.lines()).into_iter().max().unwrap_or(0)
}

/// The containers end with their daemon: the next run's lines follow those of the one before.
pub(super) fn logs_go_on_where_all_is_started_again(mut shop: Shop) {
    let console = shop.console_at_the_log("    restart: always\n");
    let away = shop.kill_and_bring_back(&console);
    assert!(counted(&away) > 0, "what was read stays: {away}");
    console.wait_text("started again");
    console.wait("lines of the next run", PATIENCE, |screen| {
        screen.lines().rev().find(|line| line.contains("counted ")).is_some_and(|line| !away.contains(line))
    });
    let [shown, all] = shop.both(&console);
    assert_eq!(shown, all, "none is lost and none comes twice");
    shop.leave(console);
}

/// The containers go on without their daemon, and what they wrote meanwhile is there.
pub(super) fn logs_go_on_where_nothing_ended(mut shop: Shop) {
    let console = shop.console_at_the_log("");
    let away = shop.kill_and_bring_back(&console);
    let before = counted(&away);
    console.wait("newer lines", PATIENCE, |screen| counted(screen) > before + 20);
    assert!(!console.screen().contains("started again"), "{}", console.screen());
    let [shown, all] = shop.both(&console);
    assert_eq!(shown, all, "none is lost and none comes twice");
    shop.leave(console);
}
