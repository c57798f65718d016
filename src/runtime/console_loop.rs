//! The one loop. Each arm of its `select!` only builds a message; `update` decides, and what touches the terminal ends
//! the loop with an [`Outcome`] that the caller carries out before it enters the loop again.

use super::clicks::Clicks;
use super::feeds::figures::until_next_second;
use super::frames::FrameClock;
use super::input::{self, Input};
use super::log_keeper;
use super::metrics::MetricsEnd;
use super::signals::{HANGUP_EXIT_CODE, SignalEvent};
use crate::app::dialog::inspect::Inspection;
use crate::app::store::notices::Severity;
use crate::app::{self, Effect, Msg, OlderLogs, State};
use crate::domain::{ContainerId, Fault, FaultKind, FleetEvent};
use crate::view::{self, Appearance};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::Backend;
use std::collections::VecDeque;
use std::mem::ManuallyDrop;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval_at, sleep_until};

/// Feed messages are taken in for so long between two looks at the signals and the screen. At the keyboard is looked
/// after each, so a flood delays a key by one message, no more.
const SLICE: Duration = Duration::from_millis(2);

/// Where messages come from, in the order in which the loop prefers them.
pub struct Sources {
    pub signals: mpsc::Receiver<SignalEvent>,
    pub input: mpsc::Receiver<Input>,
    /// What must not be lost: the daemon's events, tasks, answers to effects.
    pub facts: mpsc::Receiver<Msg>,
    /// The newest figures.
    pub metrics: MetricsEnd,
    /// Batches of log lines; their sender drops and counts lines when it is full.
    pub logs: mpsc::Receiver<Msg>,
}

/// What the loop cannot do by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Quit,
    /// Ended from outside: a signal, or the terminal died.
    Ended {
        exit_code: u8,
    },
    Suspend,
    Shell(ContainerId),
    Copy(String),
    Repaint,
    SetMouse(bool),
    Demo,
}

pub struct ConsoleLoop<B: Backend> {
    pub state: State,
    /// Never dropped: it would show the cursor, which is the guard's affair, and panic where the terminal is gone.
    pub terminal: ManuallyDrop<Terminal<B>>,
    appearance: Appearance,
    effects: mpsc::Sender<Effect>,
    frames: FrameClock,
    outcomes: VecDeque<Outcome>,
    /// When `update` asked to be called again.
    wake: Option<Instant>,
    clicks: Clicks,
    /// The number of the last notice that was logged.
    logged: u64,
}

impl<B: Backend> ConsoleLoop<B> {
    pub fn new(
        state: State,
        appearance: Appearance,
        terminal: Terminal<B>,
        effects: mpsc::Sender<Effect>,
        frame_cap: u32,
    ) -> Self {
        let frames = FrameClock::new(frame_cap, Instant::now());
        Self {
            state,
            terminal: ManuallyDrop::new(terminal),
            appearance,
            effects,
            frames,
            outcomes: VecDeque::new(),
            wake: None,
            clicks: Clicks::default(),
            logged: 0,
        }
    }

    /// Runs until something is to be done that the loop cannot do.
    pub async fn run(&mut self, sources: &mut Sources) -> Result<Outcome, B::Error> {
        // With the figures of the second, which are on their way, it makes one frame.
        let next = Instant::now() + until_next_second(Timestamp::now());
        let mut seconds = interval_at(next.into(), Duration::from_secs(1));
        seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            if let Some(outcome) = self.outcomes.pop_front() {
                return Ok(outcome);
            }
            if self.state.dirty && self.frames.is_due(Instant::now()) {
                self.draw()?;
            }
            tokio::select! {
                biased;
                signal = sources.signals.recv() => match signal {
                    Some(SignalEvent::End { exit_code }) => return Ok(Outcome::Ended { exit_code }),
                    None => return Ok(Outcome::Ended { exit_code: HANGUP_EXIT_CODE }),
                    Some(SignalEvent::Stop) => return Ok(Outcome::Suspend),
                    Some(SignalEvent::Resized) => self.resized()?,
                },
                event = sources.input.recv() => match event {
                    Some(Input::Event(event)) => {
                        if let Some(msg) = input::message(event) {
                            let msg = self.clicks.pair(msg, Instant::now());
                            self.take(msg);
                            self.frames.answer();
                        }
                    }
                    Some(Input::Closed) | None => return Ok(Outcome::Ended { exit_code: HANGUP_EXIT_CODE }),
                },
                () = sleep_until(self.wake.unwrap_or_else(Instant::now).into()), if self.wake.is_some() => {
                    self.wake = None;
                    self.take(Msg::Wake);
                }
                () = sleep_until(self.frames.next().into()), if self.state.dirty => {}
                _ = seconds.tick() => self.tick(),
                Some(msg) = sources.facts.recv() => self.take_some(msg, &mut sources.facts, &sources.input),
                Some(news) = sources.metrics.recv() => news.into_iter().for_each(|msg| self.take(msg)),
                Some(msg) = sources.logs.recv() => self.take_some(msg, &mut sources.logs, &sources.input),
            }
        }
    }

    /// Takes a message in, and carries on what follows from it.
    pub fn take(&mut self, msg: Msg) {
        let awaited = is_awaited(&msg);
        for effect in app::update(&mut self.state, msg, Timestamp::now()) {
            self.carry_out(effect);
        }
        self.log_notices();
        if self.state.dirty {
            self.frames.gather(Instant::now());
        }
        if awaited {
            self.frames.answer();
        }
    }

    /// Once a second, or when there will be no other.
    pub fn tick(&mut self) {
        if log_keeper::take_in() {
            self.take(Msg::Logged);
        }
        self.take(Msg::Tick);
    }

    fn take_some(&mut self, first: Msg, more: &mut mpsc::Receiver<Msg>, input: &mpsc::Receiver<Input>) {
        let began = Instant::now();
        self.take(first);
        while input.is_empty()
            && began.elapsed() < SLICE
            && let Ok(msg) = more.try_recv()
        {
            self.take(msg);
        }
    }

    /// What was told in passing can be read again among our own messages.
    fn log_notices(&mut self) {
        let notices = &self.state.notices;
        for notice in notices.since(self.logged) {
            let hint = notice.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            let text = format!("{}{hint}", notice.text);
            match notice.severity {
                Severity::Info | Severity::Good => log::info!("{text}"),
                Severity::Warning => log::warn!("{text}"),
                Severity::Bad => log::error!("{text}"),
            }
        }
        self.logged = notices.told();
    }

    fn carry_out(&mut self, effect: Effect) {
        let outcome = match effect {
            Effect::Quit => Outcome::Quit,
            Effect::Suspend => Outcome::Suspend,
            Effect::OpenShell(container) => Outcome::Shell(container),
            Effect::Copy(text) => Outcome::Copy(text),
            Effect::SetMouse(on) => Outcome::SetMouse(on),
            Effect::StartDemo => Outcome::Demo,
            Effect::Repaint => Outcome::Repaint,
            Effect::Wake { milliseconds } => {
                let at = Instant::now() + Duration::from_millis(milliseconds);
                self.wake = Some(self.wake.map_or(at, |before| before.min(at)));
                return;
            }
            other => {
                if let Err(error) = self.effects.try_send(other) {
                    self.take(refused(error.into_inner()));
                }
                return;
            }
        };
        self.outcomes.push_back(outcome);
    }

    /// The size as the terminal tells it now.
    pub fn resized(&mut self) -> Result<(), B::Error> {
        let size = self.terminal.size()?;
        self.take(Msg::Resize { columns: size.width, rows: size.height });
        Ok(())
    }

    pub fn draw(&mut self) -> Result<(), B::Error> {
        let began = Instant::now();
        let mut hits = None;
        let (state, appearance) = (&self.state, &self.appearance);
        self.terminal.draw(|frame| hits = Some(view::draw(frame, state, appearance, Timestamp::now())))?;
        self.frames.drawn(began, Instant::now());
        self.state.dirty = false;
        if let Some(hits) = hits {
            self.take(Msg::Drawn(hits));
        }
        Ok(())
    }
}

/// Whether somebody waits to see what it tells, as with a key. The first list of all is the first thing to be seen.
fn is_awaited(msg: &Msg) -> bool {
    matches!(
        msg,
        Msg::Resize { .. }
            | Msg::Fleet(FleetEvent::Listed(_))
            | Msg::Plan { .. }
            | Msg::Inspected { .. }
            | Msg::StackInspected { .. }
    )
}

/// What is said of an effect for which there was no room: whoever waits for an answer gets one.
fn refused(effect: Effect) -> Msg {
    let fault = Fault::new(FaultKind::Exhausted, "do", "what was asked for")
        .because("too much is waiting to be done")
        .hint("try again in a moment");
    match effect {
        Effect::RequestPlan { request, .. } => Msg::Plan { request, result: Err(fault) },
        Effect::StartTask { request, .. } => Msg::TaskStarted { request, result: Err(fault) },
        Effect::ForgetTasks { .. } => Msg::TasksForgotten(Err(fault)),
        Effect::CancelTask(id) => Msg::CancelAsked { id, result: Err(fault) },
        Effect::Inspect(id) => Msg::Inspected { id, result: Err(fault) },
        Effect::InspectStack { project, .. } => {
            Msg::StackInspected { project, inspection: Inspection { plan: Err(fault), overlays: Vec::new() } }
        }
        Effect::ReadLastLines { run, .. } => Msg::LastLines { run, result: Err(fault) },
        Effect::FetchOlder(page) => Msg::OlderLogs(OlderLogs {
            generation: page.generation,
            faults: page.containers.into_iter().map(|of| (of.container, fault.clone())).collect(),
            ..OlderLogs::default()
        }),
        _ => Msg::Faults(vec![fault]),
    }
}
