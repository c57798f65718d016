//! Everything under `/containers`.

use super::{Answer, Call, archive, changes, create, exec, inspect, list, logs, stats, wait};
use crate::sim::world::Refusal;
use hyper::Method;

pub async fn route(method: &Method, path: &[&str], call: Call) -> Answer {
    match (method, path) {
        (&Method::GET, ["json"]) => list::list(&call),
        (&Method::POST, ["create"]) => create::create(call).await,
        (&Method::GET, [id, "json"]) => inspect::inspect(&call, id),
        (&Method::GET, [id, "logs"]) => logs::logs(&call, id),
        (&Method::GET, [id, "stats"]) => stats::stats(&call, id).await,
        (&Method::POST, [id, "start"]) => changes::start(&call, id),
        (&Method::POST, [id, "stop"]) => changes::stop(&call, id).await,
        (&Method::POST, [id, "restart"]) => changes::restart(&call, id).await,
        (&Method::POST, [id, "kill"]) => changes::kill(&call, id),
        (&Method::POST, [id, "pause"]) => changes::pause(&call, id),
        (&Method::POST, [id, "unpause"]) => changes::unpause(&call, id),
        (&Method::POST, [id, "rename"]) => changes::rename(&call, id),
        (&Method::POST, [id, "resize"]) => changes::resize(&call, id),
        (&Method::POST, [id, "wait"]) => wait::wait(&call, id),
        (&Method::POST, [id, "exec"]) => exec::create(call, id).await,
        (&Method::DELETE, [id]) => changes::remove(&call, id),
        (&Method::PUT, [id, "archive"]) => archive::put(call, id).await,
        (&Method::HEAD, [id, "archive"]) => archive::stat(&call, id),
        (&Method::GET, [id, "archive"]) => archive::get(&call, id),
        _ => Err(Refusal::missing("page not found")),
    }
}
