//! Logs, events, exec, stats, wait.

use super::Stage;
use super::client::frames;
use crate::sim::Scenario;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::time::Duration;

#[test]
fn logs_keep_streams_apart_and_honour_their_parameters() {
    let stage = Stage::held("empty");
    let client = stage.client();
    let text = "echo one; echo two >&2; sleep 10; echo three; exit 7";
    client.create("talker", &["sh", "-c", text], &json!({}));
    client.act("/containers/talker/start");
    stage.pass(11);
    assert_eq!(client.inspect("talker")["State"]["ExitCode"], 7);
    let of = |query: &str| frames(&client.get(&format!("/containers/talker/logs?{query}")).body);
    let line = |stream: u8, text: &str| (stream, format!("{text}\n"));
    assert_eq!(of("stdout=1&stderr=1"), [line(1, "one"), line(2, "two"), line(1, "three")]);
    assert_eq!(of("stderr=1"), [line(2, "two")]);
    assert_eq!(of("stdout=1&stderr=1&tail=2"), [line(2, "two"), line(1, "three")]);
    assert_eq!(of("stdout=1&tail=0"), []);
    let stamped = of("stdout=1&timestamps=1&tail=1");
    let (stamp, rest) = stamped[0].1.split_once(' ').unwrap();
    assert_eq!((stamp.len(), rest), (30, "three\n"));
    let time: jiff::Timestamp = stamp.parse().unwrap();
    assert_eq!(of(&format!("stdout=1&stderr=1&since={}", time.as_second() - 3)), [line(1, "three")]);
    assert_eq!(of(&format!("stdout=1&stderr=1&until={}", time.as_second() - 3)).len(), 2);
    let none = client.get("/containers/talker/logs");
    assert_eq!(none.message(), "Bad parameters: you must choose at least one stream");
}

#[test]
fn a_followed_log_ends_with_its_container() {
    let stage = Stage::of(Scenario::builtin("empty").unwrap());
    let client = stage.client();
    client.create("talker", &["sh", "-c", "for i in 1 2 3; do echo $i; sleep 0.05; done"], &json!({}));
    client.act("/containers/talker/start");
    let answer = client.get("/containers/talker/logs?stdout=1&follow=1");
    assert!(answer.whole);
    let lines: Vec<String> = frames(&answer.body).into_iter().map(|(_, text)| text).collect();
    assert_eq!(lines, ["1\n", "2\n", "3\n"]);
}

#[test]
fn a_terminal_has_no_frames_and_long_lines_come_in_parts() {
    let stage = Stage::held("empty");
    let client = stage.client();
    client.create("raw", &["echo", "plain"], &json!({ "Tty": true }));
    client.act("/containers/raw/start");
    let long = "x".repeat(40_000);
    client.create("long", &["echo", &long], &json!({}));
    client.act("/containers/long/start");
    stage.pass(1);
    assert_eq!(client.get("/containers/raw/logs?stdout=1").text(), "plain\r\n");
    let sizes: Vec<usize> = frames(&client.get("/containers/long/logs?stdout=1").body)
        .iter()
        .map(|(_, text)| text.len())
        .collect();
    assert_eq!(sizes, [16_384, 16_384, 40_001 - 32_768]);
}

#[test]
fn events_tell_a_life_in_order() {
    let stage = Stage::held("empty");
    let client = stage.client();
    let since = stage.server.clock().time().as_second();
    client.create("one", &["sleep", "5"], &json!({ "Labels": { "team": "red" } }));
    client.act("/containers/one/start");
    client.act("/containers/one/pause");
    client.act("/containers/one/unpause");
    client.act("/containers/one/kill");
    stage.pass(1);
    client.delete("/containers/one");
    stage.pass(1);
    let until = stage.server.clock().time().as_second();
    let told = |filters: &str| -> Vec<Value> {
        let answer = client.get(&format!("/events?since={since}&until={until}&filters={filters}"));
        answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let events = told("%7B%22type%22%3A%5B%22container%22%5D%7D");
    let actions: Vec<&str> = events.iter().map(|event| event["Action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["create", "start", "pause", "unpause", "kill", "die", "destroy"]);
    assert_eq!(events[5]["Actor"]["Attributes"]["exitCode"], "137");
    assert_eq!(events[0]["Actor"]["Attributes"]["team"], "red");
    let networks = told("%7B%22type%22%3A%5B%22network%22%5D%7D");
    assert_eq!(networks.len(), 2, "connected and disconnected");
    assert!(told("%7B%22label%22%3A%5B%22team%3Dblue%22%5D%7D").is_empty());
}

#[test]
fn events_are_streamed_as_they_happen() {
    let stage = Stage::held("empty");
    let client = stage.client();
    let mut stream = client.open("GET", "/events", None, "");
    let mut seen = String::new();
    let mut until = |word: &str| {
        let mut buffer = [0; 4096];
        while !seen.contains(word) {
            let length = stream.read(&mut buffer).unwrap();
            assert!(length > 0, "the stream ended: {seen}");
            seen.push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
    };
    until("\r\n\r\n");
    client.create("one", &["sleep", "5"], &json!({}));
    until("\"Action\":\"create\"");
    client.act("/containers/one/start");
    until("\"Action\":\"start\"");
}

fn exec(stage: &Stage, container: &str, command: &[&str]) -> (String, Vec<u8>) {
    let client = stage.client();
    let body = json!({ "Cmd": command, "AttachStdout": true, "AttachStderr": true });
    let created = client.post(&format!("/containers/{container}/exec"), &body);
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.json()["Id"].as_str().unwrap().to_owned();
    let upgrade = "Connection: Upgrade\r\nUpgrade: tcp\r\n";
    let body = json!({ "Detach": false, "Tty": false });
    let mut stream = client.open("POST", &format!("/exec/{id}/start"), Some(&body), upgrade);
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    assert!(bytes.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&bytes[..end]));
    (id, bytes[end + 4..].to_vec())
}

#[test]
fn exec_gives_output_then_its_code() {
    let stage = Stage::held("empty");
    let client = stage.client();
    client.create("one", &["sleep", "100"], &json!({}));
    assert_eq!(
        client.post("/containers/one/exec", &json!({ "Cmd": ["ls"] })).status,
        409,
        "it does not run yet"
    );
    client.act("/containers/one/start");
    let (id, output) = exec(&stage, "one", &["sh", "-c", "echo out; echo err >&2; exit 3"]);
    assert_eq!(frames(&output), [(1, "out\n".to_owned()), (2, "err\n".to_owned())]);
    let after = client.get(&format!("/exec/{id}/json")).json();
    assert_eq!((after["Running"].as_bool(), after["ExitCode"].as_i64()), (Some(false), Some(3)));
    let again = client.post(&format!("/exec/{id}/start"), &json!({}));
    assert!(again.message().contains("has already run"));
    let (id, output) = exec(&stage, "one", &["nosuchprogram"]);
    assert!(frames(&output)[0].1.contains("executable file not found"));
    assert_eq!(client.get(&format!("/exec/{id}/json")).json()["ExitCode"], 127);
}

#[test]
fn a_dump_begins_as_postgresql_writes_it() {
    let stage = Stage::of(Scenario::builtin("mcp").unwrap());
    let (id, output) = exec(&stage, "mlflow-postgres-1", &["pg_dump", "-U", "mlflow_user", "-Fc", "mlflow"]);
    let mut dump = Vec::new();
    let mut rest = output.as_slice();
    while rest.len() >= 8 {
        let size = u32::from_be_bytes(rest[4..8].try_into().unwrap()) as usize;
        assert_eq!(rest[0], 1);
        dump.extend_from_slice(&rest[8..8 + size]);
        rest = &rest[8 + size..];
    }
    assert!(dump.starts_with(b"PGDMP"));
    assert_eq!(dump.len(), 384 << 10);
    assert_eq!(stage.client().get(&format!("/exec/{id}/json")).json()["ExitCode"], 0);
}

#[test]
fn a_shell_at_a_terminal_answers() {
    let stage = Stage::held("mcp");
    let client = stage.client();
    let body = json!({ "Cmd": ["sh"], "AttachStdin": true, "AttachStdout": true, "AttachStderr": true, "Tty": true });
    let id = client.post("/containers/mcp-api/exec", &body).json()["Id"].as_str().unwrap().to_owned();
    let upgrade = "Connection: Upgrade\r\nUpgrade: tcp\r\n";
    let body = json!({ "Detach": false, "Tty": true });
    let mut stream = client.open("POST", &format!("/exec/{id}/start"), Some(&body), upgrade);
    assert_eq!(client.act(&format!("/exec/{id}/resize?w=100&h=30")).status, 200);
    stream.write_all(b"echo hello\rexit 4\r").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.contains("/ # echo hello\r\nhello\r\n/ # exit 4\r\n"), "{text}");
    assert_eq!(client.get(&format!("/exec/{id}/json")).json()["ExitCode"], 4);
}

#[test]
fn stats_count_upwards() {
    let stage = Stage::held("mcp");
    let client = stage.client();
    let sample = || client.get("/containers/mcp-training/stats?stream=false&one-shot=true").json();
    let cpu = |value: &Value| value["cpu_stats"]["cpu_usage"]["total_usage"].as_u64().unwrap();
    let system = |value: &Value| value["cpu_stats"]["system_cpu_usage"].as_u64().unwrap();
    let first = sample();
    stage.pass(10);
    let second = sample();
    let share = |used: u64, all: u64| used * 6400 / all;
    let percent = share(cpu(&second) - cpu(&first), system(&second) - system(&first));
    assert!((500..1000).contains(&percent), "about eight of 64 cores: {percent} %");
    assert!(second["memory_stats"]["usage"].as_u64().unwrap() > 30 << 30);
    client.act("/containers/mcp-training/kill");
    stage.pass(1);
    assert_eq!(sample()["memory_stats"], json!({}), "nothing is known of what does not run");
}

#[test]
fn stopping_waits_for_the_grace_and_then_kills() {
    let stage = Stage::of(Scenario::builtin("empty").unwrap());
    let client = stage.client();
    client.create("deaf", &["sleep", "100"], &json!({}));
    client.create("keen", &["sh", "-c", "trap 'exit 5' TERM; while true; do sleep 1; done"], &json!({}));
    for name in ["deaf", "keen"] {
        client.act(&format!("/containers/{name}/start"));
    }
    let mut waiting = client.open("POST", "/containers/deaf/wait", None, "Connection: close\r\n");
    assert_eq!(client.act("/containers/keen/stop").status, 204);
    assert_eq!(client.inspect("keen")["State"]["ExitCode"], 5);
    assert_eq!(client.act("/containers/deaf/stop?t=1").status, 204);
    assert_eq!(client.inspect("deaf")["State"]["ExitCode"], 137);
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("{\"StatusCode\":137}"), "{answer}");
    assert_eq!(client.act("/containers/deaf/stop").status, 304);
}

#[test]
fn an_advance_wakes_who_waits() {
    let stage = Stage::held("empty");
    let client = stage.client();
    client.create("one", &["sleep", "3600"], &json!({}));
    client.act("/containers/one/start");
    let mut waiting = client.open("POST", "/containers/one/wait", None, "Connection: close\r\n");
    stage.server.advance(Duration::from_hours(2));
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("{\"StatusCode\":0}"), "{answer}");
}
