use super::*;
use proptest::prelude::*;

fn text(bytes: &[u8]) -> String {
    Safe::from_bytes(bytes).to_string()
}

#[test]
fn colours_become_styles_and_hold_on_the_next_line() {
    let mut gate = Gate::default();
    let line = gate.line(b"a \x1b[31;1mred\x1b[0m b");
    assert_eq!(&*line.text, "a red b");
    let red = TextStyle { foreground: Some(Colour::Indexed(1)), bold: true, ..TextStyle::default() };
    let pieces: Vec<_> = line.pieces().collect();
    assert_eq!(pieces, [("a ", TextStyle::default()), ("red", red), (" b", TextStyle::default())]);

    gate.line(b"\x1b[38;2;1;2;3mopen");
    let next = gate.line(b"still");
    assert_eq!(next.pieces().next().unwrap().1.foreground, Some(Colour::Rgb(1, 2, 3)));
}

#[test]
fn other_sequences_leave_nothing_behind() {
    for attack in [
        "\x1b]0;title\x07x",
        "\x1b]52;c;ZXZpbA==\x1b\\x",
        "\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\",
        "\x1bP+q544e\x1b\\x",
        "\x1b[2J\x1b[Hx",
        "\x1b[?1049hx",
        "\x1b(0x",
    ] {
        assert_eq!(text(attack.as_bytes()), "x", "{attack:?}");
    }
}

#[test]
fn a_sequence_left_open_does_not_swallow_the_next_line() {
    let mut gate = Gate::default();
    gate.line(b"\x1b]0;never closed");
    assert_eq!(&*gate.line(b"seen").text, "seen");
}

#[test]
fn controls_are_shown() {
    assert_eq!(text(b"a\x00b\x07"), "a␀b␇");
    assert_eq!(text("a\u{202e}b".as_bytes()), "a<202E>b");
    assert_eq!(text("a\u{200b}\u{feff}b".as_bytes()), "ab");
    assert_eq!(text(b"a\tb"), "a       b");
    assert_eq!(text(b"10%\r20%\r30%\r\n"), "30%");
    assert_eq!(text(b"two\nlines"), "two⏎lines");
    assert_eq!(text(b"\xff\xfeok"), "\u{fffd}\u{fffd}ok");
}

#[test]
fn marks_and_lines_are_capped() {
    let zalgo = format!("e{}", "\u{301}".repeat(1000));
    assert_eq!(text(zalgo.as_bytes()).chars().count(), 8);
    let line = Gate::default().line("x".repeat(LINE_LIMIT + 10).as_bytes());
    assert_eq!((line.text.len(), line.cut_bytes), (LINE_LIMIT + '…'.len_utf8(), 10));
}

proptest! {
    #[test]
    fn whatever_comes_in_only_drawable_text_comes_out(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let line = Gate::default().line(&bytes);
        let harmless = |c: char| !c.is_control() && !('\u{202a}'..='\u{202e}').contains(&c);
        prop_assert!(line.text.chars().all(harmless));
        let joined: String = line.pieces().map(|(text, _)| text).collect();
        prop_assert_eq!(joined.as_str(), line.text.as_str());
        // What is safe passes unchanged.
        prop_assert_eq!(Safe::new(&line.text), line.text);
    }
}
