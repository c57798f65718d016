//! The sanitiser itself, one per stream: a colour set on one line holds on the next, as on a terminal.

use super::{Safe, StyleRun, StyledLine, TextStyle};
use unicode_width::UnicodeWidthChar;
use vte::{Params, Parser, Perform};

/// Bytes of text kept of one line.
pub const LINE_LIMIT: usize = 16 * 1024;
/// Code points that one character may consist of; more marks than any script needs are dropped.
const CLUSTER_LIMIT: usize = 8;
const TAB_WIDTH: usize = 8;

#[derive(Debug, Clone, Default)]
pub struct Gate {
    style: TextStyle,
}

impl Gate {
    /// Makes one line safe. A line feed at its end is dropped; one inside is shown.
    pub fn line(&mut self, bytes: &[u8]) -> StyledLine {
        let (mut text, mut runs) = (String::with_capacity(bytes.len().min(LINE_LIMIT)), Vec::new());
        let cut_bytes = self.write(bytes, &mut text, &mut runs);
        StyledLine { text: Safe::vouched(text), runs: runs.into_boxed_slice(), cut_bytes }
    }

    /// The same, put behind what `text` and `runs` hold already. The runs count from where the line begins. Returns how
    /// many bytes did not fit.
    pub fn write(&mut self, bytes: &[u8], text: &mut String, runs: &mut Vec<StyleRun>) -> u32 {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if bytes.len() <= LINE_LIMIT
            && is_printable(bytes)
            && let Ok(plain) = std::str::from_utf8(bytes)
        {
            // The quick way for what nearly every line is.
            text.push_str(plain);
            if self.style != TextStyle::default() && !plain.is_empty() {
                runs.push(StyleRun { start: 0, style: self.style });
            }
            return 0;
        }
        // The parser begins anew on each line, so that a sequence left open cannot swallow the lines after it.
        let mut parser = Parser::new();
        let mut writer = Writer::new(self.style, text, runs);
        writer.note_style();
        parser.advance(&mut writer, bytes);
        self.style = writer.style;
        writer.finish()
    }
}

/// Whether all of it is printable ASCII. Each stretch is looked at to its end, which a processor does many bytes at
/// a time.
fn is_printable(bytes: &[u8]) -> bool {
    let stretch =
        |bytes: &[u8]| bytes.iter().fold(true, |so_far, byte| so_far & (b' '..=b'~').contains(byte));
    bytes.chunks(64).all(stretch)
}

struct Writer<'out> {
    text: &'out mut String,
    runs: &'out mut Vec<StyleRun>,
    /// Where the line begins in the two.
    text_start: usize,
    runs_start: usize,
    style: TextStyle,
    column: usize,
    /// Code points since the last one that has a width of its own.
    cluster: usize,
    cut_bytes: usize,
    /// A carriage return came: what follows overwrites the line.
    overwrite: bool,
}

impl<'out> Writer<'out> {
    fn new(style: TextStyle, text: &'out mut String, runs: &'out mut Vec<StyleRun>) -> Self {
        let (text_start, runs_start) = (text.len(), runs.len());
        Self {
            text,
            runs,
            text_start,
            runs_start,
            style,
            column: 0,
            cluster: 0,
            cut_bytes: 0,
            overwrite: false,
        }
    }

    /// Bytes written of this line.
    fn length(&self) -> usize {
        self.text.len() - self.text_start
    }

    fn push(&mut self, character: char, width: usize) {
        if std::mem::take(&mut self.overwrite) {
            self.text.truncate(self.text_start);
            self.runs.truncate(self.runs_start);
            self.column = 0;
            self.note_style();
        }
        if self.length() + character.len_utf8() > LINE_LIMIT {
            self.cut_bytes += character.len_utf8();
            return;
        }
        self.text.push(character);
        self.column += width;
        self.cluster = 1;
    }

    fn push_text(&mut self, text: &str) {
        for character in text.chars() {
            self.push(character, 1);
        }
    }

    fn note_style(&mut self) {
        let start = u32::try_from(self.length()).unwrap_or(u32::MAX);
        if self.runs[self.runs_start..].last().is_some_and(|run| run.start == start) {
            self.runs.pop();
        }
        let before = self.runs[self.runs_start..].last().map(|run| run.style).unwrap_or_default();
        if before != self.style {
            self.runs.push(StyleRun { start, style: self.style });
        }
    }

    fn finish(self) -> u32 {
        // Styles after the last character have nothing to colour.
        let length = self.length();
        let coloured = self.runs[self.runs_start..].partition_point(|run| (run.start as usize) < length);
        self.runs.truncate(self.runs_start + coloured);
        if self.cut_bytes > 0 {
            self.text.push('…');
        }
        u32::try_from(self.cut_bytes).unwrap_or(u32::MAX)
    }
}

impl Perform for Writer<'_> {
    fn print(&mut self, character: char) {
        match character {
            ' '..='~' => self.push(character, 1),
            '\u{80}'..='\u{9f}' | '\u{7f}' => self.push_text(&format!("<{:02X}>", u32::from(character))),
            // Bidirectional controls reorder what stands around them; U+2028 and U+2029 break lines.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                self.push_text(&format!("<{:04X}>", u32::from(character)));
            }
            // Invisible format characters, variation selectors, tags, the byte order mark: nothing to see, so
            // nothing is drawn, and no cell is left whose width terminals disagree about.
            '\u{ad}'
            | '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}'
            | '\u{2060}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}' => {}
            _ => match character.width() {
                Some(0) if self.length() == 0 || self.overwrite => {}
                Some(0) if self.cluster < CLUSTER_LIMIT => {
                    let cluster = self.cluster + 1;
                    self.push(character, 0);
                    self.cluster = cluster;
                }
                Some(0) => {}
                Some(width) => self.push(character, width),
                None => self.push('\u{fffd}', 1),
            },
        }
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\t' => {
                for _ in 0..TAB_WIDTH - self.column % TAB_WIDTH {
                    self.push(' ', 1);
                }
            }
            b'\r' => self.overwrite = true,
            b'\n' => self.push('⏎', 1),
            0..=0x1f => self.push(char::from_u32(0x2400 + u32::from(byte)).unwrap_or('\u{fffd}'), 1),
            _ => self.push_text(&format!("<{byte:02X}>")),
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], ignore: bool, action: char) {
        if action == 'm' && intermediates.is_empty() && !ignore {
            self.style.select(params);
            self.note_style();
        }
    }
}
