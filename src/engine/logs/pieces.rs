//! Lines from the pieces in which the daemon keeps them, read elsewhere than from the daemon.

use super::LINE_CEILING;
use crate::domain::{LogSource, RawLine};
use crate::engine::lines::Assembler;
use jiff::Timestamp;

/// One container's pieces on their way to lines, put together as those of a stream are.
#[derive(Debug)]
pub struct LogPieces {
    stdout: Assembler,
    stderr: Assembler,
}

impl LogPieces {
    /// A terminal has one stream only.
    pub fn new(terminal: bool) -> Self {
        let source = if terminal { LogSource::Console } else { LogSource::Stdout };
        Self {
            stdout: Assembler::new(source, LINE_CEILING),
            stderr: Assembler::new(LogSource::Stderr, LINE_CEILING),
        }
    }

    /// A piece ends with a line feed where its line does.
    pub fn push(
        &mut self,
        source: LogSource,
        time: Timestamp,
        piece: &[u8],
        mut emit: impl FnMut(RawLine<'_>),
    ) {
        let assembler = match source {
            LogSource::Stdout | LogSource::Console => &mut self.stdout,
            LogSource::Stderr => &mut self.stderr,
        };
        assembler.begin(Some(time));
        match piece.strip_suffix(b"\n") {
            Some(end) => assembler.end(end, &mut emit),
            None => assembler.extend(piece),
        }
    }

    /// The log has ended: what is left are lines too.
    pub fn finish(&mut self, mut emit: impl FnMut(RawLine<'_>)) {
        self.stdout.finish(&mut emit);
        self.stderr.finish(&mut emit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_become_the_lines_of_their_streams_with_the_time_of_the_first_piece() {
        let mut pieces = LogPieces::new(false);
        let mut lines = Vec::new();
        let all: [(LogSource, i64, &[u8]); 4] = [
            (LogSource::Stdout, 1, b"a long "),
            (LogSource::Stderr, 2, b"between\n"),
            (LogSource::Stdout, 3, b"line\n"),
            (LogSource::Stdout, 4, b"the last"),
        ];
        let mut emit = |line: RawLine<'_>| {
            let second = line.time.map(Timestamp::as_second);
            lines.push((second, line.source, String::from_utf8_lossy(line.bytes).into_owned()));
        };
        for (source, second, piece) in all {
            pieces.push(source, Timestamp::from_second(second).unwrap(), piece, &mut emit);
        }
        pieces.finish(&mut emit);
        assert_eq!(
            lines,
            [
                (Some(2), LogSource::Stderr, "between".to_owned()),
                (Some(1), LogSource::Stdout, "a long line".to_owned()),
                (Some(4), LogSource::Stdout, "the last".to_owned()),
            ]
        );
    }

    #[test]
    fn a_terminal_ends_its_lines_with_a_carriage_return() {
        let mut lines = Vec::new();
        LogPieces::new(true).push(LogSource::Stdout, Timestamp::UNIX_EPOCH, b"typed\r\n", |line| {
            lines.push((line.source, line.bytes.to_vec()));
        });
        assert_eq!(lines, [(LogSource::Console, b"typed".to_vec())]);
    }
}
