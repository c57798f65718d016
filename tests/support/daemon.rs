//! A daemon of the test's own, which may be killed: its socket, its data and its containers are nobody else's.

use crate::support::engine::{ready, required, wanted};
use crate::support::wait::{PATIENCE, eventually};
use libtest_mimic::{Completion, Trial};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A trial with such a daemon: skipped where none can be started, unless one must: then whoever is root can start one.
pub fn trial(
    name: String,
    start: impl FnOnce() -> Result<Daemon, String> + Send + 'static,
    test: impl FnOnce(Daemon) + Send + 'static,
) -> Trial {
    let run = move || {
        ready();
        match start() {
            Ok(daemon) => test(daemon),
            Err(why) if required() && geteuid().is_root() => return Err(why.into()),
            Err(why) => return Ok(Completion::ignored_with(why)),
        }
        Ok(Completion::Completed)
    };
    Trial::ignorable_test(name, run).with_ignored_flag(!wanted())
}

/// A program that the daemon, and what it starts, finds before those of the machine: its name and its text.
pub type Program = (&'static str, &'static str);

pub struct Daemon {
    directory: TempDir,
    child: Child,
}

impl Daemon {
    /// Starts one with these settings and programs and gives it this image of the common Engine; says why not where it
    /// cannot.
    pub fn start(image: &str, settings: &str, programs: &[Program]) -> Result<Self, String> {
        if !geteuid().is_root() {
            return Err("only root can start a daemon".to_owned());
        }
        let directory = tempfile::Builder::new().prefix("mcp-tui-d-").tempdir().expect("a directory");
        // What the machine's own daemon is told is not for this one.
        fs::write(directory.path().join("daemon.json"), settings).expect("a file");
        fs::create_dir(directory.path().join(PROGRAMS)).expect("a folder");
        for program in programs {
            put(directory.path(), *program);
        }
        let child = spawn(directory.path()).map_err(|error| format!("dockerd: {error}"))?;
        let mut daemon = Self { directory, child };
        daemon.wait_ready()?;
        let [save, load] = ["docker save", "docker --host \"$HOST\" load"];
        let brought = Command::new("sh")
            .args(["-c", &format!("{save} \"$IMAGE\" | {load}")])
            .envs([("IMAGE", image), ("HOST", &daemon.host())])
            .output()
            .expect("a shell");
        assert!(brought.status.success(), "{}", String::from_utf8_lossy(&brought.stderr));
        Ok(daemon)
    }

    pub fn host(&self) -> String {
        format!("unix://{}", self.path("docker.sock").display())
    }

    /// Puts another program in the place of one that it was started with.
    pub fn replace(&self, program: Program) {
        put(self.directory.path(), program);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn client(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command.args(["--host", &self.host()]).args(arguments);
        command
    }

    /// What `docker` prints, line by line and sorted.
    pub fn docker(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.client(arguments).output().expect("the docker client");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// Begins to listen, and gives what waits until the daemon tells of such an event.
    pub fn expect_event(&self, event: &str) -> impl FnOnce() + use<> {
        // From the beginning of time, so that one that comes before the client listens is told as well.
        let arguments = ["events", "--since", "1", "--filter", "type=container", "--filter"];
        let mut command = self.client(&arguments);
        command.arg(format!("event={event}")).stdout(Stdio::piped());
        let mut listener = command.spawn().expect("the docker client");
        move || {
            let mut line = String::new();
            let stdout = listener.stdout.take().expect("a pipe");
            BufReader::new(stdout).read_line(&mut line).expect("events");
            drop((listener.kill(), listener.wait()));
            assert!(!line.is_empty(), "the daemon is gone before anything happened");
        }
    }

    /// Ends the daemon, and waits for its end.
    pub fn end(&mut self, signal: Signal) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("an id");
        kill_process(id, signal).expect("the daemon runs");
        eventually("the daemon's end", PATIENCE, || self.child.try_wait().expect("a child of ours"));
        // Its containerd goes with it. A daemon that comes while that one is still going would wait for it in vain.
        let file = self.path("exec/containerd/containerd.pid");
        let pid = fs::read_to_string(&file).unwrap_or_default();
        eventually("the end of its containerd", PATIENCE, || is_over(pid.trim()).then_some(()));
        drop(fs::remove_file(file));
    }

    /// Starts it again with all that it had.
    pub fn again(&mut self) {
        self.child = spawn(self.directory.path()).expect("dockerd");
        self.wait_ready().expect("it starts as it did before");
    }

    fn wait_ready(&mut self) -> Result<(), String> {
        eventually("a daemon that answers", PATIENCE, || {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                let log = fs::read_to_string(self.path("log")).unwrap_or_default();
                return Some(Err(format!("dockerd ended ({status}): {}", log.lines().last().unwrap_or("-"))));
            }
            let asked = self.client(&["version"]).stderr(Stdio::null()).output().expect("the docker client");
            asked.status.success().then_some(Ok(()))
        })
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Where the test failed while it was down, somebody has to end its containers all the same.
        if let Ok(Some(_)) = self.child.try_wait()
            && let Ok(child) = spawn(self.directory.path())
        {
            self.child = child;
            drop(self.wait_ready());
        }
        for (list, remove) in [
            (&["ps", "--all", "--quiet"][..], &["rm", "--force", "--volumes"][..]),
            (&["network", "ls", "--quiet", "--filter", "type=custom"], &["network", "rm"]),
        ] {
            let listed = self.client(list).output().map(|output| output.stdout).unwrap_or_default();
            let ids = String::from_utf8_lossy(&listed).into_owned();
            if !ids.is_empty() {
                drop(self.client(remove).args(ids.split_whitespace()).output());
            }
        }
        if let Ok(None) = self.child.try_wait() {
            self.end(Signal::TERM);
        }
        // One that was killed is not there to take away what it mounted.
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        let below = mounts.lines().filter_map(|line| line.split(' ').nth(1));
        for mount in below.filter(|path| Path::new(path).starts_with(self.directory.path())).rev() {
            drop(Command::new("umount").arg(mount).output());
        }
    }
}

/// Whether there is no such process, or one that nobody has buried: a daemon takes it for one that lives.
fn is_over(pid: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    pid.is_empty() || status.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('Z'))
}

/// Where the programs are, below the daemon's directory.
const PROGRAMS: &str = "bin";

/// One that runs meanwhile is not written to, but replaced.
fn put(directory: &Path, (name, text): Program) {
    let new = directory.join("new-program");
    fs::write(&new, text).expect("a program");
    fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).expect("a program that may be run");
    fs::rename(new, directory.join(PROGRAMS).join(name)).expect("a program in its place");
}

fn spawn(directory: &Path) -> std::io::Result<Child> {
    let at = |name: &str| directory.join(name).display().to_string();
    // Many daemons may share one containerd, each under a name of its own.
    let name = directory.file_name().and_then(|name| name.to_str()).unwrap_or("mcp-tui-test");
    let log = fs::File::options().create(true).append(true).open(directory.join("log"))?;
    let path = std::env::var("PATH").unwrap_or_default();
    // In a network of its own: on the host's it would take the bridge of the machine's own daemon away.
    Command::new("unshare")
        .args(["--net", "dockerd"])
        .args(["--config-file", &at("daemon.json"), "--host", &format!("unix://{}", at("docker.sock"))])
        .args(["--data-root", &at("data"), "--exec-root", &at("exec"), "--pidfile", &at("pid")])
        .args(["--containerd-namespace", name, "--containerd-plugins-namespace", &format!("{name}-plugins")])
        .args(["--storage-driver", "vfs", "--bridge", "none", "--iptables=false", "--userland-proxy=false"])
        .env("PATH", format!("{}:{path}", at(PROGRAMS)))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
}
