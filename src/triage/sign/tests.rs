use super::*;
use crate::domain::container::ContainerDetails;
use crate::domain::fixtures;
use rstest::rstest;

#[rstest]
#[case("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", Some(Sign::CudaOutOfMemory))]
#[case("ValueError: No available memory for the cache blocks.", Some(Sign::CudaOutOfMemory))]
#[case("FATAL:  password authentication failed for user \"mlflow\"", Some(Sign::PasswordRefused))]
#[case("FATAL:  sorry, too many clients already", Some(Sign::TooManyClients))]
#[case("(error) MISCONF Redis is configured to save RDB snapshots", Some(Sign::RedisCannotSave))]
#[case("the proxy is misconfigured ", None)]
#[case("CUDA initialization: Error 803: system has unsupported display driver", Some(Sign::CudaVersion))]
#[case("upload failed: error 8030", None)]
#[case("ERR invalid password", Some(Sign::PasswordRefused))]
#[case("login failed: invalid password for user 'bob'", None)]
#[case("OOM command not allowed when used memory > 'maxmemory'.", Some(Sign::RedisFull))]
#[case(
    "connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1",
    Some(Sign::UpstreamRefused)
)]
#[case(
    "connect() failed (113: Host is unreachable) while connecting to upstream, client: 10.0.0.1",
    Some(Sign::UpstreamRefused)
)]
#[case(
    "upstream timed out (110: Connection timed out) while connecting to upstream, upstream: \"http://10.0.0.2:80/\"",
    Some(Sign::UpstreamRefused)
)]
#[case(
    "upstream timed out (110: Connection timed out) while reading response header from upstream",
    Some(Sign::UpstreamSlow)
)]
#[case("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate", None)]
#[case(
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired",
    Some(Sign::CertificateExpired)
)]
#[case("dial tcp 172.18.0.3:5432: connect: connection refused", Some(Sign::ConnectionRefused))]
#[case("wget: bad address 'db:80'", Some(Sign::NameResolution))]
#[case("accept4() failed (24: Too many open files)", Some(Sign::TooManyOpenFiles))]
#[case("mkdir: can't create directory '/data/x': Permission denied", Some(Sign::FileForbidden))]
#[case("ERROR:  permission denied for table runs", None)]
#[case("10.0.0.7 - - [20/Nov/2026] \"GET /v1 HTTP/1.1\" 401 12", Some(Sign::Unauthorized))]
#[case("level=warn msg=refused status=403 path=/v1", Some(Sign::Unauthorized))]
#[case("{\"Status\": 403}", Some(Sign::Unauthorized))]
#[case("requests.exceptions.HTTPError: 401 Client Error", Some(Sign::Unauthorized))]
#[case("401", None)]
#[case("é403é", None)]
#[case("INFO answered 401 requests in 403 ms", None)]
#[case("INFO request served status=200 bytes=4011", None)]
#[case("WriteError: write /data/x: no space left on device (os error 28)", Some(Sign::DiskFull))]
fn a_line_is_a_sign_of_one_thing(#[case] line: &str, #[case] expected: Option<Sign>) {
    assert_eq!(Sign::of(line), expected);
}

#[test]
fn every_phrase_can_be_found() {
    assert!(FINDER.is_some());
    for phrase in PHRASES {
        let line = format!("x /a: {} (\" 401 ) while connecting to upstream", phrase.words);
        assert!(Sign::of(&line).is_some(), "{line}");
    }
}

#[test]
fn a_line_full_of_codes_is_looked_at_once() {
    // Looked at anew for each of its codes, with all of it copied each time, it would take hours.
    let line = "401 ".repeat(1 << 18);
    assert_eq!(Sign::of(&line), None);
}

#[test]
fn candidates_are_whole_lines_each_told_once() {
    let text = b"one MISCONF and MISCONF\nnothing\ntoo many open files\nlast: NOAUTH Authentication required";
    let mut found = Vec::new();
    Sign::candidates(text, |range| found.push(String::from_utf8_lossy(&text[range]).into_owned()));
    assert_eq!(
        found,
        ["one MISCONF and MISCONF", "too many open files", "last: NOAUTH Authentication required"]
    );
}

#[rstest]
#[case::just_now(ContainerState::Running, 60, 10, true)]
#[case::long_ago(ContainerState::Running, 6000, 121, false)]
#[case::of_the_run_before(ContainerState::Running, 5, 10, false)]
#[case::its_last_words(ContainerState::Exited, 9000, 8000, true)]
#[case::of_a_run_before_the_last(ContainerState::Exited, 5, 10, false)]
#[case::in_a_loop(ContainerState::Restarting, 3, 2, true)]
fn a_sign_is_of_the_present_run(
    #[case] state: ContainerState,
    #[case] started_seconds_ago: i64,
    #[case] told_seconds_ago: i64,
    #[case] current: bool,
) {
    let now: Timestamp = "2026-11-20T03:00:00Z".parse().unwrap();
    let ago = |seconds| now - SignedDuration::from_secs(seconds);
    let details = ContainerDetails { started_at: Some(ago(started_seconds_ago)), ..fixtures::details() };
    let container = Container { state, details: Some(details), ..fixtures::container("api") };
    let sign = LogSign {
        container: container.id.clone(),
        sign: Sign::DiskFull,
        count: 1,
        first: ago(told_seconds_ago),
        last: ago(told_seconds_ago),
        times: vec![ago(told_seconds_ago)],
        line: Safe::default(),
    };
    assert_eq!(sign.is_current(&container, now), current);
}
