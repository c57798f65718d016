//! One frame of the present state, for a script, a report or the README.

use super::console_loop::{ConsoleLoop, Sources};
use super::io::Ends;
use super::{Console, io};
use crate::app::Msg;
use crate::config::keys::KeyPress;
use crate::domain::{Container, Fault, FleetEvent};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use std::convert::Infallible;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// No answer is waited for longer than this; what has not come by then is drawn as unknown.
const PATIENCE: Duration = Duration::from_secs(4);
/// Once the picture is complete it may still settle: logs and checks come in a moment later.
const SETTLE: Duration = Duration::from_millis(400);

/// Feeds a console without a terminal until its picture is complete, presses the keys, and returns the drawn buffer.
pub fn snapshot(
    console: Console,
    size: (u16, u16),
    keys: &[KeyPress],
    run_for: Duration,
) -> Result<Buffer, Fault> {
    let wrong = |error: std::io::Error| Fault::io("take", "a snapshot", &error);
    let ends = io::start(console.setup).map_err(wrong)?;
    let screen =
        Terminal::new(TestBackend::new(size.0, size.1)).unwrap_or_else(|never: Infallible| match never {});
    let mut console_loop =
        ConsoleLoop::new(console.state, console.appearance, screen, ends.effects, console.frame_cap);
    // The loop's own ends stay open: a closed one would mean that the console is over.
    let (_keep_input, input) = mpsc::channel(1);
    let Ends { signals, facts, metrics, logs, .. } = ends;
    let mut sources = Sources { signals, input, facts, metrics, logs };
    let runtime = Builder::new_current_thread().enable_all().build().map_err(wrong)?;
    runtime.block_on(async {
        console_loop.take(Msg::Resize { columns: size.0, rows: size.1 });
        let began = Instant::now();
        feed(&mut console_loop, &mut sources, began + PATIENCE, Heard::all).await;
        for key in keys {
            console_loop.take(Msg::Key(*key));
        }
        feed(&mut console_loop, &mut sources, Instant::now() + SETTLE.max(run_for), |_| false).await;
        console_loop.tick();
        console_loop.draw().unwrap_or_else(|never| match never {});
    });
    Ok(console_loop.terminal.backend().buffer().clone())
}

/// What a complete picture needs.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Fleet,
    Host,
    Gpus,
    Stacks,
    /// Processor figures are differences, so there are none before the second sample.
    Figures,
}

/// The parts of which feeds have said their first word.
#[derive(Default)]
struct Heard {
    parts: Vec<Part>,
    samples: usize,
}

impl Heard {
    fn take(&mut self, msg: &Msg) {
        if let Msg::Fleet(FleetEvent::Listed(containers)) = msg {
            self.parts.push(Part::Fleet);
            if !containers.iter().any(Container::is_running) {
                self.parts.push(Part::Figures);
            }
        } else if let Msg::Fleet(FleetEvent::Lost { .. }) = msg {
            self.parts.extend([Part::Fleet, Part::Figures]);
        } else if let Msg::Host(_) = msg {
            self.parts.push(Part::Host);
        } else if let Msg::Gpu(_) = msg {
            self.parts.push(Part::Gpus);
        } else if let Msg::Stacks { .. } = msg {
            self.parts.push(Part::Stacks);
        } else if let Msg::Figures(_) = msg {
            self.samples += 1;
            if self.samples == 2 {
                self.parts.push(Part::Figures);
            }
        }
    }

    fn all(&self) -> bool {
        [Part::Fleet, Part::Host, Part::Gpus, Part::Stacks, Part::Figures]
            .iter()
            .all(|part| self.parts.contains(part))
    }
}

async fn feed(
    console_loop: &mut ConsoleLoop<TestBackend>,
    sources: &mut Sources,
    until: Instant,
    enough: impl Fn(&Heard) -> bool,
) {
    let mut heard = Heard::default();
    while !enough(&heard) {
        let next = async {
            tokio::select! {
                biased;
                msg = sources.facts.recv() => msg.map(|msg| vec![msg]),
                news = sources.metrics.recv() => news,
                msg = sources.logs.recv() => msg.map(|msg| vec![msg]),
            }
        };
        match timeout_at(until, next).await {
            Ok(Some(news)) => {
                for msg in news {
                    heard.take(&msg);
                    console_loop.take(msg);
                }
            }
            Ok(None) | Err(_) => return,
        }
    }
}
