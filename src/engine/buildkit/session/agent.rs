//! An agent of SSH for steps that mount one: they may have its keys listed and have it sign, and no more.

use super::Troubles;
use crate::engine::buildkit::messages::Piece;
use crate::engine::grpc::{self, NOT_FOUND, Received, Reply, Sender, Status, UNAVAILABLE};
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

const DEFAULT: &str = "default";
/// No request and no answer of an agent is this long.
const LONGEST: usize = 256 * 1024;
const REQUEST_IDENTITIES: u8 = 11;
const SIGN_REQUEST: u8 = 13;
/// The answer of an agent that refuses: its length, and the one byte that says so.
const FAILURE: [u8; 5] = [0, 0, 0, 1, 5];

pub fn socket<'offer>(agents: &'offer BTreeMap<String, PathBuf>, id: &str) -> Result<&'offer Path, Status> {
    let id = if id.is_empty() { DEFAULT } else { id };
    let unknown = || Status::new(NOT_FOUND, format!("no SSH agent {id} is named in `build.ssh`"));
    agents.get(id).map(PathBuf::as_path).ok_or_else(unknown)
}

pub async fn forward(
    agents: &BTreeMap<String, PathBuf>,
    troubles: Troubles,
    head: &HeaderMap,
    body: Incoming,
) -> Reply {
    let id = head.get("buildkit.ssh.id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let socket = match socket(agents, id) {
        Ok(socket) => socket,
        Err(status) => return grpc::empty_reply(&status),
    };
    let stream = match UnixStream::connect(socket).await {
        Ok(stream) => stream,
        Err(error) => {
            let words = format!("the SSH agent at {} does not answer: {error}", socket.display());
            troubles.note_agent(words.clone());
            return grpc::empty_reply(&Status::new(UNAVAILABLE, words));
        }
    };
    let (sender, reply) = grpc::streamed(4);
    tokio::spawn(async move {
        if let Err(status) = relay(Received::new(body), stream, &sender).await {
            if status.code == UNAVAILABLE && !status.broken {
                troubles.note_agent(status.message.clone());
            }
            sender.fail(status).await;
        }
    });
    reply
}

/// One question after the other, each with its answer.
async fn relay(mut asked: Received<Incoming>, mut agent: UnixStream, sender: &Sender) -> Result<(), Status> {
    let mut buffer = Vec::new();
    while let Some(piece) = asked.next::<Piece>().await {
        buffer.extend_from_slice(&piece?.data);
        while let Some(length) = length(&buffer)? {
            let question: Vec<u8> = buffer.drain(..4 + length).collect();
            let data = if matches!(question.get(4), Some(&REQUEST_IDENTITIES | &SIGN_REQUEST)) {
                ask(&mut agent, &question).await?
            } else {
                FAILURE.to_vec()
            };
            if sender.send(&Piece { data }).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// How long the message at the beginning is, once it is whole.
fn length(buffer: &[u8]) -> Result<Option<usize>, Status> {
    let Some(head) = buffer.first_chunk::<4>() else { return Ok(None) };
    let length = usize::try_from(u32::from_be_bytes(*head)).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(Status::new(
            UNAVAILABLE,
            "what is said to the SSH agent is longer than anything should be",
        ));
    }
    Ok((buffer.len() >= 4 + length).then_some(length))
}

async fn ask(agent: &mut UnixStream, question: &[u8]) -> Result<Vec<u8>, Status> {
    let broken = |error| Status::new(UNAVAILABLE, format!("the SSH agent gave no answer: {error}"));
    agent.write_all(question).await.map_err(broken)?;
    let mut answer = vec![0; 4];
    agent.read_exact(&mut answer).await.map_err(broken)?;
    let length = u32::from_be_bytes([answer[0], answer[1], answer[2], answer[3]]);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(Status::new(UNAVAILABLE, "the SSH agent's answer is longer than any should be"));
    }
    answer.resize(4 + length, 0);
    agent.read_exact(&mut answer[4..]).await.map_err(broken)?;
    Ok(answer)
}
