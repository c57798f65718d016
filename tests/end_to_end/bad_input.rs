//! What goes wrong, and how the operator is told: the exit code, the cause, the hint, and nothing half-done left behind.

use super::stacks::{DATABASE, WEB};
use crate::support::engine;
use crate::support::project::Project;
use crate::support::trial;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::{BINARY, Workplace, finish};
use libtest_mimic::Trial;
use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::Command;

/// Documented in the README.
mod exit {
    pub const INVALID: i32 = 2;
    pub const NO_DAEMON: i32 = 3;
    pub const NOT_FOUND: i32 = 4;
    pub const CONFLICT: i32 = 5;
    pub const EXHAUSTED: i32 = 6;
}

pub fn trials() -> Vec<Trial> {
    let is_root = rustix::process::geteuid().is_root();
    vec![
        trial("bad_input::no_docker", no_docker),
        trial("bad_input::no_right_to_the_socket", no_right_to_the_socket).with_ignored_flag(!is_root),
        trial("bad_input::a_daemon_that_never_answers", a_daemon_that_never_answers),
        trial("bad_input::a_broken_file", a_broken_file),
        trial("bad_input::wrong_arguments", wrong_arguments),
        engine::trial("bad_input::an_unknown_stack", an_unknown_stack),
        engine::trial("bad_input::an_unknown_service", an_unknown_service),
        engine::trial("bad_input::a_port_taken", a_port_taken),
        engine::trial("bad_input::a_name_that_exists", a_name_that_exists),
        engine::trial("bad_input::a_full_disk_during_a_backup", a_full_disk_during_a_backup)
            .with_ignored_flag(!is_root || !engine::wanted()),
    ]
}

pub const NOBODY: &str = "unix:///nonexistent/docker.sock";

fn no_docker() {
    let workplace = Workplace::new();
    workplace.stack("web", WEB);
    workplace.run(["-H", NOBODY, "-s", "web", "up"]).failed(exit::NO_DAEMON, ["/nonexistent/docker.sock"]);
    workplace.run(["-H", NOBODY, "status"]).failed(exit::NO_DAEMON, ["/nonexistent/docker.sock"]);
}

/// A listener that accepts in the kernel's queue and never says a word.
pub fn silent_daemon(workplace: &Workplace) -> (UnixListener, String) {
    let socket = workplace.path("silent.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    (listener, format!("unix://{}", socket.display()))
}

/// Root may read everything, so the program is run as nobody.
fn no_right_to_the_socket() {
    let workplace = Workplace::new();
    let (_listener, endpoint) = silent_daemon(&workplace);
    fs::set_permissions(workplace.path("silent.sock"), Permissions::from_mode(0o660)).expect("a mode");
    for folder in ["", "config", "config/mcp-tui", "state", "data", "cache", "run", "work", "work/stacks"] {
        fs::set_permissions(workplace.path(folder), Permissions::from_mode(0o777)).expect("a mode");
    }
    let binary = workplace.path("mcp-tui");
    fs::copy(BINARY, &binary).expect("a copy of the program that nobody may read");
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(binary);
    command.args(["-H", &endpoint, "status"]).env_clear().envs(workplace.environment());
    command.current_dir(workplace.work());
    finish(command, "status as nobody").failed(exit::NO_DAEMON, ["ermission denied", "group"]);
}

fn a_daemon_that_never_answers() {
    let workplace = Workplace::new();
    let (_listener, endpoint) = silent_daemon(&workplace);
    workplace.run(["-H", &endpoint, "status"]).failed(exit::NO_DAEMON, ["silent.sock"]);
}

fn a_broken_file() {
    let workplace = Workplace::new();
    workplace.stack("broken", "services:\n  web:\n    image: [a, b\n");
    workplace.run(["-H", NOBODY, "-s", "broken", "up"]).failed(exit::INVALID, ["compose.yaml"]);
    let file = workplace.write("work/odd.yaml", "services:\n  web:\n    image: x\n    ports: {a: b}\n");
    let file = file.to_string_lossy();
    workplace.run(["-H", NOBODY, "-f", &file, "up"]).failed(exit::INVALID, ["odd.yaml:4"]);
    workplace.stack("wrong", "services:\n  web:\n    image: x\n    imge: x\n    restart: 5\n");
    let listed = workplace.run(["-H", NOBODY, "stacks"]).succeeded("stacks").stdout;
    let (table, errors) = listed.split_once("\n\n").expect("a table and what is wrong below it");
    let row = table.lines().find(|line| line.starts_with("wrong")).expect("a row of the stack");
    assert!(row.contains("unreadable") && row.ends_with("stacks/wrong/compose.yaml"), "{row}");
    let told: Vec<&str> = errors.lines().filter(|line| line.contains("wrong/compose.yaml")).collect();
    assert!(
        matches!(told[..], [key, value] if key.contains("imge") && value.contains("found `5`")),
        "{errors}"
    );
    workplace.run(["-f", "no-such-file.yaml", "up"]).failed(exit::NOT_FOUND, ["no-such-file.yaml"]);
}

fn an_unknown_stack() {
    let workplace = Workplace::new();
    workplace.run(["-s", "nosuchstack", "up"]).failed(exit::NOT_FOUND, ["nosuchstack"]);
}

fn wrong_arguments() {
    let workplace = Workplace::new();
    workplace.run(["conquer"]).failed(exit::INVALID, ["conquer"]);
    workplace.stack("web", WEB);
    workplace.run(["-s", "web", "scale", "web=many"]).failed(exit::INVALID, ["web=many"]);
    workplace.run(["-s", "web", "--read-only", "restart"]).failed(exit::INVALID, ["--read-only", "hint"]);
    workplace
        .run(["-s", "web", "scale", "web=99999999"])
        .failed(exit::INVALID, ["web=99999999", "0 to 1000"]);
}

fn an_unknown_service() {
    let (workplace, project) = (Workplace::new(), Project::new("svc"));
    workplace.stack(&project.name, WEB);
    for verb in ["up", "restart", "stop", "logs", "health"] {
        workplace.run(["-s", &project.name, verb, "wbe"]).failed(exit::NOT_FOUND, ["wbe"]);
    }
    workplace.run(["health", "nosuch"]).failed(exit::NOT_FOUND, ["no such service"]);
    assert!(project.containers().is_empty(), "nothing was begun");
}

fn a_port_taken() {
    let (workplace, project) = (Workplace::new(), Project::new("port"));
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    workplace.stack(&project.name, &WEB.replace("127.0.0.1::8000", &format!("127.0.0.1:{port}:8000")));
    let ended = workplace.run(["-s", &project.name, "up"]);
    assert!(
        matches!(ended.code, Some(exit::CONFLICT | exit::EXHAUSTED)),
        "{:?}: {}",
        ended.code,
        ended.stderr
    );
    assert!(ended.stderr.contains(&port), "which port is taken: {}", ended.stderr);
}

fn a_name_that_exists() {
    let (workplace, project) = (Workplace::new(), Project::new("name"));
    let foreign = Project::new("foreign");
    let name = format!("{}-web", foreign.name);
    let label = format!("com.docker.compose.project={}", foreign.name);
    engine::docker(["create", "--name", &name, "--label", &label, "mcp-tui-test/http"]);
    workplace
        .stack(&project.name, &WEB.replace("  web:\n", &format!("  web:\n    container_name: {name}\n")));
    workplace.run(["-s", &project.name, "up"]).failed(exit::CONFLICT, [&name]);
    assert!(engine::inspect(&name).is_some(), "another's container is left alone");
}

fn a_full_disk_during_a_backup() {
    let (workplace, project) = (Workplace::new(), Project::new("full"));
    workplace.stack(&project.name, DATABASE);
    // Random text does not compress: the dump is bigger than the disk that is to hold it.
    let rows = "CREATE TABLE noise AS SELECT md5(random()::text) || md5(random()::text) AS x FROM generate_series(1, 60000);";
    workplace.write(&format!("work/stacks/{}/tables.sql", project.name), rows);
    workplace.run(["-s", &project.name, "up"]).succeeded("up");
    eventually("a healthy database", PATIENCE, || {
        (project.health("postgres").as_deref() == Some("healthy")).then_some(())
    });
    let backups = workplace.path("state/mcp-tui/backups");
    fs::create_dir_all(&backups).expect("a folder");
    let _disk = SmallDisk::mount(&backups.to_string_lossy());
    workplace.run(["-s", &project.name, "backup", "create"]).failed(exit::EXHAUSTED, ["No space left"]);
    let listed = workplace.run(["-s", &project.name, "backup", "list"]).succeeded("backup list").stdout;
    assert!(!listed.contains(&project.name), "half a backup is none: {listed}");
    let left =
        Command::new("find").arg(&backups).args(["-type", "f", "-size", "+64k"]).output().expect("find");
    assert_eq!(String::from_utf8_lossy(&left.stdout), "", "what could not be finished gives its room back");
}

/// A tmpfs of one megabyte; to mount one takes root.
struct SmallDisk {
    at: String,
}

impl SmallDisk {
    fn mount(at: &str) -> Self {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs", at]).output();
        assert!(mounted.is_ok_and(|output| output.status.success()), "no tmpfs at {at}");
        Self { at: at.to_owned() }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").args(["--lazy", &self.at]).output());
    }
}
