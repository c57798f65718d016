//! Which lines are one record.

use crate::domain::log::Level::{self, Error, Fatal, Info, Warn};
use crate::domain::log::{Continuation, classify};

/// Asserts, for each line of a stream, whether it continues (`+`) or begins (`-`) a record, and its level.
fn assert_stream(rows: &[(char, Option<Level>, &str)]) {
    let mut stream = Continuation::default();
    for (number, (sign, level, line)) in rows.iter().enumerate() {
        let found = stream.push(line);
        assert_eq!((found.continues, found.level), (*sign == '+', *level), "line {number}: {line}");
    }
}

#[test]
fn lines_that_say_so_themselves() {
    for line in [
        "\tat com.example.App.main(App.java:12)",
        "    at fn (/app/index.js:1:2)",
        "        at java.base/java.lang.Thread.run(Thread.java:840)",
        "  File \"/app/main.py\", line 12, in serve",
        "    return 1 / 0",
        "    ~~^~~",
        "Caused by: java.io.IOException: broken pipe",
        "Suppressed: java.io.IOException: x",
        "\t... 12 more",
        "... 12 more",
        "}",
        "  }",
        "],",
        "goroutine 1 [running]:",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]",
        "2026-11-20 10:00:00.000 UTC [45] DETAIL:  Key (id)=(1) already exists.",
        "2026-11-20 10:00:00.000 UTC [45] STATEMENT:  INSERT INTO runs VALUES (1)",
        "2026-11-20 10:00:00.000 UTC [45] HINT:  No function matches.",
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
    ] {
        assert!(classify(line).continues, "{line}");
    }
    for line in [
        "ready",
        "{",
        "2026-11-20 10:00:00 INFO ready",
        " WARN slow",
        "  2026-11-20T10:00:00Z  INFO x: y",
        "",
    ] {
        assert!(!classify(line).continues, "{line}");
    }
}

#[test]
fn a_traceback_below_its_line() {
    assert_stream(&[
        ('-', Some(Error), "2026-11-20 10:00:00,123 - app - ERROR - request failed"),
        ('+', Some(Error), "Traceback (most recent call last):"),
        ('+', Some(Error), "  File \"/app/main.py\", line 12, in serve"),
        ('+', Some(Error), "    return 1 / 0"),
        ('+', Some(Error), "ZeroDivisionError: division by zero"),
        ('+', Some(Error), ""),
        ('+', Some(Error), "During handling of the above exception, another exception occurred:"),
        ('+', Some(Error), ""),
        ('+', Some(Error), "Traceback (most recent call last):"),
        ('+', Some(Error), "  File \"/app/main.py\", line 14, in serve"),
        ('+', Some(Error), "app.errors.Custom: it went wrong"),
        ('-', Some(Info), "2026-11-20 10:00:01,123 - app - INFO - next"),
    ]);
}

#[test]
fn a_traceback_of_nobodys() {
    assert_stream(&[
        ('-', Some(Info), "INFO:     Started server process [1]"),
        ('-', Some(Error), "Traceback (most recent call last):"),
        ('+', Some(Error), "  File \"/app/main.py\", line 12, in <module>"),
        ('+', Some(Error), "    import missing"),
        ('+', Some(Error), "ModuleNotFoundError: No module named 'missing'"),
        ('-', None, "next"),
    ]);
}

#[test]
fn java() {
    assert_stream(&[
        ('-', Some(Error), "10:00:00.123 [main] ERROR com.example.App - failed"),
        ('+', Some(Error), "java.lang.IllegalStateException: not ready"),
        ('+', Some(Error), "\tat com.example.App.main(App.java:12)"),
        ('+', Some(Error), "Caused by: java.io.IOException: broken pipe"),
        ('+', Some(Error), "\t... 12 more"),
        ('-', Some(Info), "10:00:01.123 [main] INFO com.example.App - next"),
        ('-', Some(Error), "Exception in thread \"main\" java.lang.NullPointerException"),
        ('+', Some(Error), "        at com.example.App.main(App.java:3)"),
    ]);
}

#[test]
fn a_panic_of_go() {
    assert_stream(&[
        ('-', None, "listening"),
        ('-', Some(Fatal), "panic: runtime error: invalid memory address or nil pointer dereference"),
        ('+', Some(Fatal), "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]"),
        ('+', Some(Fatal), ""),
        ('+', Some(Fatal), "goroutine 1 [running]:"),
        ('+', Some(Fatal), "main.main()"),
        ('+', Some(Fatal), "\t/app/main.go:12 +0x1d"),
        ('+', Some(Fatal), "exit status 2"),
        ('-', Some(Info), "2026-11-20T10:00:00Z INFO started again"),
    ]);
}

#[test]
fn a_panic_of_rust() {
    assert_stream(&[
        ('-', Some(Error), "thread 'main' panicked at src/main.rs:2:5:"),
        ('+', Some(Error), "index out of bounds: the len is 3 but the index is 3"),
        ('+', Some(Error), "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace"),
        ('-', None, "next"),
    ]);
}

#[test]
fn postgresql() {
    assert_stream(&[
        (
            '-',
            Some(Error),
            "2026-11-20 10:00:00.000 UTC [45] ERROR:  duplicate key value violates unique constraint",
        ),
        ('+', Some(Error), "2026-11-20 10:00:00.000 UTC [45] DETAIL:  Key (id)=(1) already exists."),
        ('+', Some(Error), "2026-11-20 10:00:00.000 UTC [45] STATEMENT:  INSERT INTO runs"),
        ('+', Some(Error), "\tVALUES (1)"),
        ('-', Some(Info), "2026-11-20 10:00:01.000 UTC [1] LOG:  checkpoint starting: time"),
    ]);
}

#[test]
fn pretty_printed_json_and_blocks() {
    assert_stream(&[
        ('-', None, "{"),
        ('+', None, "  \"level\": \"info\","),
        ('+', None, "  \"list\": ["),
        ('+', None, "  ]"),
        ('+', None, "}"),
        ('-', Some(Error), "API: PutObject(bucket=models, object=a.bin)"),
        ('+', Some(Error), "Time: 10:00:00 UTC 11/20/2026"),
        ('+', Some(Error), "DeploymentID: 00000000-0000-0000-0000-000000000000"),
        ('+', Some(Error), "Error: Storage reached its minimum free drive threshold. (cmd.StorageFull)"),
        ('+', Some(Error), "       3: internal/logger/logger.go:268:logger.LogIf()"),
        ('-', None, "next"),
    ]);
}

#[test]
fn the_first_line_begins_a_record_whatever_it_is() {
    assert_stream(&[('-', None, "    at nothing"), ('+', None, "    at all"), ('-', Some(Warn), "WARN x")]);
}

#[test]
fn a_record_does_not_grow_for_ever() {
    let mut stream = Continuation::default();
    let begun = (0..5000).filter(|_| !stream.push("  indented").continues).count();
    assert_eq!(begun, 5);
}
