//! Logs of the real Engine, read as an operator does: folded, filtered, by level, by time, and saved.

use super::demo::quit;
use super::tree::{go_on_to_service, go_to_stack};
use crate::support::engine::{docker, trial};
use crate::support::project::Project;
use crate::support::pty::Pty;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt as _;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("log_pane::records_are_folded_filtered_and_found_by_time", records_are_folded),
        trial("log_pane::what_the_filters_keep_is_saved", what_the_filters_keep_is_saved),
        trial("log_pane::a_log_that_cannot_be_read_says_so", a_log_that_cannot_be_read_says_so),
        trial(
            "log_pane::scrolling_back_finds_what_a_clock_put_back_would_hide",
            scrolling_back_finds_what_a_clock_put_back_would_hide,
        ),
    ]
}

/// Writes once and then waits: a traceback, structured lines, an access log.
const WRITER: &str = r#"
services:
  writer:
    image: mcp-tui-test/busybox
    stop_grace_period: 0s
    command:
      - sh
      - -c
      - |
        echo '{"level":"info","msg":"ready to work","port":8000}'
        echo 'ERROR request 17 failed'
        echo 'Traceback (most recent call last):'
        echo '  File "/app/worker.py", line 212, in serve'
        echo '    answer = model.generate(prompt)'
        echo 'ValueError: no such model'
        echo '10.0.0.7 - - [20/Nov/2026:10:30:13 +0000] "GET /healthz HTTP/1.1" 200 2 "-" "probe"'
        sleep 2
        echo 'level=warn msg="queue is long" depth=41'
        echo 'INFO the end'
        exec sleep 600
"#;

fn console_at_the_log(workplace: &Workplace, project: &Project) -> Pty {
    let stack = project.name.as_str();
    workplace.stack(stack, WRITER);
    workplace.run(["-s", stack, "up"]).succeeded("up");
    let console = workplace.console((120, 40), []);
    go_to_stack(&console, stack);
    go_on_to_service(&console, stack, "writer");
    console.keys("lf");
    console.wait_text("INFO the end");
    console
}

fn gone(console: &Pty, text: &str) {
    console.wait(&format!("no {text}"), PATIENCE, |screen| !screen.contains(text));
}

fn records_are_folded() {
    let (workplace, project) = (Workplace::new(), Project::new("logpane"));
    let mut console = console_at_the_log(&workplace, &project);
    console.wait_text("ready to work port=8000");
    console.wait_text("queue is long depth=41");
    console.wait_text("… +4 lines  ValueError: no such model");
    assert!(!console.screen().contains("model.generate"), "it is folded: {}", console.screen());

    // A filter keeps the whole record by a line that is folded away.
    console.keys("&no such<enter>");
    gone(&console, "INFO the end");
    console.wait_text("&no such");
    console.wait_text("… +4 lines");
    console.keys("<enter>");
    console.wait_text("answer = model.generate");
    console.keys("<enter>");
    gone(&console, "answer = model.generate");
    console.keys("<esc>");
    console.wait_text("INFO the end");

    console.keys("!healthz<enter>");
    gone(&console, "GET /healthz");
    console.keys("3");
    gone(&console, "INFO the end");
    console.wait_text("ERROR request 17 failed");
    console.keys("0");
    console.wait_text("INFO the end");
    console.keys("<esc>");
    console.wait_text("GET /healthz");

    console.keys("/such model<enter>");
    console.wait_text("1 of 1");
    console.wait_text("answer = model.generate");

    // The last two lines came two seconds after the others.
    console.keys("gT+1s<enter>");
    console.keys("!request|ready|healthz|File|answer|such<enter>");
    console.wait_text("queue is long");
    console.keys("Tnoon<enter>");
    console.wait_text("expected 10:31");
    console.keys("<esc>");
    gone(&console, "expected 10:31");
    quit(&mut console);
}

fn what_the_filters_keep_is_saved() {
    let (workplace, project) = (Workplace::new(), Project::new("logsave"));
    let mut console = console_at_the_log(&workplace, &project);
    console.keys("&queue|ready<enter>");
    gone(&console, "INFO the end");
    console.keys("<c-s>");
    console.wait_text("Save the log");
    console.keys("p");
    console.wait_text("saved to ");
    let saved = eventually("the file", PATIENCE, || saved(&workplace));
    let text = fs::read_to_string(&saved).expect("what was saved");
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.contains("\"msg\":\"ready to work\"") && text.contains("msg=\"queue is long\""), "{text}");
    let mode = fs::metadata(&saved).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    quit(&mut console);
}

/// One that goes nowhere, and one that goes elsewhere and is kept nowhere else.
fn a_log_that_cannot_be_read_says_so() {
    let (workplace, project) = (Workplace::new(), Project::new("unread"));
    let stack = project.name.as_str();
    let elsewhere = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = elsewhere.local_addr().expect("an address");
    let service = |name: &str, logging: &str| {
        format!(
            "  {name}:\n    image: mcp-tui-test/busybox\n    stop_grace_period: 0s\n    \
             command: [sh, -c, 'echo said; exec sleep 600']\n    logging: {logging}\n"
        )
    };
    let syslog =
        format!("{{driver: syslog, options: {{syslog-address: 'udp://{address}', cache-disabled: 'true'}}}}");
    let services = [service("mute", "{driver: none}"), service("far", &syslog)].concat();
    workplace.stack(stack, &format!("services:\n{services}"));
    workplace.run(["-s", stack, "up"]).succeeded("up");
    let mut console = workplace.console((120, 40), []);
    go_to_stack(&console, stack);
    for name in ["mute", "far"] {
        go_on_to_service(&console, stack, name);
        console.wait_text("the log ends here: ");
        console.wait_text("does not support reading");
    }
    quit(&mut console);
    let read = workplace.run(["-s", stack, "logs"]);
    assert_ne!(read.code, Some(0));
    for name in ["mute-1", "far-1"] {
        let told =
            read.stderr.lines().any(|line| line.contains(name) && line.contains("does not support reading"));
        assert!(told, "{name}: {}", read.stderr);
    }
}

/// The clock was an hour ahead for a while, as on a server whose own clock is wrong until the network tells the time:
/// asked for by time, the daemon gives nothing of what stands before the step back.
fn scrolling_back_finds_what_a_clock_put_back_would_hide() {
    let (workplace, project) = (Workplace::new(), Project::new("logclock"));
    let stack = project.name.as_str();
    workplace.stack(
        stack,
        "services:\n  writer:\n    image: mcp-tui-test/busybox\n    command: [echo, written later]\n",
    );
    workplace.run(["-s", stack, "up", "-d"]).succeeded("up");
    let name = format!("{stack}-writer-1");
    eventually("the container to end", PATIENCE, || {
        (docker(["inspect", "--format", "{{.State.Status}}", &name]).trim() == "exited").then_some(())
    });
    let file = docker(["inspect", "--format", "{{.LogPath}}", &name]);
    let each = 2_500;
    let runs = ["2026-11-19T09:00", "2026-11-19T10:00", "2026-11-19T09:30"];
    let log: Vec<String> = (0..runs.len() * each)
        .map(|number| {
            let (minute, within) = (runs[number / each], number % each);
            let time = format!("{minute}:{:02}.{:03}000000Z", within / 1_000, within % 1_000);
            format!("{{\"log\":\"number {number}\\n\",\"stream\":\"stdout\",\"time\":\"{time}\"}}\n")
        })
        .collect();
    fs::write(file.trim(), log.concat()).expect("the daemon's file of the log");

    let mut console = workplace.console((120, 40), []);
    go_to_stack(&console, stack);
    go_on_to_service(&console, stack, "writer");
    console.keys("l");
    console.wait_text(&format!("number {}", runs.len() * each - 1));
    console.keys("g");
    console.wait("the first line", PATIENCE, |screen| screen.lines().any(|line| line.contains("number 0 ")));
    console.wait_text("the log begins here");
    console.keys("<c-s>");
    console.wait_text("Save the log");
    console.keys("p");
    console.wait_text("saved to ");
    let saved = eventually("the file", PATIENCE, || saved(&workplace));
    let text = fs::read_to_string(&saved).expect("what was saved");
    let numbers: Vec<usize> =
        text.lines().filter_map(|line| line.rsplit_once("number ")?.1.trim().parse().ok()).collect();
    let stretches: Vec<(usize, usize)> = numbers
        .chunk_by(|number, next| number + 1 == *next)
        .map(|stretch| (stretch[0], stretch[stretch.len() - 1]))
        .collect();
    assert_eq!(stretches, [(0, runs.len() * each - 1)], "each line once, in its place");
    assert_eq!(text.matches("the clock went back").count(), 1, "{text}");
    quit(&mut console);
}

/// The one file that was saved.
pub fn saved(workplace: &Workplace) -> Option<std::path::PathBuf> {
    let directory = workplace.path("state/mcp-tui/saved");
    let mut files = fs::read_dir(directory).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    files.next()
}
