//! Reading and following logs.

use super::world::{Role, World, soon};
use futures_util::{StreamExt, TryStreamExt};
use mcp_tui::domain::{ContainerId, LogLine, LogSource};
use mcp_tui::engine::LogRequest;
use serde_json::json;

async fn read(world: &World, id: &ContainerId, request: LogRequest) -> Vec<LogLine> {
    let lines = world.engine.logs(id, request).try_collect();
    soon("the log", lines).await.expect("the log can be read")
}

fn texts(lines: &[LogLine], source: LogSource) -> Vec<&str> {
    lines.iter().filter(|line| line.source == source).map(|line| line.line.text.as_str()).collect()
}

/// A container that has written and ended.
async fn spoken(world: &World) -> ContainerId {
    let id = world.run("speaks", Role::Speaks, json!({})).await;
    soon("the end", world.engine.wait(&id)).await.expect("it ends");
    id
}

pub async fn keeps_streams_apart(world: &World) {
    let id = spoken(world).await;
    let lines = read(world, &id, LogRequest::default()).await;
    assert_eq!(texts(&lines, LogSource::Stdout), ["out 1", "out 2", "out 3"]);
    assert_eq!(texts(&lines, LogSource::Stderr), ["err 1", "err 2"]);
    assert!(lines.iter().all(|line| line.container == id && line.time.is_some() && line.line.cut_bytes == 0));
}

pub async fn tails(world: &World) {
    let id = spoken(world).await;
    assert_eq!(read(world, &id, LogRequest { tail: Some(2), ..LogRequest::default() }).await.len(), 2);
    assert_eq!(read(world, &id, LogRequest { tail: Some(0), ..LogRequest::default() }).await, []);
    assert_eq!(read(world, &id, LogRequest { tail: Some(99), ..LogRequest::default() }).await.len(), 5);
}

pub async fn reads_since(world: &World) {
    let id = spoken(world).await;
    let all = read(world, &id, LogRequest::default()).await;
    let last = all.iter().filter_map(|line| line.time).max();
    // To the nanosecond: the lines of the same time, and no earlier one.
    let expected: Vec<_> = all.iter().filter(|line| line.time >= last).cloned().collect();
    assert_eq!(read(world, &id, LogRequest { since: last, ..LogRequest::default() }).await, expected);
}

pub async fn counts_a_tail_from_the_very_end(world: &World) {
    let id = spoken(world).await;
    let all = read(world, &id, LogRequest::default()).await;
    let until = all[2].time;
    let request = LogRequest { tail: Some(3), until, ..LogRequest::default() };
    // It stops at the first line that is younger.
    let expected: Vec<_> = all[2..].iter().take_while(|line| line.time <= until).cloned().collect();
    assert_eq!(read(world, &id, request).await, expected);
}

pub async fn follows_until_the_end(world: &World) {
    let id = world.run("ticks", Role::Ticks, json!({})).await;
    let mut lines = world.engine.logs(&id, LogRequest { follow: true, ..LogRequest::default() });
    for _ in 0..3 {
        let line = soon("a line", lines.next()).await.expect("the log goes on").expect("and can be read");
        assert_eq!(line.line.text.as_str(), "tick");
    }
    world.engine.stop(&id, None).await.expect("it stops");
    let rest: Vec<_> =
        soon("the end of the log", lines.try_collect()).await.expect("it ends without a fault");
    let seen = 3 + rest.len();
    assert_eq!(read(world, &id, LogRequest::default()).await.len(), seen, "nothing was lost or told twice");
}

pub async fn rejoins_long_lines(world: &World) {
    // 40,000 and 100,000 characters between two short lines: the daemon cuts each into pieces of 16 KiB.
    let script = "echo first; head -c 40000 /dev/zero | tr '\\0' a; echo; head -c 100000 /dev/zero | tr '\\0' b; echo; echo last";
    let id = world.shell("long", script, json!({})).await;
    soon("the end", world.engine.wait(&id)).await.expect("it ends");
    check_long(&read(world, &id, LogRequest::default()).await);
}

pub async fn rejoins_long_lines_of_a_terminal(world: &World) {
    let script = "echo first; head -c 40000 /dev/zero | tr '\\0' a; echo; head -c 100000 /dev/zero | tr '\\0' b; echo; echo last";
    let id = world.shell("long", script, json!({ "Tty": true })).await;
    soon("the end", world.engine.wait(&id)).await.expect("it ends");
    check_long(&read(world, &id, LogRequest::default()).await);
}

fn check_long(lines: &[LogLine]) {
    let texts: Vec<_> = lines.iter().map(|line| line.line.text.as_str()).collect();
    assert_eq!(texts.len(), 4, "{} lines", texts.len());
    assert_eq!((texts[0], texts[3]), ("first", "last"));
    for (line, letter, length) in [(&lines[1], 'a', 40_000), (&lines[2], 'b', 100_000)] {
        let text = line.line.text.trim_end_matches('…');
        assert!(text.chars().all(|character| character == letter), "only {letter}");
        let cut = usize::try_from(line.line.cut_bytes).expect("a count");
        let told = text.len() + cut;
        // A terminal adds a carriage return, and the mark where it was cut counts as cut itself.
        assert!((length..=length + 4).contains(&told), "{told} of {length} are accounted for");
    }
}

pub async fn reads_a_terminal(world: &World) {
    let id = world.shell("tty", "echo one; echo two >&2; printf three", json!({ "Tty": true })).await;
    soon("the end", world.engine.wait(&id)).await.expect("it ends");
    let lines = read(world, &id, LogRequest::default()).await;
    assert_eq!(texts(&lines, LogSource::Console), ["one", "two", "three"]);
    assert!(lines.iter().all(|line| line.time.is_some()));
}

pub async fn stays_open_while_idle(world: &World) {
    // Two pipes: a second reading of the first could still meet the writer of the first, and end with it.
    let script = "echo ready; read line < /tmp/go; echo went on; read line < /tmp/stay";
    let id = world
        .create(
            "idle",
            Role::Idle,
            json!({ "Cmd": ["sh", "-c", format!("mkfifo /tmp/go /tmp/stay; {script}")] }),
        )
        .await;
    world.engine.start(&id).await.expect("it starts");
    let mut lines = world.engine.logs(&id, LogRequest { follow: true, ..LogRequest::default() });
    let first = soon("a line", lines.next()).await.expect("a line").expect("readable");
    assert_eq!(first.line.text.as_str(), "ready");
    // Nothing comes: the stream neither ends nor fails.
    let idle = tokio::time::timeout(std::time::Duration::from_secs(1), lines.next()).await;
    assert!(idle.is_err(), "{idle:?}");
    let wake = ["sh", "-c", "echo go > /tmp/go"].map(str::to_owned).to_vec();
    let exec = world.engine.exec(&id, wake.into()).await.expect("it is woken");
    assert_eq!(exec.finish().await, Ok(0));
    let second = soon("a line", lines.next()).await.expect("a line").expect("readable");
    assert_eq!(second.line.text.as_str(), "went on");
    // Killed while it is followed: the end, not a fault.
    world.engine.kill(&id, "SIGKILL").await.expect("it is killed");
    assert!(soon("the end", lines.next()).await.is_none());
}
