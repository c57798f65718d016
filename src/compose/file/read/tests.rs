//! The canonical form of each key, as docker compose prints it, and what it does not take.

use crate::compose::file::{LoadRequest, load, render};
use rstest::rstest;
use serde_json::{Value, json};

/// The resolved project; its directory is written as `~`.
fn resolve(text: &str) -> Result<Value, String> {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("compose.yaml");
    std::fs::write(&file, text).unwrap();
    std::fs::write(root.path().join("labels.env"), "FROM_FILE=1\nBOTH=file\n").unwrap();
    let variables = [("SET", "value")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    let request = LoadRequest {
        files: vec![file],
        project_name: Some("t".to_owned()),
        environment: variables.into(),
        ..LoadRequest::default()
    };
    let here = root.path().display().to_string();
    match load(&request) {
        Ok(project) => {
            let text = render::json(&project).unwrap().replace(&here, "~");
            Ok(serde_json::from_str(&text).unwrap())
        }
        Err(faults) => Err(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// One key of a service, with the top-level things that it may name.
fn service(keys: &str) -> Result<Value, String> {
    let text = format!(
        "services:\n  a: {{image: i, {keys}}}\n  b: {{image: i}}\nvolumes: {{v: }}\nmodels: {{m: {{model: x}}}}\n\
         secrets: {{s: {{file: ./s}}}}\nconfigs: {{c: {{content: x}}}}\n"
    );
    resolve(&text).map(|project| project["services"]["a"].clone())
}

#[rstest]
#[case("build: .", "build", json!({"context": "~", "dockerfile": "Dockerfile"}))]
#[case("build: 'https://host/r.git#main'", "build", json!({"context": "https://host/r.git#main", "dockerfile": "Dockerfile"}))]
#[case("build: {context: x, args: [A=1, SET, UNSET]}", "build", json!({"context": "~/x", "dockerfile": "Dockerfile", "args": {"A": "1", "SET": "value"}}))]
#[case("build: {dockerfile_inline: FROM x}", "build", json!({"context": "~", "dockerfile_inline": "FROM x"}))]
#[case("build: {ssh: [default], no_cache_filter: x}", "build", json!({"context": "~", "dockerfile": "Dockerfile", "ssh": ["default"], "no_cache_filter": ["x"]}))]
#[case(
    "build: {additional_contexts: {a: ./d, b: 'docker-image://x', c: 'service:b'}}", "build",
    json!({"context": "~", "dockerfile": "Dockerfile", "additional_contexts": {"a": "~/d", "b": "docker-image://x", "c": "service:b"}})
)]
#[case("build: {secrets: [s], ulimits: {nproc: 5}, shm_size: 1m}", "build", json!({"context": "~", "dockerfile": "Dockerfile", "secrets": [{"source": "s"}], "ulimits": {"nproc": 5}, "shm_size": "1048576"}))]
#[case("develop: {watch: [{path: ./s, action: rebuild}]}", "develop", json!({"watch": [{"path": "~/s", "action": "rebuild", "exec": {"command": null}}]}))]
#[case(
    "develop: {watch: [{path: s, action: sync+exec, target: /t, exec: {command: a b, user: u}, ignore: x, include: [y], initial_sync: true}]}", "develop",
    json!({"watch": [{"path": "~/s", "action": "sync+exec", "target": "/t", "exec": {"command": ["a", "b"], "user": "u"}, "include": ["y"], "ignore": ["x"], "initial_sync": true}]})
)]
#[case("pre_start: [{command: a b}, {image: o, per_replica: true}]", "pre_start", json!([{"command": ["a", "b"], "image": "i"}, {"command": null, "image": "o", "per_replica": true}]))]
#[case("post_start: [{command: [a], environment: [A=1], working_dir: /w}]", "post_start", json!([{"command": ["a"], "working_dir": "/w", "environment": {"A": "1"}}]))]
#[case("pre_stop: [{command: a, privileged: true}]", "pre_stop", json!([{"command": ["a"], "privileged": true}]))]
#[case("blkio_config: {weight: 10, device_read_bps: [{path: /d, rate: 1k}]}", "blkio_config", json!({"weight": 10, "device_read_bps": [{"path": "/d", "rate": "1024"}]}))]
#[case("credential_spec: {file: x.json}", "credential_spec", json!({"file": "x.json"}))]
#[case("provider: {type: p, options: {a: 1, b: [x, true]}}", "provider", json!({"type": "p", "options": {"a": ["1"], "b": ["x", "true"]}}))]
#[case("models: [m]", "models", json!({"m": null}))]
#[case("models: {m: {endpoint_var: E}}", "models", json!({"m": {"endpoint_var": "E"}}))]
#[case("use_api_socket: true", "use_api_socket", json!(true))]
#[case("gpus: all", "gpus", json!([{"count": -1}]))]
#[case("labels: {BOTH: own}, label_file: labels.env", "labels", json!({"FROM_FILE": "1", "BOTH": "own"}))]
#[case("networks: {default: {}}", "networks", json!({"default": {}}))]
#[case("networks: {default: }", "networks", json!({"default": null}))]
#[case("devices: ['/dev/a:/dev/b', '/dev/c:r', 'v.com/x=0']", "devices", json!([
    {"source": "/dev/a", "target": "/dev/b", "permissions": "rwm"},
    {"source": "/dev/c", "target": "/dev/c", "permissions": "r"},
    {"source": "v.com/x=0", "target": "v.com/x=0", "permissions": "rwm"},
]))]
#[case("secrets: [{source: s, mode: 0440}]", "secrets", json!([{"source": "s", "target": "/run/secrets/s", "mode": "0440"}]))]
#[case("deploy: {update_config: {parallelism: 2, max_failure_ratio: 0.3}}", "deploy", json!({"update_config": {"parallelism": 2, "max_failure_ratio": 0.3}, "resources": {}, "placement": {}}))]
#[case("deploy: {placement: {constraints: [a], preferences: [{spread: b}]}}", "deploy", json!({"resources": {}, "placement": {"constraints": ["a"], "preferences": [{"spread": "b"}]}}))]
#[case("restart: sometimes", "restart", json!("sometimes"))]
#[case("expose: [80, abc]", "expose", json!(["80", "abc"]))]
#[case("pull_policy: every_2w3d", "pull_policy", json!("every_2w3d"))]
fn keys_come_out_as_docker_compose_prints_them(
    #[case] keys: &str,
    #[case] key: &str,
    #[case] expected: Value,
) {
    assert_eq!(service(keys).unwrap()[key], expected);
}

#[rstest]
#[case("./d:/t:bogus", json!({"type": "bind", "source": "~/d", "target": "/t", "bind": {}}))]
#[case("vol:/t:ro,nocopy", json!({"type": "volume", "source": "vol", "target": "/t", "read_only": true, "volume": {"nocopy": true}}))]
#[case("v:/t", json!({"type": "volume", "target": "v:/t", "volume": {}}))]
#[case("C:\\d:/t", json!({"type": "bind", "source": "C:\\d", "target": "/t", "bind": {}}))]
#[case("/d:/t:z", json!({"type": "bind", "source": "/d", "target": "/t", "bind": {"selinux": "z"}}))]
#[case("/t", json!({"type": "volume", "target": "/t", "volume": {}}))]
fn short_volumes_are_split_as_docker_compose_does(#[case] text: &str, #[case] expected: Value) {
    let text = format!("services: {{a: {{image: i, volumes: ['{text}']}}}}\nvolumes: {{vol: }}\n");
    assert_eq!(resolve(&text).unwrap()["services"]["a"]["volumes"][0], expected);
}

#[rstest]
#[case("{type: bind, source: ./d, target: /t}", json!({"type": "bind", "source": "~/d", "target": "/t"}))]
#[case("{type: bind, source: /d, target: /t, bind: {create_host_path: false}}", json!({"type": "bind", "source": "/d", "target": "/t", "bind": {"create_host_path": false}}))]
#[case("{type: image, source: x, target: /t, image: {subpath: s}}", json!({"type": "image", "source": "x", "target": "/t", "image": {"subpath": "s"}}))]
#[case("{type: npipe, source: x, target: /t}", json!({"type": "npipe", "source": "x", "target": "/t"}))]
#[case("{type: volume, target: /t, volume: {subpath: s, labels: [a=b]}}", json!({"type": "volume", "target": "/t", "volume": {"labels": {"a": "b"}, "subpath": "s"}}))]
#[case("{type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0755}}", json!({"type": "tmpfs", "target": "/t", "tmpfs": {"size": "1048576", "mode": 493}}))]
fn long_volumes_keep_what_is_written(#[case] text: &str, #[case] expected: Value) {
    let text = format!("services: {{a: {{image: i, volumes: [{text}]}}}}\n");
    assert_eq!(resolve(&text).unwrap()["services"]["a"]["volumes"][0], expected);
}

#[rstest]
#[case("command: [echo, 1]", "expected text, found `1`")]
#[case("user: 1000", "expected text, found `1000`")]
#[case("environment: [1]", "expected text, found `1`")]
#[case("environment: {'': x}", "expected a key")]
#[case("cgroup: shareable", "expected one of host, private")]
#[case("cpu_percent: 12.5", "whole number")]
#[case("pull_policy: every_", "every_TIME")]
#[case("devices: ['/a:/b:r:x']", "SOURCE[:TARGET[:PERMISSIONS]]")]
#[case("build: {dockerfile: a, dockerfile_inline: b}", "exclude each other")]
#[case("build: {ssh: }", "SSH agents or keys")]
#[case("build: {platform: x}", "did you mean `platforms`")]
#[case("platform: a/b, build: {platforms: [c/d]}", "must have `a/b`")]
#[case("develop: {watch: [{path: ./s, action: sync}]}", "expected `target`")]
#[case("develop: {watch: [{path: ./s}]}", "expected `action`")]
#[case("develop: {watch: [{action: rebuild}]}", "expected `path`")]
#[case("post_start: [{command: a, image: x}]", "unknown key")]
#[case("pre_stop: [{user: x}]", "expected `command`")]
#[case("models: [other]", "no model `other`")]
#[case("label_file: missing.env", "missing.env")]
#[case("volumes: [{type: other, target: /t}]", "expected one of bind, volume")]
#[case("volumes: ['ab::c']", "a part is empty")]
fn what_docker_compose_does_not_take_is_told(#[case] keys: &str, #[case] expected: &str) {
    let told = service(keys).unwrap_err();
    assert!(told.contains(expected), "{told}");
}

#[rstest]
#[case("secrets: {x: {}}", "expected one of file, environment")]
#[case("secrets: {x: {content: a}}", "unknown key")]
#[case("secrets: {x: {file: a, environment: B}}", "exclude each other")]
#[case("configs: {x: {driver: a, file: b}}", "unknown key")]
#[case("volumes: {x: {external: {name: a}, name: b}}", "contradict each other")]
#[case("volumes: {x: {external: true, driver: a}}", "contradicts `external: true`")]
#[case("models: {x: {}}", "expected `model`")]
fn top_level_things_say_where_they_come_from(#[case] text: &str, #[case] expected: &str) {
    let told = resolve(&format!("services: {{a: {{image: i}}}}\n{text}\n")).unwrap_err();
    assert!(told.contains(expected), "{told}");
}

#[test]
fn only_what_a_service_uses_is_printed() {
    let project = resolve(
        "services:\n  a: {image: i, secrets: [s], configs: [c], build: {context: ., secrets: [b]}}\n\
         secrets:\n  s: {environment: SET}\n  b: {file: ./b}\n  unused: {file: ./u}\n\
         configs:\n  c: {external: true}\n  unused: {content: x}\nvolumes: {unused: }\nnetworks: {unused: }\n",
    )
    .unwrap();
    let secrets = json!({"s": {"name": "t_s", "environment": "SET"}, "b": {"name": "t_b", "file": "~/b"}});
    assert_eq!(project["secrets"], secrets);
    assert_eq!(project["configs"], json!({"c": {"name": "c", "external": true}}));
    assert_eq!(project["networks"], json!({"default": {"name": "t_default", "ipam": {}}}));
    assert!(project.get("volumes").is_none());
}

#[test]
fn the_directory_that_a_local_volume_binds_is_a_path() {
    let text = "services: {a: {image: i, volumes: ['vol:/t']}}\nvolumes:\n  vol: {driver: local, driver_opts: {o: bind, type: none, device: ./d}}\n";
    assert_eq!(resolve(text).unwrap()["volumes"]["vol"]["driver_opts"]["device"], json!("~/d"));
}
