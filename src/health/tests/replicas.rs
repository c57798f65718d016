//! Each replica is asked by itself.

use super::*;
use crate::domain::container::{Attachment, PublishedPort};

/// A replica with an address of its own on this host; `127.x.y.z` are all this host's.
fn replica(number: u32, address: &str) -> Container {
    let address = Some(address.parse().unwrap());
    let attachment = Attachment { network: "mcp_default".to_owned(), address, prefix: None };
    Container {
        networks: vec![attachment],
        ports: Vec::new(),
        ..container("web", number, ContainerState::Running, None)
    }
}

/// Pages at one port of several addresses.
async fn pages(addresses: &[&str]) -> u16 {
    let first = TcpListener::bind((addresses[0], 0)).await.unwrap();
    let port = first.local_addr().unwrap().port();
    let mut listeners = vec![first];
    for address in &addresses[1..] {
        listeners.push(TcpListener::bind((*address, port)).await.unwrap());
    }
    for listener in listeners {
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
            }
        });
    }
    port
}

#[tokio::test]
async fn one_of_three_fails_and_is_named() {
    let port = pages(&["127.0.1.1", "127.0.1.3"]).await;
    let fleet: Fleet =
        Some(Arc::new(vec![replica(1, "127.0.1.1"), replica(2, "127.0.1.2"), replica(3, "127.0.1.3")]));
    let report = patiently(check_once(&http(format!("http://web:{port}/health")), &network(), &fleet)).await;
    assert_eq!(report.verdict, Verdict::Degraded);
    let message = format!("2 of 3 up: web-2: connection refused at 127.0.1.2:{port}");
    assert_eq!(report.message.as_str(), message);
    let each: Vec<_> = report
        .replicas
        .iter()
        .map(|report| {
            let replica = report.replica.as_ref().unwrap();
            (replica.container.0.as_str(), replica.name.as_str(), report.verdict)
        })
        .collect();
    assert_eq!(
        each,
        [("web1", "web-1", Verdict::Up), ("web2", "web-2", Verdict::Down), ("web3", "web-3", Verdict::Up)]
    );
}

#[tokio::test]
async fn the_schedule_asks_each_and_follows_those_that_come_and_go() {
    let port = pages(&["127.0.2.1", "127.0.2.2"]).await;
    let (sender, fleet) = watch::channel(Some(Arc::new(vec![replica(1, "127.0.2.1")])));
    let (_checks, mut reports) = run(vec![http(format!("http://web:{port}/"))], &network(), &fleet);
    let mut until = async |what: &str, wanted: &dyn Fn(&CheckReport) -> bool| {
        loop {
            let report = patiently(reports.recv()).await.unwrap_or_else(|| panic!("{what}"));
            if wanted(&report) {
                return report;
            }
        }
    };
    until("one", &|report| report.verdict == Verdict::Up && report.replicas.len() == 1).await;
    let two = vec![replica(1, "127.0.2.1"), replica(2, "127.0.2.2")];
    sender.send(Some(Arc::new(two))).unwrap();
    until("two", &|report| report.message.as_str() == "2 of 2 up").await;
    let broken = vec![replica(1, "127.0.2.1"), replica(2, "127.0.2.9")];
    sender.send(Some(Arc::new(broken))).unwrap();
    let report = until("a broken one", &|report| report.verdict == Verdict::Degraded).await;
    assert!(report.message.starts_with("1 of 2 up: web-2: connection refused"), "{}", report.message);
    sender.send(Some(Arc::new(vec![replica(1, "127.0.2.1")]))).unwrap();
    until("one again", &|report| report.verdict == Verdict::Up && report.replicas.len() == 1).await;
    sender.send(Some(Arc::new(Vec::new()))).unwrap();
    let report = until("none", &|report| report.replicas.is_empty()).await;
    assert_eq!((report.verdict, report.message.as_str()), (Verdict::Unknown, "not deployed"));
}

#[tokio::test]
async fn a_replica_that_hangs_keeps_no_other_waiting() {
    let listener = TcpListener::bind("127.0.3.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // The other one accepts by its kernel's queue alone and never says a word.
    let _silent = TcpListener::bind(("127.0.3.2", port)).await.unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"+PONG\r\n").await;
        }
    });
    let fleet = vec![replica(1, "127.0.3.1"), replica(2, "127.0.3.2")];
    let (_sender, fleet) = watch::channel(Some(Arc::new(fleet)));
    let kind = CheckKind::Redis { host: "web".to_owned(), port };
    let (_checks, mut reports) = run(vec![spec(kind, Duration::from_hours(1))], &network(), &fleet);
    loop {
        let report = patiently(reports.recv()).await.unwrap();
        // So many runs of the one while the first of the other lasts.
        if report.replicas.first().is_some_and(|report| report.history.len() == 3) {
            assert_eq!(report.replicas.len(), 1, "the other has not answered");
            return;
        }
    }
}

#[tokio::test]
async fn what_starts_by_dockers_own_count_is_given_the_time() {
    let starting = Container { health: Some(Health::Starting), ..replica(1, "127.0.4.1") };
    let check = tcp_of_web(free_port().await);
    let report = patiently(check_once(&check, &network(), &Some(Arc::new(vec![starting])))).await;
    assert_eq!(report.verdict, Verdict::Starting);
    assert!(report.message.starts_with("connection refused"), "{}", report.message);
}

fn tcp_of_web(port: u16) -> CheckSpec {
    spec(CheckKind::Tcp { host: "web".to_owned(), port }, PATIENCE)
}

#[tokio::test]
async fn a_service_without_a_network_is_named_and_a_published_port_is_the_way_in() {
    let alone = Container { networks: Vec::new(), ..replica(1, "127.0.4.1") };
    let report =
        patiently(check_once(&tcp_of_web(8000), &network(), &Some(Arc::new(vec![alone.clone()])))).await;
    assert_eq!(report.verdict, Verdict::Unknown);
    assert_eq!(
        report.message.as_str(),
        "it is in no network and does not publish port 8000: nothing can reach it"
    );
    let port = pages(&["127.0.0.1"]).await;
    let published = PublishedPort {
        host_address: None,
        host_port: Some(port),
        container_port: 8000,
        protocol: "tcp".to_owned(),
    };
    let published = Container { ports: vec![published], ..alone };
    let report = patiently(check_once(&tcp_of_web(8000), &network(), &Some(Arc::new(vec![published])))).await;
    assert_eq!(report.verdict, Verdict::Up, "{}", report.message);
}

#[tokio::test]
async fn a_command_without_a_daemon_cannot_be_told() {
    let kind = CheckKind::Exec { command: vec!["true".to_owned()] };
    let fleet: Fleet = Some(Arc::new(vec![replica(1, "127.0.4.1")]));
    let report = patiently(check_once(&spec(kind, PATIENCE), &network(), &fleet)).await;
    assert_eq!(report.verdict, Verdict::Unknown);
    assert_eq!(report.message.as_str(), "there is no daemon that could run the command");
}

#[tokio::test]
async fn what_a_replica_did_before_it_was_stopped_is_not_forgotten() {
    let port = pages(&["127.0.5.1"]).await;
    let running = |second: i64| {
        let started_at = Timestamp::from_second(second).ok();
        let details = ContainerDetails { started_at, ..fixtures::details() };
        Container { details: Some(details), ..replica(1, "127.0.5.1") }
    };
    let (sender, fleet) = watch::channel(Some(Arc::new(vec![running(1)])));
    let calm = CheckSpec { interval: Duration::from_hours(1), ..http(format!("http://web:{port}/")) };
    let (_checks, mut reports) = run(vec![calm], &network(), &fleet);
    let mut until = async |wanted: &dyn Fn(&CheckReport) -> bool| {
        loop {
            let report = patiently(reports.recv()).await.unwrap();
            if wanted(&report) {
                return report;
            }
        }
    };
    until(&|report| report.verdict == Verdict::Up).await;
    let mut stopped = running(1);
    stopped.state = ContainerState::Exited;
    if let Some(details) = &mut stopped.details {
        details.last_end = Some(LastEnd { exit_code: 0, oom_killed: false, on_request: true });
    }
    sender.send(Some(Arc::new(vec![stopped]))).unwrap();
    until(&|report| report.message.as_str() == "stopped").await;
    sender.send(Some(Arc::new(vec![running(2)]))).unwrap();
    let report = until(&|report| report.replicas.first().is_some_and(|one| one.history.len() == 2)).await;
    assert_eq!(report.history, [Verdict::Up, Verdict::Up], "a stop on request is no failure");
}
