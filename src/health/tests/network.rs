//! What pages and ports answer, by servers in this process.

use super::*;

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
        spec(CheckKind::Http { url, expect: Expected::of_status(Some(status)) }, PATIENCE)
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

fn expecting(url: String, expect: Expected) -> CheckSpec {
    spec(CheckKind::Http { url, expect }, PATIENCE)
}

fn json(path: &str, value: &str) -> Expected {
    let json = vec![JsonExpected { path: path.to_owned(), value: value.to_owned() }];
    Expected { json, ..Expected::default() }
}

fn body(pattern: &str) -> Expected {
    Expected { body: Some(pattern.to_owned()), ..Expected::default() }
}

#[rstest]
#[case(body("\"db\": *\"(ok|up)\""), Verdict::Up, "200 OK")]
#[case(
    body("ready"),
    Verdict::Down,
    r#"200 OK, but nothing in its body matches /ready/: it begins `{"db": "ok", "workers": [{"state": 3}]}`"#
)]
#[case(json("db", "ok"), Verdict::Up, "200 OK")]
#[case(json("$.workers[0].state", "3"), Verdict::Up, "200 OK")]
#[case(json("db", "up"), Verdict::Down, "200 OK, but its db is ok, expected up")]
#[case(json("queue", "0"), Verdict::Down, "200 OK, but its JSON has no queue")]
#[tokio::test]
async fn the_body_can_be_asked_for(
    #[case] expect: Expected,
    #[case] verdict: Verdict,
    #[case] message: &str,
) {
    let text = r#"{"db": "ok", "workers": [{"state": 3}]}"#;
    let port = page(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len())).await;
    let told = once(&expecting(format!("http://127.0.0.1:{port}/"), expect)).await;
    assert_eq!(told, (verdict, message.to_owned()));
}

#[tokio::test]
async fn of_a_body_of_a_gigabyte_only_the_first_part_is_judged() {
    let port = serve(|mut stream| async move {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n[1,").await;
        let chunk = vec![b' '; 65536];
        while stream.write_all(&chunk).await.is_ok() {}
    })
    .await;
    let url = format!("http://127.0.0.1:{port}/");
    assert_eq!(once(&expecting(url.clone(), body("^.1"))).await.0, Verdict::Up);
    let (verdict, message) = once(&expecting(url.clone(), body("late"))).await;
    assert_eq!(verdict, Verdict::Down);
    assert!(message.contains("nothing in the first 64.0K of its body matches /late/"), "{message}");
    let (_, message) = once(&expecting(url, json("a", "1"))).await;
    assert_eq!(message, "200 OK, but the first 64.0K of its body is no whole JSON document");
}

#[tokio::test]
async fn a_page_that_nobody_named_only_shows_that_somebody_answers() {
    let any = || Expected { any_answer: true, ..Expected::default() };
    let missing = page("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let broken = page("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
    let other = page("SSH-2.0-OpenSSH_9.6\r\n".to_owned()).await;
    for (port, verdict) in [(missing, Verdict::Up), (broken, Verdict::Down), (other, Verdict::Up)] {
        let (told, message) = {
            let spec = expecting(format!("http://127.0.0.1:{port}/"), any());
            let report = patiently(check_once(&spec, &network(), &None)).await;
            (report.verdict, report.message)
        };
        assert_eq!(told, verdict, "{message}");
    }
}

#[tokio::test]
async fn a_secret_in_a_wrong_answer_is_not_told() {
    let text = "password=hunter2 and more";
    let port = page(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len())).await;
    let (_, message) = once(&expecting(format!("http://127.0.0.1:{port}/"), body("ready"))).await;
    assert!(message.contains("password=") && !message.contains("hunter2"), "{message}");
}

#[tokio::test]
async fn redis_and_postgresql_are_known_by_their_first_word() {
    let redis = page("-NOAUTH Authentication required.\r\n".to_owned()).await;
    let kind = CheckKind::Redis { host: "127.0.0.1".to_owned(), port: redis };
    let told = once(&spec(kind, PATIENCE)).await;
    assert_eq!(told, (Verdict::Up, "alive, refuses strangers: NOAUTH Authentication required.".to_owned()));
    let starting = b"SFATAL\0C57P03\0Mthe database system is starting up\0\0";
    let length = u32::try_from(starting.len() + 4).unwrap().to_be_bytes();
    let packet = [b"E".as_slice(), &length, starting].concat();
    let database = page(String::from_utf8(packet).unwrap()).await;
    let postgres =
        |port| spec(CheckKind::Postgres { host: "127.0.0.1".to_owned(), port, user: None }, PATIENCE);
    let told = once(&postgres(database)).await;
    assert_eq!(told, (Verdict::Starting, "the database system is starting up".to_owned()));
    let told = once(&postgres(redis)).await;
    assert_eq!(told, (Verdict::Down, "the answer is not PostgreSQL's".to_owned()));
}

#[tokio::test]
async fn a_wedged_engine_is_told_though_its_page_answers() {
    let text =
        "vllm:num_requests_waiting 4.0\nvllm:num_requests_running 8.0\nvllm:generation_tokens_total 12.0\n";
    let port = page(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len())).await;
    let url = format!("http://127.0.0.1:{port}/metrics");
    assert_eq!(once(&http(&url)).await, (Verdict::Up, "200 OK".to_owned()));
    let told = once(&spec(CheckKind::LlmProgress { url }, PATIENCE)).await;
    let words = "4 requests wait, 8 run, and no token has come for 1.5s";
    assert_eq!(told, (Verdict::Degraded, words.to_owned()));
    let plain = page("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_owned()).await;
    let url = format!("http://127.0.0.1:{plain}/metrics");
    let (verdict, message) = once(&spec(CheckKind::LlmProgress { url }, PATIENCE)).await;
    assert_eq!(verdict, Verdict::Down);
    assert!(message.starts_with("there are no figures of a language model's engine"), "{message}");
}
