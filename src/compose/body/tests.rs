use super::references::resolved_hash;
use super::*;
use crate::compose::file::fixtures::shop;
use crate::domain::ContainerId;
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
    // The dependency the wrong way round would be a circle.
    let mut project = shop(&SERVICE.replace("network_mode: 'service:web'", "network_mode: host"));
    project.files.push("/srv/shop/more.yaml".into());
    project.directory = "/srv/shop".into();
    project
}

fn made(api_version: (usize, usize)) -> Creation {
    made_of(&project(), api_version)
}

fn made_of(project: &Project, api_version: (usize, usize)) -> Creation {
    let around = Surroundings {
        api_version,
        image_id: "sha256:1",
        version: COMPOSE_VERSION,
        replaces: None,
        inherited: &[],
        replicas: &|service| vec![(format!("shop-{service}-1"), 1)],
        made: &BTreeMap::new(),
    };
    creation(project, &project.services["web"], 2, around)
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
    let endpoint = json!({ "Aliases": aliases, "IPAMConfig": address, "IPAddress": "10.9.0.5" });
    assert_eq!(creation.connect, [("shop_back".to_owned(), endpoint)]);
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

#[test]
fn what_refers_to_a_container_waits_for_its_id() {
    let mut project = project();
    let db = project.services.get_mut("db").unwrap();
    db.network_mode = "service:web".to_owned();
    db.volumes_from = vec!["web:ro".to_owned(), "container:other".to_owned()];
    let db = &project.services["db"];
    assert_eq!(referred(db).collect::<Vec<_>>(), ["web", "web"]);
    let made = BTreeMap::from([("web".to_owned(), "shop-web-1".to_owned())]);
    let around = Surroundings {
        api_version: (1, 41),
        image_id: "sha256:1",
        version: COMPOSE_VERSION,
        replaces: None,
        inherited: &[],
        replicas: &|_| Vec::new(),
        made: &made,
    };
    let creation = creation(&project, db, 1, around);
    let id = |name: &str| (name == "shop-web-1").then(|| ContainerId("abc".to_owned()));
    let body = creation.pending.unwrap().settled(&creation.body, &id);
    assert_eq!(body["HostConfig"]["NetworkMode"], "container:abc");
    assert_eq!(body["HostConfig"]["VolumesFrom"], json!(["abc:ro", "other"]));
    // The hash is that of a service which always referred to this container.
    let known = resolved(db, &|_| Some("abc".to_owned()));
    assert_eq!(body["Labels"]["com.docker.compose.config-hash"], resolved_hash(&known, Flavour::Current));
    let plain = Service { volumes_from: vec!["abc".to_owned(), "other".to_owned()], ..known };
    assert_eq!(
        body["Labels"]["com.docker.compose.config-hash"],
        crate::compose::config_hash(&plain, Flavour::Current)
    );
}

#[test]
fn links_name_every_container_under_three_aliases() {
    let mut project = project();
    let web = project.services.get_mut("web").unwrap();
    web.links = vec!["db:database".to_owned()];
    web.external_links = vec!["redis".to_owned(), "other:alias".to_owned()];
    let creation = made_of(&project, (1, 47));
    let links =
        json!(["shop-db-1:database", "shop-db-1:db-1", "shop-db-1:shop-db-1", "redis:redis", "other:alias"]);
    assert_eq!(creation.body["HostConfig"]["Links"], links);
    assert_eq!(creation.body["NetworkingConfig"]["EndpointsConfig"]["shop_front"]["Links"], links);
}
