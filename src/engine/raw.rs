//! The daemon's bytes as they come, over bollard's connection.
//!
//! bollard's typed calls drop what their models have no field for, and its decoder of streams cannot tell a stream
//! that ended from one that was cut. So this borrows the one call that hands out a body untouched, and sends another
//! request in its place: transport, TLS and the daemon's own error texts stay bollard's.

use super::connect::Engine;
use super::failure;
use crate::domain::{Fault, FaultKind};
use bollard::BollardRequest;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::http::uri::PathAndQuery;
use serde_json::Value;
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Mutex;
use std::time::Duration;

/// More than any JSON answer that this room asks for.
pub(super) const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// A body that is sent as it is made; an error of it ends the request.
pub type Upload = Pin<Box<dyn Stream<Item = Result<Bytes, std::io::Error>> + Send>>;

pub(super) type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, bollard::errors::Error>> + Send>>;

impl Engine {
    /// The body of the answer, as it arrives. `path` includes the query and is percent-encoded already.
    pub(super) fn bytes(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<ByteStream, Fault> {
        let path = self.versioned(path)?;
        let body = body.map(|body| Bytes::from(body.to_string()));
        let method = method.clone();
        let docker = self.docker.clone().with_request_modifier(move |request| {
            replace(request, method.clone(), path.clone(), body.clone())
        });
        Ok(Box::pin(docker.export_container("-")))
    }

    /// The answer to a `POST` with headers of its own and, where there is one, a streamed body. Values of headers are
    /// secret.
    pub(super) fn post(
        &self,
        path: &str,
        headers: &[(&'static str, String)],
        body: Option<Upload>,
    ) -> Result<ByteStream, Fault> {
        self.streamed(&Method::POST, path, headers, body)
    }

    /// The same for any method.
    pub(super) fn streamed(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&'static str, String)],
        body: Option<Upload>,
    ) -> Result<ByteStream, Fault> {
        let target = self.versioned(path)?;
        let mut named = Vec::new();
        for (name, value) in headers {
            let mut value = HeaderValue::try_from(value).map_err(|error| {
                Fault::new(FaultKind::Invalid, "send the header", *name).caused_by(&error)
            })?;
            value.set_sensitive(true);
            named.push((HeaderName::from_static(name), value));
        }
        let kind = if body.is_some() { "application/x-tar" } else { "text/plain" };
        let body = Mutex::new(body.map(bollard::body_try_stream));
        let method = method.clone();
        let docker = self.docker.clone().with_request_modifier(move |request| {
            let (mut head, _) = replace(request, method.clone(), target.clone(), None).into_parts();
            head.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            head.headers.extend(named.iter().cloned());
            let body = body.lock().ok().and_then(|mut body| body.take());
            BollardRequest::from_parts(head, body.unwrap_or_else(|| bollard::body_full(Bytes::new())))
        });
        Ok(Box::pin(docker.export_container("-")))
    }

    fn versioned(&self, path: &str) -> Result<PathAndQuery, Fault> {
        let whole = format!("/v{}.{}{path}", self.version.0, self.version.1);
        PathAndQuery::try_from(whole).map_err(|error| {
            // What follows the question mark may hold values that are nobody's business.
            let path = path.split('?').next().unwrap_or_default();
            Fault::new(FaultKind::Invalid, "ask the daemon for", path).caused_by(&error)
        })
    }

    /// A whole JSON answer. An empty one is `null`.
    pub(super) async fn json(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
        operation: &str,
        object: &str,
        limit: Duration,
    ) -> Result<Value, Fault> {
        let mut stream = self.bytes(method, path, body)?;
        let collect = async {
            let mut whole = BytesMut::new();
            while let Some(chunk) = stream.next().await {
                whole.extend_from_slice(&chunk.map_err(|error| failure::fault(error, operation, object))?);
                if whole.len() > BODY_LIMIT {
                    return Err(Fault::new(FaultKind::Refused, operation, object)
                        .because("the answer is longer than any should be"));
                }
            }
            Ok(whole)
        };
        let whole = tokio::time::timeout(limit, collect)
            .await
            .map_err(|_| failure::late(operation, object, limit))??;
        if whole.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&whole).map_err(|error| {
            Fault::new(FaultKind::Refused, operation, object)
                .because("the daemon's answer is not JSON")
                .caused_by(&error)
        })
    }
}

fn replace(
    request: BollardRequest,
    method: Method,
    path: PathAndQuery,
    body: Option<Bytes>,
) -> BollardRequest {
    let (mut head, _) = request.into_parts();
    let mut uri = head.uri.clone().into_parts();
    uri.path_and_query = Some(path);
    if let Ok(uri) = hyper::Uri::from_parts(uri) {
        head.uri = uri;
    }
    head.method = method;
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    BollardRequest::from_parts(head, bollard::body_full(body.unwrap_or_default()))
}

/// One segment of a path, or one value of a query, percent-encoded.
pub(super) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
