//! A frame may allocate so often, and no more: whatever is drawn sixty times a second shows in the processor's time before
//! anyone sees it in a picture. The ceilings stand closely above what is needed now; what needs less lowers them. They are
//! the same for a hundred containers and for a thousand, for what is not on the screen costs nothing.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so at once")]

#[path = "bench/figures.rs"]
mod figures;
#[path = "bench/fleet.rs"]
mod fleet;
#[path = "bench/lines.rs"]
mod lines;

use allocation_counter::measure;
use figures::figures;
use fleet::{console, moment};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use lines::{batch, later};
use mcp_tui::app::{LogBatch, Msg, State, update};
use mcp_tui::config::keys::{Key, KeyPress};
use mcp_tui::config::theme::{ColourDepth, Theme};
use mcp_tui::view::{self, Appearance};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const SIZE: (u16, u16) = (160, 48);
const FLEETS: [usize; 2] = [100, 1000];

/// A console on a screen that has been drawn already.
struct Drawn {
    state: State,
    terminal: Terminal<TestBackend>,
    appearance: Appearance,
    containers: usize,
    now: Timestamp,
}

impl Drawn {
    fn new(containers: usize) -> Self {
        let theme = Theme::built_in("default").expect("the default theme");
        let appearance = Appearance::new(theme, ColourDepth::True, false, TimeZone::UTC);
        let terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).expect("a terminal in memory");
        let state = console(containers, SIZE.0, SIZE.1);
        let mut drawn = Self { state, terminal, appearance, containers, now: moment() };
        drawn.draw();
        drawn.draw();
        drawn
    }

    fn take(&mut self, message: Msg) {
        drop(update(&mut self.state, message, self.now));
    }

    fn press(&mut self, keys: &str) {
        for letter in keys.chars() {
            self.take(Msg::Key(KeyPress::plain(Key::Char(letter))));
            self.draw();
        }
    }

    fn draw(&mut self) {
        let (state, appearance, now) = (&self.state, &self.appearance, self.now);
        let mut hits = None;
        let drawn = self.terminal.draw(|frame| hits = Some(view::draw(frame, state, appearance, now)));
        drawn.expect("a terminal in memory takes every frame");
        self.take(Msg::Drawn(hits.expect("a frame was drawn")));
    }

    /// Holds what `run` allocates against the ceiling, from both sides.
    fn check(&mut self, what: &str, ceiling: u64, run: impl FnOnce(&mut Self)) {
        let count = measure(|| run(self)).count_total;
        let what = format!("{what}, {} containers: {count} allocations", self.containers);
        assert!(count <= ceiling, "{what}, {ceiling} are allowed");
        assert!(count * 5 / 4 + 10 >= ceiling, "{what}; lower the ceiling of {ceiling}");
    }

    /// Figures of all containers a second later, of which everything that is shown reads differently.
    fn next_figures(&mut self) -> Msg {
        self.now += SignedDuration::from_secs(1);
        let second = self.now.as_second() - moment().as_second();
        let second = u32::try_from(second).expect("a few seconds");
        figures(self.containers, second, self.now)
    }

    /// A ring that a container floods, and what comes next.
    fn flood(&mut self) -> Msg {
        let batch = LogBatch { generation: self.state.panes.logs.generation, ..batch() };
        let next = |second| Msg::Logs(later(&batch, SignedDuration::from_secs(second)));
        for second in 0..400 {
            self.take(next(second));
        }
        assert!(self.state.logs.len() > 100_000, "the lines are taken in");
        self.draw();
        next(400)
    }
}

#[test]
fn a_second_in_which_nothing_changed() {
    for containers in FLEETS {
        let mut drawn = Drawn::new(containers);
        drawn.check("nothing new", 141, Drawn::draw);
        drawn.now += SignedDuration::from_secs(1);
        drawn.check("a second later", 142, |drawn| {
            drawn.take(Msg::Tick);
            drawn.draw();
        });
    }
}

#[test]
fn a_frame_after_a_key() {
    for containers in FLEETS {
        let mut drawn = Drawn::new(containers);
        drawn.press("j");
        drawn.check("a key", 169, |drawn| drawn.press("j"));
    }
}

#[test]
fn a_frame_of_new_figures() {
    for (what, keys, ceiling) in [("figures", "", 157), ("figures in all columns and graphs", "1f", 262)] {
        for containers in FLEETS {
            let mut drawn = Drawn::new(containers);
            drawn.press(keys);
            // The first ones make room for a minute of them.
            for _ in 0..3 {
                let next = drawn.next_figures();
                drawn.take(next);
                drawn.draw();
            }
            let next = drawn.next_figures();
            drawn.check(what, ceiling, |drawn| {
                drawn.take(next);
                drawn.draw();
            });
        }
    }
}

#[test]
fn frames_over_a_flooded_log() {
    for containers in FLEETS {
        let mut drawn = Drawn::new(containers);
        let next = drawn.flood();
        drawn.check("new lines in a flooded log", 187, |drawn| {
            drawn.take(next);
            drawn.draw();
        });
        drawn.press("3k");
        drawn.check("a key in a flooded log", 195, |drawn| drawn.press("k"));
    }
}

#[test]
fn a_full_ring_is_saved_without_a_copy_of_it() {
    let mut drawn = Drawn::new(FLEETS[0]);
    let next = drawn.flood();
    drawn.take(Msg::Key("3".parse::<KeyPress>().expect("a key")));
    let saved = measure(|| {
        for key in ["^s", "e"] {
            drawn.take(Msg::Key(key.parse::<KeyPress>().expect("a key")));
        }
    });
    assert!(saved.bytes_total < 100_000, "{} bytes while a key waits", saved.bytes_total);
    // What comes meanwhile goes on as ever.
    drawn.take(next);
    assert!(drawn.state.logs.len() > 100_000);
}
