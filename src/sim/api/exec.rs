//! Exec: created, started as a stream over the upgraded connection, inspected, resized.

use super::logs::frame;
use super::reply::{self, Reply, empty, header, json, with_status};
use super::{Answer, Call, no_content};
use crate::sim::scenario::spec::Stream;
use crate::sim::shared::Shared;
use crate::sim::world::exec::{Exec, Performance};
use crate::sim::world::script::{Pause, Running};
use crate::sim::world::{Refusal, World};
use bytes::{Bytes, BytesMut};
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub async fn create(mut call: Call, reference: &str) -> Answer {
    let body = call.json().await?;
    let id = call.shared.with(|world| world.create_exec(reference, &body))?;
    Ok(json(201, &json!({ "Id": id })))
}

pub async fn route(method: &Method, path: &[&str], mut call: Call) -> Answer {
    match (method, path) {
        (&Method::POST, [id, "start"]) => {
            let body = call.json().await?;
            start(call, id, &body)
        }
        (&Method::GET, [id, "json"]) => {
            let exec = call.shared.with(|world| world.exec(id).map(|exec| exec.json()))?;
            Ok(json(200, &exec))
        }
        (&Method::POST, [id, "resize"]) => {
            let size = call.query.number("w").zip(call.query.number("h"));
            call.shared.with(|world| {
                world.exec(id)?.size = size;
                world.touch();
                Ok(empty(200))
            })
        }
        _ => Err(Refusal::missing("page not found")),
    }
}

fn start(mut call: Call, id: &str, body: &Value) -> Answer {
    let (exec, performance) = call.shared.with(|world| world.begin_exec(id))?;
    let shared = Arc::clone(&call.shared);
    if body.get("Detach").and_then(Value::as_bool).unwrap_or(false) {
        tokio::spawn(async move {
            let code = match performance {
                Performance::Answer { code, .. } => code,
                Performance::Terminal => 0,
                Performance::Script(mut script) => {
                    play(&shared, &exec, &mut script, &mut tokio::io::sink()).await.unwrap_or(1)
                }
            };
            shared.with(|world| world.end_exec(&exec.id, code));
        });
        return Ok(no_content());
    }
    let upgrades = call.request.headers().contains_key(hyper::header::UPGRADE);
    let content_type = if exec.tty {
        "application/vnd.docker.raw-stream"
    } else {
        "application/vnd.docker.multiplexed-stream"
    };
    if !upgrades {
        return Ok(plain(shared, exec, performance, content_type));
    }
    let upgrade = upgrade_of(&mut call.request);
    let dropped = shared.faults.dropped();
    tokio::spawn(async move {
        let mut dropped = dropped;
        let performed = async {
            let connection = upgrade.await.map_err(io::Error::other)?;
            let connection = TokioIo::new(connection);
            perform(&shared, &exec, performance, connection).await
        };
        let code = tokio::select! {
            code = performed => code.unwrap_or(137),
            _ = dropped.changed() => 137,
        };
        shared.with(|world| world.end_exec(&exec.id, code));
    });
    let mut reply = with_status(101, reply::full(Bytes::new()));
    header(&mut reply, "content-type", content_type);
    header(&mut reply, "connection", "Upgrade");
    header(&mut reply, "upgrade", "tcp");
    Ok(reply)
}

fn upgrade_of(request: &mut Request<hyper::body::Incoming>) -> OnUpgrade {
    hyper::upgrade::on(request)
}

/// For clients that ask for no upgrade the output is the body of the answer.
fn plain(shared: Arc<Shared>, exec: Exec, performance: Performance, content_type: &'static str) -> Reply {
    let (sender, receiver) = tokio::io::duplex(64 << 10);
    tokio::spawn(async move {
        let code = perform(&shared, &exec, performance, sender).await.unwrap_or(137);
        shared.with(|world| world.end_exec(&exec.id, code));
    });
    let pieces = futures_util::stream::unfold(receiver, |mut receiver| async move {
        let mut buffer = BytesMut::with_capacity(16 << 10);
        match receiver.read_buf(&mut buffer).await {
            Ok(length) if length > 0 => Some((buffer.freeze(), receiver)),
            _ => None,
        }
    });
    reply::stream(content_type, pieces)
}

/// Writes what the command has to say; gives its exit code. The end of the connection is left to the caller's drop,
/// after the code stands in the world.
async fn perform<C>(
    shared: &Shared,
    exec: &Exec,
    performance: Performance,
    mut connection: C,
) -> io::Result<i64>
where
    C: AsyncRead + AsyncWrite + Unpin,
{
    let code = match performance {
        Performance::Answer { reads, after, output, code } => {
            if reads {
                let (mut input, mut nowhere) = (&mut connection, tokio::io::sink());
                tokio::io::copy(&mut input, &mut nowhere).await?;
            }
            pause(shared, after).await;
            for (stream, bytes) in output {
                send(exec, stream, &bytes, &mut connection).await?;
            }
            code
        }
        Performance::Script(mut script) => play(shared, exec, &mut script, &mut connection).await?,
        Performance::Terminal => converse(shared, exec, &mut connection).await?,
    };
    // The code has to be there before the stream ends, for that is when clients ask for it.
    shared.with(|world| world.end_exec(&exec.id, code));
    connection.flush().await?;
    connection.shutdown().await?;
    Ok(code)
}

async fn pause(shared: &Shared, duration: Duration) {
    if !duration.is_zero() {
        let deadline = shared.clock.now().after(duration);
        shared.wait_for(Some(deadline), |_: &mut World| None::<()>).await;
    }
}

async fn send(
    exec: &Exec,
    stream: Stream,
    bytes: &[u8],
    connection: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    let wanted = match stream {
        Stream::Stdout => exec.stdout,
        Stream::Stderr => exec.stderr || exec.tty,
    };
    if !wanted {
        return Ok(());
    }
    if exec.tty {
        let text = String::from_utf8_lossy(bytes).replace('\n', "\r\n").replace("\r\r\n", "\r\n");
        return connection.write_all(text.as_bytes()).await;
    }
    let mut framed = BytesMut::new();
    frame(stream, b"", bytes, &mut framed);
    connection.write_all(&framed).await
}

async fn play(
    shared: &Shared,
    exec: &Exec,
    script: &mut Running,
    connection: &mut (impl AsyncWrite + Unpin),
) -> io::Result<i64> {
    loop {
        let (output, next) = shared.with(|world| world.proceed_exec(exec, script));
        for (stream, bytes) in output {
            send(exec, stream, &bytes, connection).await?;
        }
        match next {
            Pause::Ended(code) => return Ok(code),
            Pause::Sleep(duration) => pause(shared, duration).await,
            Pause::Forever => std::future::pending().await,
        }
    }
}

/// A shell at a terminal: a prompt, an echo, a few commands.
async fn converse<C>(shared: &Shared, exec: &Exec, connection: &mut C) -> io::Result<i64>
where
    C: AsyncRead + AsyncWrite + Unpin,
{
    const LONGEST_LINE: usize = 4096;
    connection.write_all(b"/ # ").await?;
    let mut line = String::new();
    let mut buffer = [0; 1024];
    loop {
        let length = connection.read(&mut buffer).await?;
        if length == 0 {
            return Ok(0);
        }
        for byte in buffer.get(..length).unwrap_or_default() {
            match byte {
                b'\r' | b'\n' => {
                    connection.write_all(b"\r\n").await?;
                    let (answer, code) = shared.with(|world| world.terminal_line(&exec.id, &line));
                    connection.write_all(answer.as_bytes()).await?;
                    if let Some(code) = code {
                        return Ok(code);
                    }
                    connection.write_all(b"/ # ").await?;
                    line.clear();
                }
                // Ctrl-D on an empty line ends the shell; Ctrl-C drops the line.
                4 if line.is_empty() => return Ok(0),
                3 => {
                    line.clear();
                    connection.write_all(b"^C\r\n/ # ").await?;
                }
                8 | 127 if line.pop().is_some() => connection.write_all(b"\x08 \x08").await?,
                byte if byte.is_ascii_control() => {}
                byte if line.len() < LONGEST_LINE => {
                    line.push(char::from(*byte));
                    connection.write_all(&[*byte]).await?;
                }
                _ => {}
            }
        }
        connection.flush().await?;
    }
}
