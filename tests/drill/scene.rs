//! One incident: a stack of its own, a console that looks on, and what that must come to say.

use super::loop_disk::{self, LoopDisk};
use super::{narrow::Narrow, pane, times, untouched};
use crate::nvml::FakeNvml;
use crate::support::engine::docker;
use crate::support::project::Project;
use crate::support::pty::Pty;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{BINARY, Finished, Workplace};
use jiff::Timestamp;
use serde_json::Value;
use std::any::Any;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Wide enough for the longest line of a daemon.
const SIZE: (u16, u16) = (250, 60);
/// How long a screen is watched at most.
const WATCH: Duration = Duration::from_mins(5);

/// Nothing is wrong with the GPUs, unless that is the incident.
pub const GPUS: &str = "
driver: 550.54.15
gpus:
  - uuid: GPU-drill-0
    utilisation: [93, 40]
    memory: [72704, 81920]
    celsius: 62
    throttle: 0
  - uuid: GPU-drill-1
    utilisation: [12, 3]
    memory: [1024, 81920]
    celsius: 41
    throttle: 0
";

/// Whatever is below goes in this order, containers before what they have mounted.
pub struct Scene {
    /// What else the console sees: containers that are in the stack's way.
    pub others: Project,
    pub project: Project,
    /// Of the incidents that are about one.
    disk: Option<LoopDisk>,
    pub workplace: Workplace,
    pub nvml: FakeNvml,
    label: String,
}

/// What must be told.
pub struct Told {
    /// When Docker, or who else must know, knew of it.
    pub since: Timestamp,
    /// How the first finding begins, in one of these ways.
    pub titles: Vec<String>,
    /// What must stand below it.
    pub evidence: Vec<String>,
    /// What the incident needs to go on.
    kept: Option<Box<dyn Any>>,
}

impl Told {
    pub fn new<const N: usize>(since: Timestamp, title: impl Into<String>, evidence: [&str; N]) -> Self {
        Self { since, titles: vec![title.into()], evidence: evidence.map(str::to_owned).to_vec(), kept: None }
    }

    /// Where both the container and the task that was to start it tell why, either may come first.
    pub fn or(mut self, title: impl Into<String>) -> Self {
        self.titles.push(title.into());
        self
    }

    pub fn keeping(self, kept: impl Any) -> Self {
        Self { kept: Some(Box::new(kept)), ..self }
    }

    fn is_in(&self, findings: &[String]) -> bool {
        findings.first().is_some_and(|first| {
            self.titles.iter().any(|title| first.starts_with(&pane::tight(title)))
                && self.evidence.iter().all(|text| first.contains(&pane::tight(text)))
        })
    }
}

/// What the pane said, and since when.
type History = Vec<(Timestamp, Vec<String>)>;

pub fn play(incident: &'static str, make: fn(&Scene) -> Told) {
    untouched::stand();
    let workplace = Workplace::new();
    let scene = Scene {
        others: Project::new("others"),
        project: Project::new(&incident.replace('_', "")),
        nvml: FakeNvml::with(GPUS),
        disk: loop_disk::has_one(incident).then(|| LoopDisk::new(&workplace)),
        workplace,
        label: untouched::label(incident),
    };
    let socket = scene.workplace.path("run/docker.sock");
    let _narrow = Narrow::new(&socket, &scene.label);
    let console = scene.console(&socket);
    let (history, over) = (Mutex::new(History::new()), AtomicBool::new(false));
    let told = thread::scope(|scope| {
        let _over = Over(&over);
        scope.spawn(|| watch(&console, &history, &over));
        let told = make(&scene);
        let shown = shown(&told, &history, &console);
        (told, shown)
    });
    let (told, shown) = told;
    let history = history.into_inner().unwrap_or_else(PoisonError::into_inner);
    let blamed =
        history.iter().flat_map(|(_, findings)| findings).find(|text| text.contains(untouched::MARK));
    assert_eq!(blamed, None, "nothing is wrong with the untouched stack");
    let taken = Duration::try_from(shown.duration_since(told.since)).unwrap_or_default();
    times::note(incident, taken);
    drop(told.kept);
}

/// Ends the watching, also when the incident could not be made.
struct Over<'scene>(&'scene AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Notes what the pane says whenever it says something else. The clock of the console draws a frame each second.
fn watch(console: &Pty, history: &Mutex<History>, over: &AtomicBool) {
    console.comes_to(WATCH, |screen| {
        let now = Timestamp::now();
        if let Some(findings) = pane::findings(screen) {
            let mut history = lock(history);
            if history.last().is_none_or(|(_, last)| *last != findings) {
                history.push((now, findings));
            }
        }
        over.load(Ordering::Relaxed)
    });
}

fn lock(history: &Mutex<History>) -> MutexGuard<'_, History> {
    history.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When it was first told.
fn shown(told: &Told, history: &Mutex<History>, console: &Pty) -> Timestamp {
    let end = Timestamp::now() + PATIENCE;
    loop {
        let said = lock(history).iter().find(|(_, findings)| told.is_in(findings)).map(|(time, _)| *time);
        if let Some(time) = said {
            return time;
        }
        assert!(
            Timestamp::now() < end,
            "never told: {:?} {:?}; the screen is:\n{}",
            told.titles,
            told.evidence,
            console.screen()
        );
        // Whoever watches has the screen; what it notes is looked through now and then.
        thread::yield_now();
        thread::park_timeout(Duration::from_millis(20));
    }
}

impl Scene {
    /// The console shows nothing but the findings, and has none.
    fn console(&self, socket: &Path) -> Pty {
        let mut environment = self.workplace.environment();
        environment.push(("DOCKER_HOST".to_owned(), format!("unix://{}", socket.display())));
        environment.push(("MCP_TUI_NVML".to_owned(), self.nvml.library().to_string_lossy().into_owned()));
        let (program, arguments) = match &self.disk {
            // With mounts of its own it goes on seeing a disk that is hidden from others.
            Some(_) => ("unshare", &["--mount", BINARY][..]),
            None => (BINARY, &[][..]),
        };
        let console = Pty::spawn(program, arguments, &environment, &self.workplace.work(), SIZE);
        console.wait_text("untouched-store");
        console.keys("5f");
        console
            .wait("no findings", PATIENCE, |screen| pane::findings(screen).is_some_and(|all| all.is_empty()));
        console
    }

    /// The incident's own disk.
    pub fn disk(&self) -> &LoopDisk {
        self.disk.as_ref().expect("the incident is one of those with a disk")
    }

    /// Writes the stack's file. Each service says `labels: *seen`.
    fn write(&self, services: &str) {
        let compose = format!("x-seen: &seen {{{}: ''}}\n{}", self.label, services.trim_start());
        self.workplace.stack(&self.project.name, &compose);
    }

    /// Writes the stack's file and deploys it, which is to go well.
    pub fn up(&self, services: &str) {
        self.write(services);
        self.deploy().succeeded("up");
    }

    /// Writes the stack's file and deploys it, which is to fail. Gives the time when it has.
    pub fn fails(&self, services: &str) -> Timestamp {
        self.write(services);
        let finished = self.deploy();
        let now = Timestamp::now();
        assert_ne!(finished.code, Some(0), "an up that is to fail went well: {}", finished.stderr);
        now
    }

    pub fn deploy(&self) -> Finished {
        self.workplace.run(["-s", &self.project.name, "up"])
    }

    pub fn name(&self, service: &str) -> String {
        format!("{}-{service}-1", self.project.name)
    }

    /// Runs a container of another stack, and gives its name.
    pub fn run(&self, service: &str, arguments: &[&str]) -> String {
        let (stack, name) = (&self.others.name, format!("{}-{service}-1", self.others.name));
        let label = |key: &str, value: &str| format!("com.docker.compose.{key}={value}");
        let labels = [
            self.label.clone(),
            label("project", stack),
            label("service", service),
            label("container-number", "1"),
            label("oneoff", "False"),
        ];
        let mut command = Command::new("docker");
        command.args(["run", "--detach", "--name", &name]);
        for label in &labels {
            command.args(["--label", label]);
        }
        let output = command.args(arguments).output().expect("the docker client");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        name
    }

    /// When the container of this service ended.
    pub fn ended(&self, service: &str) -> Timestamp {
        self.eventually(service, "/State/FinishedAt", "has ended", |container, time| {
            let state = container.pointer("/State/Status")?.as_str()?;
            let restarts = container.pointer("/RestartCount")?.as_u64()?;
            let time = time.as_str()?.parse::<Timestamp>().ok()?;
            (state == "exited" || restarts > 0 && time.as_second() > 0).then_some(time)
        })
    }

    /// When the health check of this service failed first.
    pub fn check_failed(&self, service: &str) -> Timestamp {
        self.eventually(service, "/State/Health/Log", "fails its health check", |_, runs| {
            let failed = runs.as_array()?.iter().find(|run| run["ExitCode"].as_i64() != Some(0))?;
            failed["End"].as_str()?.parse().ok()
        })
    }

    fn eventually<T>(
        &self,
        service: &str,
        pointer: &str,
        what: &str,
        mut ask: impl FnMut(&Value, &Value) -> Option<T>,
    ) -> T {
        eventually(&format!("{service} {what}"), PATIENCE, || {
            let container = self.project.inspect(service)?;
            ask(&container, container.pointer(pointer)?)
        })
    }

    /// When the container of this service first wrote so.
    pub fn wrote(&self, service: &str, text: &str) -> Timestamp {
        self.wrote_times(service, text, 1)
    }

    /// When it wrote so for the so-manieth time.
    pub fn wrote_times(&self, service: &str, text: &str, times: usize) -> Timestamp {
        eventually(&format!("{service} writes {text:?}"), PATIENCE, || {
            let log = self.log(service);
            let line = log.lines().filter(|line| line.contains(text)).nth(times - 1)?;
            line.split(' ').next()?.parse().ok()
        })
    }

    fn log(&self, service: &str) -> String {
        let name = self.name(service);
        let output = Command::new("docker").args(["logs", "--timestamps", &name]).output();
        let output = output.expect("the docker client");
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat()
    }

    /// Where the daemon keeps the log of this service.
    pub fn log_file(&self, service: &str) -> PathBuf {
        self.eventually(service, "/LogPath", "has a log", |_, path| path.as_str().map(PathBuf::from))
    }

    /// What the command prints in the container of this service, whatever comes of it.
    pub fn exec(&self, service: &str, command: &[&str]) -> String {
        let output = Command::new("docker")
            .args(["exec", "--user", "root", &self.name(service)])
            .args(command)
            .output();
        String::from_utf8_lossy(&output.expect("the docker client").stdout).into_owned()
    }
}

pub fn remove(container: &str) {
    docker(["rm", "--force", container]);
}
