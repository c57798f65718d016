//! `serve`, asked as the examples of the service before it ask: in their order, and with their fields.

use crate::support::engine::trial;
use crate::support::project::Project;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

pub fn trials() -> Vec<Trial> {
    vec![
        trial("serve::the_examples_of_the_service_before_it", the_examples),
        trial("serve::a_backup_that_is_due_is_taken_by_itself", a_backup_that_is_due_is_taken_by_itself),
    ]
}

/// The program at work, and where it listens.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(workplace: &Workplace, words: &[&str]) -> Self {
        let mut command = workplace.command(["serve", "--listen", "127.0.0.1:0"]);
        let log = std::fs::File::create(workplace.path("serve.log")).expect("a file of ours");
        command.args(words).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("the program starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe of ours");
        BufReader::new(stdout).read_line(&mut line).expect("it says where it listens");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next());
        let address = address.unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { child, address }
    }

    /// The status, the headers and the body of one answer.
    fn ask(&self, request: &str, headers: &[&str], body: &str) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let mut text = format!("{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for header in headers {
            text.push_str(header);
            text.push_str("\r\n");
        }
        let _ = write!(text, "Content-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(text.as_bytes()).expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer of HTTP");
        let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let mut content = answer.split_off(end + 4);
        if head.contains("transfer-encoding: chunked") {
            content = unchunked(&content);
        }
        (status, head, content)
    }

    fn json(&self, request: &str, status: u16, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (found, head, answer) = self.ask(request, &["Content-Type: application/json"], &body);
        let text = String::from_utf8_lossy(&answer);
        assert_eq!(found, status, "{request} {body}: {text}");
        assert!(head.contains("content-type: application/json"), "{request}: {head}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{request}: {error}: {text}"))
    }

    fn get(&self, path: &str) -> Value {
        self.json(&format!("GET {path}"), 200, &Value::Null)
    }

    fn ended_task(&self, id: &str) -> Value {
        eventually("the task to end", PATIENCE, || {
            let task = self.get(&format!("/tasks/{id}"));
            (!["pending", "running"].contains(&task["status"].as_str()?)).then_some(task)
        })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n").expect("a chunk has a length");
        let length =
            usize::from_str_radix(&String::from_utf8_lossy(&bytes[..end]), 16).expect("in hexadecimal");
        if length == 0 {
            return content;
        }
        content.extend_from_slice(&bytes[end + 2..end + 2 + length]);
        bytes = &bytes[end + 4 + length..];
    }
}

/// A stack with a database that runs.
fn database(workplace: &Workplace, project: &Project, schedule: &str) {
    workplace.stack(
        &project.name,
        &format!(
            "x-mcp: {{backup: {{postgres: [{{service: db}}], schedule: '{schedule}'}}}}\nservices:\n  db:\n    \
             image: postgres:15-alpine\n    environment: {{POSTGRES_PASSWORD: s3cret}}\n    stop_grace_period: 5s\n    \
             healthcheck: {{test: [CMD-SHELL, 'pg_isready -h 127.0.0.1 -U postgres'], interval: 300ms, retries: 200}}\n"
        ),
    );
    workplace.run(["-s", &project.name, "up", "--wait"]).succeeded("up");
}

fn the_examples() {
    let (workplace, project) = (Workplace::new(), Project::new("serve"));
    database(&workplace, &project, "off");
    let mut served = Served::start(&workplace, &["-s", &project.name]);
    assert_eq!(served.get("/backups"), json!([]));

    // Two backups; the second one asks for a letter that nobody can send.
    let started = served.json("POST /backups", 202, &json!({ "compress": true }));
    assert_eq!(started["status"], "pending");
    let first = served.ended_task(started["task_id"].as_str().expect("a task has an id"));
    assert_eq!(first["status"], "completed", "{first}");
    for field in ["task_id", "message", "created_at", "completed_at"] {
        assert!(first[field].is_string(), "{field}: {first}");
    }
    assert!(first["result"]["stdout"].is_string() && first["result"]["backup_dir"].is_string(), "{first}");
    assert_eq!(first["requested_by"], "http from 127.0.0.1");
    let second = json!({ "compress": false, "email": "admin@company.example" });
    let second = served.json("POST /backups", 202, &second);
    let second = second["task_id"].as_str().expect("a task has an id").to_owned();
    served.ended_task(&second);
    eventually("what came of the letter", PATIENCE, || {
        let told = served.get(&format!("/tasks/{second}"))["result"]["told"][0].clone();
        told["undelivered"].as_str().filter(|why| why.contains("no mail server")).map(drop)
    });

    let listed = served.get("/backups");
    assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
    for field in ["name", "path", "size", "created_at", "type", "status"] {
        assert!(listed[0][field].is_string(), "{field}: {listed}");
    }
    assert_eq!((&listed[0]["type"], &listed[0]["status"]), (&"compressed".into(), &"completed".into()));
    let name = listed[0]["name"].as_str().expect("a backup has a name");

    assert_eq!(served.get("/tasks?status=running"), json!([]));
    assert_eq!(served.get("/tasks?status=completed").as_array().map(Vec::len), Some(3), "with the `up`");
    served.json("GET /tasks?status=lost", 422, &Value::Null);
    served.json("GET /tasks/lost", 404, &Value::Null);

    // What is downloaded opens with tar, and its sums are right.
    let (code, head, archive) = served.ask(&format!("GET /backups/{name}/download"), &[], "");
    assert!(
        code == 200 && head.contains(&format!("filename=\"{}.tar\"", name.to_ascii_lowercase())),
        "{head}"
    );
    let folder = workplace.path("download");
    tar::Archive::new(archive.as_slice()).unpack(&folder).expect("a whole archive");
    let mut check = std::process::Command::new("sha256sum");
    check.args(["--check", "--quiet", "SHA256SUMS"]).current_dir(folder.join(name));
    assert!(check.status().expect("sha256sum runs").success());

    let stats = served.get("/stats");
    assert_eq!(
        (&stats["backup_count"], &stats["task_stats"]["completed"]),
        (&json!(2), &json!(3)),
        "{stats}"
    );
    assert!(stats["total_size"].as_u64().is_some_and(|size| size > 0), "{stats}");
    assert!(
        stats["disk_usage"]["use_percentage"].as_str().is_some_and(|share| share.ends_with('%')),
        "{stats}"
    );
    assert_eq!(served.json("POST /cleanup", 200, &Value::Null)["removed"], 0);
    let health = served.get("/health");
    assert_eq!(
        (&health["status"], &health["checks"]["docker"]),
        (&"healthy".into(), &json!(true)),
        "{health}"
    );
    let described = served.get("/openapi.json");
    for path in [
        "/backups",
        "/restore",
        "/restore/undo",
        "/backups/{name}/verify",
        "/tasks/{task_id}",
        "/backups/{name}/download",
        "/cleanup",
        "/health",
    ] {
        assert!(described["paths"][path].is_object(), "{path}");
    }
    let (code, head, page) = served.ask("GET /docs", &[], "");
    let page = String::from_utf8_lossy(&page);
    assert!(code == 200 && head.contains("content-security-policy") && !page.contains("<script"), "{page}");

    refuses(&served, name);
    decides(&served, name);

    let before = served.get("/backups").as_array().map(Vec::len);
    let removed = served.json(&format!("DELETE /backups/{name}"), 200, &Value::Null);
    assert_eq!(removed["removed"], name);
    served.json(&format!("DELETE /backups/{name}"), 404, &Value::Null);
    assert_eq!(served.get("/backups").as_array().map(|left| left.len() + 1), before);
    let audited = workplace.run(["audit", "--json"]).json();
    let from_http = audited.as_array().into_iter().flatten().filter(|entry| entry["from"] == "127.0.0.1");
    assert!(from_http.count() >= 5, "{audited}");
    workplace.run(["audit", "--verify"]).succeeded("the log is whole");

    logs_without_secrets(&served, &workplace);

    let pid = i32::try_from(served.child.id()).ok().and_then(Pid::from_raw).expect("a process has an id");
    let asked = Instant::now();
    kill_process(pid, Signal::TERM).expect("it serves");
    assert!(served.child.wait().expect("a child of ours").success());
    assert!(asked.elapsed() < Duration::from_secs(5), "it goes when it is asked to");
}

/// One line for each answer, without what may be a secret.
fn logs_without_secrets(served: &Served, workplace: &Workplace) {
    let hidden = ["Authorization: Bearer 0123456789abcdef"];
    assert_eq!(served.ask("GET /tasks?status=completed&token=fedcba9876543210", &hidden, "").0, 422);
    let log = std::fs::read_to_string(workplace.path("serve.log")).expect("it logs");
    for line in ["127.0.0.1 POST /restore 202 ", "127.0.0.1 PUT /backups 405 ", "127.0.0.1 GET /tasks 422 "] {
        assert!(log.contains(line), "{line} is not in {log}");
    }
    for secret in ["0123456789abcdef", "fedcba9876543210", "admin@company", " GET /health "] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}

/// A backup is verified and restored, the restore undone, and that accepted, each by a request.
fn decides(served: &Served, name: &str) {
    let done = |request: &str, body: Value| {
        let started = served.json(request, 202, &body);
        let ended = served.ended_task(started["task_id"].as_str().expect("a task has an id"));
        assert_eq!(ended["status"], "completed", "{request}: {ended}");
        ended
    };
    served.json("POST /restore/accept", 404, &Value::Null);
    served.json("POST /restore/undo", 404, &Value::Null);
    served.json("POST /restore/undo", 404, &json!({ "stack": "lost" }));
    served.json("POST /backups/lost/verify", 404, &Value::Null);
    served.json(&format!("POST /backups/{name}/verify"), 422, &json!({ "deeply": true }));
    assert_eq!(done(&format!("POST /backups/{name}/verify"), json!({}))["operation"], "verify");
    let listed = served.get("/backups");
    let mut proofs = listed.as_array().into_iter().flatten().filter(|backup| backup["name"] == name);
    assert!(proofs.all(|backup| backup["proof"] != "taken"), "{listed}");
    done("POST /restore", json!({ "backup_name": name }));
    done("POST /restore/undo", json!({}));
    done("POST /restore/accept", json!({}));
    served.json("POST /restore/accept", 404, &Value::Null);
}

/// What is wrong is refused in JSON, and changes nothing.
fn refuses(served: &Served, name: &str) {
    let restore = |body: Value, status| served.json("POST /restore", status, &body);
    restore(json!({ "backup_name": "lost", "mode": "full" }), 404);
    restore(json!({ "backup_name": "../../etc/passwd", "mode": "full" }), 400);
    restore(json!({ "backup_name": name, "mode": "half" }), 422);
    restore(json!({ "mode": "full" }), 422);
    let unknown = served.json("POST /backups", 422, &json!({ "compres": true }));
    assert!(unknown["detail"].as_str().is_some_and(|words| words.contains("compres")), "{unknown}");
    served.json("POST /backups", 404, &json!({ "stack": "lost" }));
    served.json("POST /backups", 422, &json!({ "email": "a@b.example\r\nBcc: c@d.example" }));
    for path in ["/backups/..%2f..%2fetc%2fpasswd/download", "/backups/%2e%2e/download"] {
        served.json(&format!("GET {path}"), 400, &Value::Null);
    }
    served.json("GET /nowhere", 404, &Value::Null);
    served.json("PUT /backups", 405, &Value::Null);
    let json = "Content-Type: application/json";
    let (status, ..) =
        served.ask("POST /backups", &[json], &format!("{{\"email\": \"{}\"}}", "x".repeat(70_000)));
    assert_eq!(status, 413);
    assert_eq!(served.ask("POST /backups", &[json], "{\"compress\":").0, 400);
    assert_eq!(served.ask("POST /backups", &["Content-Type: text/plain"], "{}").0, 415);
    assert_eq!(served.ask("POST /cleanup", &["Origin: http://evil.example"], "").0, 403);
}

fn a_backup_that_is_due_is_taken_by_itself() {
    let (workplace, project) = (Workplace::new(), Project::new("due"));
    database(&workplace, &project, "00:00 UTC");
    let listed = workplace.run(["-s", &project.name, "schedule", "list", "--json"]).json();
    assert_eq!(
        (&listed[0]["stack"], &listed[0]["schedule"]),
        (&project.name.as_str().into(), &"00:00 UTC".into())
    );
    let shown =
        workplace.run(["-s", &project.name, "--dry-run", "schedule", "install"]).succeeded("install").stdout;
    for words in ["Persistent=true", "OnCalendar=*-*-* 00:00:00 UTC", "schedule run", "systemctl"] {
        assert!(shown.contains(words), "{words} is not in {shown}");
    }
    assert_eq!(listed[0]["kept_by"], Value::Null, "nobody sees to it yet");
    let served = Served::start(&workplace, &["-s", &project.name]);
    let kept =
        || workplace.run(["-s", &project.name, "schedule", "list", "--json"]).json()[0]["kept_by"].clone();
    let by = kept();
    assert!(by.as_str().is_some_and(|by| by.contains(&served.address)), "{by}");
    let task = eventually("the backup of today", PATIENCE, || {
        served
            .get("/tasks?status=completed")
            .as_array()?
            .iter()
            .find(|task| task["operation"] == "backup")
            .cloned()
    });
    assert_eq!(task["requested_by"], "schedule", "{task}");
    let said = workplace.run(["-s", &project.name, "schedule", "run"]).succeeded("schedule run").stdout;
    assert!(said.contains("no backup is due"), "the date has one: {said}");
    assert_eq!(served.get("/backups").as_array().map(Vec::len), Some(1));
    // It is killed, and what it has left behind says no more than that.
    drop(served);
    assert_eq!(kept(), Value::Null);
    // Nobody must find out by the backup that is missing.
    workplace.stack("broken", "services: [\n");
    let all = workplace.run(["schedule", "list", "--json"]).succeeded("schedule list").json();
    let broken = all.as_array().into_iter().flatten().find(|row| row["stack"] == "broken");
    let wrong = broken.and_then(|row| row["wrong"].as_str());
    assert!(wrong.is_some_and(|wrong| wrong.contains("cannot be read")), "{all}");
}
