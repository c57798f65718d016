use super::*;
use crate::app::fixtures::OWN_LOG;
use log::Level;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use std::sync::PoisonError;

fn shown() -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 60, 4));
    tui_logger::TuiLoggerWidget::default().render(buffer.area, &mut buffer);
    buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect()
}

fn log(level: Level, text: &str) {
    KEEPER.log(&Record::builder().level(level).args(format_args!("{text}")).build());
}

#[test]
fn what_is_logged_is_drawn_once_the_loop_has_taken_it_in_and_has_passed_the_gate() {
    let _turn = OWN_LOG.lock().unwrap_or_else(PoisonError::into_inner);
    take_in();
    tui_logger::set_buffer_depth(MOST_MESSAGES);
    assert!(!take_in(), "nothing was logged");
    log(Level::Warn, "a\u{1b}[31m red\nthing");
    assert_eq!(shown().trim(), "", "nobody moves it in between");
    assert!(take_in());
    assert!(shown().contains("a red⏎thing"), "{}", shown());
    assert!(!take_in(), "it was taken in already");
}

#[test]
fn what_is_of_no_use_to_an_operator_is_not_kept() {
    let _turn = OWN_LOG.lock().unwrap_or_else(PoisonError::into_inner);
    take_in();
    log(Level::Debug, "a connection to the builder ended");
    assert!(!take_in());
}
