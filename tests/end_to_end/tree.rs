//! The cursor in the tree of services, told by what it stands on: rows come and go while the console learns of the
//! world, so a place that was right a moment ago may be another row's by the time a key is heard.

use crate::support::pty::Pty;
use crate::support::wait::PATIENCE;
use std::time::Instant;
use vt100::{Color, Screen};

/// The row of a stack or of one of its services, as far as it is told apart: containers stand under their service.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    stack: String,
    service: Option<String>,
}

/// Filters the tree by this stack's name and puts the cursor on its row.
pub fn go_to_stack(console: &Pty, stack: &str) {
    filter(console, stack);
    go_to(console, &Row { stack: stack.to_owned(), service: None });
}

/// Filters the tree by this service's name and puts the cursor on its row in this stack.
pub fn go_to_service(console: &Pty, stack: &str, service: &str) {
    filter(console, service);
    go_on_to_service(console, stack, service);
}

/// The same in the tree as it is.
pub fn go_on_to_service(console: &Pty, stack: &str, service: &str) {
    go_to(console, &Row { stack: stack.to_owned(), service: Some(service.to_owned()) });
    // The logs follow the selection.
    console.wait_text(&format!("3 Logs {service}"));
}

fn filter(console: &Pty, text: &str) {
    // Enter is another key before the console has taken the terminal.
    console.wait_text("1 Services");
    console.keys(&format!("<a-1>/{text}<enter>"));
    console.wait_text(&format!("Services /{text}/"));
}

/// One row at a time, each key only once the last one was heard.
fn go_to(console: &Pty, wanted: &Row) {
    let end = Instant::now() + PATIENCE;
    loop {
        let (rows, cursor) = console.find(&format!("the cursor and {wanted:?}"), PATIENCE, |screen| {
            let (rows, cursor) = tree(screen);
            Some((rows.iter().position(|row| row == wanted).map(|_| rows)?, cursor?))
        });
        if rows[cursor] == *wanted {
            return;
        }
        assert!(Instant::now() < end, "the cursor never came to {wanted:?}");
        let is_below = rows.iter().position(|row| row == wanted).is_some_and(|place| place > cursor);
        console.keys(if is_below { "j" } else { "k" });
        // A row that moves takes the cursor along: only a key brings it to another one.
        console.find("the cursor on another row", PATIENCE, |screen| {
            let (now, place) = tree(screen);
            (now[place?] != rows[cursor]).then_some(())
        });
    }
}

/// The rows of the services pane, and which of them the cursor is on.
fn tree(screen: &Screen) -> (Vec<Row>, Option<usize>) {
    let (_, width) = screen.size();
    let (mut rows, mut cursor): (Vec<Row>, _) = (Vec::new(), None);
    // Below the header and the frame's upper edge, to its lower one.
    for (line, text) in (0..).zip(screen.rows(0, width.get())).skip(2) {
        let Some(text) = text.strip_prefix('│').and_then(|text| text.split('│').next()) else { break };
        let mut words = text.split_whitespace().skip(1);
        let Some(name) = words.next() else { continue };
        let row = match (text.starts_with([' ']) && !text.starts_with("  "), rows.last()) {
            (true, _) => Row { stack: name.to_owned(), service: None },
            (false, Some(above)) => Row { stack: above.stack.clone(), service: Some(name.to_owned()) },
            (false, None) => continue,
        };
        if screen.cell(line, 1).is_some_and(|cell| cell.bgcolor() != Color::Default) {
            cursor = Some(rows.len());
        }
        rows.push(row);
    }
    (rows, cursor)
}
