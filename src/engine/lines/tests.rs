use super::*;
use crate::domain::{ContainerId, LogGates, LogLine, LogLineRef, LogLines};
use proptest::prelude::*;

const LINE_CEILING: usize = 64 * 1024;

const TIME: &str = "2026-11-20T10:31:04.123456789Z";

fn framed(stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&[stream, 0, 0, 0], &length[..], payload].concat()
}

/// One line as the daemon sends it: pieces of 16 KiB, each with a timestamp.
fn pieces(text: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces: Vec<Vec<u8>> =
        text.chunks(PIECE).map(|piece| [TIME.as_bytes(), b" ", piece].concat()).collect();
    if text.len().is_multiple_of(PIECE) {
        pieces.push(format!("{TIME} ").into_bytes());
    }
    pieces.last_mut().unwrap().push(b'\n');
    pieces
}

fn format(terminal: bool) -> Format {
    Format { terminal, timed: true, ceiling: LINE_CEILING }
}

fn read(terminal: bool, bytes: &[u8], cuts: &[usize]) -> (Vec<LogLine>, Result<(), LogError>) {
    read_as(format(terminal), bytes, cuts)
}

/// What an operator gets to see.
fn read_as(format: Format, bytes: &[u8], cuts: &[usize]) -> (Vec<LogLine>, Result<(), LogError>) {
    let mut lines = Lines::new(format);
    let (mut found, mut gates) = (LogLines::default(), LogGates::default());
    let container = ContainerId("c".to_owned());
    let mut emit = |line: RawLine<'_>| found.push(&container, line, &mut gates);
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).chain([0, bytes.len()]).collect();
    cuts.sort_unstable();
    let mut outcome = Ok(());
    for window in cuts.windows(2) {
        let chunk = Bytes::copy_from_slice(&bytes[window[0]..window[1]]);
        outcome = outcome.and_then(|()| lines.push(chunk, &mut emit));
    }
    let outcome = outcome.and_then(|()| lines.finish(&mut emit));
    (found.iter().map(LogLineRef::to_line).collect(), outcome)
}

fn texts(lines: &[LogLine]) -> Vec<&str> {
    lines.iter().map(|line| line.line.text.as_str()).collect()
}

#[test]
fn streams_and_times_are_kept() {
    let bytes = [
        framed(1, format!("{TIME} one\n").as_bytes()),
        framed(2, format!("{TIME} two\n").as_bytes()),
        framed(1, b"no time here\n"),
        framed(1, format!("{TIME} \n").as_bytes()),
    ]
    .concat();
    let (lines, outcome) = read(false, &bytes, &[]);
    assert_eq!(outcome, Ok(()));
    assert_eq!(texts(&lines), ["one", "two", "no time here", ""]);
    let sources: Vec<_> = lines.iter().map(|line| line.source).collect();
    assert_eq!(sources, [LogSource::Stdout, LogSource::Stderr, LogSource::Stdout, LogSource::Stdout]);
    let times: Vec<_> = lines.iter().map(|line| line.time).collect();
    let time = Some(TIME.parse().unwrap());
    assert_eq!(times, [time, time, None, time]);
}

#[test]
fn pieces_of_both_streams_may_lie_between_each_other() {
    let half = |stream, text: &str| framed(stream, format!("{TIME} {text}").as_bytes());
    let bytes = [half(1, "out "), half(2, "err "), half(1, "goes on\n"), half(2, "as well\n")].concat();
    assert_eq!(texts(&read(false, &bytes, &[]).0), ["out goes on", "err as well"]);
}

#[test]
fn a_colour_left_open_stays_in_its_stream() {
    let line = |stream, text: &str| framed(stream, format!("{TIME} {text}\n").as_bytes());
    let bytes = [line(2, "\u{1b}[31mred"), line(1, "plain"), line(2, "still red")].concat();
    let (lines, _) = read(false, &bytes, &[]);
    let styled: Vec<_> = lines.iter().map(|line| !line.line.runs.is_empty()).collect();
    assert_eq!(styled, [true, false, true]);
}

#[test]
fn the_ceiling_holds_and_what_is_cut_is_counted() {
    let long = vec![b'x'; 200 * 1024];
    let framed_bytes = pieces(&long).iter().flat_map(|piece| framed(1, piece)).collect::<Vec<_>>();
    for (terminal, bytes) in [(false, framed_bytes), (true, pieces(&long).concat())] {
        let (lines, outcome) = read(terminal, &bytes, &[]);
        assert_eq!(outcome, Ok(()));
        assert_eq!(lines.len(), 1);
        let line = &lines[0].line;
        assert!(line.text.ends_with('…'));
        let kept = line.text.trim_end_matches('…').len();
        assert!(kept <= LINE_CEILING);
        let told = kept + line.cut_bytes as usize;
        assert!(
            (long.len()..=long.len() + 3).contains(&told),
            "{told} of {} bytes are accounted for",
            long.len()
        );
    }
}

#[test]
fn a_cut_stream_still_gives_what_had_come() {
    let whole = framed(1, format!("{TIME} whole\n").as_bytes());
    let open = framed(1, format!("{TIME} begun").as_bytes());
    let cut = framed(1, format!("{TIME} never\n").as_bytes());
    let bytes = [&whole[..], &open, &cut[..20]].concat();
    let (lines, outcome) = read(false, &bytes, &[]);
    assert_eq!(texts(&lines), ["whole", "begun"]);
    assert_eq!(outcome, Err(LogError::Frame(FrameError::Cut(20))));
}

#[test]
fn the_daemons_own_error_is_not_a_line() {
    let bytes =
        [framed(1, format!("{TIME} one\n").as_bytes()), framed(3, b"Error grabbing logs: EOF\n")].concat();
    let (lines, outcome) = read(false, &bytes, &[]);
    assert_eq!(texts(&lines), ["one"]);
    assert_eq!(outcome, Err(LogError::Daemon("Error grabbing logs: EOF".to_owned())));
}

#[test]
fn a_terminal_that_never_writes_a_line_feed_holds_no_more_than_a_ceiling() {
    let mut lines = Lines::new(format(true));
    for _ in 0..1000 {
        let piece = [TIME.as_bytes(), b" ", &vec![b'.'; PIECE][..]].concat();
        lines.push(piece.into(), |line| panic!("{line:?}")).unwrap();
    }
    let Form::Terminal { console, pending, .. } = &lines.form else { unreachable!() };
    assert!(console.text.len() <= LINE_CEILING && pending.len() <= time::LIMIT);
}

#[test]
fn a_line_that_looks_like_a_time_stays_whole() {
    let bytes = format!("{TIME} 2026-01-01T00:00:00Z from the program\n").into_bytes();
    assert_eq!(texts(&read(true, &bytes, &[]).0), ["2026-01-01T00:00:00Z from the program"]);
    assert_eq!(texts(&read(false, &framed(1, &bytes), &[]).0), ["2026-01-01T00:00:00Z from the program"]);
}

#[test]
fn without_times_nothing_is_taken_for_one() {
    let bytes = format!("{TIME} from the program\n{TIME}\n\n").into_bytes();
    let expected = [format!("{TIME} from the program"), TIME.to_owned(), String::new()];
    for (terminal, bytes) in [(true, bytes.clone()), (false, framed(1, &bytes))] {
        let format = Format { terminal, timed: false, ceiling: LINE_CEILING };
        let (lines, outcome) = read_as(format, &bytes, &[3, 20]);
        assert_eq!((texts(&lines), outcome), (expected.iter().map(String::as_str).collect(), Ok(())));
        assert!(lines.iter().all(|line| line.time.is_none()));
    }
}

#[test]
fn a_line_of_a_hundred_megabytes_takes_no_more_than_the_ceiling_and_is_counted() {
    let piece = framed(1, &[TIME.as_bytes(), b" ", &vec![b'x'; PIECE][..]].concat());
    for terminal in [false, true] {
        let mut lines = Lines::new(format(terminal));
        let chunk = Bytes::copy_from_slice(if terminal { &piece[8..] } else { &piece });
        let pieces = 100 * 1024 * 1024 / PIECE;
        for _ in 0..pieces {
            lines.push(chunk.clone(), |line| panic!("{line:?}")).unwrap();
            let (Form::Framed { stdout: open, .. } | Form::Terminal { console: open, .. }) = &lines.form;
            assert!(open.text.capacity() <= 2 * LINE_CEILING);
        }
        let mut found = Vec::new();
        let end = format!("{TIME} end\n").into_bytes();
        let end = if terminal { end } else { framed(1, &end) };
        lines.push(end.into(), |line| found.push((line.bytes.len(), line.cut_bytes as usize))).unwrap();
        assert_eq!(found, [(LINE_CEILING, pieces * PIECE + 3 - LINE_CEILING)]);
    }
}

/// Lines of all sizes around that of a piece.
fn any_line() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![
        4 => 0..60_usize,
        1 => PIECE - 2..PIECE + 3,
        1 => 2 * PIECE - 2..2 * PIECE + 3,
        1 => LINE_CEILING - 2..LINE_CEILING + 3,
    ];
    (length, b'a'..=b'z').prop_map(|(length, letter)| vec![letter; length])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The network cuts a stream wherever it likes; the lines do not depend on where.
    #[test]
    fn any_split_gives_the_same_lines(
        lines in prop::collection::vec((any_line(), 1..=2_u8), 1..6),
        cuts in prop::collection::vec(any::<usize>(), 0..40),
        terminal: bool,
    ) {
        let bytes: Vec<u8> = lines
            .iter()
            .flat_map(|(text, stream)| pieces(text).into_iter().map(move |piece| (piece, *stream)))
            .flat_map(|(piece, stream)| if terminal { piece } else { framed(stream, &piece) })
            .collect();
        let (found, outcome) = read(terminal, &bytes, &cuts);
        prop_assert_eq!(outcome, Ok(()));
        prop_assert_eq!(found.len(), lines.len());
        for (found, (text, _)) in found.iter().zip(&lines) {
            let kept = found.line.text.trim_end_matches('…').as_bytes();
            prop_assert!(text.starts_with(kept));
            prop_assert_eq!(found.line.cut_bytes == 0, kept.len() == text.len());
            prop_assert!(found.time.is_some());
        }
        prop_assert_eq!(read(terminal, &bytes, &[]).0, found);
    }

    /// Whatever comes, nothing panics and nothing grows without bound.
    #[test]
    fn any_bytes_are_survived(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 0..20), terminal: bool) {
        let bytes = chunks.concat();
        let (lines, _) = read(terminal, &bytes, &[]);
        prop_assert!(lines.len() <= bytes.len());
    }
}
