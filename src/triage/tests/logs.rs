//! What is told by the lines of logs.

use super::*;

#[test]
fn a_line_that_names_the_trouble_stands_for_the_loop_that_comes_of_it() {
    let inference = looping(ContainerState::Restarting, None, false);
    let text = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB";
    let sign = LogSign { last: now(), ..told_sign(&inference, Sign::CudaOutOfMemory, text) };
    let found =
        findings(&Facts { containers: vec![&inference], signs: vec![&sign], now: now(), ..Facts::default() });
    assert_eq!(found.len(), 1, "{:?}", told(&found));
    assert_eq!(&*found[0].title, "postgres-1 runs out of GPU memory");
    assert_eq!(found[0].severity, Severity::Critical);
    let line = &found[0].evidence[0];
    assert_eq!((line.origin, line.time, &*line.text), (Origin::Log, Some(now()), text));
    assert!(found[0].evidence.iter().any(|line| line.text.contains("started again 7 times")));
}

#[test]
fn the_first_error_of_the_last_run_is_shown() {
    let looping = looping(ContainerState::Restarting, None, false);
    let line = |back: u64, level, text: &str| LogLine {
        container: looping.id.clone(),
        time: Some(ago(Duration::from_millis(back))),
        source: LogSource::Stderr,
        line: StyledLine { text: Safe::new(text), ..StyledLine::default() },
        level,
        continues: false,
    };
    let lines = [
        line(9_000, Some(Level::Fatal), "of the run before"),
        line(1_900, Some(Level::Info), "begins"),
        line(1_800, Some(Level::Error), "cannot read /etc/app.yaml"),
        line(1_700, Some(Level::Fatal), "ends"),
    ];
    let shown = |lines: &[LogLine]| {
        let found = findings(&Facts {
            containers: vec![&looping],
            tails: [(&looping.id, lines)].into(),
            now: now(),
            ..Facts::default()
        });
        found[0].evidence.iter().find(|line| line.origin == Origin::Log).map(|line| line.text.to_string())
    };
    assert_eq!(shown(&lines).as_deref(), Some("cannot read /etc/app.yaml"));
    assert_eq!(shown(&lines[..2]).as_deref(), Some("begins"), "else the last one");
    assert_eq!(shown(&lines[..1]), None);
}
