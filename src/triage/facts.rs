//! What is known at one moment, and the questions that several rules ask of it.

use super::rules::{came_back, is_looping};
use super::sign::{LogSign, NOTED_LATE, Sign, began};
use super::tried::Stood;
use crate::domain::deploy::Undecided;
use crate::domain::host::KernelMessage;
use crate::domain::log::Level;
use crate::domain::stack::BackupStanding;
use crate::domain::{
    CheckReport, Container, ContainerFigures, ContainerId, ContainerState, Fault, GpuSample, HostSample,
    LogLine, Safe, TaskRecord, units,
};
use jiff::Timestamp;
use std::collections::HashMap;
use std::time::Duration;

/// What is written longer before the end had little to do with it.
const LAST_WORDS: Duration = Duration::from_secs(5);
const TRACEBACK: &str = "Traceback (most recent call last)";

#[derive(Debug, Clone, Default)]
pub struct Facts<'facts> {
    pub containers: Vec<&'facts Container>,
    /// The newest reading of each.
    pub figures: HashMap<&'facts ContainerId, &'facts ContainerFigures>,
    /// What their logs told.
    pub signs: Vec<&'facts LogSign>,
    /// The last lines of those that are in trouble.
    pub tails: HashMap<&'facts ContainerId, &'facts [LogLine]>,
    /// From when to when each ran before it was started last, where that was seen.
    pub last_runs: HashMap<&'facts ContainerId, (Timestamp, Timestamp)>,
    /// When each ended, the oldest first, as far as the daemon's events tell.
    pub ends: HashMap<&'facts ContainerId, Vec<Timestamp>>,
    /// When the daemon said last of each that it has stopped it.
    pub stops: HashMap<&'facts ContainerId, Timestamp>,
    /// Whether the daemon was asked for what happened before.
    pub past_is_known: bool,
    /// Of the last hour, the newest last.
    pub stood: Vec<Stood<'facts>>,
    pub checks: Vec<&'facts CheckReport>,
    pub gpus: Option<&'facts GpuSample>,
    /// The GPUs with memory that nobody answers for, by index, and since when.
    pub orphans_since: HashMap<u32, Timestamp>,
    pub host: Option<&'facts HostSample>,
    /// By mount point, the time until a disk is full at its present rate.
    pub full_in: HashMap<&'facts str, Duration>,
    /// What the kernel said, the oldest first.
    pub kernel: Vec<&'facts KernelMessage>,
    /// Of the daemon's clock before ours.
    pub clock_ahead_seconds: Option<i64>,
    /// Who listens on the ports that were looked at: nobody, or a process in words.
    pub listeners: HashMap<u16, Option<&'facts Safe>>,
    /// Bytes of the log files that the daemon keeps of each, where they can be seen.
    pub log_bytes: HashMap<&'facts ContainerId, u64>,
    /// Why the daemon is away, when it is.
    pub daemon: Option<&'facts Fault>,
    /// What is wrong with the stacks' files.
    pub stack_faults: Vec<&'facts Fault>,
    /// How the stacks stand with their backups, as far as that is known.
    pub backups: Vec<&'facts BackupStanding>,
    /// The deploys that wait to be accepted.
    pub undecided: Vec<&'facts Undecided>,
    /// The newest first.
    pub tasks: Vec<&'facts TaskRecord>,
    pub now: Timestamp,
}

impl<'facts> Facts<'facts> {
    /// Each container whose log gives this sign now.
    pub(super) fn with_sign(&self, sign: Sign) -> impl Iterator<Item = (&'facts Container, &'facts LogSign)> {
        let told = self.signs.iter().copied().filter(move |told| told.sign == sign);
        told.filter_map(|told| {
            let container =
                self.containers.iter().copied().find(|container| container.id == told.container)?;
            let of_last_run = || {
                (self.is_looping(container) || came_back(container, self.now))
                    && match self.last_runs.get(&container.id) {
                        Some((started, _)) => told.last >= *started - NOTED_LATE,
                        // Nobody saw that run; what was written a moment before this one is of it.
                        None => told.is_recent(self.now),
                    }
            };
            (told.is_current(container, self.now) || of_last_run()).then_some((container, told))
        })
    }

    /// Whether it is started again and again. Between two crashes it is so as well.
    pub(super) fn is_looping(&self, container: &Container) -> bool {
        let last_run = self.last_runs.get(&container.id).map(|(from, to)| units::since(*from, *to));
        is_looping(container, last_run, self.now)
    }

    /// What the container wrote last may say why it ended: the first line near the end of its last run that says of
    /// itself that it is an error, or else its last line.
    pub(super) fn first_error(&self, container: &Container) -> Option<(Option<Timestamp>, &'facts Safe)> {
        let started = began(container);
        let lines: Vec<&LogLine> =
            self.tails.get(&container.id)?.iter().filter(|line| !line.line.text.trim().is_empty()).collect();
        let is_before = |line: &LogLine| line.time.zip(started).is_some_and(|(time, start)| time < start);
        let begun = lines.iter().position(|line| !is_before(line)).unwrap_or(lines.len());
        let (before, present) = lines.split_at(begun);
        // One that was started again goes on about something else, if it has said anything yet.
        let is_back = container.state == ContainerState::Running && !before.is_empty();
        let told = if is_back { before } else { present };
        let end = told.last()?.time;
        let is_near = |line: &LogLine| line.time.zip(end).is_none_or(|(time, end)| time >= end - LAST_WORDS);
        let near = told.iter().position(|line| is_near(line)).unwrap_or(0);
        let told = &told[near..];
        let is_error =
            |line: &LogLine| !line.continues && line.level.is_some_and(|level| level >= Level::Error);
        let line = match told.iter().position(|line| is_error(line)) {
            // What was raised stands below where it was.
            Some(at) if told[at].line.text.starts_with(TRACEBACK) => told[at + 1..]
                .iter()
                .find(|line| !line.line.text.starts_with([' ', '\t']))
                .unwrap_or(&told[at]),
            Some(at) => &told[at],
            None => told.last()?,
        };
        Some((line.time, &line.line.text))
    }

    /// The containers of a service, those of `compose run` aside.
    pub(super) fn of_service(&self, stack: &str, service: &str) -> impl Iterator<Item = &'facts Container> {
        self.containers.iter().copied().filter(move |container| {
            container
                .compose
                .as_ref()
                .is_some_and(|labels| labels.project == stack && labels.service == service && !labels.oneoff)
        })
    }
}
