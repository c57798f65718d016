//! What is left of runs that ended: a container's last lines and figures, how it ended and what its health check said
//! last. Docker forgets most of it with the next start, and all of it with the container.
//!
//! Kept in memory, so as long as the console runs: the last few runs of each container name, some hundred in all, and so
//! many bytes of lines; the oldest go first.

use crate::domain::container::LastEnd;
use crate::domain::{
    Container, ContainerFigures, ContainerId, ContainerState, Fault, FaultKind, LogLine, Safe,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, HashSet, VecDeque};

/// Lines that are read of each run.
pub const LINES: u64 = 500;
const MOST_OF_ONE: usize = 5;
const MOST: usize = 200;
const MOST_BYTES: usize = 16 << 20;
/// Of one run; its oldest lines go first.
const MOST_BYTES_OF_ONE: usize = 512 << 10;
/// One that dies again within this time is not read once more: it may do so every second.
const APART: SignedDuration = SignedDuration::from_secs(10);
/// The daemon notes a start a little after it: so much earlier the run may have written its first lines.
const EARLY: SignedDuration = SignedDuration::from_millis(50);
/// A `stop` is told right after the end that it brought about.
const NEAR: SignedDuration = SignedDuration::from_secs(10);
/// Runs that are being read at the same time.
const MOST_AWAITED: usize = 64;

#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub id: u64,
    pub container: ContainerId,
    pub name: Safe,
    /// The stack and the service that it belonged to.
    pub service: Option<(String, String)>,
    pub started: Option<Timestamp>,
    /// What was written before is of an earlier run.
    pub since: Option<Timestamp>,
    pub ended: Timestamp,
    pub exit_code: Option<i64>,
    pub oom_killed: bool,
    /// Somebody had sent a signal or asked for a stop; `None` when that was not seen.
    pub on_request: Option<bool>,
    /// By a stop or a restart, which may end in a SIGKILL too.
    pub stopped: bool,
    /// What the last health check said.
    pub health_output: Option<Safe>,
    /// The last reading before the end.
    pub figures: Option<ContainerFigures>,
    pub lines: LastLines,
}

#[derive(Debug, Clone, PartialEq)]
pub enum LastLines {
    Awaited,
    Read(Vec<LogLine>),
    /// And why.
    Unread(Safe),
}

#[derive(Debug, Clone, Default)]
pub struct PreviousStore {
    /// The oldest first.
    runs: VecDeque<Run>,
    next: u64,
    out_of_memory: HashSet<ContainerId>,
    /// When the daemon said that the present run started.
    starts: HashMap<ContainerId, Timestamp>,
    /// When each container's lines were asked for last, by its name.
    read: HashMap<Safe, Timestamp>,
}

impl Run {
    /// `137, out of memory`
    pub fn ending(&self) -> String {
        let code = self.exit_code.map_or_else(|| "an unknown code".to_owned(), |code| code.to_string());
        let cause = match (self.oom_killed, self.was_asked_for(), self.exit_code) {
            (true, _, _) => ", out of memory",
            (false, true, _) => ", as was asked for",
            (false, _, Some(137)) => ", killed",
            (false, _, Some(139)) => ", by a segmentation fault",
            (false, _, Some(143)) => ", by SIGTERM",
            (false, _, _) => "",
        };
        format!("{code}{cause}")
    }

    /// By a stop, or by a signal that lets a process end by itself. Whoever sends SIGKILL without one has it killed.
    pub fn was_asked_for(&self) -> bool {
        self.stopped || (self.on_request == Some(true) && self.exit_code != Some(137))
    }

    fn bytes(&self) -> usize {
        match &self.lines {
            LastLines::Read(lines) => lines.iter().map(size).sum(),
            LastLines::Awaited | LastLines::Unread(_) => 0,
        }
    }
}

fn size(line: &LogLine) -> usize {
    size_of::<LogLine>() + line.container.0.len() + line.line.text.len() + size_of_val(&*line.line.runs)
}

impl PreviousStore {
    /// The kernel took the container's memory away; its end follows.
    pub fn ran_out_of_memory(&mut self, container: &ContainerId) {
        self.out_of_memory.insert(container.clone());
    }

    pub fn started(&mut self, container: &ContainerId, time: Timestamp) {
        self.starts.insert(container.clone(), time);
    }

    /// The run that ended just now was stopped.
    pub fn stopped(&mut self, container: &ContainerId, time: Timestamp) {
        let run = self.runs.iter_mut().rev().find(|run| run.container == *container);
        if let Some(run) = run.filter(|run| time.duration_since(run.ended).abs() <= NEAR) {
            run.stopped = true;
        }
    }

    /// The container is gone; its runs stay.
    pub fn forget(&mut self, container: &ContainerId) {
        self.starts.remove(container);
        self.out_of_memory.remove(container);
    }

    /// A container ended. Says which run that was, and whether its lines are to be read.
    pub fn ended(
        &mut self,
        id: &ContainerId,
        known: Option<&Container>,
        (name, service): (&Safe, Option<&(String, String)>),
        (ended, exit_code): (Timestamp, Option<i64>),
        figures: Option<ContainerFigures>,
    ) -> (u64, bool) {
        let details = known.and_then(|container| container.details.as_ref());
        let since = self.read.get(name).map(|last| ended.duration_since(*last));
        let awaited = self.runs.iter().filter(|run| run.lines == LastLines::Awaited).count();
        let lines = if since.is_some_and(|since| since < APART && !since.is_negative()) {
            let why = format!("it had ended within {} s before", APART.as_secs());
            LastLines::Unread(Safe::new(why))
        } else if awaited >= MOST_AWAITED {
            LastLines::Unread(Safe::new("too many ended at once"))
        } else {
            self.read.retain(|_, last| ended.duration_since(*last) < APART);
            self.read.insert(name.clone(), ended);
            LastLines::Awaited
        };
        let reads = lines == LastLines::Awaited;
        let before = self.runs.iter().rev().find(|run| run.container == *id).map(|run| run.ended);
        // In a restart loop an inspect may tell of the run before, or of the next.
        let is_own = |start: &Timestamp| *start <= ended && before.is_none_or(|before| *start > before);
        let inspected = details.and_then(|details| details.started_at).filter(is_own);
        let noted = self.starts.remove(id).filter(is_own);
        let started = [inspected, noted].into_iter().flatten().min();
        let early = started.map(|started| started.saturating_sub(EARLY).unwrap_or(started));
        // While a container runs, its inspect tells when the run before ended.
        let finished = details.and_then(|details| details.finished_at).filter(|end| Some(*end) < started);
        let since = [early, before, finished].into_iter().flatten().max();
        let run = self.next;
        self.next += 1;
        self.runs.push_back(Run {
            id: run,
            container: id.clone(),
            name: name.clone(),
            service: known
                .and_then(|container| container.compose.as_ref())
                .map(|labels| (labels.project.clone(), labels.service.clone()))
                .or_else(|| service.cloned()),
            started,
            since,
            ended,
            exit_code,
            oom_killed: self.out_of_memory.remove(id),
            on_request: None,
            stopped: false,
            health_output: details.and_then(|details| details.health_output.clone()),
            figures,
            lines,
        });
        let of_name: Vec<usize> =
            (0..self.runs.len()).filter(|index| self.runs[*index].name == *name).collect();
        if let Some((_, older)) = of_name.split_last()
            && older.len() >= MOST_OF_ONE
        {
            // One in a restart loop would otherwise push out the few whose lines were read.
            let is_unread = |index: &&usize| matches!(self.runs[**index].lines, LastLines::Unread(_));
            let gone = older.iter().find(is_unread).or(older.first()).copied();
            gone.and_then(|index| self.runs.remove(index));
        }
        self.bound();
        (run, reads)
    }

    /// What an inspect tells of a run that just ended.
    pub fn complete(&mut self, container: &Container) {
        let Some(details) = &container.details else { return };
        let Some(run) = self.runs.iter_mut().rev().find(|run| run.container == container.id) else { return };
        let LastEnd { exit_code, oom_killed, on_request } = match details.last_end {
            Some(end) if run.on_request.is_none() => end,
            Some(_) | None => return,
        };
        run.exit_code = Some(exit_code);
        run.oom_killed |= oom_killed;
        run.on_request = Some(on_request);
        if matches!(container.state, ContainerState::Exited | ContainerState::Dead)
            && details.health_output.is_some()
        {
            run.health_output.clone_from(&details.health_output);
        }
    }

    /// The run's last lines came, or cannot be read.
    pub fn read(&mut self, run: u64, result: Result<Vec<LogLine>, Fault>) {
        let Some(run) = self.runs.iter_mut().find(|known| known.id == run) else { return };
        run.lines = match result {
            Ok(mut lines) => {
                let since = run.since;
                lines.retain(|line| line.time.is_none_or(|time| since.is_none_or(|since| time >= since)));
                let mut room = MOST_BYTES_OF_ONE;
                let fitting = lines.iter().rev().take_while(|line| {
                    let fits = size(line) <= room;
                    room = room.saturating_sub(size(line));
                    fits
                });
                let skipped = lines.len() - fitting.count();
                lines.drain(..skipped);
                LastLines::Read(lines)
            }
            // As with `docker run --rm`: nobody could have been quick enough.
            Err(fault) if fault.kind == FaultKind::NotFound => {
                LastLines::Unread(Safe::new("its container was removed with it"))
            }
            Err(fault) => LastLines::Unread(Safe::new(fault.to_string())),
        };
        self.bound();
    }

    pub fn get(&self, run: u64) -> Option<&Run> {
        self.runs.iter().find(|known| known.id == run)
    }

    /// From when to when each container ran before its present run, where that is known.
    pub fn last_of_each(&self) -> impl Iterator<Item = (&ContainerId, (Timestamp, Timestamp))> {
        // Of those that come later in a map of it, the last one stays.
        self.runs.iter().filter_map(|run| Some((&run.container, (run.started?, run.ended))))
    }

    pub fn newest_first(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter().rev()
    }

    fn bound(&mut self) {
        let mut bytes: usize = self.runs.iter().map(Run::bytes).sum();
        while self.runs.len() > MOST || (bytes > MOST_BYTES && self.runs.len() > 1) {
            bytes -= self.runs.pop_front().map_or(0, |run| run.bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::fixtures::{compose_container, fault, log_line, now};

    fn die(store: &mut PreviousStore, name: &str, second: i64) -> (u64, bool) {
        let container = compose_container("shop", name, 1);
        let ended = now() + SignedDuration::from_secs(second);
        store.ended(&container.id, Some(&container), (&container.name, None), (ended, Some(1)), None)
    }

    #[test]
    fn one_that_dies_every_second_is_not_read_every_second() {
        let mut store = PreviousStore::default();
        let read: Vec<i64> = (0..25).filter(|second| die(&mut store, "api", *second).1).collect();
        assert_eq!(read, [0, 10, 20]);
        let read = store.newest_first().filter(|run| run.lines == LastLines::Awaited).count();
        assert_eq!(read, 3, "those that are read stay");
        assert!(die(&mut store, "web", 21).1, "another one is");
        let why = store.newest_first().nth(1).map(|run| run.lines.clone());
        assert_eq!(why, Some(LastLines::Unread(Safe::new("it had ended within 10 s before"))));
        assert_eq!(store.newest_first().filter(|run| run.name.contains("api")).count(), MOST_OF_ONE);
    }

    #[test]
    fn the_oldest_runs_go_when_there_are_too_many_or_they_take_too_much() {
        let mut store = PreviousStore::default();
        for index in 0..MOST + 7 {
            die(&mut store, &format!("service-{index}"), i64::try_from(index).unwrap());
        }
        assert_eq!(store.newest_first().count(), MOST);
        let id = ContainerId("a".repeat(64));
        let lines: Vec<LogLine> = (0..400).map(|_| log_line(&id, now(), &"x".repeat(10_000))).collect();
        let runs: Vec<u64> = store.newest_first().map(|run| run.id).collect();
        for run in runs {
            store.read(run, Ok(lines.clone()));
        }
        assert!(store.newest_first().map(Run::bytes).sum::<usize>() <= MOST_BYTES);
        let newest = store.newest_first().next().unwrap();
        let LastLines::Read(lines) = &newest.lines else { panic!("{:?}", newest.lines) };
        assert!((40..60).contains(&lines.len()), "{}: the newest as far as they fit", lines.len());
    }

    #[test]
    fn a_run_has_its_own_lines_alone() {
        let mut store = PreviousStore::default();
        let mut container = compose_container("shop", "api", 1);
        let at = |second: i64| now() + SignedDuration::from_secs(second);
        container.details.as_mut().unwrap().started_at = Some(at(0));
        let line = |second, text| log_line(&container.id, at(second), text);
        let log = [line(-1, "before"), line(1, "first"), line(21, "second"), line(22, "second again")];
        let end = |store: &mut PreviousStore, second| {
            let (run, _) = store.ended(
                &container.id,
                Some(&container),
                (&container.name, None),
                (at(second), Some(1)),
                None,
            );
            store.read(run, Ok(log.iter().filter(|line| line.time <= Some(at(second))).cloned().collect()));
            let run = store.get(run).unwrap().clone();
            let LastLines::Read(lines) = run.lines else { panic!("{:?}", run.lines) };
            (run.started, lines.iter().map(|line| line.line.text.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(end(&mut store, 10), (Some(at(0)), vec!["first".to_owned()]));
        // The inspect of the second run has not come.
        store.started(&container.id, at(20));
        let lines = vec!["second".to_owned(), "second again".to_owned()];
        assert_eq!(end(&mut store, 30), (Some(at(20)), lines));
    }

    #[test]
    fn a_kill_is_not_a_stop() {
        let mut store = PreviousStore::default();
        let container = compose_container("shop", "api", 1);
        let (run, _) =
            store.ended(&container.id, Some(&container), (&container.name, None), (now(), Some(137)), None);
        store.runs[0].on_request = Some(true);
        assert_eq!(store.get(run).unwrap().ending(), "137, killed");
        store.stopped(&container.id, now() + SignedDuration::from_secs(60));
        assert_eq!(store.get(run).unwrap().ending(), "137, killed", "that is another stop");
        store.stopped(&container.id, now() + SignedDuration::from_millis(20));
        assert_eq!(store.get(run).unwrap().ending(), "137, as was asked for");
        store.runs[0].stopped = false;
        store.runs[0].exit_code = Some(143);
        assert_eq!(store.get(run).unwrap().ending(), "143, as was asked for", "by SIGTERM");
    }

    #[test]
    fn what_could_not_be_read_is_told() {
        let mut store = PreviousStore::default();
        let (run, _) = die(&mut store, "api", 0);
        store.read(run, Err(fault("No such container")));
        let LastLines::Unread(why) = &store.get(run).unwrap().lines else { panic!() };
        assert!(why.contains("No such container"));
        let (run, _) = die(&mut store, "once", 20);
        store.read(run, Err(Fault { kind: FaultKind::NotFound, ..fault("No such container: 3f9c") }));
        let LastLines::Unread(why) = &store.get(run).unwrap().lines else { panic!() };
        assert_eq!(why.as_str(), "its container was removed with it");
    }
}
