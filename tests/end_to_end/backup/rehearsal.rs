//! A rehearsal starts the stack's own services on what came back, where they see nobody and nobody sees them.

use super::shop::{DATABASE, Shop, output};
use crate::support::engine::{docker, inspect};
use crate::support::ports;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::finish;
use std::fs;
use std::thread;

/// Each service is well only on the data that was there, and `api` notes whenever it starts.
fn compose(port: u16, rows: &str) -> String {
    format!(
        r#"services:
{DATABASE}    restart: always
  cache:
    image: redis:7-alpine
    command: ["redis-server", "--appendonly", "yes"]
    volumes: ["keys:/data"]
    x-mcp: {{checks: [{{exec: ["sh", "-c", "redis-cli get key7 | grep -x value7"]}}]}}
  api:
    image: postgres:15-alpine
    container_name: {{NAME}}-the-only-one
    entrypoint: ["sh", "-c", "echo started >> /notes/starts; exec sleep 100000"]
    environment: {{PGPASSWORD: canary-of-the-database}}
    volumes: ["./notes:/notes"]
    depends_on: {{db: {{condition: service_healthy}}}}
    healthcheck:
      test: "psql -h db -U ledger -tAc 'select count(*) from entries' | grep -x {rows}"
      interval: 1s
      retries: 5
  web:
    image: nginx:alpine
    ports: ["127.0.0.1:{port}:80"]
    volumes: ["pages:/usr/share/nginx/html:ro"]
    x-mcp: {{checks: [{{http: "http://localhost:{port}/page"}}]}}
  agent:
    image: mcp-tui-test/busybox
    command: ["sleep", "100000"]
    stop_grace_period: 1s
    volumes: ["/var/run/docker.sock:/docker.sock"]
volumes: {{rows: , keys: , pages: }}
"#
    )
}

pub fn starts_the_services_on_what_came_back() {
    let port = ports::take(1);
    let shop = Shop::empty("rehearsed", "services: {}");
    let name = shop.project.name.clone();
    let write = |rows: &str| {
        shop.workplace.stack(&name, &compose(port, rows).replace("{NAME}", &name));
    };
    write("1000");
    shop.workplace.write(&format!("work/stacks/{name}/tables.sql"), super::shop::TABLES);
    shop.run(["up"]).succeeded("up");
    shop.wait_for_database();
    docker(["exec", &shop.container("cache"), "redis-cli", "set", "key7", "value7"]);
    shop.in_pages("echo here > /pages/page");
    let notes = shop.workplace.path(&format!("work/stacks/{name}/notes/starts"));
    shop.backup();

    // A service that is not well on it proves the backup's data, and not that the stack comes back.
    write("1001");
    let failed =
        shop.run(["backup", "rehearse", "latest"]).failed(7, ["api-1", "unhealthy", "rehearse: false"]);
    assert!(!failed.stderr.contains("mcp-tui-helper"), "{}", failed.stderr);
    assert_eq!(level(&shop), "readable");
    write("1000");

    let rehearsal = {
        let command = shop.workplace.command(["-s", &name, "backup", "rehearse", "latest"]);
        thread::spawn(move || finish(command, "rehearse"))
    };
    let helper = eventually("a web server that is started for it", PATIENCE, || {
        let filter = "label=mcp-tui.helper=rehearsal";
        let listed = docker(["ps", "--filter", filter, "--format", "{{.Names}}"]);
        listed.lines().find(|line| line.contains("-web-")).map(str::to_owned)
    });
    let container = inspect(&helper).expect("it is there");
    assert_eq!(container["NetworkSettings"]["Ports"]["80/tcp"], serde_json::Value::Null, "{container}");
    let networks = container["NetworkSettings"]["Networks"].as_object().expect("networks");
    let network = networks.keys().next().expect("a network");
    assert_eq!(docker(["network", "inspect", "--format", "{{.Internal}}", network]).trim(), "true");
    let listed = shop.workplace.run(["ls", "--all"]).succeeded("ls").stdout;
    assert!(listed.contains(&name) && !listed.contains("mcp-tui-helper"), "{listed}");

    let ended = rehearsal.join().expect("a rehearsal").succeeded("rehearse").stdout;
    assert!(ended.contains("agent is not started: it sees sockets of the host"), "{ended}");
    assert!(ended.contains("4 services ran on it: api, cache, db, web"), "{ended}");
    assert_eq!(level(&shop), "restored");
    assert!(shop.run(["backup", "show", "latest"]).succeeded("show").stdout.contains("api, cache, db, web"));
    assert_eq!(shop.helpers(), "", "nothing stays of a rehearsal");
    assert!(!output("docker", &["network", "ls"]).contains(network.as_str()), "its network is gone too");
    assert_eq!(fs::read_to_string(notes).expect("notes"), "started\n", "it wrote into a copy");
}

fn level(shop: &Shop) -> String {
    let listed = shop.run(["backup", "list", "--json"]).succeeded("list").json();
    listed[0]["proof"]["level"].as_str().unwrap_or_default().to_owned()
}
