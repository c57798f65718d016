//! One frame of the present state, for a script, a report or the README.

use super::Console;
use super::headless::Headless;
use crate::app::Msg;
use crate::config::keys::KeyPress;
use crate::domain::{Container, Fault, FleetEvent};
use ratatui::buffer::Buffer;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::time::Instant;

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
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Fault::io("take", "a snapshot", &error))?;
    let mut headless = Headless::start(console, size)?;
    runtime.block_on(async {
        let mut heard = Heard::default();
        headless
            .feed(Instant::now() + PATIENCE, |msg| {
                heard.take(msg);
                heard.all()
            })
            .await;
        for key in keys {
            headless.console.take(Msg::Key(*key));
        }
        headless.feed(Instant::now() + SETTLE.max(run_for), |_| false).await;
        headless.console.tick();
        headless.draw();
    });
    Ok(headless.console.terminal.backend().buffer().clone())
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
