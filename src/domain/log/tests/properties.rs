//! What holds for any line.

use crate::domain::log::{Continuation, Structured, classify, mask};
use proptest::prelude::*;

/// Pieces that the readers know, in any order, and anything between them.
fn line() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "{",
        "}",
        "\"",
        "'",
        "\\",
        ":",
        ": ",
        "=",
        "[",
        "]",
        " ",
        "  ",
        "|",
        " - ",
        "level",
        "msg=",
        "ERROR",
        "info",
        "I1120 ",
        "10:00:00",
        "2026-11-20",
        "T",
        "Z",
        "1.2.3.4",
        ":80",
        "::1",
        "fe80:",
        "0x",
        "deadbeef12",
        "123e4567-e89b-12d3-a456-42661417400",
        "HTTP/1.1",
        "\" 500",
        "GET ",
        "12",
        "1e-9",
        "ms",
        "µs",
        "GiB",
        "‹",
        "›",
        "‹n›",
        "‹s›",
        "…",
        "é",
        "Traceback (most recent call last):",
        "panic: ",
        "Error:",
        "com.a.B",
        "1:M ",
        ".",
        ",",
        "5xx",
        "goroutine 1",
        "\t",
    ]);
    let piece = prop_oneof![4 => known.prop_map(str::to_owned), 1 => "\\PC{0,6}", 1 => "[0-9a-f:.,-]{0,12}"];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_panics(lines in prop::collection::vec(line(), 1..6)) {
        let mut stream = Continuation::default();
        for line in &lines {
            let alone = classify(line);
            let among = stream.push(line);
            // A level of one's own stands where a record begins.
            prop_assert!(among.continues || among.level == alone.level || alone.continues);
            let _ = Structured::parse(line);
            let _ = mask(line);
        }
    }

    #[test]
    fn masks_are_idempotent(line in line()) {
        let once = mask(&line);
        let twice = mask(&once.text);
        prop_assert_eq!(&once.text, &twice.text, "of {:?}", line);
        prop_assert_eq!(once.hash, twice.hash);
    }

    #[test]
    fn no_digits_are_left(line in line()) {
        let text = mask(&line).text;
        for class in ["1xx", "2xx", "3xx", "4xx", "5xx"] {
            if text.contains(class) { return Ok(()); }
        }
        prop_assert!(!text.contains(|letter: char| letter.is_ascii_digit()), "{}", text);
    }

    #[test]
    fn what_is_taken_apart_is_safe_to_draw(value in any::<String>(), key in any::<String>()) {
        let line = serde_json::json!({ "msg": value, key: value }).to_string();
        if let Some(structured) = Structured::parse(&line) {
            prop_assert!(!structured.line().contains(char::is_control));
        }
    }
}
