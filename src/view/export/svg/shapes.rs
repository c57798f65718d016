//! Box drawing, blocks and shades as geometry.

use super::{CELL_HEIGHT, CELL_WIDTH, Rgb, hex};
use std::fmt::Write;

/// Which of a box character's four arms there are: up, right, down, left. 0 is none, 1 light, 2 heavy.
type Arms = [u8; 4];

/// The shape of a character, when it is one of those that are drawn.
pub(super) fn shape(symbol: &str, left: f32, top: f32, ink: Rgb, bold: bool) -> Option<String> {
    let mut characters = symbol.chars();
    let (character, None) = (characters.next()?, characters.next()) else { return None };
    if let Some(arms) = arms(character) {
        let rounded = matches!(character, '╭' | '╮' | '╯' | '╰');
        return Some(lines(arms, rounded, left, top, ink, bold));
    }
    let (x, y, width, height, opacity) = block(character)?;
    Some(format!(
        "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" fill=\"{}\"{}/>\n",
        left + x * CELL_WIDTH,
        top + y * CELL_HEIGHT,
        width * CELL_WIDTH,
        height * CELL_HEIGHT,
        hex(ink),
        if opacity < 1.0 { format!(" opacity=\"{opacity}\"") } else { String::new() }
    ))
}

fn arms(character: char) -> Option<Arms> {
    Some(match character {
        '─' => [0, 1, 0, 1],
        '│' => [1, 0, 1, 0],
        '┌' | '╭' => [0, 1, 1, 0],
        '┐' | '╮' => [0, 0, 1, 1],
        '└' | '╰' => [1, 1, 0, 0],
        '┘' | '╯' => [1, 0, 0, 1],
        '├' => [1, 1, 1, 0],
        '┤' => [1, 0, 1, 1],
        '┬' => [0, 1, 1, 1],
        '┴' => [1, 1, 0, 1],
        '┼' => [1, 1, 1, 1],
        '━' => [0, 2, 0, 2],
        '┃' => [2, 0, 2, 0],
        '┏' => [0, 2, 2, 0],
        '┓' => [0, 0, 2, 2],
        '┗' => [2, 2, 0, 0],
        '┛' => [2, 0, 0, 2],
        _ => return None,
    })
}

fn lines(
    [up, right, down, left_arm]: Arms,
    rounded: bool,
    left: f32,
    top: f32,
    ink: Rgb,
    bold: bool,
) -> String {
    let (middle_x, middle_y) = (left + CELL_WIDTH / 2.0, top + CELL_HEIGHT / 2.0);
    let (end_x, end_y) = (left + CELL_WIDTH, top + CELL_HEIGHT);
    let mut path = String::new();
    if rounded {
        let (from, turn) = if up > 0 { (top, -5.0) } else { (end_y, 5.0) };
        let (to, bend) = if right > 0 { (end_x, 4.2) } else { (left, -4.2) };
        let _ = write!(
            path,
            "M{middle_x:.2} {from:.2}V{:.2}Q{middle_x:.2} {middle_y:.2} {:.2} {middle_y:.2}H{to:.2}",
            middle_y + turn,
            middle_x + bend,
        );
    } else {
        for (arm, end) in [(right, end_x), (left_arm, left)] {
            if arm > 0 {
                let _ = write!(path, "M{middle_x:.2} {middle_y:.2}H{end:.2}");
            }
        }
        for (arm, end) in [(up, top), (down, end_y)] {
            if arm > 0 {
                let _ = write!(path, "M{middle_x:.2} {middle_y:.2}V{end:.2}");
            }
        }
    }
    let heavy = [up, right, down, left_arm].contains(&2);
    let stroke = if heavy {
        2.4
    } else if bold {
        1.6
    } else {
        1.1
    };
    format!(
        "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{stroke}\" stroke-linecap=\"square\"/>\n",
        hex(ink)
    )
}

/// Left, top, width, height in parts of the cell, and opacity.
fn block(character: char) -> Option<(f32, f32, f32, f32, f32)> {
    let low = |eighths: f32| (0.0, 1.0 - eighths / 8.0, 1.0, eighths / 8.0, 1.0);
    Some(match character {
        '▁' => low(1.0),
        '▂' => low(2.0),
        '▃' => low(3.0),
        '▄' => low(4.0),
        '▅' => low(5.0),
        '▆' => low(6.0),
        // A bar of the console: not so high that two rows of bars touch.
        '▇' => (0.06, 0.17, 0.88, 0.62, 1.0),
        '█' => (0.0, 0.0, 1.0, 1.0, 1.0),
        '▀' => (0.0, 0.0, 1.0, 0.5, 1.0),
        '▌' => (0.0, 0.0, 0.5, 1.0, 1.0),
        '▐' => (0.5, 0.0, 0.5, 1.0, 1.0),
        '░' => (0.06, 0.17, 0.88, 0.62, 0.35),
        '▒' => (0.0, 0.0, 1.0, 1.0, 0.5),
        '▓' => (0.0, 0.0, 1.0, 1.0, 0.75),
        _ => return None,
    })
}
