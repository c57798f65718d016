use super::*;
use crate::domain::container::{ContainerDetails, LastEnd};
use crate::domain::{CheckId, CheckKind, ContainerId, ContainerState, Health, Verdict, fixtures};
use rstest::rstest;
use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio::sync::watch;

/// Far more than any of these tests needs; only a check that hangs reaches it.
const PATIENCE: Duration = Duration::from_secs(20);

async fn patiently<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it hangs")
}

fn spec(kind: CheckKind, timeout: Duration) -> CheckSpec {
    CheckSpec {
        id: CheckId { stack: "mcp".to_owned(), service: "web".to_owned(), name: "n".to_owned() },
        kind,
        interval: Duration::from_millis(10),
        timeout,
        fall: 3,
        rise: 2,
    }
}

fn http(url: impl Into<String>) -> CheckSpec {
    spec(CheckKind::Http { url: url.into(), expect_status: None }, PATIENCE)
}

fn tcp(port: u16) -> CheckSpec {
    spec(CheckKind::Tcp { host: "127.0.0.1".to_owned(), port }, PATIENCE)
}

async fn once(spec: &CheckSpec) -> (Verdict, String) {
    let report = patiently(check_once(spec, &Dialer::Network, &None)).await;
    assert!(report.latency.is_some() || report.verdict != Verdict::Up, "{report:?}");
    (report.verdict, report.message.to_string())
}

/// A service on a port of its own; every connection is handed to `answer`.
async fn serve<F: Future<Output = ()> + Send + 'static>(
    answer: impl Fn(TcpStream) -> F + Send + 'static,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    port
}

/// Reads the request and writes these bytes.
async fn page(bytes: String) -> u16 {
    serve(move |mut stream| {
        let bytes = bytes.clone();
        async move {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(bytes.as_bytes()).await;
        }
    })
    .await
}

async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

#[rstest]
#[case("200 OK", Verdict::Up, "200 OK")]
#[case("204 No Content", Verdict::Up, "204 No Content")]
#[case("304 Not Modified", Verdict::Up, "304 Not Modified")]
#[case("401 Unauthorized", Verdict::Up, "401 Unauthorized: alive, asks for credentials")]
#[case("403 Forbidden", Verdict::Up, "403 Forbidden: alive, asks for credentials")]
#[case("404 Not Found", Verdict::Down, "404 Not Found")]
#[case("503 Service Unavailable", Verdict::Down, "503 Service Unavailable")]
#[tokio::test]
async fn the_status_decides(#[case] status: &str, #[case] verdict: Verdict, #[case] message: &str) {
    let port = page(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n")).await;
    let told = once(&http(format!("http://127.0.0.1:{port}/health"))).await;
    assert_eq!(told, (verdict, message.to_owned()));
}

#[tokio::test]
async fn an_expected_status_is_the_only_good_one() {
    let teapot = page("HTTP/1.1 418 I'm a teapot\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let moved = page("HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let expecting = |port: u16, status| {
        let url = format!("http://127.0.0.1:{port}/");
        spec(CheckKind::Http { url, expect_status: Some(status) }, PATIENCE)
    };
    assert_eq!(once(&expecting(teapot, 418)).await, (Verdict::Up, "418 I'm a teapot".to_owned()));
    assert_eq!(
        once(&expecting(teapot, 200)).await,
        (Verdict::Down, "418 I'm a teapot, expected 200".to_owned())
    );
    assert_eq!(once(&expecting(moved, 302)).await, (Verdict::Up, "302 Found".to_owned()));
}

#[tokio::test]
async fn redirects_are_followed_three_times_and_not_for_ever() {
    let last = page("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let mut next = format!("http://127.0.0.1:{last}/");
    let mut told = Vec::new();
    for _ in 0..4 {
        let port = page(format!("HTTP/1.1 302 Found\r\nlocation: {next}\r\ncontent-length: 0\r\n\r\n")).await;
        next = format!("http://127.0.0.1:{port}/");
        told.push(once(&http(&next)).await.1);
    }
    assert_eq!(told, ["200 OK", "200 OK", "200 OK", "more than 3 redirects"]);
    let astray =
        page("HTTP/1.1 301 Moved\r\nlocation: ftp://x/\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let (verdict, message) = once(&http(format!("http://127.0.0.1:{astray}/"))).await;
    assert_eq!(verdict, Verdict::Down);
    assert!(message.starts_with("301 Moved Permanently: the URL ftp://x/ is wrong"), "{message}");
}

#[tokio::test]
async fn a_body_without_end_is_read_no_further_than_needed() {
    static WRITTEN: AtomicUsize = AtomicUsize::new(0);
    let port = serve(|mut stream| async move {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n").await;
        let chunk = vec![b'x'; 65536];
        while stream.write_all(&chunk).await.is_ok() {
            WRITTEN.fetch_add(chunk.len(), Ordering::Relaxed);
        }
    })
    .await;
    assert_eq!(once(&http(format!("http://127.0.0.1:{port}/"))).await, (Verdict::Up, "200 OK".to_owned()));
    // The kernel's buffers take some more than is read.
    assert!(WRITTEN.load(Ordering::Relaxed) < 64 << 20);
}

#[tokio::test]
async fn a_body_that_stalls_or_breaks_off_does_not_take_the_status_back() {
    let stalls = serve(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx").await;
        std::future::pending::<()>().await;
    })
    .await;
    let breaks = page("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx".to_owned()).await;
    for port in [stalls, breaks] {
        let told = once(&http(format!("http://127.0.0.1:{port}/"))).await;
        assert_eq!(told, (Verdict::Up, "200 OK".to_owned()));
    }
}

#[tokio::test]
async fn what_does_not_answer_is_named_by_its_cause() {
    let refused = free_port().await;
    let closes = serve(|mut stream| async move {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
    })
    .await;
    let garbage = page("SSH-2.0-OpenSSH_9.6\r\n".to_owned()).await;
    for (url, expected) in [
        (format!("http://127.0.0.1:{refused}/"), "connection refused"),
        (format!("http://127.0.0.1:{closes}/"), "connection closed before the answer"),
        (format!("http://127.0.0.1:{garbage}/"), "the answer is not HTTP"),
        (format!("http://name.invalid:{refused}/"), "the name name.invalid is not known"),
        (
            "http://127.0.0.1:1x/".to_owned(),
            "the URL http://127.0.0.1:1x/ is wrong: its port is no number up to 65535",
        ),
    ] {
        assert_eq!(once(&http(url)).await, (Verdict::Down, expected.to_owned()));
    }
}

#[tokio::test]
async fn what_hangs_is_given_up() {
    let port = serve(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let url = format!("http://127.0.0.1:{port}/");
    let hangs = CheckSpec { timeout: Duration::from_millis(50), ..http(url) };
    assert_eq!(once(&hangs).await, (Verdict::Down, "no answer within 50ms".to_owned()));
}

#[tokio::test]
async fn https_to_a_plain_service_is_named() {
    let port = page("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let (verdict, message) = once(&http(format!("https://127.0.0.1:{port}/"))).await;
    assert_eq!(verdict, Verdict::Down);
    assert!(message.starts_with("TLS: "), "{message}");
}

#[tokio::test]
async fn a_port_is_up_when_somebody_is_behind_it() {
    let silent = serve(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let greets = serve(|mut stream| async move {
        let _ = stream.write_all(b"+OK\r\n").await;
    })
    .await;
    for port in [silent, greets] {
        assert_eq!(once(&tcp(port)).await, (Verdict::Up, "connection accepted".to_owned()));
    }
    let proxy = serve(|stream| async move { drop(stream) }).await;
    let (verdict, message) = once(&tcp(proxy)).await;
    assert_eq!(verdict, Verdict::Down);
    assert!(message.starts_with("accepted"), "{message}");
    assert_eq!(once(&tcp(free_port().await)).await, (Verdict::Down, "connection refused".to_owned()));
}

/// Plays the network: answers each request for a connection by what it asks for.
fn simulate(socket: &Path) {
    let listener = UnixListener::bind(socket).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut line = Vec::new();
                while let Ok(byte) = stream.read_u8().await {
                    if byte == b'\n' {
                        break;
                    }
                    line.push(byte);
                }
                let answer: &[u8] = match line.as_slice() {
                    b"CONNECT mcp-api:8000" => {
                        let mut request = [0; 4096];
                        let _ = stream.write_all(b"OK\n").await;
                        let _ = stream.read(&mut request).await;
                        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
                    }
                    b"CONNECT mcp-db:5432" => b"REFUSED\n",
                    b"CONNECT odd:1" => b"WHAT\n",
                    _ => return std::future::pending().await,
                };
                let _ = stream.write_all(answer).await;
                std::future::pending::<()>().await;
            });
        }
    });
}

#[tokio::test]
async fn the_simulated_network_answers_refuses_and_keeps_silent() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("net.sock");
    simulate(&socket);
    let dialer = Dialer::Simulated(socket);
    for (url, expected) in [
        ("http://mcp-api:8000/health", "200 OK"),
        ("http://mcp-db:5432/", "connection refused"),
        ("http://odd:1/", "the simulated network gave no answer that is known"),
        ("http://silent:1/", "no answer within 200ms"),
    ] {
        let spec = CheckSpec { timeout: Duration::from_millis(200), ..http(url) };
        let report = patiently(check_once(&spec, &dialer, &None)).await;
        assert_eq!(&*report.message, expected);
    }
}

fn container(service: &str, number: u32, state: ContainerState, health: Option<Health>) -> Container {
    let id = ContainerId(format!("{service}{number}"));
    Container { id, state, health, ..fixtures::replica("mcp", service, number) }
}

fn web(states: &[(ContainerState, Option<Health>)]) -> Vec<Container> {
    (1..).zip(states).map(|(number, (state, health))| container("web", number, *state, *health)).collect()
}

#[rstest]
#[case(&[], Verdict::Unknown, "not deployed")]
#[case(&[(ContainerState::Exited, None)], Verdict::Unknown, "stopped")]
#[case(&[(ContainerState::Running, None)], Verdict::Unknown, "Docker checks no container of it")]
#[case(&[(ContainerState::Running, Some(Health::Healthy))], Verdict::Up, "healthy")]
#[case(&[(ContainerState::Running, Some(Health::Starting))], Verdict::Starting, "starting")]
#[case(&[(ContainerState::Running, Some(Health::Unhealthy))], Verdict::Down, "unhealthy")]
#[case(&[(ContainerState::Restarting, None)], Verdict::Down, "restarting")]
#[case(&[(ContainerState::Running, Some(Health::Healthy)), (ContainerState::Running, Some(Health::Unhealthy))], Verdict::Degraded, "1 of 2 unhealthy")]
#[case(&[(ContainerState::Running, Some(Health::Healthy)), (ContainerState::Running, Some(Health::Starting))], Verdict::Starting, "1 of 2 starting")]
#[tokio::test]
async fn dockers_verdict_is_that_of_all_replicas(
    #[case] states: &[(ContainerState, Option<Health>)],
    #[case] verdict: Verdict,
    #[case] message: &str,
) {
    let fleet: Fleet = Some(Arc::new(web(states)));
    let report = check_once(&spec(CheckKind::Docker, PATIENCE), &Dialer::Network, &fleet).await;
    assert_eq!((report.verdict, &*report.message), (verdict, message));
}

#[tokio::test]
async fn a_service_that_nobody_started_is_not_asked_and_not_down() {
    let port = free_port().await;
    let check = |fleet: Vec<Container>| async move {
        let report = check_once(&tcp(port), &Dialer::Network, &Some(Arc::new(fleet))).await;
        (report.verdict, report.message.to_string())
    };
    let exited = container("web", 1, ContainerState::Exited, None);
    let peer = container("db", 1, ContainerState::Running, None);
    assert_eq!(check(Vec::new()).await, (Verdict::Unknown, "not deployed".to_owned()));
    assert_eq!(check(vec![exited.clone()]).await, (Verdict::Unknown, "stopped".to_owned()));
    assert_eq!(
        check(vec![exited.clone(), peer.clone()]).await,
        (Verdict::Down, "no container of it runs".to_owned())
    );
    let last_end = Some(LastEnd { exit_code: 137, oom_killed: false, on_request: true });
    let stopped =
        Container { details: Some(ContainerDetails { last_end, ..fixtures::details() }), ..exited.clone() };
    assert_eq!(check(vec![stopped, peer.clone()]).await, (Verdict::Unknown, "stopped".to_owned()));
    let created = Container { state: ContainerState::Created, ..exited };
    assert_eq!(check(vec![created, peer]).await, (Verdict::Down, "not started yet".to_owned()));
}

#[tokio::test]
async fn the_schedule_runs_at_once_and_again_and_falls_and_rises() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("net.sock");
    let (_sender, fleet) = watch::channel(None);
    // Nobody listens yet: every connection to the socket fails.
    let mut reports = run(vec![http("http://mcp-api:8000/")], &Dialer::Simulated(socket.clone()), &fleet);
    let mut next = async || patiently(reports.recv()).await.unwrap();
    let first = next().await;
    assert_eq!((first.verdict, first.history.len()), (Verdict::Starting, 1));
    assert_eq!(next().await.verdict, Verdict::Starting);
    assert_eq!(next().await.verdict, Verdict::Down);
    simulate(&socket);
    for _ in 0..40 {
        let report = next().await;
        let successes = report.history.iter().filter(|success| **success).count();
        assert_eq!(report.verdict, if successes < 2 { Verdict::Down } else { Verdict::Up });
        if successes == 2 {
            return;
        }
    }
    panic!("it never rose");
}

#[tokio::test]
async fn a_check_never_overtakes_itself_and_one_that_hangs_stops_no_other() {
    static OPEN: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let slow = serve(|mut stream| async move {
        MOST.fetch_max(OPEN.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // Ends when the check gives up and closes.
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        OPEN.fetch_sub(1, Ordering::SeqCst);
    })
    .await;
    let quick = page("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let hangs = CheckSpec {
        timeout: Duration::from_millis(30),
        interval: Duration::from_millis(1),
        ..http(format!("http://127.0.0.1:{slow}/"))
    };
    let answers = http(format!("http://127.0.0.1:{quick}/"));
    let (_sender, fleet) = watch::channel(None);
    let mut reports = run(vec![hangs, answers], &Dialer::Network, &fleet);
    let (mut hung, mut answered) = (0, 0);
    while hung < 5 || answered < 5 {
        match patiently(reports.recv()).await.unwrap().message.as_str() {
            "200 OK" => answered += 1,
            "no answer within 30ms" => hung += 1,
            other => panic!("{other}"),
        }
    }
    // The service may see the end of one connection a moment after the next has begun, but never more.
    assert!(MOST.load(Ordering::SeqCst) <= 2);
}

#[tokio::test]
async fn a_change_of_the_fleet_is_seen_before_the_interval_is_over() {
    let docker = CheckSpec {
        interval: Duration::from_hours(1),
        fall: 1,
        rise: 1,
        ..spec(CheckKind::Docker, PATIENCE)
    };
    let (sender, fleet) = watch::channel(None);
    let mut reports = run(vec![docker], &Dialer::Network, &fleet);
    let mut next = async || patiently(reports.recv()).await.unwrap();
    assert_eq!(&*next().await.message, "waiting for the daemon");
    for (health, verdict) in [(Health::Healthy, Verdict::Up), (Health::Unhealthy, Verdict::Down)] {
        sender.send(Some(Arc::new(web(&[(ContainerState::Running, Some(health))])))).unwrap();
        assert_eq!(next().await.verdict, verdict);
    }
}

#[tokio::test]
async fn the_checks_end_when_nobody_listens() {
    let (sender, fleet) = watch::channel::<Fleet>(None);
    let hangs = serve(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let specs = vec![tcp(free_port().await), http(format!("http://127.0.0.1:{hangs}/"))];
    let reports = run(specs, &Dialer::Network, &fleet);
    drop((reports, fleet));
    patiently(sender.closed()).await;
}
