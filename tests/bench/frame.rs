//! How long one frame takes with any number of containers (`frame 1000`): drawn, held against the one before it and
//! written out, while keys are pressed and each tenth frame has new figures. Prints the figures of
//! `tests/bench/console.sh`: the median, the 99th of a hundred and the longest.
//!
//! What is written goes to /dev/null in one system call, as it would to a terminal; how fast a terminal reads is its
//! own affair.

#![expect(clippy::expect_used, reason = "a bench that cannot go on says so at once")]
#![expect(clippy::print_stdout, reason = "the figures are the program's answer")]

mod figures;
mod fleet;
mod measured;

use figures::figures;
use fleet::{console, moment};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use mcp_tui::app::{Msg, update};
use mcp_tui::config::keys::{Key, KeyPress};
use mcp_tui::config::theme::{ColourDepth, Theme};
use mcp_tui::view::{self, Appearance};
use measured::{is_left_to_the_scripts, quantile};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::fs::OpenOptions;
use std::io::BufWriter;
use std::time::Instant;

const SIZE: (u16, u16) = (160, 48);
const FRAMES: u32 = 2_000;
/// So far down, then as far up again: the tree scrolls on the way.
const TURN: u32 = 100;

fn main() {
    if is_left_to_the_scripts() {
        return;
    }
    let containers =
        std::env::args().nth(1).map_or(1000, |count| count.parse().expect("a number of containers"));
    let mut state = console(containers, SIZE.0, SIZE.1);
    let theme = Theme::built_in("default").expect("the default theme");
    let appearance = Appearance::new(theme, ColourDepth::True, false, TimeZone::UTC);
    let null = OpenOptions::new().write(true).open("/dev/null").expect("/dev/null");
    let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, null));
    let viewport = Viewport::Fixed(Rect::new(0, 0, SIZE.0, SIZE.1));
    let mut terminal =
        Terminal::with_options(backend, TerminalOptions { viewport }).expect("a terminal that is not there");
    let mut now = moment();
    let mut passed = Vec::new();
    for number in 0..FRAMES {
        if number % 10 == 0 {
            now += SignedDuration::from_secs(1);
            drop(update(&mut state, figures(containers, number / 10, now), now));
            drop(update(&mut state, Msg::Tick, now));
        }
        let letter = if (number / TURN).is_multiple_of(2) { 'j' } else { 'k' };
        drop(update(&mut state, Msg::Key(KeyPress::plain(Key::Char(letter))), now));
        let mut hits = None;
        let began = Instant::now();
        terminal
            .draw(|frame| hits = Some(view::draw(frame, &state, &appearance, now)))
            .expect("/dev/null takes everything");
        passed.push(began.elapsed());
        drop(update(&mut state, Msg::Drawn(hits.expect("a frame was drawn")), now));
    }
    for (name, of_hundred) in [("frame_p50_ms", 50), ("frame_p99_ms", 99), ("frame_max_ms", 100)] {
        println!("{name} {:.2}", quantile(&mut passed, of_hundred).expect("frames were drawn"));
    }
}
