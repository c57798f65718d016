//! A steady load through a real nginx, while the replicas behind it come, go and are replaced: every request is
//! answered. The replicas end at once when they are told to, in the middle of what they are at, and one request in four
//! takes a second: only what is led away and waited for before survives that.

use crate::support::engine::{docker, trial};
use crate::support::ports;
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("zero_drop::scale_drops_nothing", scale_drops_nothing),
        trial("zero_drop::update_drops_nothing", update_drops_nothing),
        trial("zero_drop::blue_green_drops_nothing", blue_green_drops_nothing),
        trial(
            "zero_drop::a_kept_side_is_taken_back_or_accepted_and_drops_nothing",
            a_kept_side_is_taken_back_or_accepted_and_drops_nothing,
        ),
        trial(
            "zero_drop::a_bad_update_goes_back_and_drops_nothing",
            a_bad_update_goes_back_and_drops_nothing,
        ),
    ]
}

const SERVER: &str = r"
import os, signal, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith('/slow'): time.sleep(1)
        body = os.environ['VERSION'].encode()
        self.send_response(500 if self.path == '/health' and os.environ['VERSION'] == 'bad' else 200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.do_GET()
    def log_message(self, *_): pass
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
ThreadingHTTPServer.request_queue_size = 64
ThreadingHTTPServer(('', 8000), Handler).serve_forever()
";

const NGINX: &str = "upstream backend { least_conn; server api:8000 max_fails=1 fail_timeout=5s; }
server {
    listen 80;
    location / { proxy_pass http://backend; proxy_connect_timeout 2s; }
    location = /nginx-health { return 200 ok; }
}
";

struct Site {
    workplace: Workplace,
    project: Project,
    port: u16,
}

impl Site {
    fn new(replicas: u32) -> Self {
        let site = Self { workplace: Workplace::new(), project: Project::new("drop"), port: ports::take(1) };
        site.workplace.write(&format!("work/stacks/{}/nginx/default.conf", site.project.name), NGINX);
        site.workplace.write(&format!("work/stacks/{}/server.py", site.project.name), SERVER);
        site.write("one", replicas);
        site.run(&["up"]);
        eventually("nginx to answer", PATIENCE, || ask(site.port, "GET", "/").ok());
        site
    }

    fn write(&self, version: &str, replicas: u32) {
        let port = self.port;
        let text = format!(
            r#"
services:
  api:
    image: mcp-tui-test/replicas-api
    command: [python, /srv/server.py]
    stop_grace_period: 20s
    environment: {{VERSION: {version}}}
    volumes: ["./server.py:/srv/server.py:ro"]
    healthcheck:
      test: [CMD, python, -c, "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
      interval: 1s
      timeout: 5s
      retries: 4
    deploy: {{replicas: {replicas}}}
    x-mcp:
      update: {{min_healthy_time: 1s, healthy_deadline: 60s}}
      on_scale: [{{exec: nginx, command: [nginx, -s, reload]}}]
  nginx:
    image: nginx:alpine
    depends_on: {{api: {{condition: service_healthy}}}}
    ports: ["127.0.0.1:{port}:80"]
    volumes: ["./nginx:/etc/nginx/conf.d:ro"]
"#
        );
        self.workplace.stack(&self.project.name, &text);
    }

    fn command(&self, words: &[&str]) -> crate::support::workplace::Finished {
        let mut command = self.workplace.command(["-s", &self.project.name]);
        command.args(words);
        crate::support::workplace::finish(command, &words.join(" "))
    }

    fn run(&self, words: &[&str]) -> String {
        self.command(words).succeeded(&words.join(" ")).stdout
    }

    /// What the replicas say that they are, of all that nginx leads to.
    fn versions(&self) -> Vec<String> {
        let mut versions: Vec<String> = (0..8).filter_map(|_| ask(self.port, "GET", "/").ok()).collect();
        versions.dedup();
        versions
    }

    /// It serves beside the old one, and is told as what waits for a decision, and nothing else is told.
    fn is_kept_beside(&self, version: &str) {
        self.serves_beside(version);
        let history = self.run(&["history"]);
        assert!(history.contains("waits to be accepted since"), "{history}");
        // Nobody is told that containers are missing or differ: what is kept is no replica.
        let findings = self.command(&["triage", "--json"]).json();
        let told: Vec<&str> = findings["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .filter(|finding| finding["about"]["stack"] == self.project.name.as_str())
            .filter_map(|finding| finding["title"].as_str())
            .collect();
        assert!(told.iter().any(|title| title.contains("waits to be accepted")), "{told:?}");
        assert_eq!(told.len(), 1, "{told:?}");
    }

    /// All requests go to that version, and the containers before it stand stopped beside it.
    fn serves_beside(&self, version: &str) {
        assert_eq!(self.versions(), [version]);
        let running = self.project.running("api");
        let old: Vec<String> = (1..=2).map(|number| format!("{}-api-{number}", self.project.name)).collect();
        assert_eq!(running.len(), 2, "{running:?}");
        assert!(running.iter().all(|name| !old.contains(name)), "{running:?}");
        let all = self.project.containers();
        assert!(old.iter().all(|name| all.contains(name)), "{all:?}");
    }

    /// Each replica stands once, under its own name, and nginx looks names up as always.
    fn is_tidy(&self, numbers: &[u32]) {
        let names: Vec<String> =
            numbers.iter().map(|number| format!("{}-api-{number}", self.project.name)).collect();
        assert_eq!(self.project.running("api"), names);
        assert_eq!(self.project.containers().len(), numbers.len() + 1, "{:?}", self.project.containers());
        let nginx = format!("{}-nginx-1", self.project.name);
        let hosts = docker(["exec", &nginx, "cat", "/etc/hosts"]);
        assert!(!hosts.contains("mcp-tui"), "{hosts}");
    }
}

/// Requests, each over a connection of its own as from so many clients, until it is ended.
struct Load {
    ended: Arc<AtomicBool>,
    told: Arc<Mutex<Told>>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Told {
    answers: BTreeMap<String, usize>,
    failures: Vec<String>,
}

impl Load {
    fn begin(port: u16) -> Self {
        let (ended, told) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Told::default())));
        let client = |number: usize| {
            let (ended, told) = (Arc::clone(&ended), Arc::clone(&told));
            thread::spawn(move || {
                while !ended.load(Ordering::Relaxed) {
                    let (method, path) =
                        [("GET", "/"), ("POST", "/"), ("GET", "/slow"), ("POST", "/slow")][number % 4];
                    let answer = ask(port, method, path);
                    let mut told = told.lock().expect("nobody panics with it");
                    match answer {
                        Ok(version) => *told.answers.entry(version).or_default() += 1,
                        Err(why) => told.failures.push(format!("{method} {path}: {why}")),
                    }
                    drop(told);
                    thread::park_timeout(Duration::from_millis(20));
                }
            })
        };
        let threads = (0..8).map(client).collect();
        Self { ended, told, threads }
    }

    /// Ends it; by version, how many were answered. That any was not is a failure.
    fn end(self, least: usize) -> BTreeMap<String, usize> {
        self.ended.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().expect("a client");
        }
        let told = self.told.lock().expect("nobody panics with it");
        let answered: usize = told.answers.values().sum();
        assert_eq!(told.failures, Vec::<String>::new(), "of {answered} requests");
        assert!(answered >= least, "{answered} requests are no load");
        told.answers.clone()
    }
}

fn ask(port: u16, method: &str, path: &str) -> Result<String, String> {
    let answer = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: site\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = answer().map_err(|error| error.to_string())?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| format!("cut: {answer:?}"))?;
    let status = head.lines().next().unwrap_or_default();
    if status.contains(" 200 ") && !body.is_empty() {
        Ok(body.to_owned())
    } else {
        Err(format!("{status} {body:?}"))
    }
}

fn scale_drops_nothing() {
    let site = Site::new(2);
    let load = Load::begin(site.port);
    site.run(&["scale", "api=4"]);
    site.is_tidy(&[1, 2, 3, 4]);
    let plan = site.run(&["plan", "scale", "api=1"]);
    assert!(plan.contains("drain"), "{plan}");
    site.run(&["scale", "api=1"]);
    site.is_tidy(&[1]);
    load.end(200);
}

fn update_drops_nothing() {
    let site = Site::new(3);
    site.write("two", 3);
    let load = Load::begin(site.port);
    site.run(&["update"]);
    let answers = load.end(200);
    assert!(answers.contains_key("one") && answers.contains_key("two"), "{answers:?}");
    assert_eq!(site.versions(), ["two"]);
    site.is_tidy(&[1, 2, 3]);
    assert!(site.run(&["plan", "--exit-code", "update"]).contains("nothing"), "all is up to date");

    // And back, by the number of the first deploy.
    let history = site.run(&["history"]);
    assert!(history.contains("update") && history.contains("good"), "{history}");
    let load = Load::begin(site.port);
    site.run(&["rollback"]);
    load.end(200);
    assert_eq!(site.versions(), ["one"]);
    site.is_tidy(&[1, 2, 3]);
}

fn blue_green_drops_nothing() {
    let site = Site::new(2);
    site.write("two", 2);
    let load = Load::begin(site.port);
    site.run(&["update", "--strategy", "blue-green", "--accept"]);
    load.end(100);
    assert_eq!(site.versions(), ["two"]);
    site.is_tidy(&[1, 2]);
}

fn a_kept_side_is_taken_back_or_accepted_and_drops_nothing() {
    let site = Site::new(2);
    site.write("two", 2);
    let load = Load::begin(site.port);
    let update = ["update", "--strategy", "blue-green"];
    site.run(&update);
    site.is_kept_beside("two");

    // Nothing else is begun before that is decided, and what changes nothing does not disturb it.
    site.write("three", 2);
    for words in [&["up"][..], &["update"], &["rollback", "--to", "1"]] {
        site.command(words).failed(5, ["waits to be accepted", "accept", "rollback"]);
    }
    site.command(&["scale", "api=3"]).failed(5, ["waits to be accepted"]);
    site.write("two", 2);
    site.run(&["up"]);
    site.run(&update);
    site.is_kept_beside("two");

    site.run(&["rollback"]);
    let answers = load.end(100);
    assert!(answers.contains_key("one") && answers.contains_key("two"), "{answers:?}");
    assert_eq!(site.versions(), ["one"]);
    site.is_tidy(&[1, 2]);

    site.run(&update);
    site.is_kept_beside("two");
    // With all of them stopped it is still the new ones that a start starts, and no cleanup takes any.
    site.run(&["stop", "api"]);
    site.run(&["cleanup"]);
    site.run(&["start", "api"]);
    // A reload lets those that were there answer for a moment.
    eventually("the new ones to answer again", PATIENCE, || (site.versions() == ["two"]).then_some(()));
    site.serves_beside("two");

    let load = Load::begin(site.port);
    site.command(&["accept"]).failed(2, ["no terminal", "--yes"]);
    site.run(&["accept", "--yes"]);
    load.end(30);
    assert_eq!(site.versions(), ["two"]);
    site.is_tidy(&[1, 2]);
    site.command(&["accept", "--yes"]).failed(4, ["no deploy of it waits"]);
    // What was accepted can be left all the same, as any deploy.
    site.run(&["rollback"]);
    assert_eq!(site.versions(), ["one"]);
    site.is_tidy(&[1, 2]);
}

fn a_bad_update_goes_back_and_drops_nothing() {
    let site = Site::new(2);
    site.write("bad", 2);
    let load = Load::begin(site.port);
    let ended = site.command(&["update"]).failed(7, ["unhealthy", "rolled back"]);
    assert!(ended.stdout.contains("going back"), "{}", ended.stdout);
    let answers = load.end(50);
    assert!(!answers.contains_key("bad"), "{answers:?}");
    assert_eq!(site.versions(), ["one"]);
    site.is_tidy(&[1, 2]);
    // Whoever goes back once more leaves what was good as it is, and is told why.
    let kept = site.run(&["rollback"]);
    assert!(kept.contains("deploy 2 was taken back already, so this keeps to deploy 1"), "{kept}");
    assert_eq!(site.versions(), ["one"]);
    site.is_tidy(&[1, 2]);
}
