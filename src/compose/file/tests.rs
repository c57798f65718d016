use super::*;
use crate::domain::{CheckKind, Fault, StackOrigin};
use rstest::rstest;
use std::collections::BTreeMap;
use std::path::Path;

/// A project of the given files in a directory of its own, `directory/demo`.
fn write(root: &Path, files: &[(&str, &str)]) -> LoadRequest {
    let directory = root.join("demo");
    std::fs::create_dir_all(&directory).unwrap();
    for (name, text) in files {
        std::fs::create_dir_all(directory.join(name).parent().unwrap()).unwrap();
        std::fs::write(directory.join(name), text).unwrap();
    }
    LoadRequest { project_directory: Some(directory), ..LoadRequest::default() }
}

fn load_files(files: &[(&str, &str)]) -> Result<Project, Vec<String>> {
    let root = tempfile::tempdir().unwrap();
    let request = write(root.path(), files);
    let strip = format!("{}/demo/", root.path().display());
    load(&request)
        .map_err(|faults| faults.iter().map(|fault| fault.to_string().replace(&strip, "")).collect())
}

/// Loads the files and tells their directory, too.
pub(super) fn load_in(files: &[(&str, &str)]) -> (String, Result<Project, Vec<Fault>>) {
    let root = tempfile::tempdir().unwrap();
    let request = write(root.path(), files);
    (format!("{}/demo", root.path().display()), load(&request))
}

pub(super) fn load_many(files: &[(&str, &str)]) -> Result<Project, Vec<Fault>> {
    load_in(files).1
}

/// What is wrong with the files; their directory is written as ROOT.
pub(super) fn faults_of(files: &[(&str, &str)]) -> Vec<String> {
    let (root, result) = load_in(files);
    result.unwrap_err().iter().map(|fault| fault.to_string().replace(&root, "ROOT")).collect()
}

pub(super) fn load_one(text: &str) -> Result<Project, Vec<String>> {
    load_files(&[("compose.yaml", text)])
}

fn web(text: &str) -> Service {
    let project = load_one(&format!("services:\n  web:\n    image: nginx\n{text}")).unwrap();
    project.services["web"].clone()
}

#[test]
fn every_mistake_of_a_file_is_told_at_its_place() {
    let faults = load_one(
        "services:\n  web:\n    imge: nginx\n    ports: ['99999:80']\n    restart: 5\n    healthcheck: {interval: 5}\n\
         volume:\n  data:\nservces: {}\n",
    )
    .unwrap_err();
    insta::assert_snapshot!(faults.join("\n"), @r"
    read compose.yaml:3:5: services.web.imge: unknown key; did you mean `image`?
    read compose.yaml:4:13: services.web.ports[0]: `99999` is no port from 1 to 65535; expected [ADDRESS:][HOST_PORT:]CONTAINER_PORT[/PROTOCOL], found `99999:80`
    read compose.yaml:5:14: services.web.restart: expected text, found `5`; write it in quotes
    read compose.yaml:6:29: services.web.healthcheck.interval: expected a duration such as 1m30s, found `5`
    read compose.yaml:7:1: volume: unknown key; did you mean `volumes`?
    read compose.yaml:9:1: servces: unknown key; did you mean `services`?
    ");
}

#[test]
fn references_that_lead_nowhere_name_what_there_is() {
    let faults = load_one(
        "services:\n  web:\n    image: nginx\n    depends_on: [db]\n    networks: [front]\n    volumes: ['data:/data']\n\
        \x20 loop:\n    image: a\n    depends_on: [pool]\n  pool:\n    image: a\n    depends_on: [loop]\n  bare: {}\n",
    )
    .unwrap_err();
    insta::assert_snapshot!(faults.join("\n"), @r"
    read compose.yaml:13:9: services.bare: expected an `image` or a `build`
    read compose.yaml:4:17: services.web.depends_on.db: there is no service `db`; expected one of bare, loop, pool, web
    read compose.yaml:5:15: services.web.networks: there is no network `front`; expected one of default
    read compose.yaml:6:14: services.web.volumes: there is no volume `data`; the file declares none; declare it under the top-level `volumes`, or write ./data for a directory
    read compose.yaml:9:17: services.loop.depends_on: the services wait for each other: loop → pool → loop
    ");
}

#[test]
fn more_replicas_than_a_service_may_have_are_refused_at_their_place() {
    let faults = load_one(
        "services:\n  web:\n    image: nginx\n    scale: 1001\n  api:\n    image: nginx\n    deploy: {replicas: 99999999}\n  \
         all:\n    image: nginx\n    scale: 1000\n  off:\n    image: nginx\n    profiles: [never]\n    scale: 2000\n",
    )
    .unwrap_err();
    insta::assert_snapshot!(faults.join("\n"), @r"
    read compose.yaml:4:12: services.web.scale: expected at most 1000 replicas, found `1001`
    read compose.yaml:7:24: services.api.deploy.replicas: expected at most 1000 replicas, found `99999999`
    read compose.yaml:14:12: services.off.scale: expected at most 1000 replicas, found `2000`
    ");
}

#[test]
fn a_mistake_in_the_second_file_names_the_second_file() {
    let base = "services:\n  web:\n    image: nginx\n";
    let faults = load_files(&[
        ("compose.yaml", base),
        (
            "compose.override.yaml",
            "services:\n  web:\n    container_name: x\n    scale: 2\n    depends_on: [nix]\n",
        ),
    ])
    .unwrap_err();
    assert!(faults.iter().all(|fault| fault.contains("compose.override.yaml:")), "{faults:#?}");
    assert_eq!(faults.len(), 2, "{faults:#?}");
}

#[test]
fn the_environment_beats_the_env_file_and_defaults_stand_last() {
    let root = tempfile::tempdir().unwrap();
    let text = "services:\n  web:\n    image: ${A}-${B}-${C:-c}\n    environment: [BARE, NONE, A]\n    env_file: web.env\n";
    let mut request = write(
        root.path(),
        &[
            ("compose.yaml", text),
            (".env", "A=file\nB=file\nBARE=from-env\n"),
            ("web.env", "X=${B}\nA=lost\n"),
        ],
    );
    request.environment = BTreeMap::from([("A".to_owned(), "outside".to_owned())]);
    let project = load(&request).unwrap();
    let web = &project.services["web"];
    assert_eq!(web.image, "outside-file-c");
    let expected = [("A", Some("outside")), ("BARE", Some("from-env")), ("NONE", None), ("X", Some("file"))];
    let expected = expected.map(|(key, value)| (key.to_owned(), value.map(str::to_owned)));
    assert_eq!(web.environment, BTreeMap::from(expected));
}

#[test]
fn variables_of_env_files_are_looked_up_outside_then_in_the_service_then_in_the_file() {
    let root = tempfile::tempdir().unwrap();
    let mut request = write(
        root.path(),
        &[
            ("compose.yaml", "services:\n  web: {image: x, env_file: [a.env, b.env]}\n"),
            ("a.env", "X=1\nW=$X\nOUT=in\nO=$OUT\nBARE\nHOME\n"),
            ("b.env", "X=2\nY=$X\nP=$OUT\n"),
        ],
    );
    request.environment =
        [("OUT", "out"), ("HOME", "/h")].map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let environment = load(&request).unwrap().services["web"].environment.clone();
    let expected =
        [("HOME", "/h"), ("O", "out"), ("OUT", "in"), ("P", "out"), ("W", "1"), ("X", "2"), ("Y", "2")];
    let found: Vec<_> =
        environment.iter().map(|(key, value)| (key.as_str(), value.as_deref().unwrap())).collect();
    assert_eq!(found, expected);
}

#[rstest]
#[case::usual(&[], "env")]
#[case::switched_off(&[("COMPOSE_DISABLE_ENV_FILE", "true")], "")]
#[case::named(&[("COMPOSE_ENV_FILES", "ROOT/one.env,ROOT/two.env")], "two")]
fn the_environment_says_which_env_files_are_read(#[case] outside: &[(&str, &str)], #[case] expected: &str) {
    let root = tempfile::tempdir().unwrap();
    let mut request = write(
        root.path(),
        &[
            ("compose.yaml", "services:\n  web: {image: 'x$V'}\n"),
            (".env", "V=env\n"),
            ("one.env", "V=one\n"),
            ("two.env", "V=two\n"),
        ],
    );
    let directory = format!("{}/demo", root.path().display());
    request.environment =
        outside.iter().map(|(key, value)| ((*key).to_owned(), value.replace("ROOT", &directory))).collect();
    let project = load(&request).unwrap();
    assert_eq!(project.services["web"].image, format!("x{expected}"));
    assert_eq!(project.env_files.len(), usize::from(expected == "two") * 2);
}

#[test]
fn limits_that_leave_one_out_contradict_the_service() {
    for (key, value) in [("mem_limit", "1g"), ("cpus", "1"), ("pids_limit", "5")] {
        let limits = if key == "cpus" { "memory: 2g" } else { "cpus: '1'" };
        let faults = load_one(&format!(
            "services:\n  web:\n    image: x\n    {key}: {value}\n    deploy: {{resources: {{limits: {{{limits}}}}}}}\n"
        ))
        .unwrap_err();
        assert!(faults[0].contains(&format!("services.web.{key}: contradicts")), "{faults:?}");
    }
}

#[test]
fn a_dependency_that_is_switched_off_stays_where_it_is_not_required() {
    let text = "services:\n  web:\n    image: x\n    depends_on: {db: {condition: service_started, required: false}}\n";
    let db = "  db: {image: x, profiles: [extra]}\n";
    let project = load_one(&format!("{text}{db}")).unwrap();
    assert!(!project.services["web"].depends_on["db"].required);
    assert!(load_one(text).unwrap_err()[0].contains("there is no service `db`"));
}

#[test]
fn an_unset_variable_is_warned_about_once() {
    let project = load_one("services:\n  web:\n    image: a$NIX$NIX\n    hostname: $NIX\n").unwrap();
    assert_eq!(project.warnings, ["the variable NIX is not set; nothing stands in its place"]);
}

#[rstest]
#[case(None, &[], "name: Given.One\n", "givenone")]
#[case(None, &[], "", "demo")]
#[case(None, &[("COMPOSE_PROJECT_NAME", "env")], "name: file\n", "env")]
#[case(Some("flag"), &[("COMPOSE_PROJECT_NAME", "env")], "name: file\n", "flag")]
#[case(None, &[("WHO", "x")], "name: a-${WHO}\n", "a-x")]
#[case(None, &[], "name: ''\n", "demo")]
fn project_names(
    #[case] flag: Option<&str>,
    #[case] environment: &[(&str, &str)],
    #[case] head: &str,
    #[case] name: &str,
) {
    let root = tempfile::tempdir().unwrap();
    let mut request =
        write(root.path(), &[("compose.yaml", &format!("{head}services:\n  web:\n    image: nginx\n"))]);
    request.project_name = flag.map(str::to_owned);
    request.environment =
        environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    assert_eq!(load(&request).unwrap().name, name);
    request.project_name = Some("Not Good".to_owned());
    assert!(load(&request).unwrap_err()[0].hint.as_ref().unwrap().contains("notgood"));
}

#[rstest]
#[case("'8080:80'", &["*:8080->80/tcp"])]
#[case("80", &["*:->80/tcp"])]
#[case("'127.0.0.1:5353:53/udp'", &["127.0.0.1:5353->53/udp"])]
#[case("'[::1]:8080:80'", &["::1:8080->80/tcp"])]
#[case("'127.0.0.1::80'", &["127.0.0.1:->80/tcp"])]
#[case("'9000-9001:80-81'", &["*:9000->80/tcp", "*:9001->81/tcp"])]
#[case("'8080-8082:80'", &["*:8080-8082->80/tcp"])]
#[case("{target: 80, published: 8080, host_ip: 10.0.0.1}", &["10.0.0.1:8080->80/tcp"])]
fn published_ports(#[case] text: &str, #[case] expected: &[&str]) {
    let service = web(&format!("    ports: [{text}]\n"));
    let found: Vec<_> = service
        .ports
        .iter()
        .map(|port| {
            let address = if port.host_ip.is_empty() { "*" } else { &port.host_ip };
            format!("{address}:{}->{}/{}", port.published, port.target, port.protocol)
        })
        .collect();
    assert_eq!(found, expected);
}

#[rstest]
#[case("1-3:1-2")]
#[case("80:0")]
#[case("9-1")]
#[case("300.1.1.1:80:80")]
#[case("80/xtp")]
fn impossible_ports(#[case] text: &str) {
    let faults =
        load_one(&format!("services:\n  web:\n    image: nginx\n    ports: ['{text}']\n")).unwrap_err();
    assert!(faults[0].contains("compose.yaml:4:13: services.web.ports[0]"), "{faults:?}");
}

#[test]
fn mounts_in_all_their_forms() {
    let service = load_one(
        "services:\n  web:\n    image: nginx\n    volumes:\n      - /anonymous\n      - data:/data:ro\n      - ./conf/../site:/site/\n      \
         - {type: tmpfs, target: /run, tmpfs: {size: 10m}}\n      - {type: bind, source: /etc, target: /data}\nvolumes: {data: }\n",
    )
    .unwrap()
    .services["web"]
        .clone();
    let found: Vec<_> = service
        .volumes
        .iter()
        .map(|mount| (mount.kind, mount.source.rsplit('/').next().unwrap().to_owned(), mount.target.clone()))
        .collect();
    let expected = [
        (MountKind::Volume, "", "/anonymous"),
        (MountKind::Bind, "etc", "/data"),
        (MountKind::Bind, "site", "/site"),
        (MountKind::Tmpfs, "", "/run"),
    ];
    assert_eq!(found, expected.map(|(kind, source, target)| (kind, source.to_owned(), target.to_owned())));
}

#[test]
fn profiles_keep_services_apart() {
    let text = "services:\n  web: {image: nginx}\n  debug: {image: busybox, profiles: [tools], env_file: missing.env}\n";
    let root = tempfile::tempdir().unwrap();
    let mut request = write(root.path(), &[("compose.yaml", text)]);
    let project = load(&request).unwrap();
    assert_eq!((project.services.len(), project.disabled.len()), (1, 1));
    request.profiles = vec!["tools".to_owned()];
    let faults = load(&request).unwrap_err();
    assert!(faults[0].to_string().contains("missing.env does not exist"), "{faults:?}");
}

#[test]
fn numbers_of_the_environment_are_printed_as_compose_does() {
    let service = web("    environment: {A: 010, B: 1e3, C: 1.50, D: yes, E: true, F: '010'}\n");
    let values: Vec<_> = service.environment.values().map(|value| value.clone().unwrap()).collect();
    assert_eq!(values, ["8", "1000", "1.5", "yes", "true", "010"]);
}

#[test]
fn a_stack_tells_its_checks_and_databases() {
    let text = "x-mcp:\n  title: Demo\n  addresses: ['http://localhost:1']\n  requirements: {memory: 2g, gpus: 1}\n\
                services:\n  db:\n    image: registry/postgres:15-alpine\n    healthcheck: {test: pg_isready, interval: 5s}\n  \
                web:\n    image: nginx\n    x-mcp:\n      checks:\n        - {http: 'http://localhost:1/h', status: 204}\n        - {name: port, tcp: 'localhost:1', fall: 5}\n";
    let project = load_one(text).unwrap();
    assert_eq!(project.mcp.requirements.memory_bytes, Some(2 << 30));
    let stack = project.stack_file(StackOrigin::Given);
    let checks: Vec<_> =
        stack.checks.iter().map(|check| (check.id.service.as_str(), check.kind.label())).collect();
    assert_eq!(
        checks,
        [
            ("db", "docker".to_owned()),
            ("db", "postgres 5432".to_owned()),
            ("web", "http /h".to_owned()),
            ("web", "tcp 1".to_owned())
        ]
    );
    assert!(matches!(&stack.checks[2].kind, CheckKind::Http { expect, .. } if expect.status == Some(204)));
    assert_eq!(stack.backup.len(), 1);
    assert_eq!(stack.title.unwrap().as_str(), "Demo");
}

#[test]
fn unknown_words_in_x_mcp_are_mistakes() {
    let faults = load_one(
        "x-mcp: {titel: x}\nservices:\n  web:\n    image: nginx\n    x-mcp: {checks: [{http: ftp://x}, {tcp: nowhere}, {}], cheks: 1}\n",
    )
    .unwrap_err();
    assert_eq!(faults.len(), 5, "{faults:#?}");
}

#[test]
fn a_stack_tells_what_is_done_after_a_scale_and_once_healthy() {
    let project = load_one(
        "x-mcp: {overlays: {prod: for many}}\nservices:\n  proxy: {image: nginx}\n  api:\n    image: api\n    x-mcp:\n      \
         on_scale:\n        - {exec: proxy, command: [nginx, -s, reload]}\n        - restart: proxy\n      \
         hooks:\n        after_healthy:\n          - command: [alembic, upgrade, head]\n",
    )
    .unwrap();
    let reaction = |service: &str, kind: ReactionKind| Reaction { service: service.to_owned(), kind };
    let words = |text: &str| text.split(' ').map(str::to_owned).collect();
    let mcp = &project.services["api"].mcp;
    assert_eq!(
        mcp.on_scale,
        [
            reaction("proxy", ReactionKind::Exec { command: words("nginx -s reload") }),
            reaction("proxy", ReactionKind::Restart)
        ]
    );
    assert_eq!(
        mcp.hooks.after_healthy,
        [reaction("api", ReactionKind::Exec { command: words("alembic upgrade head") })]
    );
    assert_eq!(project.mcp.overlays["prod"].as_str(), "for many");
}

#[test]
fn mistakes_in_what_is_done_afterwards_are_told_by_key() {
    let faults = load_one(
        "services:\n  api:\n    image: api\n    x-mcp:\n      on_scale:\n        - {command: [x]}\n        - {exec: api}\n        \
         - {exec: api, command: nginx -s reload}\n        - {restart: api, command: [x]}\n        \
         - {restart: api, exec: api}\n      hooks: {after_start: []}\n",
    )
    .unwrap_err();
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 6, "{told:#?}");
    assert!(
        told[0].contains(":6:") && told[0].contains("x-mcp.on_scale[0]: expected `exec: SERVICE`"),
        "{told:#?}"
    );
    assert!(told[1].contains("expected a `command`"), "{told:#?}");
    assert!(told[2].contains("expected a list such as"), "{told:#?}");

    let faults = load_one("services:\n  api:\n    image: api\n    x-mcp: {on_scale: [{restart: proxy}]}\n")
        .unwrap_err();
    assert!(faults[0].contains("there is no service `proxy`"), "{faults:#?}");
}

#[test]
fn keys_behind_which_nothing_stands_are_mistakes_where_compose_takes_them_for_such() {
    let faults = load_one(
        "version: 3\nvolumes:\nnetworks: {n: {labels: }}\nservices:\n  web:\n    image: x\n    ports:\n    command:\n    deploy:\n    \
         environment: {A: }\n    healthcheck: {test: }\n",
    )
    .unwrap_err();
    insta::assert_snapshot!(faults.join("\n"), @r"
    read compose.yaml:1:10: version: expected text, found `3`; write it in quotes
    read compose.yaml:2:8: volumes: nothing stands here; write a value, or leave the key out
    read compose.yaml:3:22: networks.n.labels: nothing stands here; write a value, or leave the key out
    read compose.yaml:7:10: services.web.ports: nothing stands here; write a value, or leave the key out
    read compose.yaml:11:23: services.web.healthcheck.test: nothing stands here; write a value, or leave the key out
    ");
}

#[test]
fn anchors_reach_into_later_documents() {
    let project = load_one("services: {a: &a {image: x}}\n---\nservices: {b: *a}\n").unwrap();
    assert_eq!(project.services["b"].image, "x");
}

#[test]
fn a_name_must_be_text_that_leaves_a_name() {
    for name in ["5", "'...'"] {
        let faults = load_one(&format!("name: {name}\nservices:\n  web: {{image: x}}\n")).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
    }
}

#[test]
fn a_folder_without_files_says_what_was_looked_for() {
    let root = tempfile::tempdir().unwrap();
    let request =
        LoadRequest { project_directory: Some(root.path().to_path_buf()), ..LoadRequest::default() };
    assert!(load(&request).unwrap_err()[0].to_string().contains("compose.yaml"));
}
