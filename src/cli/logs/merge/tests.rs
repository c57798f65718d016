use super::*;
use crate::cli::logs::filter::Filter;
use crate::domain::{FaultKind, LogSource};
use crate::engine::LogBlock;
use futures_util::stream::{self, StreamExt as _};

type Given = Result<Vec<(i64, &'static str)>, Fault>;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn block(lines: Vec<(i64, &'static str)>) -> LogBlock {
    let mut block = LogBlock::default();
    for (second, text) in lines {
        let (source, bytes) = (LogSource::Stdout, text.as_bytes());
        block.push(RawLine { time: Some(at(second)), source, bytes, cut_bytes: 0 });
    }
    block
}

/// A container that writes these blocks and then ends, or goes on without a word.
fn source(blocks: Vec<Given>, ends: bool, grep: Option<&str>, last: Option<usize>) -> Source {
    let given = stream::iter(blocks.into_iter().map(|given| given.map(block)));
    let filter = Filter::read(grep, None, false).unwrap();
    let stream = if ends { given.boxed() } else { given.chain(stream::pending()).boxed() };
    Source::new(stream, filter, last, at(100))
}

/// What is printed until there is so much, or all is over.
async fn printed(sources: Vec<Source>, follow: bool, enough: usize) -> (Vec<String>, Vec<usize>) {
    let mut merge = Merge::new(sources, follow);
    let (mut lines, mut failed) = (Vec::new(), Vec::new());
    while lines.len() < enough {
        let mut told = Vec::new();
        let print = |index: usize, line: RawLine<'_>, _: Option<Level>| {
            lines.push(format!("{index} {}", String::from_utf8_lossy(line.bytes)));
            Ok(())
        };
        match merge.step(print).await.unwrap() {
            Step::Printed | Step::Ended(_) => {}
            Step::Failed(index, _) => failed.push(index),
            Step::WentBack(index, by) => told.push(format!("{index} back {}", by.as_secs())),
            Step::Over => break,
        }
        lines.append(&mut told);
    }
    (lines, failed)
}

#[tokio::test]
async fn logs_that_end_are_in_order_whatever_blocks_they_came_in() {
    let sources = vec![
        source(vec![Ok(vec![(1, "a"), (4, "d")]), Ok(vec![(6, "f"), (6, "g")])], true, None, None),
        source(vec![Ok(vec![(2, "b")]), Ok(vec![(3, "c"), (5, "e"), (6, "h")])], true, None, None),
        source(Vec::new(), true, None, None),
    ];
    let (lines, failed) = printed(sources, false, usize::MAX).await;
    assert_eq!(lines, ["0 a", "1 b", "1 c", "0 d", "1 e", "0 f", "0 g", "1 h"]);
    assert!(failed.is_empty());
}

#[tokio::test]
async fn one_that_cannot_be_read_does_not_keep_the_others_back() {
    let fault = Fault::new(FaultKind::Refused, "read", "b");
    let sources = vec![
        source(vec![Ok(vec![(1, "a")]), Ok(vec![(3, "c")])], true, None, None),
        source(vec![Ok(vec![(2, "b")]), Err(fault)], true, None, None),
    ];
    let (lines, failed) = printed(sources, false, usize::MAX).await;
    assert_eq!((lines.join(" "), failed), ("0 a 1 b 0 c".to_owned(), vec![1]));
}

#[tokio::test]
async fn nobody_waits_for_ever_for_one_that_is_silent() {
    let sources = vec![
        source(vec![Ok(vec![(1, "a")]), Ok(vec![(3, "c")])], false, None, None),
        source(vec![Ok(vec![(2, "b")])], false, None, None),
        source(Vec::new(), false, None, None),
    ];
    assert_eq!(printed(sources, true, 3).await.0, ["0 a", "1 b", "0 c"]);
}

#[tokio::test]
async fn the_last_lines_are_those_of_the_lines_that_pass() {
    let lines = || vec![Ok(vec![(1, "x1"), (2, "x2"), (3, "y")]), Ok(vec![(4, "x3"), (5, "z")])];
    let (ended, _) = printed(vec![source(lines(), true, Some("x"), Some(2))], false, usize::MAX).await;
    assert_eq!(ended, ["0 x2", "0 x3"]);
    let (none, _) = printed(vec![source(lines(), true, Some("x"), Some(0))], false, usize::MAX).await;
    assert!(none.is_empty());
    // One that is followed: what came after the command began is no longer counted.
    let mut live = lines();
    live.push(Ok(vec![(100, "x4"), (101, "x5"), (102, "x6")]));
    let (followed, _) = printed(vec![source(live, false, Some("x"), Some(2))], true, 5).await;
    assert_eq!(followed, ["0 x2", "0 x3", "0 x4", "0 x5", "0 x6"]);
    // Nothing more comes: what is held is shown all the same.
    let (quiet, _) = printed(vec![source(lines(), false, Some("x"), Some(2))], true, 2).await;
    assert_eq!(quiet, ["0 x2", "0 x3"]);
}

#[tokio::test]
async fn the_last_lines_of_a_level_begin_with_the_head_of_a_record() {
    let lines = vec![
        (1, "ERROR first"),
        (2, "ERROR it broke"),
        (3, "Traceback (most recent call last):"),
        (4, "  File \"a.py\", line 1, in <module>"),
        (5, "ValueError: no"),
        (6, "INFO fine"),
        (7, "ERROR last"),
    ];
    let shown = async |grep: Option<&str>, last: usize| {
        let filter = Filter::read(grep, Some("error"), false).unwrap();
        let blocks = stream::iter([Ok(block(lines.clone()))]).boxed();
        printed(vec![Source::new(blocks, filter, Some(last), at(100))], false, usize::MAX).await.0
    };
    assert_eq!(shown(None, 1).await, ["0 ERROR last"]);
    let record = shown(None, 3).await;
    assert_eq!((record.len(), record[0].as_str()), (5, "0 ERROR it broke"), "{record:?}");
    assert_eq!(shown(None, 5).await.len(), 5);
    assert_eq!(shown(None, 6).await[0], "0 ERROR first");
    assert!(shown(None, 0).await.is_empty());
    assert_eq!(shown(Some("File|last"), 1).await, ["0 ERROR last"], "a pattern picks lines, not records");
}

#[tokio::test]
async fn a_log_that_has_ended_is_told_while_others_go_on_and_can_be_opened_again() {
    let sources = vec![
        source(vec![Ok(vec![(1, "a")])], true, None, None),
        source(vec![Ok(vec![(2, "b")])], false, None, None),
    ];
    let mut merge = Merge::new(sources, true);
    let mut lines = Vec::new();
    while lines.len() < 3 {
        let print = |index: usize, line: RawLine<'_>, _: Option<Level>| {
            lines.push(format!("{index} {}", String::from_utf8_lossy(line.bytes)));
            Ok(())
        };
        if let Step::Ended(index) = merge.step(print).await.unwrap() {
            assert!(merge.is_done(index));
            assert_eq!((index, merge.last(index)), (0, Some(at(1))));
            merge.reopen(
                index,
                stream::iter([Ok(block(vec![(3, "again")]))]).chain(stream::pending()).boxed(),
            );
        }
    }
    lines.sort_unstable();
    assert_eq!(lines, ["0 a", "0 again", "1 b"]);
}

#[tokio::test]
async fn a_step_back_is_told_in_place_and_both_sides_of_it_are_merged() {
    let before = || Ok(vec![(7_200, "b"), (7_203, "d"), (10, "f"), (13, "h")]);
    let sources = vec![
        source(vec![Ok(vec![(7_199, "a"), (7_202, "c")]), Ok(vec![(9, "e"), (12, "g")])], true, None, None),
        source(vec![before()], true, None, None),
        // It was silent meanwhile.
        source(vec![Ok(vec![(5_000, "long ago")]), Ok(vec![(14, "i")])], true, None, None),
    ];
    let (lines, _) = printed(sources, false, usize::MAX).await;
    let expected =
        ["2 long ago", "0 a", "1 b", "0 c", "1 d", "0 back 7193", "0 e", "1 f", "0 g", "1 h", "2 i"];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn a_line_with_a_time_to_come_waits_for_nobody_who_writes_without_end() {
    let now = Timestamp::now().as_second();
    let flood = stream::repeat_with(move || Ok(block(vec![(now - 100, "flood")])));
    let flood = Source::new(flood.boxed(), None, None, at(100));
    let ahead = source(vec![Ok(vec![(now + 7_200, "ahead")])], false, None, None);
    let mut merge = Merge::new(vec![flood, ahead], true);
    let mut came = false;
    let deadline = Instant::now() + Duration::from_mins(1);
    while !came && Instant::now() < deadline {
        let print = |index: usize, _: RawLine<'_>, _: Option<Level>| {
            came |= index == 1;
            Ok(())
        };
        merge.step(print).await.unwrap();
    }
    assert!(came);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    /// Whatever the clocks do, each log is printed as it was written, and all of it.
    #[test]
    fn each_log_stays_in_its_order(
        logs in proptest::collection::vec(
            proptest::collection::vec(proptest::collection::vec(0i64..20_000, 1..5), 0..6), 1..4
        ),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let sources = logs.iter().map(|log| {
            let mut number = 0;
            let blocks: Vec<LogBlock> = log.iter().map(|seconds| {
                let mut block = LogBlock::default();
                for second in seconds {
                    number += 1;
                    let bytes = number.to_string();
                    block.push(RawLine { time: Some(at(*second)), source: LogSource::Stdout, bytes: bytes.as_bytes(), cut_bytes: 0 });
                }
                block
            }).collect();
            Source::new(stream::iter(blocks.into_iter().map(Ok)).boxed(), None, None, at(100))
        });
        let (lines, _) = runtime.block_on(printed(sources.collect(), false, usize::MAX));
        for (index, log) in logs.iter().enumerate() {
            let own: Vec<&str> = lines.iter().filter(|line| !line.contains("back")).filter_map(|line| line.strip_prefix(&format!("{index} "))).collect();
            let count: usize = log.iter().map(Vec::len).sum();
            let written: Vec<String> = (1..=count).map(|number| number.to_string()).collect();
            proptest::prop_assert_eq!(own, written);
        }
    }
}
