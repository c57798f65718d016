//! `GET /containers/{id}/logs`: frames of eight bytes' header and a text, or the bare text of a terminal.

use super::reply::stream;
use super::{Answer, Call};
use crate::sim::clock::Moment;
use crate::sim::scenario::spec::Stream;
use crate::sim::shared::Shared;
use crate::sim::world::log_book::Entry;
use crate::sim::world::{Refusal, World};
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::stream::unfold;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// The engine takes longer lines in as several messages.
const LONGEST_MESSAGE: usize = 16 << 10;
/// About what one piece of the body holds.
const PIECE: usize = 64 << 10;

#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "they are the request's own parameters")]
struct Wish {
    stdout: bool,
    stderr: bool,
    timestamps: bool,
    since: Option<Moment>,
    until: Option<Moment>,
    follow: bool,
    tty: bool,
}

impl Wish {
    fn passes(self, entry: &Entry) -> bool {
        let stream = match entry.stream {
            _ if self.tty => self.stdout,
            Stream::Stdout => self.stdout,
            Stream::Stderr => self.stderr,
        };
        stream
            && self.since.is_none_or(|since| entry.time >= since)
            && self.until.is_none_or(|until| entry.time <= until)
    }
}

/// One frame of a multiplexed stream.
pub fn frame(stream: Stream, prefix: &[u8], text: &[u8], into: &mut BytesMut) {
    let length = u32::try_from(prefix.len() + text.len()).unwrap_or(u32::MAX);
    into.put_u8(match stream {
        Stream::Stdout => 1,
        Stream::Stderr => 2,
    });
    into.put_bytes(0, 3);
    into.put_u32(length);
    into.put_slice(prefix);
    into.put_slice(text);
}

fn write(entry: &Entry, wish: Wish, into: &mut BytesMut) {
    let prefix = if wish.timestamps { format!("{} ", entry.time.rfc3339_fixed()) } else { String::new() };
    // A terminal turns each new line into two characters.
    let text: Cow<'_, [u8]> = match entry.text.strip_suffix(b"\n") {
        Some(line) if wish.tty => Cow::Owned([line, b"\r\n"].concat()),
        _ => Cow::Borrowed(&entry.text),
    };
    for message in text.chunks(LONGEST_MESSAGE) {
        if wish.tty {
            into.put_slice(prefix.as_bytes());
            into.put_slice(message);
        } else {
            frame(entry.stream, prefix.as_bytes(), message, into);
        }
    }
}

struct Reader {
    shared: Arc<Shared>,
    id: String,
    wish: Wish,
    next: u64,
    /// Following ends with the run that it began in.
    run: Option<u64>,
}

enum Step {
    Piece(Bytes),
    /// Nothing yet; the next line is due then.
    Wait(Option<Moment>),
    Over,
}

impl Reader {
    fn step(&mut self, world: &mut World) -> Step {
        let now = world.now;
        let Some(container) = world.containers.get_mut(&self.id) else { return Step::Over };
        let behaviour = Arc::clone(&container.behaviour);
        container.log.catch_up(&behaviour, now);
        let mut piece = BytesMut::new();
        for (number, entry) in container.log.from(self.next) {
            if self.wish.passes(entry) {
                write(entry, self.wish, &mut piece);
            }
            self.next = number + 1;
            if piece.len() >= PIECE {
                break;
            }
        }
        if !piece.is_empty() {
            return Step::Piece(piece.freeze());
        }
        let ended = self.run != Some(container.run) || !container.is_running();
        let past = self.wish.until.is_some_and(|until| now > until);
        if !self.wish.follow || ended || past {
            return Step::Over;
        }
        // Lines that come very fast are handed on in batches.
        Step::Wait(
            container.log.next_due().map(|due| due.max(now.after(std::time::Duration::from_millis(8)))),
        )
    }
}

/// The number of the first entry that `tail` leaves.
fn first_of_tail(world: &mut World, id: &str, wish: Wish, tail: &str) -> u64 {
    let now = world.now;
    let Some(container) = world.containers.get_mut(id) else { return 0 };
    let behaviour = Arc::clone(&container.behaviour);
    container.log.catch_up(&behaviour, now);
    // The engine counts from the very end, whatever times are asked for.
    let wish = Wish { since: None, until: None, ..wish };
    match tail.parse::<usize>() {
        Ok(0) => container.log.end(),
        Ok(count) => container
            .log
            .from(0)
            .rev()
            .filter(|(_, entry)| wish.passes(entry))
            .take(count)
            .last()
            .map_or_else(|| container.log.end(), |(number, _)| number),
        Err(_) => 0,
    }
}

pub fn logs(call: &Call, reference: &str) -> Answer {
    let query = &call.query;
    if !query.flag("stdout") && !query.flag("stderr") {
        return Err(Refusal::bad("Bad parameters: you must choose at least one stream"));
    }
    let shared = Arc::clone(&call.shared);
    let reader = shared.with(|world| {
        let id = world.find(reference)?;
        let container = world.container(&id)?;
        let driver = container.host_config.pointer("/LogConfig/Type").and_then(Value::as_str);
        if driver == Some("none") {
            return Err(Refusal::new(501, "configured logging driver does not support reading"));
        }
        let wish = Wish {
            stdout: query.flag("stdout"),
            stderr: query.flag("stderr"),
            timestamps: query.flag("timestamps"),
            since: query.moment("since"),
            until: query.moment("until"),
            follow: query.flag("follow"),
            tty: container.tty,
        };
        let run = container.is_running().then_some(container.run);
        let next = first_of_tail(world, &id, wish, query.get("tail").unwrap_or("all"));
        Ok::<_, Refusal>(Reader { shared: Arc::clone(&call.shared), id, wish, next, run })
    })?;
    let content_type = if reader.wish.tty {
        "application/vnd.docker.raw-stream"
    } else {
        "application/vnd.docker.multiplexed-stream"
    };
    let pieces = unfold((reader, shared.changes()), |(mut reader, mut changes)| async move {
        loop {
            changes.borrow_and_update();
            let shared = Arc::clone(&reader.shared);
            match shared.with(|world| reader.step(world)) {
                Step::Piece(piece) => return Some((piece, (reader, changes))),
                Step::Over => return None,
                Step::Wait(due) => {
                    let until = reader.wish.until;
                    let due = match (due, until) {
                        (Some(due), Some(until)) => {
                            Some(due.min(until.after(std::time::Duration::from_millis(1))))
                        }
                        (due, until) => due.or(until),
                    };
                    shared.change_or(&mut changes, due).await;
                }
            }
        }
    });
    Ok(stream(content_type, pieces))
}
