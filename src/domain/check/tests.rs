use super::*;
use rstest::rstest;

fn id(service: &str) -> CheckId {
    CheckId { stack: "s".to_owned(), service: service.to_owned(), name: "n".to_owned() }
}

fn http(url: &str) -> CheckKind {
    CheckKind::Http { url: url.to_owned(), expect: Expected::default() }
}

#[rstest]
#[case(http("http://api:8000/health"), true)]
#[case(http("http://localhost:8000/health"), false)]
#[case(CheckKind::Redis { host: "api".to_owned(), port: 6379 }, true)]
#[case(CheckKind::Tcp { host: "127.0.0.1".to_owned(), port: 1 }, false)]
#[case(CheckKind::Exec { command: vec!["true".to_owned()] }, true)]
#[case(CheckKind::Docker, false)]
fn the_services_own_name_means_each_of_its_containers(#[case] kind: CheckKind, #[case] expected: bool) {
    assert_eq!(CheckSpec::new(id("api"), kind).asks_replicas(), expected);
}

#[rstest]
#[case("$.status.db", Some("/status/db"))]
#[case("status", Some("/status"))]
#[case("workers[0].state", Some("/workers/0/state"))]
#[case("$[1][2]", Some("/1/2"))]
#[case("$", Some(""))]
#[case("a/b.c~d", Some("/a~1b/c~0d"))]
#[case("a..b", None)]
#[case("a[x]", None)]
#[case("a[0", None)]
fn a_path_is_a_pointer(#[case] path: &str, #[case] pointer: Option<&str>) {
    let expected = JsonExpected { path: path.to_owned(), value: String::new() };
    assert_eq!(expected.pointer().as_deref(), pointer);
}

fn told(image: &str, published: &[u16]) -> Vec<String> {
    let known = Known { stack: "s", service: "svc", image, published, database_user: Some("runs") };
    derived(known).iter().map(|spec| spec.kind.label()).collect()
}

#[rstest]
#[case("registry:5000/library/postgres:15-alpine@sha256:00", &[], &["postgres 5432"])]
#[case("redis", &[16_379], &["redis 6379"])]
#[case("grafana/grafana:11.0.0", &[3000], &["http /api/health"])]
#[case("vllm/vllm-openai:v0.6", &[8000], &["http /health", "llm progress"])]
#[case("own/api:1", &[9000, 8080, 9000], &["http /", "tcp 9000"])]
#[case("own/database:1", &[5432, 6379], &["postgres 5432", "redis 6379"])]
#[case("own/worker:1", &[], &[])]
fn what_an_image_speaks_is_asked_else_what_is_published(
    #[case] image: &str,
    #[case] published: &[u16],
    #[case] expected: &[&str],
) {
    assert_eq!(told(image, published), expected);
}

#[test]
fn what_is_derived_asks_every_replica_and_knows_the_databases_user() {
    let known = Known {
        stack: "s",
        service: "db",
        image: "postgres:15",
        published: &[],
        database_user: Some("runs"),
    };
    let specs = derived(known);
    assert!(specs.iter().all(CheckSpec::asks_replicas));
    assert!(matches!(&specs[0].kind, CheckKind::Postgres { user: Some(user), .. } if user == "runs"));
}
