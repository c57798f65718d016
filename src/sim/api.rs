//! The Docker API over the simulated world: finds the handler of a request.

mod archive;
mod changes;
mod containers;
mod create;
mod events;
mod exec;
mod images;
mod inspect;
mod list;
mod logs;
mod networks;
mod query;
pub mod reply;
mod stats;
mod system;
mod volumes;
mod wait;

use super::shared::Shared;
use super::world::Refusal;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request};
use query::Query;
use reply::Reply;
use serde_json::Value;
use std::sync::Arc;

const LARGEST_BODY: usize = 64 << 20;

/// A request, taken apart.
pub struct Call {
    pub shared: Arc<Shared>,
    pub query: Query,
    request: Request<Incoming>,
}

impl Call {
    pub async fn bytes(&mut self) -> Result<Vec<u8>, Refusal> {
        let body = Limited::new(self.request.body_mut(), LARGEST_BODY);
        let collected = body.collect().await.map_err(|error| Refusal::bad(error.to_string()))?;
        Ok(collected.to_bytes().to_vec())
    }

    /// A JSON body; as strict about its type as the engine is.
    pub async fn json(&mut self) -> Result<Value, Refusal> {
        let kind = self.request.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        let bytes = self.bytes().await?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        if !kind.starts_with("application/json") {
            return Err(Refusal::bad(format!("Content-Type specified ({kind}) must be 'application/json'")));
        }
        serde_json::from_slice(&bytes).map_err(|error| Refusal::bad(format!("invalid JSON: {error}")))
    }
}

/// Splits `/v1.45/containers/json` into the version and the decoded segments.
fn split_path(path: &str) -> (Option<&str>, Vec<String>) {
    let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let version = segments.first().and_then(|first| first.strip_prefix('v')).filter(|version| {
        version.contains('.') && version.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
    });
    if version.is_some() {
        segments.remove(0);
    }
    (version, segments.into_iter().map(query::decode).collect())
}

fn number(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn check_version(shared: &Shared, asked: &str) -> Result<(), Refusal> {
    let (newest, oldest) =
        shared.with(|world| (world.script.engine.api.clone(), world.script.engine.minimum_api.clone()));
    if number(asked) > number(&newest) {
        return Err(Refusal::bad(format!(
            "client version {asked} is too new. Maximum supported API version is {newest}"
        )));
    }
    if number(asked) < number(&oldest) {
        return Err(Refusal::bad(format!(
            "client version {asked} is too old. Minimum supported API version is {oldest}, please upgrade your client to a newer version"
        )));
    }
    Ok(())
}

pub async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Reply {
    let mut reply = match route(Arc::clone(&shared), request).await {
        Ok(reply) => reply,
        Err(refusal) => reply::refuse(&refusal),
    };
    reply::sign(&mut reply, &shared);
    reply
}

async fn route(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Reply, Refusal> {
    let method = request.method().clone();
    let (version, segments) = split_path(request.uri().path());
    if let Some(version) = version {
        check_version(&shared, version)?;
    }
    let query = Query::parse(request.uri().query().unwrap_or_default())?;
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let call = Call { shared, query, request };
    match (&method, path.as_slice()) {
        (&Method::GET | &Method::HEAD, ["_ping"]) => Ok(system::ping(&method)),
        (&Method::GET, ["version"]) => Ok(system::version(&call)),
        (&Method::GET, ["info"]) => Ok(system::info(&call)),
        (&Method::GET, ["system", "df"]) => Ok(system::disk_use(&call)),
        (&Method::GET, ["events"]) => events::follow(&call),
        (_, ["containers", rest @ ..]) => containers::route(&method, rest, call).await,
        (_, ["exec", rest @ ..]) => exec::route(&method, rest, call).await,
        (&Method::POST, ["images", "create"]) => images::pull(&call),
        (&Method::GET, ["images", rest @ ..]) => images::route(rest, &call),
        (_, ["networks", rest @ ..]) => networks::route(&method, rest, call).await,
        (_, ["volumes", rest @ ..]) => volumes::route(&method, rest, call).await,
        _ => Err(Refusal::missing("page not found")),
    }
}

/// For handlers that have nothing to say.
fn no_content() -> Reply {
    reply::empty(204)
}

pub type Answer = Result<Reply, Refusal>;
