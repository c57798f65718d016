//! The listeners and their connections.

use super::faults::Effect;
use super::network;
use crate::sim::api;
use crate::sim::api::reply::{self, Body, Reply};
use crate::sim::shared::Shared;
use crate::sim::world::Refusal;
use bytes::Bytes;
use hyper::Request;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::Sleep;

/// So many connections at once; more wait in the socket's queue.
const MOST_CONNECTIONS: usize = 1024;

pub struct Tasks {
    pub shared: Arc<Shared>,
    pub docker: UnixListener,
    pub docker_path: PathBuf,
    pub network: UnixListener,
}

pub async fn run(tasks: Tasks, stopped: oneshot::Receiver<()>) {
    let Tasks { shared, docker, docker_path, network } = tasks;
    tokio::select! {
        () = shared.run_schedule() => {}
        () = take_docker(&shared, docker, docker_path) => {}
        () = network::take(&shared, network) => {}
        _ = stopped => {}
    }
}

/// Serves the Docker API, and plays outages: a socket that nobody listens on refuses connections.
async fn take_docker(shared: &Arc<Shared>, listener: UnixListener, path: PathBuf) {
    let mut outages = shared.faults.outages();
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut listener = Some(listener);
    loop {
        let Some(open) = &listener else { return };
        tokio::select! {
            biased;
            _ = outages.changed() => {
                let outage = *outages.borrow_and_update();
                listener = None;
                tokio::time::sleep(outage.unwrap_or_default()).await;
                while listener.is_none() {
                    listener = super::listen(&path).ok();
                    if listener.is_none() {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
            }
            accepted = open.accept() => {
                let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
                if let Ok((stream, _)) = accepted {
                    let shared = Arc::clone(shared);
                    tokio::spawn(async move {
                        connection(shared, stream).await;
                        drop(permit);
                    });
                } else {
                    // Out of file handles, most likely; some will be given back.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }
}

async fn connection(shared: Arc<Shared>, stream: UnixStream) {
    let mut dropped = shared.faults.dropped();
    let service = service_fn(move |request| respond(Arc::clone(&shared), request));
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
    tokio::select! {
        // A client that goes away is no error of ours.
        _ = served => {}
        _ = dropped.changed() => {}
    }
}

/// `GET /containers/json`, whatever version was asked for.
fn subject(request: &Request<Incoming>) -> String {
    let path = request.uri().path();
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    let first = parts.next().unwrap_or_default();
    let versioned =
        first.strip_prefix('v').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()));
    let path = if versioned { format!("/{}", parts.next().unwrap_or_default()) } else { path.to_owned() };
    format!("{} {path}", request.method())
}

async fn respond(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Reply, Infallible> {
    let mut cut = None;
    for effect in shared.faults.strike(&subject(&request)) {
        match effect {
            Effect::Delay(delay) => tokio::time::sleep(delay).await,
            Effect::Status(status, message) => return Ok(reply::refuse(&Refusal::new(status, message))),
            Effect::CutAfter(bytes) => cut = Some(bytes),
            Effect::Silence => std::future::pending().await,
        }
    }
    let answer = api::answer(shared, request).await;
    Ok(match cut {
        Some(bytes) => answer.map(|body| {
            use http_body_util::BodyExt;
            Cut { body, left: bytes, breaks: None }.boxed_unsync()
        }),
        None => answer,
    })
}

/// A body whose connection breaks after so many bytes.
struct Cut {
    body: Body,
    left: usize,
    /// What was written has to reach the client first; an error at once would take it away again.
    breaks: Option<Pin<Box<Sleep>>>,
}

const FLUSHING_TIME: Duration = Duration::from_millis(20);

impl hyper::body::Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left == 0 {
            let breaks = self.breaks.get_or_insert_with(|| Box::pin(tokio::time::sleep(FLUSHING_TIME)));
            return breaks
                .as_mut()
                .poll(context)
                .map(|()| Some(Err(io::Error::other("the simulated connection was cut"))));
        }
        Pin::new(&mut self.body).poll_frame(context).map(|frame| match frame {
            Some(Ok(frame)) => Some(Ok(match frame.into_data() {
                Ok(mut data) => {
                    data.truncate(self.left);
                    self.left -= data.len();
                    Frame::data(data)
                }
                Err(other) => other,
            })),
            other => other,
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
