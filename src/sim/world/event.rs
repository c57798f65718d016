//! The daemon's events: the latest are kept for those who ask with `since`.

use super::World;
use super::container::Container;
use crate::sim::clock::Moment;
use serde_json::{Map, Value, json};
use std::collections::VecDeque;

const KEPT: usize = 4096;

#[derive(Debug, Clone)]
pub struct Event {
    pub time: Moment,
    pub kind: &'static str,
    pub action: String,
    pub id: String,
    pub attributes: Map<String, Value>,
}

impl Event {
    pub fn name(&self) -> &str {
        self.attributes.get("name").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        let mut event = json!({
            "Type": self.kind,
            "Action": self.action,
            "Actor": { "ID": self.id, "Attributes": self.attributes },
            "scope": "local",
            "time": self.time.seconds(),
            "timeNano": self.time.nanoseconds(),
        });
        if self.kind == "container"
            && let Value::Object(fields) = &mut event
        {
            fields.insert("status".to_owned(), json!(self.action));
            fields.insert("id".to_owned(), json!(self.id));
            fields.insert("from".to_owned(), self.attributes.get("image").cloned().unwrap_or_default());
        }
        event
    }
}

/// A bounded log of events; each has a number, so that a reader knows where it was.
#[derive(Debug, Default)]
pub struct EventLog {
    events: VecDeque<Event>,
    first: u64,
}

impl EventLog {
    fn add(&mut self, event: Event) {
        if self.events.len() == KEPT {
            self.events.pop_front();
            self.first += 1;
        }
        self.events.push_back(event);
    }

    /// The number that the next event will have.
    pub fn end(&self) -> u64 {
        self.first + u64::try_from(self.events.len()).unwrap_or(0)
    }

    pub fn from(&self, number: u64) -> impl Iterator<Item = &Event> {
        let skip = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
        self.events.iter().skip(skip)
    }

    pub fn clear(&mut self) {
        self.first = self.end();
        self.events.clear();
    }
}

fn container_attributes(container: &Container) -> Map<String, Value> {
    let mut attributes: Map<String, Value> =
        container.labels.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    attributes.insert("image".to_owned(), json!(container.image));
    attributes.insert("name".to_owned(), json!(container.name));
    attributes
}

impl World {
    pub fn emit(&mut self, kind: &'static str, action: &str, id: &str, attributes: Map<String, Value>) {
        self.events.add(Event {
            time: self.now,
            kind,
            action: action.to_owned(),
            id: id.to_owned(),
            attributes,
        });
        self.touch();
    }

    /// An event of a container, with its labels, and `extra` attributes.
    pub fn emit_container(&mut self, id: &str, action: &str, extra: &[(&str, String)]) {
        let Some(container) = self.containers.get(id) else { return };
        let mut attributes = container_attributes(container);
        attributes.extend(extra.iter().map(|(key, value)| ((*key).to_owned(), json!(value))));
        self.emit("container", action, id, attributes);
    }
}
