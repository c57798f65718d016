use super::*;
use rstest::rstest;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::mpsc;
use tempfile::TempDir;

/// Answers each request with the same bytes, and tells which paths were asked for.
fn daemon(answer: &'static str) -> (TempDir, Endpoint, mpsc::Receiver<String>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("docker.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let (sender, requests) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let Ok(length) = stream.read(&mut request) else { continue };
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            if stream.write_all(answer.as_bytes()).is_err() || sender.send(request).is_err() {
                return;
            }
        }
    });
    (directory, Endpoint::unix(path), requests)
}

fn connect(endpoint: &Endpoint) -> Result<Engine, Fault> {
    block_on(Engine::connect(endpoint))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn http(body: &str) -> &'static str {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .leak()
}

#[rstest]
#[case("1.41", Some((1, 41)))]
#[case("1.53", Some((1, 53)))]
#[case("1.54", None)]
#[case("1.40", None)]
#[case("new", None)]
fn the_head_of_a_ping_tells_enough_of_most_daemons(
    #[case] newest: &'static str,
    #[case] expected: Option<(usize, usize)>,
) {
    let answer = format!(
        "HTTP/1.1 200 OK\r\nApi-Version: {newest}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"
    );
    let (_directory, endpoint, requests) = daemon(answer.leak());
    // What follows is no version, so that who asks for more than the head ends in a fault.
    assert_eq!(connect(&endpoint).ok().map(|engine| engine.api_version()), expected);
    assert!(requests.recv().unwrap().starts_with("GET /_ping "));
}

#[rstest]
#[case(r#"{"ApiVersion":"1.41","MinAPIVersion":"1.12"}"#, Some((1, 41)), "")]
#[case(r#"{"ApiVersion":"1.48","MinAPIVersion":"1.24"}"#, Some((1, 48)), "")]
#[case(r#"{"ApiVersion":"1.60","MinAPIVersion":"1.44"}"#, Some((1, 53)), "")]
#[case(r#"{"ApiVersion":"1.40","MinAPIVersion":"1.12"}"#, None, "1.40 at most")]
#[case(r#"{"ApiVersion":"1.99","MinAPIVersion":"1.70"}"#, None, "1.70 at least")]
#[case(r#"{"Version":"5"}"#, None, "API version")]
fn the_newest_common_version_is_spoken(
    #[case] answer: &str,
    #[case] expected: Option<(usize, usize)>,
    #[case] cause: &str,
) {
    let (_directory, endpoint, requests) = daemon(http(answer));
    match (connect(&endpoint), expected) {
        (Ok(engine), Some(expected)) => {
            assert_eq!(engine.api_version(), expected);
            // Nothing was told in the head of an answer, so it is asked in so many words.
            assert!(requests.recv().unwrap().starts_with("GET /_ping "));
            assert!(requests.recv().unwrap().starts_with("GET /version "));
            // Typed and untyped calls alike name the version; what is answered here does not matter.
            drop(block_on(engine.containers(None)));
            drop(block_on(engine.inspect_json(&crate::domain::ContainerId("abc".to_owned()))));
            let prefix = format!("GET /v{}.{}/containers/", expected.0, expected.1);
            for request in requests.iter().take(2) {
                assert!(request.starts_with(&prefix), "{request}");
            }
        }
        (Err(fault), None) => {
            assert_eq!(fault.kind, FaultKind::Refused);
            assert!(fault.to_string().contains(cause), "{fault}");
            assert!(fault.hint.is_some());
        }
        (outcome, expected) => panic!("{outcome:?} is not {expected:?}"),
    }
}

#[test]
fn a_socket_that_nobody_listens_on_is_told_from_a_missing_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("docker.sock");
    let missing = connect(&Endpoint::unix(&path)).unwrap_err();
    assert_eq!(missing.kind, FaultKind::Unreachable);
    drop(UnixListener::bind(&path).unwrap());
    let unattended = connect(&Endpoint::unix(&path)).unwrap_err();
    assert_eq!(unattended.kind, FaultKind::Unreachable);
    assert!(unattended.to_string().contains("nobody listens"), "{unattended}");
    assert_ne!(missing.causes, unattended.causes);
}

#[test]
fn a_forbidden_socket_is_a_question_of_rights() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("docker.sock");
    let _listener = UnixListener::bind(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if rustix::process::geteuid().is_root() {
        // Root may use any socket; that the words are right is tested where they are made.
        return;
    }
    assert_eq!(connect(&Endpoint::unix(&path)).unwrap_err().kind, FaultKind::Permission);
}

#[test]
fn a_tcp_port_that_is_closed_is_refused_with_a_hint() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let fault = connect(&format!("tcp://127.0.0.1:{port}").parse().unwrap()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unreachable);
    assert!(fault.hint.is_some());
}

#[rstest]
#[case("SSH-2.0-OpenSSH_9.2p1\r\n")]
#[case("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
#[case("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot here\n")]
#[case("")]
fn what_is_not_a_docker_daemon_is_not_taken_for_one(#[case] answer: &'static str) {
    let (_directory, endpoint, _requests) = daemon(answer);
    let fault = connect(&endpoint).unwrap_err();
    assert!(fault.hint.is_some(), "{fault:?}");
    assert!(!fault.causes.is_empty(), "{fault:?}");
}

#[test]
fn a_daemon_that_never_answers_is_given_up_within_five_seconds() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("docker.sock");
    // The kernel takes connections in; nobody ever reads them.
    let _listener = UnixListener::bind(&path).unwrap();
    let limit = Duration::from_secs(5);
    let outcome =
        block_on(async { tokio::time::timeout(limit, Engine::connect(&Endpoint::unix(&path))).await });
    let fault = outcome.expect("within five seconds").unwrap_err();
    assert_eq!(fault.kind, FaultKind::Timeout);
    assert!(fault.hint.is_some());
}

#[test]
fn certificates_that_cannot_be_read_are_named() {
    let endpoint: Endpoint = "tcp://127.0.0.1:2376?tls=/nowhere/certs".parse().unwrap();
    let fault = connect(&endpoint).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.to_string().contains(&PathBuf::from("/nowhere/certs").display().to_string()), "{fault}");
}
