//! The side that answers, on a connection that the other side opened its calls on.

use super::frame::{escaped, frame};
use super::{OK, Status};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use std::convert::Infallible;
use std::future::Future;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{Receiver, channel};

pub type Reply = Response<UnsyncBoxBody<Bytes, Infallible>>;

/// Messages on their way; the last may be how it ended, and none is as if all was well.
#[derive(Debug, Clone)]
pub struct Sender(tokio::sync::mpsc::Sender<Result<Bytes, Status>>);

/// The other side is gone.
#[derive(Debug)]
pub struct Gone;

impl Sender {
    pub async fn send(&self, message: &impl Message) -> Result<(), Gone> {
        self.0.send(Ok(frame(message))).await.map_err(|_| Gone)
    }

    /// The same from a thread that may wait.
    pub fn send_waiting(&self, message: &impl Message) -> Result<(), Gone> {
        self.0.blocking_send(Ok(frame(message))).map_err(|_| Gone)
    }

    pub fn fail_waiting(&self, status: Status) {
        // Whoever is gone needs no reason.
        let _ = self.0.blocking_send(Err(status));
    }

    pub async fn fail(&self, status: Status) {
        let _ = self.0.send(Err(status)).await;
    }
}

/// Answers the calls of one connection until it ends.
pub async fn serve<S, F, R>(stream: S, answer: F)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    F: Fn(Request<Incoming>) -> R + Send + Clone + 'static,
    R: Future<Output = Reply> + Send + 'static,
{
    let service = service_fn(move |request| {
        let answer = answer(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let serving = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service);
    if let Err(error) = serving.await {
        log::debug!("a session with the builder ended: {error}");
    }
}

/// One message, or why there is none.
pub fn reply(result: Result<impl Message, Status>) -> Reply {
    let (frames, end) = match result {
        Ok(message) => (vec![Frame::data(frame(&message))], trailers(&Status::new(OK, ""))),
        Err(status) => (Vec::new(), trailers(&status)),
    };
    let frames = frames.into_iter().chain([Frame::trailers(end)]).map(Ok::<_, Infallible>);
    headed(StreamBody::new(stream::iter(frames)).boxed_unsync())
}

/// A refusal.
pub fn empty_reply(status: &Status) -> Reply {
    let end = Ok::<_, Infallible>(Frame::<Bytes>::trailers(trailers(status)));
    headed(StreamBody::new(stream::iter([end])).boxed_unsync())
}

/// Messages as they are made; so many may wait for the other side.
pub fn streamed(waiting: usize) -> (Sender, Reply) {
    let (sender, receiver) = channel(waiting);
    let frames = stream::unfold(Some(receiver), |receiver| async {
        let mut receiver: Receiver<Result<Bytes, Status>> = receiver?;
        let (frame, rest) = match receiver.recv().await {
            Some(Ok(bytes)) => (Frame::data(bytes), Some(receiver)),
            Some(Err(status)) => (Frame::trailers(trailers(&status)), None),
            None => (Frame::trailers(trailers(&Status::new(OK, ""))), None),
        };
        Some((Ok::<_, Infallible>(frame), rest))
    });
    (Sender(sender), headed(StreamBody::new(frames).boxed_unsync()))
}

fn headed(body: UnsyncBoxBody<Bytes, Infallible>) -> Reply {
    let mut reply = Response::new(body);
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    reply
}

fn trailers(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from(status.code));
    if let Ok(message) = HeaderValue::try_from(escaped(&status.message)) {
        trailers.insert("grpc-message", message);
    }
    trailers
}
