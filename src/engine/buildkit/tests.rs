use super::cache::Cache;
use super::messages::{Moment, SolveRequest, Vertex, VertexLog, VertexStatus, VertexWarning};
use super::*;
use crate::engine::build::BuildUlimit;
use rstest::rstest;

fn moment(seconds: i64, nanoseconds: i32) -> Moment {
    Moment { seconds, nanoseconds }
}

fn begun(digest: &str, name: &str) -> Vertex {
    let (digest, name) = (digest.to_owned(), name.to_owned());
    Vertex { digest, name, started: Some(moment(10, 900_000_000)), ..Vertex::default() }
}

fn log(digest: &str, text: &str) -> VertexLog {
    VertexLog { vertex: digest.to_owned(), message: text.as_bytes().to_vec() }
}

fn taken(news: Vec<StatusResponse>) -> (Progress, Vec<BuildUpdate>) {
    let mut progress = Progress::default();
    let mut updates = Vec::new();
    for news in news {
        progress.take(news, &mut |update| updates.push(update));
    }
    (progress, updates)
}

fn lines(updates: &[BuildUpdate]) -> Vec<&str> {
    updates
        .iter()
        .filter_map(|update| match update {
            BuildUpdate::Line(text) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn steps_that_go_on_at_once_are_told_apart() {
    let (a, b) = (begun("a", "[1/2] FROM base"), begun("b", "[2/2] RUN make"));
    let waiting = Vertex { started: None, ..begun("c", "exporting") };
    let (_, updates) = taken(vec![
        StatusResponse { vertices: vec![a.clone(), b.clone(), waiting], ..StatusResponse::default() },
        StatusResponse { logs: vec![log("b", "one\ntw"), log("c", "lost\n")], ..StatusResponse::default() },
        StatusResponse {
            logs: vec![log("b", "o\rthree")],
            vertices: vec![Vertex { cached: true, completed: Some(moment(11, 0)), ..a }],
            ..StatusResponse::default()
        },
        StatusResponse {
            vertices: vec![Vertex { completed: Some(moment(12, 100_000_000)), ..b.clone() }],
            ..StatusResponse::default()
        },
        // The same once more says nothing new.
        StatusResponse {
            vertices: vec![Vertex { completed: Some(moment(12, 100_000_000)), ..b }],
            ..StatusResponse::default()
        },
    ]);
    assert_eq!(
        lines(&updates),
        [
            "#1 [1/2] FROM base",
            "#2 [2/2] RUN make",
            "#2 one",
            "#2 two",
            "#1 CACHED",
            "#2 three",
            "#2 DONE 1.2s"
        ]
    );
    let doing = BuildUpdate::Doing { text: "[2/2] RUN make".to_owned(), done: None, total: None };
    assert!(updates.contains(&doing));
}

#[test]
fn a_character_may_come_in_two_pieces() {
    let bytes = |message: &[u8]| StatusResponse {
        logs: vec![VertexLog { vertex: "a".to_owned(), message: message.to_vec() }],
        ..StatusResponse::default()
    };
    let begin = StatusResponse { vertices: vec![begun("a", "RUN")], ..StatusResponse::default() };
    let end = Vertex { cached: true, completed: Some(moment(11, 0)), ..begun("a", "RUN") };
    let (_, updates) = taken(vec![
        begin,
        bytes(b"gr\xc3"),
        bytes(b"\xbcn\nbad \xff here\n\xe2"),
        StatusResponse { vertices: vec![end], ..StatusResponse::default() },
    ]);
    assert_eq!(lines(&updates), ["#1 RUN", "#1 grün", "#1 bad \u{fffd} here", "#1 \u{fffd}", "#1 CACHED"]);
}

#[test]
fn amounts_are_told_with_the_step_they_belong_to() {
    let status = VertexStatus {
        vertex: "a".to_owned(),
        id: "transferring context:".to_owned(),
        current: 5,
        total: 10,
        ..VertexStatus::default()
    };
    let unknown = VertexStatus { vertex: "z".to_owned(), ..status.clone() };
    let (_, updates) = taken(vec![StatusResponse {
        vertices: vec![begun("a", "[internal] load build context")],
        statuses: vec![status, unknown],
        ..StatusResponse::default()
    }]);
    let text = "[internal] load build context: transferring context:".to_owned();
    assert_eq!(updates.last(), Some(&BuildUpdate::Doing { text, done: Some(5), total: Some(10) }));
}

#[test]
fn a_warning_is_told_once() {
    let warning = |vertex: &str| VertexWarning { vertex: vertex.to_owned(), short: b"old style\n".to_vec() };
    let (_, updates) = taken(vec![StatusResponse {
        warnings: vec![warning("a"), warning("b")],
        ..StatusResponse::default()
    }]);
    assert_eq!(lines(&updates), ["warning: old style"]);
}

#[test]
fn a_failure_names_its_step_and_what_it_wrote_last() {
    let failed = Vertex {
        completed: Some(moment(11, 0)),
        error: "executor failed running [/bin/sh -c make]: exit code: 2".to_owned(),
        ..begun("b", "[2/2] RUN make")
    };
    let ended = Vertex {
        completed: Some(moment(11, 0)),
        error: "context canceled".to_owned(),
        ..begun("a", "[other 1/1] RUN sleep")
    };
    let (progress, _) = taken(vec![
        StatusResponse {
            vertices: vec![begun("a", ""), begun("b", "[2/2] RUN make")],
            ..StatusResponse::default()
        },
        StatusResponse {
            vertices: vec![ended, failed],
            logs: vec![log("a", "zzz\n"), log("b", "1\n2\n3\n4\n5\ncc: no such file")],
            ..StatusResponse::default()
        },
    ]);
    let message = "failed to solve with frontend dockerfile.v0: failed to build LLB: executor failed running \
                   [/bin/sh -c make]: exit code: 2";
    let fault = progress.blame(refused(500, progress::plain(message), OPERATION, "x-web"), &[]);
    assert_eq!(
        fault.to_string(),
        "build image x-web: at [2/2] RUN make: executor failed running [/bin/sh -c make]: exit code: 2: \
         it wrote last: 2 | 3 | 4 | 5 | cc: no such file"
    );
    assert!(fault.hint.is_some());
}

fn message(request: &BuildRequest) -> SolveRequest {
    solve::message(request, &request.extra_hosts, "r", "s")
}

#[test]
fn the_request_holds_all_that_was_asked_for() {
    let request = BuildRequest {
        tags: vec!["a:1".to_owned(), "b".to_owned()],
        dockerfile: "Dockerfile".to_owned(),
        args: [("KEY".to_owned(), Some("a b".to_owned())), ("NONE".to_owned(), None)].into(),
        labels: [("l".to_owned(), "v".to_owned())].into(),
        cache_from: vec!["c:1".to_owned(), "type=registry,ref=d:1".to_owned(), "type=gha,scope=x".to_owned()],
        cache_to: vec!["type=registry,ref=e:1,mode=max".to_owned()],
        target: "final".to_owned(),
        network_mode: "host".to_owned(),
        shm_size: Some(1024),
        extra_hosts: vec!["h:1.2.3.4".to_owned(), "g:::1".to_owned()],
        ulimits: vec![BuildUlimit { name: "nofile".to_owned(), soft: 1, hard: 2 }],
        platform: "linux/amd64".to_owned(),
        pull: true,
        no_cache_filter: vec!["one".to_owned(), "two".to_owned()],
        entitlements: vec!["security.insecure".to_owned()],
        contexts: [("base".to_owned(), "docker-image://x-base".to_owned())].into(),
        ..BuildRequest::default()
    };
    let message = message(&request);
    assert_eq!((message.reference.as_str(), message.session.as_str()), ("r", "s"));
    assert_eq!(message.exporter_attributes["name"], "a:1,b");
    assert_eq!(message.entitlements, ["security.insecure", "network.host"]);
    let cache = message.cache.unwrap();
    assert_eq!(
        (cache.exports[0].kind.as_str(), cache.exports[0].attributes["mode"].as_str()),
        ("registry", "max")
    );
    let attributes: Vec<(&str, &str)> =
        message.frontend_attributes.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(
        attributes,
        [
            ("add-hosts", "h=1.2.3.4,g=::1"),
            ("build-arg:KEY", "a b"),
            ("cache-from", "c:1,d:1"),
            ("cache-imports", r#"[{"Attrs":{"scope":"x"},"Type":"gha"}]"#),
            ("context:base", "docker-image://x-base"),
            ("filename", "Dockerfile"),
            ("force-network-mode", "host"),
            ("image-resolve-mode", "pull"),
            ("label:l", "v"),
            ("no-cache", "one,two"),
            ("platform", "linux/amd64"),
            ("shm-size", "1024"),
            ("target", "final"),
            ("ulimit", "nofile=1:2"),
        ]
    );
}

#[test]
fn what_is_not_asked_for_is_not_said() {
    let plain = message(&BuildRequest::default());
    assert!(plain.frontend_attributes.is_empty() && plain.entitlements.is_empty());
    let anew =
        BuildRequest { no_cache: true, no_cache_filter: vec!["one".to_owned()], ..BuildRequest::default() };
    assert_eq!(message(&anew).frontend_attributes["no-cache"], "", "all of it");
    let args = [("BUILDKIT_INLINE_CACHE".to_owned(), Some("1".to_owned()))].into();
    let inline = message(&BuildRequest { args, ..BuildRequest::default() });
    assert_eq!(inline.cache.unwrap().exports[0].kind, "inline");
    let remote = BuildRequest {
        remote: Some("https://example.org/it.git".to_owned()),
        dockerfile_apart: true,
        ..BuildRequest::default()
    };
    let remote = message(&remote).frontend_attributes;
    assert_eq!(
        (remote["context"].as_str(), remote["dockerfilekey"].as_str()),
        ("https://example.org/it.git", DOCKERFILE)
    );
}

#[rstest]
#[case("image:1", "registry", Some("image:1"))]
#[case("type=registry,ref=host:5000/image", "registry", Some("host:5000/image"))]
#[case("type=registry,ref=image,mode=max", "registry", None)]
#[case("type=inline", "inline", None)]
fn caches_are_read(#[case] text: &str, #[case] kind: &str, #[case] plain: Option<&str>) {
    let cache = Cache::parse(text);
    assert_eq!((cache.kind.as_str(), cache.plain()), (kind, plain));
}
