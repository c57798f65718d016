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

/// As the daemon tells it of `sh -c servr`: the run was over before it was noted that it had begun.
#[test]
fn the_last_words_of_one_that_ended_at_once_are_of_its_run() {
    let milliseconds = |back: u64| Some(ago(Duration::from_millis(back)));
    let web = Container {
        state: ContainerState::Exited,
        details: Some(ContainerDetails {
            exit_code: 127,
            started_at: milliseconds(1_000),
            finished_at: milliseconds(1_002),
            ..fixtures::details()
        }),
        ..container("web")
    };
    let said = [LogLine {
        container: web.id.clone(),
        time: milliseconds(1_005),
        source: LogSource::Stderr,
        line: StyledLine { text: Safe::new("sh: servr: not found"), ..StyledLine::default() },
        level: None,
        continues: false,
    }];
    let tails = [(&web.id, said.as_slice())].into();
    let found = findings(&Facts { containers: vec![&web], tails, now: now(), ..Facts::default() });
    assert!(found[0].evidence.iter().any(|line| &*line.text == "sh: servr: not found"), "{found:?}");
    let sign =
        LogSign { last: said[0].time.unwrap(), ..told_sign(&web, Sign::CudaOutOfMemory, "out of memory") };
    assert!(sign.is_current(&web, now()));
    let running = Container { state: ContainerState::Running, ..web.clone() };
    assert!(!sign.is_current(&running, now()), "the end of the run before");
}

/// The console was opened a moment ago, and has seen none of the runs before.
#[test]
fn what_the_run_before_wrote_names_the_cause_though_nobody_saw_that_run() {
    let looping = looping(ContainerState::Running, None, false);
    let sign = told_sign(&looping, Sign::PasswordRefused, "WRONGPASS invalid username-password pair");
    let of = |sign: &LogSign| {
        let facts = Facts { containers: vec![&looping], signs: vec![sign], now: now(), ..Facts::default() };
        findings(&facts).iter().map(|finding| finding.title.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(of(&sign), ["postgres-1 is refused by its database: wrong password"]);
    let old = LogSign { last: ago(Duration::from_mins(3)), ..sign };
    assert_eq!(of(&old), ["postgres-1 keeps restarting: exit code 1"], "it may be of another trouble");
}

#[rstest]
#[case("AUTH failed: WRONGPASS invalid username-password pair or user is disabled.", "requirepass")]
#[case("NOAUTH Authentication required.", "requirepass")]
#[case("FATAL:  password authentication failed for user \"mlflow\"", "ALTER ROLE")]
#[case("ERROR 1045 (28000): Access denied for user 'app'@'172.18.0.3'", "ALTER USER")]
fn each_server_is_given_another_password_in_its_own_way(#[case] line: &str, #[case] advice: &str) {
    let worker = container("worker");
    let sign = told_sign(&worker, Sign::PasswordRefused, line);
    let found =
        findings(&Facts { containers: vec![&worker], signs: vec![&sign], now: now(), ..Facts::default() });
    assert!(found[0].fix.as_ref().unwrap().label.contains(advice), "{found:?}");
}

#[rstest]
#[case(
    "dd: error writing '/data/f': No space left on device",
    "/data/f lies in /data: a tmpfs in memory, size=1m"
)]
#[case("write /var/lib/x/y: no space left on device", "/var/lib/x/y lies in /var/lib/x: the volume mcp_x")]
#[case("open /models/a: no space left on device", "/models/a lies in /models: /srv/models of the host")]
#[case(
    "open /tmp/a: no space left on device",
    "/tmp/a lies in the container's own file system, on Docker's disk"
)]
#[case(
    "No space left on device",
    "the line names no path; it can write to /data (a tmpfs in memory, size=1m), /models (/srv/models of the \
     host), /var/lib/x (the volume mcp_x), or the container's own file system, on Docker's disk"
)]
fn a_full_disk_is_named(#[case] line: &str, #[case] place: &str) {
    let mount = |kind: &str, source: &str, target: &str| MountPoint {
        kind: kind.to_owned(),
        source: source.to_owned(),
        target: target.to_owned(),
        read_write: true,
    };
    let api = with("api", |container, details| {
        container.mounts =
            vec![mount("bind", "/srv/models", "/models"), mount("volume", "mcp_x", "/var/lib/x")];
        details.tmpfs = vec!["/data size=1m".to_owned()];
    });
    let sign = told_sign(&api, Sign::DiskFull, line);
    let found =
        findings(&Facts { containers: vec![&api], signs: vec![&sign], now: now(), ..Facts::default() });
    let texts: Vec<&str> = found[0].evidence.iter().map(|line| &*line.text).collect();
    assert_eq!(texts, [line, place]);
}

#[test]
fn a_trouble_began_with_the_first_line_of_those_that_follow_one_another() {
    let sign = |seconds: &[u64]| {
        let times: Vec<Timestamp> = seconds.iter().map(|back| ago(Duration::from_secs(*back))).collect();
        let api = container("api");
        LogSign {
            count: times.len() as u64,
            first: times[0],
            last: times[times.len() - 1],
            times,
            ..told_sign(&api, Sign::DiskFull, "No space left on device")
        }
    };
    let began = |sign: &LogSign| {
        let api = container("api");
        let facts = Facts { containers: vec![&api], signs: vec![sign], now: now(), ..Facts::default() };
        findings(&facts)[0].began
    };
    assert_eq!(began(&sign(&[300, 200, 100, 5])), Some(ago(Duration::from_mins(5))));
    assert_eq!(began(&sign(&[9000, 200, 5])), Some(ago(Duration::from_secs(200))), "that was another one");
}

#[test]
fn what_ended_of_a_named_cause_is_not_explained_by_other_lines() {
    let inference = looping(ContainerState::Restarting, None, false);
    let text = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB";
    let sign = LogSign { last: now(), ..told_sign(&inference, Sign::CudaOutOfMemory, text) };
    let line = |back: u64, text: &str| LogLine {
        container: inference.id.clone(),
        time: Some(ago(Duration::from_millis(back))),
        source: LogSource::Stderr,
        line: StyledLine { text: Safe::new(text), ..StyledLine::default() },
        level: Some(Level::Error),
        continues: false,
    };
    let lines = [line(1_900, "tokenizer: input of 8362 tokens exceeds the limit"), line(100, text)];
    let facts = Facts {
        containers: vec![&inference],
        signs: vec![&sign],
        tails: [(&inference.id, lines.as_slice())].into(),
        now: now(),
        ..Facts::default()
    };
    let found = findings(&facts);
    assert!(!told(&found)[0].contains("tokenizer"), "{:?}", told(&found));
    // And without a known cause only the last words count: what was long before is something else.
    let lines = [line(30_000, "tokenizer: input of 8362 tokens exceeds the limit"), line(100, "engine died")];
    let long = Container {
        details: inference
            .details
            .clone()
            .map(|details| ContainerDetails { started_at: Some(ago(Duration::from_hours(1))), ..details }),
        ..inference.clone()
    };
    let facts = Facts {
        containers: vec![&long],
        tails: [(&inference.id, lines.as_slice())].into(),
        now: now(),
        ..Facts::default()
    };
    let found = told(&findings(&facts));
    assert!(found[0].contains("engine died") && !found[0].contains("tokenizer"), "{found:?}");
}

#[test]
fn of_a_traceback_what_was_raised_is_shown() {
    let looping = looping(ContainerState::Restarting, None, false);
    let line = |text: &str, continues| LogLine {
        container: looping.id.clone(),
        time: Some(ago(Duration::from_secs(1))),
        source: LogSource::Stderr,
        line: StyledLine { text: Safe::new(text), ..StyledLine::default() },
        level: Some(Level::Error),
        continues,
    };
    let lines = [
        line("Traceback (most recent call last):", false),
        line("  File \"x.py\", line 1, in <module>", true),
        line("KeyError: 'MODEL'", true),
    ];
    let tails = [(&looping.id, lines.as_slice())].into();
    let found = findings(&Facts { containers: vec![&looping], tails, now: now(), ..Facts::default() });
    assert!(told(&found)[0].contains("| KeyError: 'MODEL'"), "{:?}", told(&found));
}
