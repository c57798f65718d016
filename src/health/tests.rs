mod network;
mod replicas;
mod secured;

use super::*;
use crate::domain::check::{Expected, JsonExpected};
use crate::domain::container::{ContainerDetails, LastEnd};
use crate::domain::{CheckId, CheckKind, ContainerId, ContainerState, Health, Verdict, fixtures};
use rstest::rstest;
use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio::sync::{mpsc, watch};

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
    spec(CheckKind::Http { url: url.into(), expect: Expected::default() }, PATIENCE)
}

fn tcp(port: u16) -> CheckSpec {
    spec(CheckKind::Tcp { host: "127.0.0.1".to_owned(), port }, PATIENCE)
}

/// Over the network of this host, without a daemon.
fn network() -> Prober {
    Prober { dialer: Dialer::Network, endpoint: None, gpus: Gpus::default() }
}

async fn once(spec: &CheckSpec) -> (Verdict, String) {
    let report = patiently(check_once(spec, &network(), &None)).await;
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
    let prober = Prober { dialer: Dialer::Simulated(socket), endpoint: None, gpus: Gpus::default() };
    for (url, expected) in [
        ("http://mcp-api:8000/health", "200 OK"),
        ("http://mcp-db:5432/", "connection refused"),
        ("http://odd:1/", "the simulated network gave no answer that is known"),
        ("http://silent:1/", "no answer within 200ms"),
    ] {
        let spec = CheckSpec { timeout: Duration::from_millis(200), ..http(url) };
        let report = patiently(check_once(&spec, &prober, &None)).await;
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
#[case(&[(ContainerState::Running, Some(Health::Healthy)), (ContainerState::Running, Some(Health::Unhealthy))], Verdict::Degraded, "1 of 2 unhealthy: web-2")]
#[case(&[(ContainerState::Running, Some(Health::Healthy)), (ContainerState::Running, Some(Health::Starting))], Verdict::Starting, "1 of 2 starting")]
#[tokio::test]
async fn dockers_verdict_is_that_of_all_replicas(
    #[case] states: &[(ContainerState, Option<Health>)],
    #[case] verdict: Verdict,
    #[case] message: &str,
) {
    let fleet: Fleet = Some(Arc::new(web(states)));
    let report = check_once(&spec(CheckKind::Docker, PATIENCE), &network(), &fleet).await;
    assert_eq!((report.verdict, &*report.message), (verdict, message));
}

#[tokio::test]
async fn a_service_that_nobody_started_is_not_asked_and_not_down() {
    let port = free_port().await;
    let check = |fleet: Vec<Container>| async move {
        let report = check_once(&tcp(port), &network(), &Some(Arc::new(fleet))).await;
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

/// The checks and where they report; they end with the first.
fn run(
    specs: Vec<CheckSpec>,
    prober: &Prober,
    fleet: &watch::Receiver<Fleet>,
) -> (Checks, mpsc::Receiver<CheckReport>) {
    let (mut checks, reports) = Checks::new(prober, fleet);
    checks.set(specs);
    (checks, reports)
}

#[tokio::test]
async fn the_schedule_runs_at_once_and_again_and_falls_and_rises() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("net.sock");
    let (_sender, fleet) = watch::channel(None);
    // Nobody listens yet: every connection to the socket fails.
    let prober = Prober { dialer: Dialer::Simulated(socket.clone()), endpoint: None, gpus: Gpus::default() };
    let (_checks, mut reports) = run(vec![http("http://mcp-api:8000/")], &prober, &fleet);
    let mut next = async || patiently(reports.recv()).await.unwrap();
    let first = next().await;
    assert_eq!((first.verdict, first.history.len()), (Verdict::Starting, 1));
    assert_eq!(next().await.verdict, Verdict::Starting);
    assert_eq!(next().await.verdict, Verdict::Down);
    simulate(&socket);
    for _ in 0..40 {
        let report = next().await;
        let successes = report.history.iter().filter(|result| **result == Verdict::Up).count();
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
    let (_checks, mut reports) = run(vec![hangs, answers], &network(), &fleet);
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
    let (_checks, mut reports) = run(vec![docker], &network(), &fleet);
    let mut next = async || patiently(reports.recv()).await.unwrap();
    assert_eq!(&*next().await.message, "waiting for the daemon");
    for (health, verdict) in [(Health::Healthy, Verdict::Up), (Health::Unhealthy, Verdict::Down)] {
        sender.send(Some(Arc::new(web(&[(ContainerState::Running, Some(health))])))).unwrap();
        assert_eq!(next().await.verdict, verdict);
    }
}

#[tokio::test]
async fn that_there_is_nobody_to_ask_is_told_once() {
    let absent = tcp(free_port().await);
    let mut present = spec(CheckKind::Docker, PATIENCE);
    present.id.service = "db".to_owned();
    let healthy = container("db", 1, ContainerState::Running, Some(Health::Healthy));
    let (sender, fleet) = watch::channel::<Fleet>(Some(Arc::new(vec![healthy.clone()])));
    let (_checks, mut reports) = run(vec![absent, present], &network(), &fleet);
    let (mut told, mut repeated) = (Vec::new(), 0);
    // Both run again and again; only the one that asks somebody goes on telling.
    while repeated < 5 {
        let report = patiently(reports.recv()).await.unwrap();
        match report.id.service.as_str() {
            "db" => repeated += 1,
            _ => told.push(report.message.to_string()),
        }
    }
    assert_eq!(told, ["not deployed"]);
    let exited = container("web", 1, ContainerState::Exited, None);
    sender.send(Some(Arc::new(vec![healthy, exited]))).unwrap();
    while told.len() < 2 {
        let report = patiently(reports.recv()).await.unwrap();
        if report.id.service == "web" {
            told.push(report.message.to_string());
        }
    }
    assert_eq!(told, ["not deployed", "no container of it runs"]);
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
    let (checks, reports) = run(specs, &network(), &fleet);
    drop((reports, checks, fleet));
    patiently(sender.closed()).await;
}
