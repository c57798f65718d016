//! What the containers write, those that are made or started meanwhile included.

use super::Look;
use crate::cli::output::{Output, Tone, print_json};
use crate::cli::report;
use crate::domain::{Container, ContainerId, Fault, FaultKind, LogLine};
use crate::engine::{Engine, LogRequest};
use futures_util::stream::{SelectAll, once};
use futures_util::{Stream, StreamExt};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;

/// How long nobody asks a daemon that is away.
const PAUSE: Duration = Duration::from_secs(2);
/// Starts that are this old are looked at too: the daemon's clock may not be ours.
const OVERLAP: SignedDuration = SignedDuration::from_secs(5);

/// The containers whose logs have been read to their ends.
pub type Closed = watch::Receiver<BTreeSet<ContainerId>>;

/// How the lines look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Form {
    pub look: Look,
    pub timestamps: bool,
}

pub struct Follower {
    engine: Engine,
    project: String,
    services: BTreeSet<String>,
    /// The time of the last line of each container. Of one that was there before, lines from before are not shown.
    seen: BTreeMap<ContainerId, Timestamp>,
    /// The longest name before a line so far.
    width: usize,
    form: Form,
    closed: watch::Sender<BTreeSet<ContainerId>>,
    output: Output,
}

enum Item {
    Line(String, String, Box<LogLine>),
    Failed(Fault),
    Ended(ContainerId),
}

type Items = SelectAll<Pin<Box<dyn Stream<Item = Item> + Send>>>;

/// The logs that are being read, and those that are to be read again when they have ended.
#[derive(Default)]
struct Reading {
    items: Items,
    open: BTreeSet<ContainerId>,
    again: BTreeSet<ContainerId>,
}

impl Follower {
    /// Of these services, from now on.
    pub async fn of(
        engine: &Engine,
        project: &str,
        services: BTreeSet<String>,
        form: Form,
        output: Output,
    ) -> Result<Self, Fault> {
        let began = Timestamp::now();
        let before = engine.containers(Some(project)).await?;
        Ok(Self {
            engine: engine.clone(),
            services,
            project: project.to_owned(),
            seen: before.into_iter().map(|container| (container.id, began)).collect(),
            width: 0,
            form,
            closed: watch::Sender::default(),
            output: if form.look.no_color { output.without_colour() } else { output },
        })
    }

    pub fn closed(&self) -> Closed {
        self.closed.subscribe()
    }

    /// Ends only when nothing can be written any more. That the daemon is away is told once each time.
    pub async fn follow(&mut self) -> Result<Infallible, Fault> {
        let mut told = false;
        loop {
            let mut shown = false;
            let fault = self.follow_daemon(&mut shown).await?;
            if !told || shown {
                report::warn(&fault.hint("the logs are shown on when it answers again"), self.output);
                told = true;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// For as long as the daemon is there; why it is not any more.
    async fn follow_daemon(&mut self, shown: &mut bool) -> Result<Fault, Fault> {
        let since = Timestamp::now() - OVERLAP;
        let mut events = self.engine.project_events(&self.project, Some(since), None);
        let mut reading = Reading::default();
        match self.engine.containers(Some(&self.project)).await {
            Ok(containers) => containers.iter().for_each(|container| self.open(container, &mut reading)),
            Err(fault) => return Ok(fault),
        }
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(Ok(event)) if event.action == "start" => self.start(&event.container, &mut reading).await,
                    Some(Ok(_)) => {}
                    Some(Err(fault)) => return Ok(fault),
                    None => return Ok(Fault::new(FaultKind::Unreachable, "follow", self.project.as_str())),
                },
                Some(item) = reading.items.next() => match item {
                    Item::Line(name, tag, line) => {
                        *shown = true;
                        self.print(&name, &tag, &line)?;
                    }
                    // The events tell of a daemon that is away, and of what was removed.
                    Item::Failed(fault) if matches!(fault.kind, FaultKind::Unreachable | FaultKind::NotFound) => {}
                    Item::Failed(fault) => report::warn(&fault, self.output),
                    Item::Ended(id) => {
                        reading.open.remove(&id);
                        self.closed.send_if_modified(|closed| closed.insert(id.clone()));
                        if reading.again.remove(&id) {
                            self.start(&id, &mut reading).await;
                        }
                    }
                },
            }
        }
    }

    async fn start(&mut self, id: &ContainerId, reading: &mut Reading) {
        if reading.open.contains(id) {
            // The log of its last run has not been read to its end.
            reading.again.insert(id.clone());
        } else if let Ok(container) = self.engine.inspect(id).await {
            self.open(&container, reading);
        }
    }

    fn open(&mut self, container: &Container, reading: &mut Reading) {
        let Some(labels) = &container.compose else { return };
        if labels.oneoff || !self.services.contains(&labels.service) {
            return;
        }
        let (id, name, tag) = (container.id.clone(), container.name.to_string(), container.tag());
        self.width = self.width.max(tag.chars().count());
        let after_last = |last: &Timestamp| *last + SignedDuration::from_nanos(1);
        let since = self.seen.get(&id).map(after_last);
        let log = self.engine.logs(&id, LogRequest { follow: true, since, ..LogRequest::default() });
        let lines = log.map(move |line| match line {
            Ok(line) => Item::Line(name.clone(), tag.clone(), Box::new(line)),
            Err(fault) => Item::Failed(Fault { object: name.clone(), ..fault }),
        });
        self.closed.send_if_modified(|closed| closed.remove(&id));
        reading.open.insert(id.clone());
        reading.items.push(Box::pin(lines.chain(once(async { Item::Ended(id) }))));
    }

    fn print(&mut self, name: &str, tag: &str, line: &LogLine) -> Result<(), Fault> {
        if let Some(time) = line.time {
            self.seen.insert(line.container.clone(), time);
        }
        if self.output.json {
            return print_json(&json!({
                "event": "log",
                "container": name,
                "time": line.time,
                "source": line.source,
                "line": line.line.text,
                "cut_bytes": line.line.cut_bytes,
            }));
        }
        let tag = if self.form.look.no_log_prefix {
            String::new()
        } else {
            format!("{tag:width$}  | ", width = self.width)
        };
        let time =
            line.time.filter(|_| self.form.timestamps).map(|time| format!("{time} ")).unwrap_or_default();
        self.output.toned(&[(Tone::Dim, &tag), (Tone::Dim, &time), (Tone::Plain, &line.line.text)])
    }
}
