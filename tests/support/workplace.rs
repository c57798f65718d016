//! A home of its own for one run of the program: nothing of the machine's settings, stacks or state is seen or changed.

use super::pty::{Pty, Size};
use super::wait::eventually;
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

pub const BINARY: &str = env!("CARGO_BIN_EXE_mcp-tui");

/// How long a headless command may take before it counts as hanging.
const COMMAND_PATIENCE: Duration = Duration::from_mins(2);

pub struct Workplace {
    home: TempDir,
}

/// A headless command that has ended.
pub struct Finished {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Workplace {
    pub fn new() -> Self {
        let home = tempfile::Builder::new().prefix("mcp-tui-test-").tempdir().expect("a temporary directory");
        for folder in ["config/mcp-tui", "state", "data", "cache", "run", "work/stacks"] {
            fs::create_dir_all(home.path().join(folder)).expect("a folder in a temporary directory");
        }
        Self { home }
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.home.path().join(below)
    }

    /// The working directory of the program, whose `stacks` it finds.
    pub fn work(&self) -> PathBuf {
        self.path("work")
    }

    pub fn write(&self, below: &str, text: &str) -> PathBuf {
        let path = self.path(below);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).expect("a folder in a temporary directory");
        }
        fs::write(&path, text).expect("a file in a temporary directory");
        path
    }

    /// A stack in the working directory, found by its name.
    pub fn stack(&self, name: &str, compose: &str) -> PathBuf {
        self.write(&format!("work/stacks/{name}/compose.yaml"), compose)
    }

    /// A copy of one of the stacks that the program ships, under a name of the test's own.
    pub fn shipped_stack(&self, shipped: &str, name: &str) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("stacks").join(shipped);
        copy_folder(&from, &self.path(&format!("work/stacks/{name}")));
    }

    pub fn environment(&self) -> Vec<(String, String)> {
        let folder = |below: &str| self.path(below).to_string_lossy().into_owned();
        let mut environment = vec![
            ("HOME".to_owned(), folder("")),
            ("XDG_CONFIG_HOME".to_owned(), folder("config")),
            ("XDG_STATE_HOME".to_owned(), folder("state")),
            ("XDG_DATA_HOME".to_owned(), folder("data")),
            ("XDG_CACHE_HOME".to_owned(), folder("cache")),
            ("XDG_RUNTIME_DIR".to_owned(), folder("run")),
            ("TERM".to_owned(), "xterm-256color".to_owned()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
        ];
        environment.extend(std::env::vars().filter(|(name, _)| name == "PATH"));
        environment
    }

    pub fn command<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(arguments).env_clear().envs(self.environment()).current_dir(self.work());
        command
    }

    /// Runs a headless command to its end.
    pub fn run<const N: usize>(&self, arguments: [&str; N]) -> Finished {
        finish(self.command(arguments), &arguments.join(" "))
    }

    /// Runs the console in a terminal.
    pub fn console<const N: usize>(&self, size: Size, arguments: [&str; N]) -> Pty {
        Pty::spawn(BINARY, &arguments, &self.environment(), &self.work(), size)
    }
}

impl Finished {
    /// What it printed with `--json`.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {}\nstderr: {}", self.stdout, self.stderr))
    }

    pub fn succeeded(self, what: &str) -> Self {
        assert_eq!(self.code, Some(0), "{what}\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// A failure as the operator must meet one: the exit code, and all these words in what is printed on stderr.
    pub fn failed<const N: usize>(self, code: i32, words: [&str; N]) -> Self {
        assert_eq!(self.code, Some(code), "exit code\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "stderr does not say {word:?}: {}", self.stderr);
        }
        self
    }
}

pub fn finish(mut command: Command, what: &str) -> Finished {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Running(command.spawn().expect("the program starts"));
    let stdout = collect(child.0.stdout.take());
    let stderr = collect(child.0.stderr.take());
    let status = eventually(what, COMMAND_PATIENCE, || child.0.try_wait().expect("a child of ours"));
    let text = |collector: thread::JoinHandle<Vec<u8>>| {
        String::from_utf8_lossy(&collector.join().expect("a reader of a pipe")).into_owned()
    };
    Finished { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// A child that does not outlive a failing test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut bytes).expect("a pipe");
        }
        bytes
    })
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder in a temporary directory");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let path = entry.expect("a directory entry").path();
        let name = path.file_name().expect("an entry has a name");
        if path.is_dir() {
            copy_folder(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).expect("a copy of a file");
        }
    }
}
