//! The health checks against real services: what they speak, and what they say when they are ill.

use crate::support::engine::{docker, trial};
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Instant;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("health::one_broken_replica_is_named", one_broken_replica_is_named),
        trial("health::redis_says_how_it_is", redis_says_how_it_is),
        trial("health::redis_that_loads_is_starting", redis_that_loads_is_starting),
        trial("health::postgresql_says_how_it_is", postgresql_says_how_it_is),
        trial("health::a_command_is_run_in_the_container", a_command_is_run_in_the_container),
        trial("health::a_service_without_a_network_is_named", a_service_without_a_network_is_named),
        trial("health::waiting_ends_when_all_is_up", waiting_ends_when_all_is_up),
        trial("health::a_stack_without_files_is_checked", a_stack_without_files_is_checked),
    ]
}

struct Ward {
    workplace: Workplace,
    project: Project,
    file: PathBuf,
}

impl Ward {
    fn deployed(what: &str, compose: &str) -> Self {
        let (workplace, project) = (Workplace::new(), Project::new(what));
        let file = workplace.stack(&project.name, compose);
        let ward = Self { workplace, project, file };
        ward.workplace.run(["-s", &ward.project.name, "up"]).succeeded("up");
        ward
    }

    fn container(&self, service: &str) -> String {
        format!("{}-{service}-1", self.project.name)
    }

    /// The exit code, and the reports.
    fn health(&self) -> (Option<i32>, Vec<Value>) {
        let finished = self.workplace.run(["-s", &self.project.name, "health", "--json"]);
        let Value::Array(reports) = finished.json() else { panic!("{}", finished.stdout) };
        (finished.code, reports)
    }

    /// The only check of a service that is not Docker's: its verdict and what was said.
    fn told(&self, service: &str) -> (String, String) {
        let (_, reports) = self.health();
        let of_service = |report: &&Value| report["id"]["service"] == service && report["label"] != "docker";
        let report = reports.iter().find(of_service).expect("a check");
        let text = |key: &str| report[key].as_str().expect("a text").to_owned();
        (text("verdict"), text("message"))
    }

    fn comes_to(&self, service: &str, verdict: &str, message: &str) {
        eventually(&format!("{service} is {verdict}: {message}"), PATIENCE, || {
            let (told, words) = self.told(service);
            (told == verdict && words.starts_with(message)).then_some(())
        });
    }
}

fn one_broken_replica_is_named() {
    let ward = Ward::deployed(
        "replicas",
        "services:\n  web:\n    image: mcp-tui-test/http\n    environment: {CHATTER: '5'}\n    deploy: {replicas: 2}\n    \
         stop_grace_period: 1s\n    x-mcp: {checks: [{http: 'http://web:8000/health'}]}\n",
    );
    ward.comes_to("web", "up", "2 of 2 up");
    assert_eq!(ward.health().0, Some(0));
    let second = format!("{}-web-2", ward.project.name);
    // The container goes on; nobody listens in it any more.
    docker(["exec", &second, "sh", "-c", "kill $(pidof nc)"]);
    ward.comes_to("web", "degraded", "1 of 2 up: web-2: connection refused at ");
    let (code, reports) = ward.health();
    assert_eq!(code, Some(1));
    let replicas = reports[0]["replicas"].as_array().expect("replicas");
    let each: Vec<_> = replicas.iter().map(|replica| replica["verdict"].as_str()).collect();
    assert_eq!(each, [Some("up"), Some("down")]);
    let id = docker(["inspect", "--format", "{{.Id}}", &second]);
    assert_eq!(replicas[1]["replica"]["container"].as_str(), Some(id.trim()));
    let table = ward.workplace.run(["-s", &ward.project.name, "health"]);
    assert_eq!(table.code, Some(1));
    assert!(table.stdout.contains("  web-2") && table.stdout.contains("1 of 2 up"), "{}", table.stdout);
}

fn redis_says_how_it_is() {
    let ward = Ward::deployed(
        "redis",
        "services:\n  cache:\n    image: redis:7-alpine\n    command: [redis-server, --save, '3600 1']\n",
    );
    ward.comes_to("cache", "up", "PONG");
    let cache = ward.container("cache");
    // A snapshot that cannot be written: what the server does about it is its own affair, and it says so.
    docker(["exec", "--user", "root", &cache, "chmod", "0555", "/data"]);
    docker(["exec", &cache, "redis-cli", "set", "a", "1"]);
    docker(["exec", &cache, "redis-cli", "bgsave"]);
    ward.comes_to("cache", "degraded", "MISCONF ");
    docker(["exec", &cache, "redis-cli", "config", "set", "requirepass", "not-a-secret-of-anybody"]);
    ward.comes_to("cache", "up", "alive, refuses strangers: NOAUTH");
    docker(["pause", &cache]);
    let (verdict, message) = ward.told("cache");
    docker(["unpause", &cache]);
    assert_eq!((verdict.as_str(), message.as_str()), ("down", "paused"));
}

fn redis_that_loads_is_starting() {
    // Each of its keys takes a fifth of a second to load.
    let ward = Ward::deployed(
        "loading",
        "services:\n  cache:\n    image: redis:7-alpine\n    stop_grace_period: 1s\n    command: [redis-server, --save, '', \
         --key-load-delay, '200000', --loading-process-events-interval-bytes, '1024']\n",
    );
    ward.comes_to("cache", "up", "PONG");
    let cache = ward.container("cache");
    let fill = "for key in $(seq 200); do echo set key$key $(head -c 2000 /dev/zero | tr '\\0' x); done | redis-cli >/dev/null; \
                redis-cli save";
    docker(["exec", &cache, "sh", "-c", fill]);
    docker(["restart", "--time", "1", &cache]);
    ward.comes_to("cache", "starting", "LOADING ");
}

fn postgresql_says_how_it_is() {
    let ward = Ward::deployed(
        "database",
        "services:\n  db:\n    image: postgres:15-alpine\n    environment: {POSTGRES_PASSWORD: not-a-secret-of-anybody}\n    \
         command: [postgres, -c, max_connections=2, -c, superuser_reserved_connections=0]\n    stop_grace_period: 3s\n",
    );
    ward.comes_to("db", "up", "accepts connections");
    let db = ward.container("db");
    for _ in 0..2 {
        docker(["exec", "--detach", "--user", "postgres", &db, "psql", "--command", "select pg_sleep(600)"]);
    }
    ward.comes_to("db", "down", "too many clients: sorry, too many clients already");
    assert_eq!(ward.health().0, Some(1));
    // A standby that waits for its primary and serves nobody until then.
    docker([
        "exec",
        "--user",
        "postgres",
        &db,
        "sh",
        "-c",
        "touch $PGDATA/standby.signal; echo hot_standby=off >> $PGDATA/postgresql.auto.conf",
    ]);
    docker(["restart", "--time", "3", &db]);
    ward.comes_to("db", "starting", "the database system is ");
    // Nothing of all this is an error in the server's log; a client that names a user who is not there would be.
    let logs = docker(["logs", &db]);
    assert!(!logs.contains("does not exist") && !logs.contains("no password supplied"), "{logs}");
}

fn a_command_is_run_in_the_container() {
    let ward = Ward::deployed(
        "exec",
        "services:\n  job:\n    image: mcp-tui-test/http\n    stop_grace_period: 1s\n    x-mcp:\n      checks:\n        \
         - {exec: [sh, -c, 'cat /tmp/state && echo fine']}\n  odd:\n    image: mcp-tui-test/http\n    stop_grace_period: 1s\n    \
         x-mcp: {checks: [{exec: [nosuchprogram]}]}\n",
    );
    let (verdict, message) = ward.told("job");
    assert_eq!(verdict, "down");
    assert!(message.starts_with("ended with 1: cat:") && message.contains("/tmp/state"), "{message}");
    docker(["exec", &ward.container("job"), "sh", "-c", "echo token=hunter2 > /tmp/state"]);
    let (verdict, message) = ward.told("job");
    assert_eq!(verdict, "up");
    assert!(message.ends_with("fine") && !message.contains("hunter2"), "{message}");
    let (verdict, message) = ward.told("odd");
    assert_eq!(verdict, "down", "{message}");
    assert!(message.contains("12"), "126 or 127, as the daemon has it: {message}");
}

fn a_service_without_a_network_is_named() {
    let ward = Ward::deployed(
        "alone",
        "services:\n  web:\n    image: mcp-tui-test/http\n    network_mode: none\n    stop_grace_period: 1s\n    \
         x-mcp: {checks: [{http: 'http://web:8000/health'}]}\n",
    );
    let (verdict, message) = ward.told("web");
    assert_eq!(verdict, "unknown");
    assert_eq!(message, "it is in no network and does not publish port 8000: nothing can reach it");
    assert_eq!(ward.health().0, Some(2), "could not check");
}

fn waiting_ends_when_all_is_up() {
    let ward = Ward::deployed(
        "wait",
        "services:\n  web:\n    image: mcp-tui-test/http\n    environment: {START_SECONDS: '3', CHATTER: '5'}\n    stop_grace_period: 1s\n    \
         ports: ['127.0.0.1::8000']\n",
    );
    let stack = ward.project.name.as_str();
    let began = Instant::now();
    let finished = ward.workplace.run(["-s", stack, "health", "--wait", "100"]).succeeded("health --wait");
    assert!(finished.stdout.contains("200 OK"), "derived from the published port: {}", finished.stdout);
    assert!(began.elapsed() < PATIENCE, "not a moment longer than it takes");
    docker(["exec", &ward.container("web"), "sh", "-c", "kill $(pidof nc)"]);
    let short = ward.workplace.run(["-s", stack, "health", "--wait", "1"]);
    assert_ne!(short.code, Some(0), "{}", short.stdout);
}

fn a_stack_without_files_is_checked() {
    let ward = Ward::deployed("unfiled", "services:\n  cache: {image: 'redis:7-alpine'}\n");
    let stack = ward.project.name.as_str();
    std::fs::remove_file(&ward.file).expect("the file is there");
    let finished = ward.workplace.run(["-s", stack, "health", "--wait", "30"]);
    assert!(
        finished.stdout.contains("redis 6379") && finished.stdout.contains("PONG"),
        "{}",
        finished.stdout
    );
    assert_eq!(finished.code, Some(0));
}
