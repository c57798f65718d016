//! The side that asks.

use super::frame::{Received, frame};
use super::{INTERNAL, Status, UNAVAILABLE};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper::header::{CONTENT_TYPE, TE};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use prost::Message;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;

/// A daemon whose host is gone without a word is asked so often whether it is there, and given so long to answer. A build
/// may be silent for hours.
const ASK_EVERY: Duration = Duration::from_secs(30);
const ANSWER_WITHIN: Duration = Duration::from_mins(1);

/// A connection; what was asked for on it ends when it is dropped.
pub struct Channel {
    sender: SendRequest<Full<Bytes>>,
    connection: JoinHandle<()>,
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl Channel {
    pub async fn open<S>(stream: S) -> Result<Self, Status>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, connection) = Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(ASK_EVERY)
            .keep_alive_timeout(ANSWER_WITHIN)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| broken(&error))?;
        let connection = tokio::spawn(async move {
            if let Err(error) = connection.await {
                log::debug!("a connection to the builder ended: {error}");
            }
        });
        Ok(Self { sender, connection })
    }

    /// One message for one.
    pub async fn call<M: Message + Default>(&self, path: &str, message: &impl Message) -> Result<M, Status> {
        let mut answers = self.stream(path, message).await?;
        let answer = answers.next().await.transpose()?;
        // The trailers come after the message.
        if answer.is_some() {
            answers.next::<M>().await.transpose()?;
        }
        answers.end()?;
        answer.ok_or_else(|| Status::new(INTERNAL, "the answer is empty"))
    }

    /// Many messages for one.
    pub async fn stream(&self, path: &str, message: &impl Message) -> Result<Received<Incoming>, Status> {
        let request = Request::post(format!("http://buildkit{path}"))
            .header(CONTENT_TYPE, "application/grpc")
            .header(TE, "trailers")
            .body(Full::new(frame(message)))
            .map_err(|error| Status::new(INTERNAL, error.to_string()))?;
        let response = self.sender.clone().send_request(request).await.map_err(|error| broken(&error))?;
        let (head, body) = response.into_parts();
        if !head.status.is_success() {
            return Err(Status::new(UNAVAILABLE, format!("it answered {}", head.status)));
        }
        Ok(Received::answered(body, &head.headers))
    }
}

fn broken(error: &hyper::Error) -> Status {
    Status::broken(format!("the connection broke: {error}"))
}
