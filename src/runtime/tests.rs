//! The real loop and the real feeds against the simulated engine, with typed keys and a screen that can be read.

use super::console_loop::{ConsoleLoop, Outcome, Sources};
use super::feeds::figures::{Script, Source};
use super::feeds::stacks::Search;
use super::input::Input;
use super::io;
use super::signals::{HANGUP_EXIT_CODE, SignalEvent};
use crate::app::Msg;
use crate::app::state::{Setup, State};
use crate::config::theme::{ColourDepth, Theme};
use crate::domain::{Fault, FaultKind, GpuSample, HostSample, Safe};
use crate::engine::Endpoint;
use crate::health::Dialer;
use crate::sim::{Scenario, Server};
use crate::task::Store;
use crate::view::{Appearance, export};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::mpsc;

/// Far longer than anything takes; only a failure waits for it.
const PATIENCE: Duration = Duration::from_mins(1);

struct Idle;

impl Script for Idle {
    fn host(&mut self) -> HostSample {
        HostSample {
            host_name: Some("here".to_owned()),
            uptime_seconds: Some(1),
            cpu_percent: Some(1.0),
            cores: Some(1),
            load_one: Some(0.0),
            memory_used_bytes: Some(1),
            memory_total_bytes: Some(2),
            swap_used_bytes: Some(0),
            swap_total_bytes: Some(0),
            disks: Vec::new(),
            ..HostSample::default()
        }
    }

    fn gpus(&mut self) -> GpuSample {
        GpuSample::Absent { reason: Safe::new("none") }
    }
}

struct Harness {
    console: ConsoleLoop<TestBackend>,
    sources: Sources,
    input: mpsc::Sender<Input>,
    signals: mpsc::Sender<SignalEvent>,
    logs: mpsc::Sender<Msg>,
    _server: Option<Server>,
    _directory: TempDir,
}

impl Harness {
    /// On the simulated platform.
    fn simulated() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let server = Server::start(Scenario::builtin("mcp").unwrap(), directory.path()).unwrap();
        let endpoint = Ok(Endpoint::unix(server.socket()));
        let dialer = Dialer::Simulated(server.network_socket());
        Self::new(endpoint, dialer, Some(server), directory)
    }

    fn new(
        endpoint: Result<Endpoint, Fault>,
        dialer: Dialer,
        server: Option<Server>,
        directory: TempDir,
    ) -> Self {
        let setup = io::Setup {
            endpoint,
            store: Store::open(directory.path().join("state")).unwrap(),
            backups: directory.path().join("backups"),
            search: Search { data_directory: directory.path().join("data"), ..Search::default() },
            source: Source::Scripted(Box::new(Idle)),
            dialer,
            stats_interval: Some(Duration::from_millis(100)),
        };
        let ends = io::start(setup).unwrap();
        let (state, faults) = State::new(Setup::default());
        assert_eq!(faults, []);
        let theme = Theme::built_in("default").unwrap();
        let appearance = Appearance::new(theme, ColourDepth::True, false, TimeZone::UTC);
        let screen = Terminal::new(TestBackend::new(120, 40)).unwrap();
        let (input, input_end) = mpsc::channel(64);
        let (signals, signals_end) = mpsc::channel(4);
        let (logs, logs_end) = mpsc::channel(64);
        let mut console = ConsoleLoop::new(state, appearance, screen, ends.effects, 60);
        console.resized().unwrap();
        // The feeds' logs and those that a test makes up come by one way.
        let mut real = ends.logs;
        let forward = logs.clone();
        tokio::spawn(async move {
            while let Some(msg) = real.recv().await {
                if forward.send(msg).await.is_err() {
                    return;
                }
            }
        });
        let sources = Sources {
            signals: signals_end,
            input: input_end,
            facts: ends.facts,
            metrics: ends.metrics,
            logs: logs_end,
        };
        Self { console, sources, input, signals, logs, _server: server, _directory: directory }
    }

    fn screen(&self) -> String {
        export::text(self.console.terminal.backend().buffer())
    }

    async fn keys(&self, keys: &str) {
        for key in keys.chars() {
            let code = match key {
                '⏎' => KeyCode::Enter,
                '⎋' => KeyCode::Esc,
                other => KeyCode::Char(other),
            };
            let event = Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
            self.input.send(Input::Event(event)).await.unwrap();
        }
    }

    /// Runs the loop until the screen fulfils the condition.
    async fn wait(&mut self, what: &str, mut enough: impl FnMut(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !enough(&self.screen()) {
            assert!(Instant::now() < deadline, "no {what} on the screen:\n{}", self.screen());
            // A slice of the loop's life: it may be left and entered at any await.
            let slice = tokio::time::timeout(Duration::from_millis(20), self.console.run(&mut self.sources));
            if let Ok(outcome) = slice.await {
                panic!("{:?} while waiting for {what}:\n{}", outcome.unwrap(), self.screen());
            }
        }
    }

    async fn wait_text(&mut self, text: &str) {
        self.wait(text, |screen| screen.contains(text)).await;
    }

    async fn outcome(&mut self) -> Outcome {
        tokio::time::timeout(PATIENCE, self.console.run(&mut self.sources)).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn keys_lead_from_the_list_to_a_plan_and_back() {
    let mut harness = Harness::simulated();
    harness.wait_text("SIMULATED").await;
    harness.wait_text("mcp-inference").await;
    // The filter leaves the stack and the one service; `j` is at the service or goes there.
    harness.keys("/mcp-api⏎").await;
    harness.keys("j").await;
    harness.wait_text("Logs mcp-api").await;
    harness.keys("r").await;
    harness.wait_text("Restart mcp-api of mcp?").await;
    // The plan comes from the daemon, and says how long the service may be away.
    harness.wait_text("stops ≤").await;
    harness.keys("⎋").await;
    harness.wait("card gone", |screen| !screen.contains("Restart mcp-api")).await;
    harness.keys("q").await;
    assert_eq!(harness.outcome().await, Outcome::Quit);
}

#[tokio::test]
async fn the_logs_of_the_selection_come_by_themselves() {
    let mut harness = Harness::simulated();
    harness.wait_text("mcp-training").await;
    harness.keys("/training⏎").await;
    harness.wait_text("Logs mcp").await;
    harness.wait_text("trainer:").await;
}

#[tokio::test]
async fn figures_are_asked_from_a_daemon_whose_cgroups_are_not_ours() {
    let mut harness = Harness::simulated();
    let with_memory =
        |line: &str| line.contains("mcp-training") && line.contains("1/1") && line.contains("G ");
    harness.wait("memory of mcp-training", |screen| screen.lines().any(with_memory)).await;
}

#[tokio::test]
async fn figures_find_their_way_past_a_flood() {
    let mut harness = Harness::simulated();
    let logs = harness.logs.clone();
    let flood = tokio::spawn(async move { while logs.send(Msg::Wake).await.is_ok() {} });
    let with_memory =
        |line: &str| line.contains("mcp-training") && line.contains("1/1") && line.contains("G ");
    harness.wait("memory of mcp-training", |screen| screen.lines().any(with_memory)).await;
    assert!(!flood.is_finished(), "it went on all the while");
    flood.abort();
}

#[tokio::test]
async fn signals_and_a_lost_terminal_end_the_loop_with_their_codes() {
    let mut harness = Harness::simulated();
    harness.signals.send(SignalEvent::End { exit_code: 143 }).await.unwrap();
    assert_eq!(harness.outcome().await, Outcome::Ended { exit_code: 143 });
    harness.input.send(Input::Closed).await.unwrap();
    assert_eq!(harness.outcome().await, Outcome::Ended { exit_code: HANGUP_EXIT_CODE });
    harness.signals.send(SignalEvent::Stop).await.unwrap();
    assert_eq!(harness.outcome().await, Outcome::Suspend);
}

#[tokio::test]
async fn a_key_overtakes_whatever_is_queued() {
    let mut harness = Harness::simulated();
    while harness.logs.try_send(Msg::Tick).is_ok() {}
    let queued = harness.sources.logs.len();
    harness.keys("q").await;
    assert_eq!(harness.outcome().await, Outcome::Quit);
    assert!(queued > 0 && harness.sources.logs.len() >= queued, "the flood was taken in before the key");
}

#[tokio::test]
async fn without_a_daemon_the_screen_says_what_was_tried_and_offers_the_demo() {
    let fault = Fault::new(FaultKind::Unreachable, "connect to", "unix:///nowhere").because("no such socket");
    let mut harness = Harness::new(Err(fault), Dialer::Network, None, tempfile::tempdir().unwrap());
    harness.wait_text("no such socket").await;
    harness.keys("d").await;
    assert_eq!(harness.outcome().await, Outcome::Demo);
}
