//! The network as health checks see it.

use super::Stage;
use rstest::rstest;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

fn connect(stage: &Stage, target: &str) -> UnixStream {
    let mut stream = UnixStream::connect(stage.server.network_socket()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(format!("CONNECT {target}\n").as_bytes()).unwrap();
    stream
}

fn verdict(stream: &mut UnixStream) -> String {
    let mut line = Vec::new();
    let mut byte = [0];
    while stream.read(&mut byte).is_ok_and(|length| length == 1) && byte[0] != b'\n' {
        line.push(byte[0]);
    }
    String::from_utf8(line).unwrap()
}

#[rstest]
#[case("localhost:8000", "OK")]
#[case("127.0.0.1:6379", "OK")]
#[case("mcp-api:8000", "OK")]
#[case("postgresql:5432", "OK")]
#[case("gpu-01:3111", "OK")]
#[case("localhost:4444", "REFUSED")]
#[case("mcp-api:4444", "REFUSED")]
fn connections_meet_what_is_published(#[case] target: &str, #[case] expected: &str) {
    let stage = Stage::held("mcp");
    assert_eq!(verdict(&mut connect(&stage, target)), expected);
}

#[rstest]
#[case("postgresql:5432", b"\0\0\0\x08\0\x03\0\0", b"R\0\0\0\x08\0\0\0\x03")]
#[case("127.0.0.1:6379", b"PING\r\n", b"+PONG\r\n")]
fn databases_answer_their_greeting(#[case] target: &str, #[case] said: &[u8], #[case] expected: &[u8]) {
    let stage = Stage::held("mcp");
    let mut stream = connect(&stage, target);
    assert_eq!(verdict(&mut stream), "OK");
    stream.write_all(said).unwrap();
    let mut answer = vec![0; expected.len()];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer, expected);
}

#[test]
fn http_is_answered_by_path_and_stops_with_the_container() {
    let stage = Stage::held("mcp");
    let ask = |path: &str| {
        let mut stream = connect(&stage, "localhost:8000");
        assert_eq!(verdict(&mut stream), "OK");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    let healthy = ask("/health");
    assert!(healthy.starts_with("HTTP/1.1 200 OK") && healthy.contains("\"healthy\""), "{healthy}");
    assert!(ask("/nothing").starts_with("HTTP/1.1 404"));
    stage.client().act("/containers/mcp-api/kill");
    stage.pass(1);
    assert_eq!(verdict(&mut connect(&stage, "localhost:8000")), "REFUSED");
}

#[test]
fn an_unknown_host_never_answers() {
    let stage = Stage::held("mcp");
    let mut stream = connect(&stage, "192.0.2.1:80");
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert!(stream.read(&mut [0]).is_err());
}
