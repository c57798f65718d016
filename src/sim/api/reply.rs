//! Answers: JSON, errors in Docker's form, and streams.

use crate::sim::shared::Shared;
use crate::sim::world::Refusal;
use bytes::Bytes;
use futures_util::Stream;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;
use std::io;

pub type Body = UnsyncBoxBody<Bytes, io::Error>;
pub type Reply = Response<Body>;

pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

pub fn empty(status: u16) -> Reply {
    with_status(status, full(Bytes::new()))
}

pub fn with_status(status: u16, body: Body) -> Reply {
    let mut reply = Response::new(body);
    *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply
}

pub fn header(reply: &mut Reply, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

pub fn json(status: u16, value: &impl Serialize) -> Reply {
    let mut bytes = serde_json::to_vec(value).unwrap_or_default();
    bytes.push(b'\n');
    let mut reply = with_status(status, full(bytes));
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

pub fn refuse(refusal: &Refusal) -> Reply {
    // 304 is how the engine says that there was nothing to do; it carries no body.
    if refusal.status == 304 {
        return empty(304);
    }
    json(refusal.status, &json!({ "message": refusal.message }))
}

/// A body that comes piece by piece.
pub fn stream(content_type: &'static str, pieces: impl Stream<Item = Bytes> + Send + 'static) -> Reply {
    use futures_util::StreamExt;
    let frames = pieces.map(|bytes| Ok::<_, io::Error>(Frame::data(bytes)));
    let mut reply = with_status(200, StreamBody::new(frames).boxed_unsync());
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

/// The headers that stand on every answer.
pub fn sign(reply: &mut Reply, shared: &Shared) {
    let (api, version) =
        shared.with(|world| (world.script.engine.api.clone(), world.script.engine.version.clone()));
    header(reply, "api-version", &api);
    header(reply, "docker-experimental", "false");
    header(reply, "ostype", "linux");
    header(reply, "server", &format!("Docker/{version} (linux)"));
}
