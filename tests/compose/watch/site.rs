//! What the trials of `watch` have in common: a project to watch, and a `watch` that runs.

use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

/// A project whose service `web` is watched.
pub struct Site {
    pub workplace: Workplace,
    pub docker: Project,
}

/// A `watch` that runs.
pub struct Watching {
    pub child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub fn new() -> Self {
        Self { workplace: Workplace::new(), docker: Project::new("watch") }
    }

    pub fn name(&self) -> &str {
        &self.docker.name
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.workplace.path(&format!("work/{below}"))
    }

    pub fn write(&self, below: &str, text: &str) {
        self.workplace.write(&format!("work/{below}"), text);
    }

    /// The service's replicas, and its rules as lines of YAML in flow style.
    pub fn describe(&self, replicas: u32, rules: &[&str]) {
        let rules: String = rules.iter().flat_map(|rule| ["        - ", rule, "\n"]).collect();
        self.write(
            "compose.yaml",
            &format!(
                "services:\n  web:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n    stop_grace_period: 1s\n    \
                 scale: {replicas}\n    develop:\n      watch:\n{rules}"
            ),
        );
    }

    /// Runs `watch` until it watches.
    pub fn watch(&self, words: &[&str]) -> Watching {
        let mut command = self.workplace.command([]);
        command.args(["-p", self.name(), "watch"]).args(words);
        let mut watching = Watching::start(command);
        watching.wait_line("watching ");
        watching
    }

    pub fn container(&self, number: u32) -> String {
        format!("{}-web-{number}", self.name())
    }

    /// What a container has at a path; `None` when there is nothing.
    pub fn content(&self, number: u32, path: &str) -> Option<String> {
        let container = self.container(number);
        let output = Command::new("docker").args(["exec", &container, "cat", path]).output();
        let output = output.expect("the docker client");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    pub fn wait_content(&self, number: u32, path: &str, expected: Option<&str>) {
        let what = format!("{path} in {} is {expected:?}", self.container(number));
        eventually(&what, PATIENCE, || (self.content(number, path).as_deref() == expected).then_some(()));
    }
}

impl Watching {
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (stdout, stderr) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
        collect(stdout, &lines);
        collect(stderr, &lines);
        Self { child, lines }
    }

    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("the lines").clone()
    }

    pub fn wait_line(&mut self, text: &str) {
        eventually(&format!("a line with {text:?}"), PATIENCE * 2, || {
            let lines = self.lines();
            if lines.iter().any(|line| line.contains(text)) {
                return Some(());
            }
            let ended = self.child.try_wait().expect("a child of ours");
            assert!(ended.is_none(), "it ended: {lines:#?}");
            None
        });
    }

    pub fn interrupt(&mut self) -> Option<i32> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process");
        kill_process(pid, Signal::INT).expect("it is there");
        eventually("it ends", PATIENCE, || self.child.try_wait().expect("a child of ours")).code()
    }
}

impl Drop for Watching {
    #[expect(clippy::print_stdout, reason = "what the program said is shown with the test that fails")]
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if thread::panicking() {
            let lines = self.lines.lock().map(|lines| lines.join("\n")).unwrap_or_default();
            println!("watch said:\n{lines}");
        }
    }
}

fn collect(pipe: impl Read + Send + 'static, lines: &Arc<Mutex<Vec<String>>>) {
    let lines = Arc::clone(lines);
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            lines.lock().expect("the lines").push(line);
        }
    });
}
