use super::*;
use rstest::rstest;
use std::os::unix::net::UnixListener;

#[test]
fn attempts_come_slower_and_slower_until_a_connection_holds() {
    let mut backoff = Backoff::default();
    let pauses: Vec<_> = (0..7).map(|_| backoff.next(None).as_millis()).collect();
    assert_eq!(pauses, [200, 400, 800, 1600, 3200, 5000, 5000]);
    assert_eq!(backoff.next(Some(Duration::from_secs(5))).as_millis(), 200);
}

#[test]
fn a_stream_that_ends_at_once_is_no_success() {
    let mut backoff = Backoff::default();
    let pauses: Vec<_> = (0..4).map(|_| backoff.next(Some(Duration::from_millis(30))).as_millis()).collect();
    assert_eq!(pauses, [200, 400, 800, 1600]);
}

#[rstest]
#[case("container", "exec_create: sh -c pg_isready", true)]
#[case("container", "exec_start: sh -c pg_isready", true)]
#[case("container", "exec_die", true)]
#[case("container", "archive-path", true)]
#[case("container", "health_status: healthy", false)]
#[case("container", "die", false)]
#[case("container", "oom", false)]
#[case("network", "connect", false)]
#[case("volume", "export", false)]
fn health_checks_at_work_are_no_news(#[case] kind: &str, #[case] action: &str, #[case] noise: bool) {
    assert_eq!(is_noise(kind, action), noise);
}

async fn first(endpoint: Endpoint) -> FleetEvent {
    let mut events = watch(endpoint);
    tokio::time::timeout(Duration::from_secs(5), events.recv())
        .await
        .expect("within five seconds")
        .expect("a fact")
}

#[tokio::test]
async fn a_daemon_that_never_answers_is_called_lost_within_five_seconds() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("docker.sock");
    let _listener = UnixListener::bind(&path).unwrap();
    let FleetEvent::Lost { fault, .. } = first(Endpoint::unix(path)).await else {
        panic!("it never answered")
    };
    assert_eq!(fault.kind, FaultKind::Timeout);
}

#[tokio::test]
async fn a_missing_daemon_is_tried_again_and_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut events = watch(Endpoint::unix(directory.path().join("docker.sock")));
    let mut pauses = Vec::new();
    while pauses.len() < 3 {
        match events.recv().await.unwrap() {
            FleetEvent::Lost { fault, retry_in_ms } => {
                assert_eq!(fault.kind, FaultKind::Unreachable);
                pauses.push(retry_in_ms);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(pauses, [200, 400, 800]);
}
