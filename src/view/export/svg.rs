//! A picture of the screen. Lines, blocks and shades are drawn as shapes, because fonts disagree about them and leave
//! gaps; letters are text, so that they can be read aloud, searched and copied.

mod shapes;

use super::colour;
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

const CELL_WIDTH: f32 = 8.43;
const CELL_HEIGHT: f32 = 18.0;
const FONT_SIZE: f32 = 14.0;
/// From the top of a cell to the line that letters stand on.
const BASELINE: f32 = 13.4;
const PADDING: f32 = 14.0;
const BACKGROUND: (u8, u8, u8) = (0x12, 0x16, 0x1d);
const FOREGROUND: (u8, u8, u8) = (0xc3, 0xca, 0xd5);

type Rgb = (u8, u8, u8);

/// How a cell looks once `reverse` and `dim` are worked out.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    ink: Rgb,
    paper: Option<Rgb>,
    modifier: Modifier,
}

/// The buffer as an SVG document; the title is what a screen reader says.
pub fn svg(buffer: &Buffer, title: &str) -> String {
    let width = f32::from(buffer.area.width) * CELL_WIDTH + 2.0 * PADDING;
    let height = f32::from(buffer.area.height) * CELL_HEIGHT + 2.0 * PADDING;
    let mut out = String::with_capacity(buffer.content().len() * 12);
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.2} {height:.2}\" role=\"img\" xml:space=\"preserve\">\n<title>{}</title>\n\
         <style>text{{font-family:'DejaVu Sans Mono',Menlo,'SF Mono',Consolas,'Liberation Mono',monospace;\
         font-size:{FONT_SIZE}px;white-space:pre}}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>",
        escape(title),
        hex(BACKGROUND)
    );
    for y in buffer.area.top()..buffer.area.bottom() {
        row(&mut out, buffer, y);
    }
    out.push_str("</svg>\n");
    out
}

/// Neighbouring cells of one look, drawn as one piece of text.
struct Run {
    x: f32,
    columns: u16,
    look: Look,
    text: String,
}

fn row(out: &mut String, buffer: &Buffer, y: u16) {
    let top = PADDING + f32::from(y - buffer.area.top()) * CELL_HEIGHT;
    let mut papers: Option<(f32, f32, Rgb)> = None;
    let mut letters = String::new();
    let mut run: Option<Run> = None;
    for (x, cell) in super::row(buffer, y) {
        let left = PADDING + f32::from(x - buffer.area.left()) * CELL_WIDTH;
        let columns = cell.symbol().cell_width().max(1);
        let right = left + f32::from(columns) * CELL_WIDTH;
        let look = look(cell);
        papers = match (papers, look.paper) {
            (Some((start, _, before)), Some(paper)) if before == paper => Some((start, right, paper)),
            (before, paper) => {
                paper_rect(out, before, top);
                paper.map(|paper| (left, right, paper))
            }
        };
        let symbol = cell.symbol();
        let shape = shapes::shape(symbol, left, top, look.ink, look.modifier.contains(Modifier::BOLD));
        let simple = symbol.len() == 1;
        // A run holds plain letters only: anything else could be wider or narrower in the reader's font and push
        // what follows out of its column.
        let joins = simple && run.as_ref().is_some_and(|run| run.look == look && shape.is_none());
        if joins {
            if let Some(run) = &mut run {
                run.text.push_str(symbol);
                run.columns += 1;
            }
            continue;
        }
        flush(&mut letters, run.take(), top);
        if let Some(shape) = shape {
            letters.push_str(&shape);
        } else {
            let started = Run { x: left, columns, look, text: symbol.to_owned() };
            if simple {
                run = Some(started);
            } else {
                flush(&mut letters, Some(started), top);
            }
        }
    }
    flush(&mut letters, run, top);
    paper_rect(out, papers, top);
    out.push_str(&letters);
}

fn paper_rect(out: &mut String, paper: Option<(f32, f32, Rgb)>, top: f32) {
    if let Some((start, end, colour)) = paper {
        let _ = writeln!(
            out,
            "<rect x=\"{start:.2}\" y=\"{top:.2}\" width=\"{:.2}\" height=\"{CELL_HEIGHT}\" fill=\"{}\"/>",
            end - start,
            hex(colour)
        );
    }
}

fn flush(out: &mut String, run: Option<Run>, top: f32) {
    let Some(run) = run else { return };
    let Look { ink, modifier, .. } = run.look;
    let lined = modifier.intersects(Modifier::UNDERLINED | Modifier::CROSSED_OUT);
    let trimmed = if lined { run.text.as_str() } else { run.text.trim_end_matches(' ') };
    let lead = if lined { 0 } else { trimmed.len() - trimmed.trim_start_matches(' ').len() };
    let text = &trimmed[lead..];
    if text.is_empty() {
        return;
    }
    let columns = if text.is_ascii() { text.len() } else { usize::from(run.columns) };
    #[expect(clippy::cast_precision_loss, reason = "columns of a screen are few")]
    let (x, length) = (run.x + lead as f32 * CELL_WIDTH, columns as f32 * CELL_WIDTH);
    let baseline = top + BASELINE;
    let _ = write!(out, "<text x=\"{x:.2}\" y=\"{baseline:.2}\" fill=\"{}\"", hex(ink));
    if columns > 1 {
        let _ = write!(out, " textLength=\"{length:.2}\"");
    }
    for (set, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
    ] {
        if modifier.contains(set) {
            out.push_str(attribute);
        }
    }
    if modifier.contains(Modifier::CROSSED_OUT) && !modifier.contains(Modifier::UNDERLINED) {
        out.push_str(" text-decoration=\"line-through\"");
    }
    let _ = writeln!(out, ">{}</text>", escape(text));
}

fn look(cell: &Cell) -> Look {
    let has = |modifier| cell.modifier.contains(modifier);
    let paper = colour::rgb(cell.bg);
    let mut ink = colour::rgb(cell.fg).unwrap_or(FOREGROUND);
    if has(Modifier::BOLD) && cell.fg == Color::Reset {
        ink = (0xf1, 0xf4, 0xf8);
    }
    if has(Modifier::DIM) {
        ink = mix(ink, paper.unwrap_or(BACKGROUND));
    }
    let (ink, paper) =
        if has(Modifier::REVERSED) { (paper.unwrap_or(BACKGROUND), Some(ink)) } else { (ink, paper) };
    Look { ink, paper, modifier: cell.modifier }
}

/// Three parts ink, two parts paper: what terminals make of `dim`.
fn mix(ink: Rgb, paper: Rgb) -> Rgb {
    let part =
        |ink: u8, paper: u8| u8::try_from((u16::from(ink) * 3 + u16::from(paper) * 2) / 5).unwrap_or(u8::MAX);
    (part(ink.0, paper.0), part(ink.1, paper.1), part(ink.2, paper.2))
}

fn hex((red, green, blue): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, character| {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // What XML 1.0 forbids even as an entity; none of it gets into a buffer of ours.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            other => out.push(other),
        }
        out
    })
}
