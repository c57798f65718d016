use crate::compose::file::tests::{faults_of, load_many};
use crate::domain::check::{Expected, JsonExpected};
use crate::domain::{CheckKind, CheckSpec, StackOrigin};
use std::time::Duration;

fn checks(yaml: &str) -> Vec<CheckSpec> {
    let text = format!(
        "services:\n  api:\n    image: own/api\n    ports: ['80:9000']\n    x-mcp:\n      checks:{yaml}\n"
    );
    load_many(&[("compose.yaml", &text)]).unwrap().stack_file(StackOrigin::Given).checks
}

fn faults(yaml: &str) -> Vec<String> {
    let text = format!("services:\n  api:\n    image: own/api\n    x-mcp:\n      checks:\n{yaml}\n");
    faults_of(&[("compose.yaml", &text)])
}

#[test]
fn every_kind_is_read() {
    let specs = checks(
        "\n        - {http: 'http://api:8000/health', body: ready, json: {status.db: ok, \"workers[0].busy\": false}}\n        \
         - tcp: api:9000\n        - {exec: [pg_isready, -U, runs], interval: 2m}\n        - redis: 6379\n        \
         - {postgres: 'localhost:5433', user: runs}\n        - {certificate: 'localhost:443', server_name: shop.example}\n        \
         - {llm: 'http://api:8000/metrics', name: tokens}",
    );
    let json = |path: &str, value: &str| JsonExpected { path: path.to_owned(), value: value.to_owned() };
    let kinds: Vec<&CheckKind> = specs.iter().map(|spec| &spec.kind).collect();
    assert_eq!(
        *kinds[0],
        CheckKind::Http {
            url: "http://api:8000/health".to_owned(),
            expect: Expected {
                body: Some("ready".to_owned()),
                json: vec![json("status.db", "ok"), json("workers[0].busy", "false")],
                ..Expected::default()
            }
        }
    );
    assert_eq!(*kinds[1], CheckKind::Tcp { host: "api".to_owned(), port: 9000 });
    assert_eq!(specs[2].interval, Duration::from_mins(2));
    assert_eq!(*kinds[3], CheckKind::Redis { host: "api".to_owned(), port: 6379 });
    assert_eq!(
        *kinds[4],
        CheckKind::Postgres { host: "localhost".to_owned(), port: 5433, user: Some("runs".to_owned()) }
    );
    assert!(matches!(kinds[5], CheckKind::Certificate { name: Some(name), .. } if name == "shop.example"));
    assert_eq!(specs[6].id.name, "tokens");
    let of_replicas: Vec<bool> = specs.iter().map(CheckSpec::asks_replicas).collect();
    assert_eq!(of_replicas, [true, true, true, true, false, false, true]);
}

#[test]
fn checks_are_derived_where_none_are_named_and_an_empty_list_asks_for_none() {
    let derived: Vec<String> = checks("").iter().map(|spec| spec.kind.label()).collect();
    assert_eq!(derived, ["tcp 9000"]);
    assert_eq!(checks(" []"), []);
}

#[test]
fn a_client_of_a_known_image_is_no_server() {
    let text = "services:\n  migrate: {image: postgres:15, command: [psql, -c, 'select 1']}\n  \
                db: {image: postgres:15, command: [postgres, -c, max_connections=10], environment: {POSTGRES_USER: runs}}\n";
    let specs = load_many(&[("compose.yaml", text)]).unwrap().stack_file(StackOrigin::Given).checks;
    let [spec] = specs.as_slice() else { panic!("{specs:?}") };
    assert_eq!(spec.id.service, "db");
    assert!(matches!(&spec.kind, CheckKind::Postgres { user: Some(user), .. } if user == "runs"));
}

#[test]
fn a_bad_check_is_named_with_its_place() {
    insta::assert_snapshot!(
        faults(
            "        - http: http://localhost:99999/\n        - http: localhost/health\n        - ping: api\n        \
             - {tcp: 'api:9000', redis: 6379}\n        - tcp: api:none\n        - {exec: [true_, '1'], interval: 5s}\n        \
             - {exec: []}\n        - {redis: 6379, status: 200}\n        - {http: 'http://api/', body: '(', json: {a..b: 1}}\n        \
             - {http: 'http://api/x', timeout: 0s, fall: 0}"
        )
        .join("\n"),
        @r"
    read ROOT/compose.yaml:6:17: services.api.x-mcp.checks[0].http: the URL http://localhost:99999/ is wrong: its port is no number up to 65535
    read ROOT/compose.yaml:7:17: services.api.x-mcp.checks[1].http: the URL localhost/health is wrong: it must begin with http:// or https://
    read ROOT/compose.yaml:8:11: services.api.x-mcp.checks[2].ping: unknown key; expected one of http, tcp, exec, redis, postgres, certificate, llm, name, interval, timeout, fall, rise, status, body, json, user, server_name
    read ROOT/compose.yaml:8:11: services.api.x-mcp.checks[2]: expected one of `http`, `tcp`, `exec`, `redis`, `postgres`, `certificate`, `llm`
    read ROOT/compose.yaml:9:11: services.api.x-mcp.checks[3]: expected one of `http`, `tcp`, `exec`, `redis`, `postgres`, `certificate`, `llm`
    read ROOT/compose.yaml:10:16: services.api.x-mcp.checks[4].tcp: expected HOST:PORT, or the PORT of each of the service's containers, found `api:none`
    read ROOT/compose.yaml:11:42: services.api.x-mcp.checks[5].interval: expected 60s or more: each run costs a process in the container, found `5s`
    read ROOT/compose.yaml:12:18: services.api.x-mcp.checks[6].exec: expected a command such as [pg_isready, -U, runs]
    read ROOT/compose.yaml:13:33: services.api.x-mcp.checks[7].status: only an http check has a status
    read ROOT/compose.yaml:14:39: services.api.x-mcp.checks[8].body: `(` is no regular expression: unclosed group
    read ROOT/compose.yaml:14:57: services.api.x-mcp.checks[8].json.a..b: `a..b` is no path into JSON, such as status.workers[0].state
    read ROOT/compose.yaml:15:43: services.api.x-mcp.checks[9].timeout: expected a duration longer than nothing, found `0s`
    read ROOT/compose.yaml:15:53: services.api.x-mcp.checks[9].fall: expected a whole number from 1 on, found `0`
    "
    );
}
