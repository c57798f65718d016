//! `logs` as its users know it: what is filtered, what is merged, what a file gets and what cannot be read.

use crate::support::engine;
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{Workplace, finish};
use jiff::Timestamp;
use libtest_mimic::Trial;
use serde_json::Value;
use std::fs::File;
use std::path::PathBuf;
use std::process::Child;

pub fn trials() -> Vec<Trial> {
    vec![
        engine::trial("logs::a_filter_comes_before_the_tail", a_filter_comes_before_the_tail),
        engine::trial("logs::containers_are_merged_by_time", containers_are_merged_by_time),
        engine::trial("logs::a_file_gets_what_was_written", a_file_gets_what_was_written),
        engine::trial("logs::what_cannot_be_read_is_told", what_cannot_be_read_is_told),
        engine::trial("logs::following_goes_on_over_restarts", following_goes_on_over_restarts),
        engine::trial("logs::following_goes_on_over_a_recreation", following_goes_on_over_a_recreation),
    ]
}

const REFUSED: i32 = 7;

fn stack(name: &str, services: &str) -> (Workplace, Project) {
    let (workplace, project) = (Workplace::new(), Project::new(name));
    workplace.stack(&project.name, &format!("services:\n{services}"));
    workplace.run(["-s", &project.name, "up"]).succeeded("up");
    (workplace, project)
}

/// One that says `over` when it has said all.
fn service(name: &str, script: &str, more: &str) -> String {
    let script = format!("{script}; echo over; sleep 600");
    format!(
        "  {name}:\n    image: mcp-tui-test/busybox\n    command: [sh, -c, {script:?}]\n    \
         stop_grace_period: 0s\n{more}"
    )
}

fn logs(workplace: &Workplace, stack: &str, arguments: &[&str]) -> Vec<String> {
    let mut command = workplace.command(["-s", stack, "logs", "--no-log-prefix"]);
    command.args(arguments);
    finish(command, "logs").succeeded("logs").stdout.lines().map(str::to_owned).collect()
}

fn wait_until_over(workplace: &Workplace, stack: &str) {
    eventually("the last word", PATIENCE, || {
        logs(workplace, stack, &["--tail", "1"]).contains(&"over".to_owned()).then_some(())
    });
}

fn a_filter_comes_before_the_tail() {
    let script = "for n in 1 2 3; do echo INFO fine $$n; echo ERROR bad $$n; done; \
                  for n in 4 5 6 7; do echo INFO fine $$n; done";
    let (workplace, project) = stack("filters", &service("app", script, ""));
    let stack = project.name.as_str();
    wait_until_over(&workplace, stack);
    assert_eq!(logs(&workplace, stack, &["--grep", "bad", "--tail", "2"]), ["ERROR bad 2", "ERROR bad 3"]);
    assert_eq!(logs(&workplace, stack, &["--grep", "BAD"]), [""; 0], "a capital makes it case-sensitive");
    assert_eq!(logs(&workplace, stack, &["--level", "warn", "--tail", "1"]), ["ERROR bad 3"]);
    assert_eq!(logs(&workplace, stack, &["--level", "info", "--grep", "[23]$"]).len(), 4);
    let told = workplace.run(["-s", stack, "--json", "logs", "--level", "error"]).succeeded("logs").stdout;
    let objects: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(objects.len(), 3);
    assert_eq!((&objects[0]["line"], &objects[0]["level"]), (&"ERROR bad 1".into(), &"error".into()));
    assert!(objects[0]["container"].as_str().is_some_and(|name| name.starts_with(stack)));
    workplace.run(["-s", stack, "logs", "--level", "loud"]).failed(2, ["trace, debug, info"]);
    workplace.run(["-s", stack, "logs", "--grep", "("]).failed(2, ["unclosed group", "backslash"]);
}

fn containers_are_merged_by_time() {
    let script = "for n in 0 1 2 3 4 5 6 7 8 9; do echo $$n; usleep 30000; done";
    let services: String = ["a", "b", "c"].map(|name| service(name, script, "")).concat();
    let (workplace, project) = stack("merged", &services);
    let stack = project.name.as_str();
    let all = eventually("all words", PATIENCE, || {
        let told = workplace.run(["-s", stack, "logs", "-t"]).succeeded("logs").stdout;
        let lines: Vec<String> = told.lines().map(str::to_owned).collect();
        (lines.iter().filter(|line| line.ends_with("over")).count() == 3).then_some(lines)
    });
    assert_eq!(all.len(), 33);
    let time = |line: &String| {
        let time = line.split("  | ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a time");
        time.parse::<Timestamp>().expect("a time")
    };
    let times: Vec<_> = all.iter().map(time).collect();
    assert!(times.is_sorted(), "{all:#?}");
    assert!(
        ["a-1  | ", "b-1  | ", "c-1  | "].iter().all(|name| all.iter().any(|line| line.starts_with(name)))
    );
    let last = workplace.run(["-s", stack, "logs", "-n", "1"]).succeeded("logs").stdout;
    assert_eq!(last.lines().count(), 3, "of each container so many: {last}");
}

/// A pipe gets the bytes; only what a terminal shows passes the gate.
fn a_file_gets_what_was_written() {
    let script = r"printf '\033[31mred\033[0m\ttab\n'; head -c 70000 /dev/zero | tr '\0' x; echo";
    let (workplace, project) = stack("bytes", &service("app", script, ""));
    let stack = project.name.as_str();
    wait_until_over(&workplace, stack);
    let lines = logs(&workplace, stack, &[]);
    assert_eq!(lines[0], "\u{1b}[31mred\u{1b}[0m\ttab");
    assert_eq!(lines[1].len(), 70_000, "a long line is whole");
    assert_eq!(lines[2], "over");
    assert_eq!(
        logs(&workplace, stack, &["--grep", "^red  +tab"]).len(),
        1,
        "the text is searched, not its colours"
    );
}

fn what_cannot_be_read_is_told() {
    let mute = service("mute", "echo unheard", "    logging: { driver: none }\n");
    let (workplace, project) = stack("mute", &(service("loud", "echo heard", "") + &mute));
    let stack = project.name.as_str();
    let both = eventually("the other's words", PATIENCE, || {
        let both = workplace.run(["-s", stack, "logs"]);
        both.stdout.contains("over").then_some(both)
    });
    assert!(both.stdout.contains("loud-1  | heard"), "{}", both.stdout);
    both.failed(REFUSED, ["-mute-1", "does not support reading", "json-file"]);
    workplace.run(["-s", stack, "logs", "mute"]).failed(REFUSED, ["does not support reading"]);
    workplace.run(["-s", stack, "logs", "loud"]).succeeded("logs of what can be read");
}

/// `logs -f`, and where what it shows goes.
struct Following {
    child: Child,
    shown: PathBuf,
}

impl Following {
    fn of(workplace: &Workplace, stack: &str, arguments: &[&str]) -> Self {
        let shown = workplace.path("followed");
        let mut command = workplace.command(["-s", stack, "logs", "-f"]);
        let file = File::create(&shown).expect("a file");
        let child = command.args(arguments).stdout(file).spawn().expect("the program starts");
        Self { child, shown }
    }

    fn shows(&self, line: &str, times: usize) {
        eventually(line, PATIENCE, || {
            let shown = std::fs::read_to_string(&self.shown).expect("what is shown");
            (shown.lines().filter(|shown| *shown == line).count() >= times).then_some(())
        });
    }

    /// The exit code, once it has ended by itself.
    fn ends(&mut self) -> Option<i32> {
        eventually("the end", PATIENCE, || self.child.try_wait().expect("a child")).code()
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn following_goes_on_over_restarts() {
    let die = "  die:\n    image: mcp-tui-test/busybox\n    restart: always\n    stop_grace_period: 0s\n    \
               command: [sh, -c, 'echo run; sleep 1; exit 1']\n";
    let (workplace, project) = stack("follow", die);
    let stack = project.name.as_str();
    let mut following = Following::of(&workplace, stack, &["-n", "0", "die"]);
    following.shows("die-1  | run", 2);
    assert!(following.child.try_wait().expect("a child").is_none(), "it goes on");
    workplace.run(["-s", stack, "stop"]).succeeded("stop");
    assert_eq!(following.ends(), Some(0), "nothing will be started again");
}

fn following_goes_on_over_a_recreation() {
    let (workplace, project) = stack("anew", &service("app", "echo first", ""));
    let stack = project.name.as_str();
    let following = Following::of(&workplace, stack, &["app"]);
    following.shows("app-1  | over", 1);
    workplace.stack(stack, &format!("services:\n{}", service("app", "echo second", "")));
    workplace.run(["-s", stack, "up"]).succeeded("up");
    following.shows("app-1  | second", 1);
    workplace.run(["-s", stack, "restart"]).succeeded("restart");
    following.shows("app-1  | second", 2);
}
