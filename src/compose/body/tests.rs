use super::*;
use crate::compose::file::{LoadRequest, load};
use serde_json::json;

const SERVICE: &str = "
services:
  web:
    image: nginx
    command: serve --all
    environment: {B: two, A: one, NONE: }
    ports: ['127.0.0.1:8080:80', '53/udp']
    expose: ['9000-9001']
    networks: {front: {aliases: [shop, web], priority: 10}, back: {ipv4_address: 10.9.0.5}}
    volumes: ['data:/data:ro', '/srv:/srv', /anonymous, {type: tmpfs, target: /t, tmpfs: {size: 1m}}]
    tmpfs: ['/run:size=64k']
    secrets: [key]
    depends_on: {db: {condition: service_healthy, restart: true}}
    gpus: all
    deploy:
      restart_policy: {condition: on-failure, max_attempts: 3}
      resources: {limits: {cpus: 0.5, memory: 64m, pids: 10}, reservations: {memory: 32m, devices: [{capabilities: [gpu], count: 2}]}}
    healthcheck: {test: curl localhost, interval: 5s, start_interval: 1s}
    stop_grace_period: 1m30s
    extra_hosts: ['elsewhere=10.0.0.1']
    ulimits: {nofile: {soft: 10, hard: 20}}
    security_opt: ['label:disable', 'systempaths=unconfined']
    labels: [mine=yes]
  db: {image: postgres, network_mode: 'service:web'}
networks:
  front:
  back: {ipam: {config: [{subnet: 10.9.0.0/24}]}, driver_opts: {x: y}}
volumes: {data: }
secrets: {key: {file: /etc/key}}
";

fn project() -> Project {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("compose.yaml");
    // The dependency the wrong way round would be a circle.
    let text = SERVICE.replace("network_mode: 'service:web'", "network_mode: host");
    std::fs::write(&file, text).unwrap();
    let request =
        LoadRequest { files: vec![file], project_name: Some("shop".to_owned()), ..LoadRequest::default() };
    let mut project = load(&request).unwrap();
    project.files = vec!["/srv/shop/compose.yaml".into(), "/srv/shop/more.yaml".into()];
    project.directory = "/srv/shop".into();
    project
}

fn made(api_version: (usize, usize)) -> Creation {
    let project = project();
    let around = Surroundings {
        api_version,
        image_id: "sha256:1",
        replaces: None,
        inherited: &[],
        names: &|service| vec![format!("shop-{service}-1")],
    };
    creation(&project, &project.services["web"], 2, around)
}

#[test]
fn the_body_is_that_of_docker_compose() {
    let creation = made((1, 41));
    assert_eq!(creation.name, "shop-web-2");
    insta::assert_snapshot!(serde_json::to_string_pretty(&creation.body).unwrap());
}

#[test]
fn an_old_engine_joins_further_networks_later() {
    let creation = made((1, 41));
    let networks = creation.body["NetworkingConfig"]["EndpointsConfig"].as_object().unwrap();
    assert_eq!(networks.keys().collect::<Vec<_>>(), ["shop_front"]);
    let aliases = json!(["shop-web-2", "web"]);
    let address = json!({ "IPv4Address": "10.9.0.5" });
    assert_eq!(
        creation.connect,
        [("shop_back".to_owned(), json!({ "Aliases": aliases, "IPAMConfig": address }))]
    );
    let newer = made((1, 47));
    assert_eq!(newer.body["NetworkingConfig"]["EndpointsConfig"].as_object().unwrap().len(), 2);
    assert!(newer.connect.is_empty());
    assert_eq!(newer.body["Healthcheck"]["StartInterval"], json!(1_000_000_000));
}

#[test]
fn networks_and_volumes_carry_no_hash() {
    let project = project();
    let network = network_body("shop", "back", &project.networks["back"]);
    let volume = volume_body("shop", "data", &project.volumes["data"]);
    insta::assert_snapshot!(format!("{network:#}\n{volume:#}"));
}
