//! The life of containers that are created through the API, with Docker's own refusals.

use super::Stage;
use serde_json::json;

#[test]
fn a_container_lives_its_life() {
    let stage = Stage::held("empty");
    let client = stage.client();
    let id = client.create("one", &["sleep", "5"], &json!({ "Labels": { "a": "b" } }));
    assert_eq!(client.state("one"), "created");
    assert_eq!(client.act("/containers/one/start").status, 204);
    assert_eq!(client.act("/containers/one/start").status, 304);
    assert_eq!(client.state(&id[..12]), "running");
    stage.pass(7);
    let ended = client.inspect("one");
    assert_eq!(ended["State"]["Status"], "exited");
    assert_eq!(ended["State"]["ExitCode"], 0);
    assert_eq!(client.get("/containers/json").json(), json!([]), "only running ones without all=1");
    let listed =
        client.get("/v1.43/containers/json?all=1&filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D").json();
    assert_eq!(listed[0]["Names"], json!(["/one"]));
    assert_eq!(listed[0]["Status"], "Exited (0) 1 second ago");
    assert_eq!(client.delete("/containers/one").status, 204);
    assert_eq!(client.get("/containers/one/json").status, 404);
}

#[test]
fn refusals_have_dockers_words() {
    let stage = Stage::held("empty");
    let client = stage.client();
    let id = client.create("one", &["sleep", "100"], &json!({}));
    client.act("/containers/one/start");
    let cases = [
        (client.get("/containers/nope/json"), 404, "No such container: nope".to_owned()),
        (
            client.post("/containers/create?name=one", &json!({ "Image": "debian:bookworm-slim" })),
            409,
            format!(
                "Conflict. The container name \"/one\" is already in use by container \"{id}\". You have to remove (or rename) that container to be able to reuse that name."
            ),
        ),
        (
            client.post("/containers/create", &json!({ "Image": "nosuch" })),
            404,
            "No such image: nosuch:latest".to_owned(),
        ),
        (
            client.delete("/containers/one"),
            409,
            format!(
                "You cannot remove a running container {id}. Stop the container before attempting removal or force remove"
            ),
        ),
        (client.act("/containers/one/kill?signal=NOSUCH"), 400, "Invalid signal: NOSUCH".to_owned()),
        (
            client.get("/v1.99/info"),
            400,
            "client version 1.99 is too new. Maximum supported API version is 1.45".to_owned(),
        ),
        (client.delete("/volumes/nope"), 404, "get nope: no such volume".to_owned()),
        (client.get("/networks/nope"), 404, "network nope not found".to_owned()),
        (client.get("/nosuchpath"), 404, "page not found".to_owned()),
    ];
    for (answer, status, message) in cases {
        assert_eq!((answer.status, answer.message()), (status, message));
    }
}

#[test]
fn a_port_can_be_published_once() {
    let stage = Stage::held("empty");
    let client = stage.client();
    let ports = json!({
        "ExposedPorts": { "80/tcp": {} },
        "HostConfig": { "PortBindings": { "80/tcp": [{ "HostPort": "8080" }] } },
    });
    client.create("first", &["sleep", "100"], &ports);
    client.create("second", &["sleep", "100"], &ports);
    assert_eq!(client.act("/containers/first/start").status, 204);
    let refused = client.act("/containers/second/start");
    assert_eq!(refused.status, 500);
    let message = refused.message();
    assert!(
        message.starts_with("driver failed programming external connectivity on endpoint second ("),
        "{message}"
    );
    assert!(message.ends_with("Bind for 0.0.0.0:8080 failed: port is already allocated"), "{message}");
    assert_eq!(client.inspect("second")["State"]["ExitCode"], 128);
    client.delete("/containers/first?force=1");
    assert_eq!(client.act("/containers/second/start").status, 204, "the port is free again");
}

#[test]
fn networks_and_volumes_in_use_stay() {
    let stage = Stage::held("empty");
    let client = stage.client();
    assert_eq!(client.post("/networks/create", &json!({ "Name": "net" })).status, 201);
    assert_eq!(
        client.post("/networks/create", &json!({ "Name": "net" })).message(),
        "network with name net already exists"
    );
    let host = json!({ "HostConfig": { "NetworkMode": "net", "Binds": ["data:/data"] } });
    let id = client.create("one", &["sleep", "100"], &host);
    client.act("/containers/one/start");
    let network = client.delete("/networks/net");
    assert_eq!(network.status, 403);
    assert!(network.message().contains("has active endpoints"));
    let volume = client.delete("/volumes/data");
    assert_eq!((volume.status, volume.message()), (409, format!("remove data: volume is in use - [{id}]")));
    let members = client.get("/networks/net").json()["Containers"].clone();
    assert_eq!(members[&id]["Name"], "one");
    client.delete("/containers/one?force=1");
    assert_eq!(client.delete("/networks/net").status, 204);
    assert_eq!(client.delete("/volumes/data").status, 204);
}

#[test]
fn a_health_check_turns_healthy_and_a_policy_restarts() {
    let stage = Stage::held("empty");
    let client = stage.client();
    let more = json!({ "Healthcheck": { "Test": ["CMD", "true"], "Interval": 1_000_000_000 } });
    client.create("well", &["sleep", "100"], &more);
    client.act("/containers/well/start");
    assert_eq!(client.inspect("well")["State"]["Health"]["Status"], "starting");
    stage.pass(2);
    let health = client.inspect("well")["State"]["Health"].clone();
    assert_eq!((health["Status"].as_str(), health["FailingStreak"].as_u64()), (Some("healthy"), Some(0)));
    assert!(health["Log"].as_array().is_some_and(|log| !log.is_empty()));

    let policy = json!({ "HostConfig": { "RestartPolicy": { "Name": "always" } } });
    client.create("ill", &["sh", "-c", "echo bye; exit 3"], &policy);
    client.act("/containers/ill/start");
    stage.pass(20);
    let ill = client.inspect("ill");
    assert!(ill["RestartCount"].as_u64().unwrap() >= 5, "{}", ill["RestartCount"]);
    assert_eq!(ill["State"]["Status"], "restarting");
    assert_eq!(ill["State"]["ExitCode"], 3);
    assert_eq!(client.act("/containers/ill/stop").status, 304);
    assert_eq!(client.state("ill"), "exited", "a user's stop ends the policy");
}

#[test]
fn what_is_put_in_comes_out() {
    let stage = Stage::held("empty");
    let client = stage.client();
    client.create("one", &["cat", "/run/secrets/key"], &json!({}));
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(6);
    header.set_mode(0o444);
    builder.append_data(&mut header, "run/secrets/key", &b"hidden"[..]).unwrap();
    let archive = builder.into_inner().unwrap();
    let mut stream = std::os::unix::net::UnixStream::connect(stage.server.socket()).unwrap();
    let head = format!(
        "PUT /containers/one/archive?path=/ HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        archive.len()
    );
    let mut answer = String::new();
    std::io::Write::write_all(&mut stream, &[head.as_bytes(), &archive].concat()).unwrap();
    std::io::Read::read_to_string(&mut stream, &mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let back = client.get("/containers/one/archive?path=/run/secrets/key").body;
    let mut back = tar::Archive::new(back.as_slice());
    let mut entry = back.entries().unwrap().next().unwrap().unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
    assert_eq!(text, "hidden");
    client.act("/containers/one/start");
    stage.pass(1);
    let logs = client.get("/containers/one/logs?stdout=1").body;
    assert_eq!(super::client::frames(&logs), [(1, "hidden".to_owned())]);
    assert_eq!(client.get("/containers/one/archive?path=/nowhere").status, 404);
}

#[test]
fn nothing_can_be_pulled_but_what_is_there() {
    let stage = Stage::held("empty");
    let client = stage.client();
    assert_eq!(client.act("/images/create?fromImage=debian&tag=bookworm-slim").status, 200);
    let refused = client.act("/images/create?fromImage=docker.io%2Flibrary%2Fnosuch&tag=1");
    assert_eq!(refused.status, 404);
    assert!(refused.message().starts_with("pull access denied for nosuch, "), "{}", refused.message());
}
