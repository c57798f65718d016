//! `logs --patterns`: each kind of line once, those that are new since the last deployment on top.

use super::filter::{Filter, Reader, Sieve};
use crate::app::store::patterns::{LinePattern, PatternStore, Written};
use crate::cli::output::{Output, Tone, print_json};
use crate::cli::report;
use crate::cli::table::Table;
use crate::domain::log::{Classified, Continuation, Level};
use crate::domain::{Container, Fault, Safe, TaskRecord, units};
use crate::engine::{Engine, LogRequest};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use std::sync::Arc;

#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Patterns {
    /// Show each kind of line once, those first seen since the last deployment on top; of the lines the daemon holds
    #[arg(long, conflicts_with_all = ["follow", "tail", "timestamps"])]
    pub patterns: bool,
}

/// When these containers were deployed last: by the newest task that is known, else by their creation.
pub fn deployed(
    project: &str,
    services: &[String],
    tasks: &[TaskRecord],
    containers: &[Container],
) -> Option<Timestamp> {
    let of_task = |task: &TaskRecord| match services {
        [] => task.deployed(project, None),
        services => services.iter().filter_map(|service| task.deployed(project, Some(service))).max(),
    };
    let created = || containers.iter().filter_map(|container| container.created).max();
    tasks.iter().filter_map(of_task).max().or_else(created)
}

/// Reads the logs to their ends, and prints what they come to. One that cannot be read does not keep the others from
/// being shown.
pub async fn print(
    engine: &Engine,
    containers: &[Container],
    request: LogRequest,
    filter: Option<Arc<Filter>>,
    since: Option<Timestamp>,
    output: Output,
) -> Result<u8, Fault> {
    let mut store = PatternStore::default();
    let (mut code, mut lines) = (0, 0_u64);
    for container in containers {
        let tag = Safe::new(container.tag());
        let mut sieve = filter.clone().map(Sieve::new);
        let mut reader = Reader::default();
        let (mut record, mut has_head) = (Continuation::default(), true);
        let mut blocks = engine.log_blocks(&container.id, request.clone());
        while let Some(block) = blocks.next().await {
            let block = match block {
                Ok(block) => block,
                Err(fault) => {
                    let fault = Fault { object: container.name.to_string(), ..fault };
                    report::warn(&fault, output);
                    code = fault.exit_code();
                    continue;
                }
            };
            for line in block.iter() {
                let passes = sieve.as_mut().is_none_or(|sieve| sieve.judge(line).passes);
                let text = reader.text(line);
                let Classified { level, continues } = record.push(text);
                has_head = if continues { has_head } else { passes };
                if passes {
                    lines += 1;
                    // What a filter picked out of a record stands for itself.
                    let continues = continues && has_head;
                    store.count(Written { text, time: line.time, level, continues }, &tag);
                }
            }
        }
    }
    let now = Timestamp::now();
    if output.json {
        for id in store.sorted(since) {
            if let Some(pattern) = store.get(id) {
                print_json(&document(&store, id, pattern, since, now))?;
            }
        }
        return Ok(code);
    }
    output.toned(&[(Tone::Dim, &summary(&store, lines, since, now))])?;
    table(&store, since, now).print_within(output.columns(), output)?;
    Ok(code)
}

fn document(
    store: &PatternStore,
    id: u64,
    pattern: &LinePattern,
    since: Option<Timestamp>,
    now: Timestamp,
) -> serde_json::Value {
    // Where nothing of before is known, nothing can be called old or new.
    let new = since.filter(|since| store.can_judge(pattern, *since)).map(|_| store.is_new(pattern, since));
    serde_json::json!({
        "id": format!("{id:016x}"),
        "new": new,
        "level": pattern.level,
        "lines": pattern.count,
        "per_minute": store.per_minute(pattern, now),
        "first": pattern.first,
        "last": pattern.last,
        "from": store.writers(pattern).collect::<Vec<_>>(),
        "pattern": pattern.text,
        "example": pattern.example,
    })
}

/// It speaks of the lines that were read: what the daemon holds no longer, or a filter left out, nobody can count.
fn summary(store: &PatternStore, lines: u64, since: Option<Timestamp>, now: Timestamp) -> String {
    let kinds = match (store.len(), lines) {
        (1, 1) => "1 kind of line in the 1 line that was read".to_owned(),
        (1, lines) => format!("1 kind of line in the {lines} lines that were read"),
        (kinds, lines) => format!("{kinds} kinds of lines in the {lines} lines that were read"),
    };
    let words = match since {
        None => format!("{kinds}; when this was deployed is not known"),
        Some(since) => {
            let age = units::duration(units::since(since, now));
            let is_new = |id: &u64| store.get(*id).is_some_and(|pattern| store.is_new(pattern, Some(since)));
            let new = store.sorted(Some(since)).iter().filter(|id| is_new(id)).count();
            let unknown: Vec<&str> = store.without_before(since).into_iter().collect();
            if !store.has_before(since) {
                format!("{kinds}; deployed {age} ago, and no lines from before are there to compare with")
            } else if unknown.is_empty() {
                format!("{kinds}, {new} of them new (+) since the deployment {age} ago")
            } else {
                // Nothing of these is known to be new, and nothing not to be.
                let (unknown, verb) = (unknown.join(", "), if new == 1 { "is" } else { "are" });
                format!(
                    "{kinds}; deployed {age} ago: of {unknown} no lines from before are there to compare with, of the \
                     others {new} {verb} new (+)"
                )
            }
        }
    };
    match store.given_up() {
        0 => words,
        given_up => format!("{words}; {given_up} more, seen longest ago, are left out"),
    }
}

/// None in the last minutes is no rate.
fn rate(store: &PatternStore, pattern: &LinePattern, now: Timestamp) -> String {
    let rate = store.per_minute(pattern, now).filter(|rate| *rate > 0.0);
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1}"))
}

fn table(store: &PatternStore, since: Option<Timestamp>, now: Timestamp) -> Table {
    let titles = ["", "LEVEL", "LINES", "/MIN", "FIRST", "LAST", "FROM", "KIND OF LINE"];
    let mut table = Table::new(&titles, "no lines");
    let age = |time: Option<Timestamp>| {
        time.map_or_else(|| "–".to_owned(), |time| units::duration(units::since(time, now)))
    };
    for pattern in store.sorted(since).into_iter().filter_map(|id| store.get(id)) {
        let tone = match pattern.level {
            Some(Level::Error | Level::Fatal) => Tone::Bad,
            Some(Level::Warn) => Tone::Warning,
            Some(Level::Trace | Level::Debug | Level::Info) | None => Tone::Plain,
        };
        let mut writers = store.writers(pattern).map(Safe::as_str);
        let first = writers.next().unwrap_or_default();
        let from = match writers.count() {
            0 => first.to_owned(),
            more => format!("{first} +{more}"),
        };
        table.row(vec![
            (Tone::Good, if store.is_new(pattern, since) { "+" } else { "" }.to_owned()),
            (tone, pattern.level.map_or("–", Level::name).to_owned()),
            (Tone::Plain, pattern.count.to_string()),
            (Tone::Plain, rate(store, pattern, now)),
            (Tone::Dim, age(pattern.first)),
            (Tone::Dim, age(pattern.last)),
            (Tone::Dim, from),
            (tone, pattern.text.to_string()),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn written(second: i64, text: &str) -> Written<'_> {
        let Classified { level, continues } = crate::domain::log::classify(text);
        Written { text, time: Some(at(second)), level, continues }
    }

    fn container(created: i64) -> Container {
        Container { created: Some(at(created)), ..fixtures::container("shop-web-1") }
    }

    #[test]
    fn without_a_task_the_newest_container_tells() {
        assert_eq!(deployed("shop", &[], &[], &[container(5), container(9)]), Some(at(9)));
        assert_eq!(deployed("shop", &[], &[], &[]), None);
    }

    #[test]
    fn what_is_new_stands_first_with_its_sign() {
        let mut store = PatternStore::default();
        let web = Safe::new("web-1");
        for (second, text) in
            [(10, "INFO ready"), (60, "INFO ready"), (61, "ERROR code 7"), (62, "ERROR code 8")]
        {
            store.count(written(second, text), &web);
        }
        let ids = store.sorted(Some(at(30)));
        let pattern = store.get(ids[0]).unwrap();
        let new = document(&store, ids[0], pattern, Some(at(30)), at(70));
        assert_eq!(
            (&new["new"], &new["pattern"], &new["lines"]),
            (&true.into(), &"ERROR code ‹n›".into(), &2.into())
        );
        let unknown = document(&store, ids[0], pattern, Some(at(5)), at(70));
        assert_eq!(unknown["new"], serde_json::Value::Null, "nothing to compare with");
    }
    #[test]
    fn the_total_tells_of_what_it_can_say_nothing() {
        let mut store = PatternStore::default();
        store.count(written(10, "INFO ready"), &Safe::new("db-1"));
        let (all, now) = (|store: &PatternStore| summary(store, 3, Some(at(30)), at(90)), at(90));
        assert_eq!(
            all(&store),
            "1 kind of line in the 3 lines that were read, 0 of them new (+) since the deployment 1m ago"
        );
        store.count(written(60, "GET /"), &Safe::new("web-1"));
        assert_eq!(
            all(&store),
            "2 kinds of lines in the 3 lines that were read; deployed 1m ago: of web no lines from before are there to \
             compare with, of the others 0 are new (+)"
        );
        let web =
            store.sorted(None).into_iter().find(|id| store.get(*id).unwrap().text.contains("GET")).unwrap();
        let document = document(&store, web, store.get(web).unwrap(), Some(at(30)), now);
        assert_eq!(document["new"], serde_json::Value::Null, "nothing of it is known from before");
    }

    #[test]
    fn what_nobody_writes_any_more_has_no_rate() {
        let mut store = PatternStore::default();
        store.count(written(10, "INFO ready"), &Safe::new("db-1"));
        let pattern = store.get(store.sorted(None)[0]).unwrap();
        assert_eq!(rate(&store, pattern, at(20)), "6.0");
        assert_eq!(rate(&store, pattern, at(100_000)), "–");
    }
}
