//! Reads a tar archive as it goes by: how many entries it has, and whether it came to its end.
//!
//! A reader of tar takes an archive that was cut between two entries for a whole one. Only who counted them knows.

const BLOCK: usize = 512;
/// A header's own size, and that of what may stand in place of it, is no reason to hold a whole file.
const EXTENDED_LIMIT: usize = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TarSummary {
    /// Files, directories, links and all else that has a name.
    pub entries: u64,
    /// Whether the blocks of zeros that end an archive were there, and nothing that makes no sense before them.
    pub ended: bool,
}

#[derive(Debug, Default)]
pub struct TarCounter {
    entries: u64,
    state: State,
    block: Vec<u8>,
    /// Of the extended header that is being read; what does not fit is not looked at.
    extended: Vec<u8>,
    /// The next entry's size, by the extended header before it.
    size: Option<u64>,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Header,
    /// So many bytes of a body and what fills its last block.
    Body {
        left: u64,
        extended: u64,
    },
    /// One block of zeros was seen.
    Ending,
    Ended,
    Broken,
}

impl TarCounter {
    pub fn see(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match &mut self.state {
                State::Body { left, extended } => {
                    let count = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    let kept = usize::try_from(*extended).unwrap_or(usize::MAX).min(count);
                    self.extended.extend_from_slice(&bytes[..kept]);
                    *extended -= kept as u64;
                    *left -= count as u64;
                    bytes = &bytes[count..];
                    if *left == 0 {
                        self.state = State::Header;
                        self.read_extended();
                    }
                }
                State::Header | State::Ending => {
                    let count = (BLOCK - self.block.len()).min(bytes.len());
                    self.block.extend_from_slice(&bytes[..count]);
                    bytes = &bytes[count..];
                    if self.block.len() == BLOCK {
                        let block = std::mem::take(&mut self.block);
                        self.header(&block);
                        self.block = block;
                        self.block.clear();
                    }
                }
                State::Ended => {
                    // Tar fills its last record with zeros.
                    if bytes.iter().any(|byte| *byte != 0) {
                        self.state = State::Broken;
                    }
                    return;
                }
                State::Broken => return,
            }
        }
    }

    pub fn finish(self) -> TarSummary {
        TarSummary { entries: self.entries, ended: self.state == State::Ended }
    }

    fn header(&mut self, block: &[u8]) {
        if block.iter().all(|byte| *byte == 0) {
            self.state = if self.state == State::Ending { State::Ended } else { State::Ending };
            return;
        }
        if self.state == State::Ending || !is_sound(block) {
            self.state = State::Broken;
            return;
        }
        let kind = block[156];
        let Some(stated) = number(&block[124..136]) else {
            self.state = State::Broken;
            return;
        };
        let is_extended = matches!(kind, b'x' | b'g' | b'L' | b'K');
        let size = if is_extended { stated } else { self.size.take().unwrap_or(stated) };
        // Links, devices and directories have no body, whatever their size says.
        let body = if matches!(kind, b'1'..=b'6') { 0 } else { size };
        if !is_extended {
            self.entries += 1;
        }
        self.extended.clear();
        let padded = body.div_ceil(BLOCK as u64).saturating_mul(BLOCK as u64);
        let looked_at = if kind == b'x' { body.min(EXTENDED_LIMIT as u64) } else { 0 };
        self.state =
            if padded == 0 { State::Header } else { State::Body { left: padded, extended: looked_at } };
    }

    /// Records read `LENGTH KEY=VALUE\n`; a file of more than eight gibibytes says its size there.
    fn read_extended(&mut self) {
        let mut rest = self.extended.as_slice();
        while let Some(space) = rest.iter().position(|byte| *byte == b' ') {
            let length = std::str::from_utf8(&rest[..space]).ok().and_then(|text| text.parse::<usize>().ok());
            let Some(length) = length.filter(|length| *length > space && *length <= rest.len()) else {
                break;
            };
            let record = &rest[space + 1..length];
            if let Some(value) = record.strip_prefix(b"size=") {
                let text = std::str::from_utf8(value).unwrap_or_default();
                self.size = text.trim_end_matches('\n').parse().ok();
            }
            rest = &rest[length..];
        }
        self.extended.clear();
    }
}

/// Whether the header's own sum, taken with blanks in its place, is right.
fn is_sound(block: &[u8]) -> bool {
    let field = 148..156;
    let sum: u64 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if field.contains(&at) { u64::from(b' ') } else { u64::from(*byte) })
        .sum();
    number(&block[field]) == Some(sum)
}

/// Octal digits, or a binary number where the first bit says so.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        return field[1..].iter().try_fold(u64::from(field[0] & 0x7f), |number, byte| {
            number.checked_mul(256)?.checked_add(u64::from(*byte))
        });
    }
    let text = std::str::from_utf8(field).ok()?;
    let text = text.trim_matches(|c| c == ' ' || c == '\0');
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

#[cfg(test)]
mod tests;
