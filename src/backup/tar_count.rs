//! Reads a tar archive as it goes by: how many entries it has, whether it came to its end, and where large files are in it.
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
    /// The next entry's size and name, by the extended header before it.
    size: Option<u64>,
    name: Option<Vec<u8>>,
    /// A regular file of more bytes than these is told apart.
    apart_over: Option<u64>,
    /// The one that is being read.
    large: Vec<u8>,
}

/// What a stretch of the archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// Headers, small files and what fills blocks.
    Archive,
    /// Of what is in a large file; `last` when it ends here.
    Large { last: bool },
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
    /// Of a name that is longer than its field.
    Name {
        left: u64,
        text: u64,
    },
    /// So many bytes of a large file, and so many that fill its last block.
    Large {
        left: u64,
        fill: u64,
    },
    /// One block of zeros was seen.
    Ending,
    Ended,
    Broken,
}

impl TarCounter {
    /// One that tells files of more than so many bytes apart.
    pub fn apart(over: Option<u64>) -> Self {
        Self { apart_over: over, ..Self::default() }
    }

    pub fn see(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (count, _) = self.next(bytes);
            bytes = &bytes[count..];
        }
    }

    /// Takes in as many of the bytes as are of one kind, and says how many and of which.
    pub fn next(&mut self, bytes: &[u8]) -> (usize, Piece) {
        let at_most = |left: u64| usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        match &mut self.state {
            State::Body { left, extended } => {
                let count = at_most(*left);
                let kept = at_most(*extended).min(count);
                self.extended.extend_from_slice(&bytes[..kept]);
                *extended -= kept as u64;
                *left -= count as u64;
                if *left == 0 {
                    self.state = State::Header;
                    self.read_extended();
                }
                (count, Piece::Archive)
            }
            State::Name { left, text } => {
                let count = at_most(*left);
                let kept = at_most(*text).min(count);
                self.extended.extend_from_slice(&bytes[..kept]);
                *text -= kept as u64;
                *left -= count as u64;
                if *left == 0 {
                    self.state = State::Header;
                    let name = std::mem::take(&mut self.extended);
                    self.name = Some(until_zero(&name).to_vec());
                }
                (count, Piece::Archive)
            }
            State::Large { left, fill } => {
                let count = at_most(*left);
                *left -= count as u64;
                let last = *left == 0;
                if last {
                    let fill = *fill;
                    self.state =
                        if fill == 0 { State::Header } else { State::Body { left: fill, extended: 0 } };
                }
                (count, Piece::Large { last })
            }
            State::Header | State::Ending => {
                let count = (BLOCK - self.block.len()).min(bytes.len());
                self.block.extend_from_slice(&bytes[..count]);
                if self.block.len() == BLOCK {
                    let block = std::mem::take(&mut self.block);
                    self.header(&block);
                    self.block = block;
                    self.block.clear();
                }
                (count, Piece::Archive)
            }
            State::Ended => {
                // Tar fills its last record with zeros.
                if bytes.iter().any(|byte| *byte != 0) {
                    self.state = State::Broken;
                }
                (bytes.len(), Piece::Archive)
            }
            State::Broken => (bytes.len(), Piece::Archive),
        }
    }

    /// What the large file that was read last is called in the archive; bytes that are no text are replaced.
    pub fn large_name(&self) -> String {
        String::from_utf8_lossy(&self.large).into_owned()
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
        self.extended.clear();
        let padded = body.div_ceil(BLOCK as u64).saturating_mul(BLOCK as u64);
        let looked_at = body.min(EXTENDED_LIMIT as u64);
        if !is_extended {
            self.entries += 1;
            let name = self.name.take();
            let is_file = matches!(kind, b'0' | b'7' | 0);
            if is_file && self.apart_over.is_some_and(|over| body > over) {
                self.large = name.unwrap_or_else(|| name_of(block));
                self.state = State::Large { left: body, fill: padded - body };
                return;
            }
        }
        self.state = match kind {
            _ if padded == 0 => State::Header,
            b'x' => State::Body { left: padded, extended: looked_at },
            b'L' => State::Name { left: padded, text: looked_at },
            _ => State::Body { left: padded, extended: 0 },
        };
    }

    /// Records read `LENGTH KEY=VALUE\n`; a file of more than eight gibibytes says its size there.
    fn read_extended(&mut self) {
        let mut rest = self.extended.as_slice();
        let mut named = false;
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
            // Of a sparse file the entry's own name is made up.
            if let Some(value) = record.strip_prefix(b"GNU.sparse.name=") {
                self.name = Some(value.strip_suffix(b"\n").unwrap_or(value).to_vec());
                named = true;
            } else if let Some(value) = record.strip_prefix(b"path=").filter(|_| !named) {
                self.name = Some(value.strip_suffix(b"\n").unwrap_or(value).to_vec());
            }
            rest = &rest[length..];
        }
        self.extended.clear();
    }
}

/// What stands before the name in a field of its own, and the name.
fn name_of(block: &[u8]) -> Vec<u8> {
    let (name, prefix) = (until_zero(&block[..100]), until_zero(&block[345..500]));
    let is_posix = &block[257..263] == b"ustar\0";
    if prefix.is_empty() || !is_posix { name.to_vec() } else { [prefix, b"/", name].concat() }
}

fn until_zero(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
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
