//! Running commands in containers.

use super::world::{Role, World, soon};
use futures_util::StreamExt;
use mcp_tui::domain::{ContainerId, Fault, FaultKind};
use mcp_tui::engine::{ExecChunk, ExecRequest};
use serde_json::json;
use tokio::io::AsyncWriteExt;

struct Outcome {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    code: i64,
}

async fn run(world: &World, id: &ContainerId, request: ExecRequest) -> Result<Outcome, Fault> {
    let mut exec = world.engine.exec(id, request).await?;
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    while let Some(chunk) = soon("output", exec.next()).await {
        match chunk? {
            ExecChunk::Stdout(bytes) => stdout.extend_from_slice(&bytes),
            ExecChunk::Stderr(bytes) => stderr.extend_from_slice(&bytes),
        }
    }
    Ok(Outcome { stdout, stderr, code: exec.finish().await? })
}

fn shell(script: &str) -> ExecRequest {
    ["sh", "-c", script].map(str::to_owned).to_vec().into()
}

pub async fn runs_commands(world: &World) {
    let id = world.run("exec", Role::Idle, json!({})).await;
    let outcome = run(world, &id, shell("echo out; echo err >&2")).await.expect("it runs");
    assert_eq!((outcome.stdout.as_slice(), outcome.stderr.as_slice()), (&b"out\n"[..], &b"err\n"[..]));
    assert_eq!(outcome.code, 0);
    let request = ExecRequest { environment: vec!["WORD=from outside".to_owned()], ..shell("echo $WORD") };
    let outcome = run(world, &id, request).await.expect("it runs");
    assert_eq!(String::from_utf8_lossy(&outcome.stdout), "from outside\n");
}

pub async fn runs_as_somebody_somewhere(world: &World) {
    let id = world.run("exec", Role::Idle, json!({})).await;
    let request = ExecRequest {
        user: Some("12345".to_owned()),
        working_directory: Some("/tmp".to_owned()),
        ..shell("id -u; pwd")
    };
    let outcome = run(world, &id, request).await.expect("it runs");
    assert_eq!(String::from_utf8_lossy(&outcome.stdout), "12345\n/tmp\n");
}

pub async fn reports_failures(world: &World) {
    let id = world.run("exec", Role::Idle, json!({})).await;
    let outcome = run(world, &id, shell("echo half; exit 3")).await.expect("it runs");
    assert_eq!((outcome.stdout.as_slice(), outcome.code), (&b"half\n"[..], 3));
    let outcome = run(world, &id, vec!["no-such-program".to_owned()].into()).await;
    assert!(
        outcome.is_ok_and(|outcome| outcome.code == 126 || outcome.code == 127),
        "no program, no success"
    );
    world.engine.kill(&id, "SIGKILL").await.expect("it is killed");
    soon("the end", world.engine.wait(&id)).await.expect("it ends");
    let fault = world.engine.exec(&id, shell("true")).await.err().expect("nothing runs in what has ended");
    assert_eq!(fault.kind, FaultKind::Conflict);
}

pub async fn takes_much_output(world: &World) {
    let id = world.run("exec", Role::Idle, json!({})).await;
    let script = "head -c 3000000 /dev/zero | tr '\\0' x; head -c 70000 /dev/zero >&2";
    let outcome = run(world, &id, shell(script)).await.expect("it runs");
    assert_eq!((outcome.stdout.len(), outcome.stderr.len(), outcome.code), (3_000_000, 70_000, 0));
    assert!(outcome.stdout.iter().all(|byte| *byte == b'x'));
}

pub async fn opens_a_terminal(world: &World) {
    let id = world.run("shell", Role::Idle, json!({})).await;
    let command = ["sh"].map(str::to_owned).to_vec();
    let mut terminal = world.engine.exec_terminal(&id, command, (100, 30)).await.expect("it opens");
    // The sum shows that a shell has run it: the echo of what was typed does not hold it.
    terminal.input.write_all(b"stty size; echo sum $((40+2)); exit 5\n").await.expect("it takes keys");
    let mut seen = Vec::new();
    while let Some(chunk) = soon("output", terminal.output.next()).await {
        seen.extend_from_slice(&chunk.expect("readable"));
    }
    let seen = String::from_utf8_lossy(&seen);
    assert!(seen.contains("sum 42"), "{seen:?}");
    assert!(seen.contains("30 100"), "{seen:?}");
    let code = world.eventually("the end", async || terminal.exit_code().await.expect("an answer")).await;
    assert_eq!(code, 5);
}
