//! `GET /events`.

use super::query::Query;
use super::reply::stream;
use super::{Answer, Call};
use crate::sim::world::event::Event;
use bytes::Bytes;
use futures_util::stream::unfold;
use serde_json::Value;
use std::sync::Arc;

const FILTERS: [&str; 13] = [
    "config",
    "container",
    "daemon",
    "event",
    "image",
    "label",
    "network",
    "node",
    "plugin",
    "scope",
    "service",
    "type",
    "volume",
];

fn passes(event: &Event, query: &Query) -> bool {
    let attribute = |key: &str| event.attributes.get(key).and_then(Value::as_str);
    let of = |kind: &str| {
        query.any(kind, |wanted| {
            event.kind == kind
                && (event.id == wanted || event.name() == wanted || event.id.starts_with(wanted))
        })
    };
    let image = query.any("image", |wanted| {
        attribute("image").is_some_and(|image| image == wanted || image.split(':').next() == Some(wanted))
    });
    query.any("type", |wanted| wanted == event.kind)
        // `health_status` stands for `health_status: healthy`, `exec_start` for `exec_start: sh`.
        && query.any("event", |wanted| {
            event.action == wanted || event.action.split(": ").next() == Some(wanted)
        })
        && query.labels_match(attribute)
        && of("container")
        && of("network")
        && of("volume")
        && image
}

pub fn follow(call: &Call) -> Answer {
    let query = Query::parse(&call_query(call))?;
    query.allow_filters(&FILTERS)?;
    let since = query.moment("since");
    let until = query.moment("until");
    let shared = Arc::clone(&call.shared);
    // Without `since` only what happens from now on is told.
    let start = shared.with(|world| if since.is_some() { 0 } else { world.events.end() });
    let changes = shared.changes();
    let pieces = unfold(
        (shared, query, start, changes, false),
        move |(shared, query, mut next, mut changes, mut over)| async move {
            loop {
                changes.borrow_and_update();
                let (text, ended) = shared.with(|world| {
                    let mut text = String::new();
                    for event in world.events.from(next) {
                        let wanted = since.is_none_or(|since| event.time >= since)
                            && until.is_none_or(|until| event.time <= until);
                        if wanted && passes(event, &query) {
                            text.push_str(&event.json().to_string());
                            text.push('\n');
                        }
                    }
                    next = world.events.end();
                    (text, until.is_some_and(|until| world.now >= until))
                });
                if over {
                    return None;
                }
                over = ended;
                if !text.is_empty() {
                    return Some((Bytes::from(text), (shared, query, next, changes, over)));
                }
                if over {
                    return None;
                }
                shared.change_or(&mut changes, until).await;
            }
        },
    );
    Ok(stream("application/json", pieces))
}

fn call_query(call: &Call) -> String {
    call.request.uri().query().unwrap_or_default().to_owned()
}
