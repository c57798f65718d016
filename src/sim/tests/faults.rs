//! The wire misbehaves when told to.

use super::Stage;
use crate::sim::{Effect, FaultRule, Occasion};
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

fn rule(request: &str, occasion: Occasion, effect: Effect) -> FaultRule {
    FaultRule { request: request.to_owned(), occasion, effect }
}

#[test]
fn the_nth_request_fails_and_the_others_do_not() {
    let stage = Stage::held("empty");
    let effect = Effect::Status(500, "simulated".to_owned());
    stage.server.faults().add(rule("GET /containers/json", Occasion::Nth(2), effect));
    let client = stage.client();
    let statuses: Vec<u16> = (0..3).map(|_| client.get("/v1.45/containers/json").status).collect();
    assert_eq!(statuses, [200, 500, 200]);
    assert_eq!(client.get("/info").status, 200);
}

#[test]
fn a_stream_is_cut_in_the_middle() {
    let stage = Stage::held("mcp");
    stage.server.faults().add(rule("/logs", Occasion::Every, Effect::CutAfter(100)));
    let answer = stage.client().get("/containers/mcp-training/logs?stdout=1");
    assert_eq!(answer.body.len(), 100, "half a frame");
    assert!(!answer.whole, "{}", answer.head);
    stage.server.faults().clear();
    assert!(stage.client().get("/containers/mcp-training/logs?stdout=1").whole);
}

#[test]
fn silence_and_delay() {
    let stage = Stage::held("empty");
    stage.server.faults().add(rule("GET /info", Occasion::Every, Effect::Silence));
    stage.server.faults().add(rule(
        "GET /version",
        Occasion::Every,
        Effect::Delay(Duration::from_millis(120)),
    ));
    let mut silent = stage.client().open("GET", "/info", None, "");
    silent.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert!(silent.read(&mut [0; 16]).is_err(), "nothing may come");
    let asked = Instant::now();
    assert_eq!(stage.client().get("/version").status, 200);
    assert!(asked.elapsed() >= Duration::from_millis(120));
}

#[test]
fn a_restart_ends_streams_refuses_for_a_while_and_comes_back() {
    let stage = Stage::held("empty");
    let client = stage.client();
    let mut events = client.open("GET", "/events", None, "");
    let mut buffer = [0; 4096];
    assert!(events.read(&mut buffer).unwrap() > 0, "the headers");
    stage.server.faults().restart(Duration::from_millis(300));
    while events.read(&mut buffer).is_ok_and(|length| length > 0) {}
    let deadline = Instant::now() + Duration::from_secs(20);
    let (mut refused, mut served) = (false, false);
    while !served && Instant::now() < deadline {
        match UnixStream::connect(stage.server.socket()) {
            Ok(_) => served = refused,
            Err(_) => refused = true,
        }
        std::thread::yield_now();
    }
    assert!(refused && served, "refused: {refused}, served again: {served}");
    assert_eq!(client.get("/_ping").text(), "OK");
}
