//! A console without a terminal: the same feeds, the same update, and a screen that nobody sees.

use super::console_loop::{ConsoleLoop, Sources};
use super::input::Input;
use super::io::Ends;
use super::{Console, io};
use crate::app::{Effect, Msg};
use crate::domain::Fault;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::convert::Infallible;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

pub(super) struct Headless {
    pub(super) console: ConsoleLoop<TestBackend>,
    pub(super) effects: mpsc::Sender<Effect>,
    sources: Sources,
    /// The loop's own end stays open: a closed one would mean that the console is over.
    _input: mpsc::Sender<Input>,
}

impl Headless {
    pub(super) fn start(console: Console, (columns, rows): (u16, u16)) -> Result<Self, Fault> {
        let ends = io::start(console.setup).map_err(|error| Fault::io("look at", "the server", &error))?;
        let screen =
            Terminal::new(TestBackend::new(columns, rows)).unwrap_or_else(|never: Infallible| match never {});
        let (keep_input, input) = mpsc::channel(1);
        let effects = ends.effects.clone();
        let mut console =
            ConsoleLoop::new(console.state, console.appearance, screen, ends.effects, console.frame_cap);
        let Ends { signals, facts, metrics, logs, .. } = ends;
        console.take(Msg::Resize { columns, rows });
        let sources = Sources { signals, input, facts, metrics, logs };
        Ok(Self { console, effects, sources, _input: keep_input })
    }

    /// Takes in what the feeds tell, until that is enough or it is late.
    pub(super) async fn feed(&mut self, until: Instant, mut is_enough: impl FnMut(&Msg) -> bool) {
        let mut enough = false;
        while !enough {
            let sources = &mut self.sources;
            let next = async {
                tokio::select! {
                    biased;
                    msg = sources.facts.recv() => msg.map(|msg| vec![msg]),
                    news = sources.metrics.recv() => news,
                    msg = sources.logs.recv() => msg.map(|msg| vec![msg]),
                }
            };
            let Ok(Some(news)) = timeout_at(until, next).await else { return };
            for msg in news {
                enough |= is_enough(&msg);
                self.console.take(msg);
            }
        }
    }

    pub(super) fn draw(&mut self) {
        self.console.draw().unwrap_or_else(|never| match never {});
    }
}
