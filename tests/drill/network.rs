//! Names, addresses and refusals.

use crate::scene::{Scene, Told, remove};
use crate::support::wait::{PATIENCE, eventually};

pub fn name_on_another_network(scene: &Scene) -> Told {
    scene.up("
services:
  db:
    image: mcp-tui-test/busybox
    labels: *seen
    stop_grace_period: 0s
    networks: [back]
    command: [sleep, '600']
  api:
    image: mcp-tui-test/busybox
    labels: *seen
    stop_grace_period: 0s
    networks: [front]
    command: [sh, -c, 'while :; do ping -c 1 db; sleep 1; done']
networks: {front: {}, back: {}}
");
    let project = &scene.project.name;
    Told::new(
        scene.wrote("api", "bad address 'db'"),
        "api-1 cannot find the host db",
        ["ping: bad address 'db'", &format!("db-1 is on {project}_back, api-1 on {project}_front")],
    )
}

pub fn stale_upstream(scene: &Scene) -> Told {
    let site = "server { listen 80; location / { proxy_connect_timeout 3s; proxy_pass http://app:8000; } }";
    let site = scene.workplace.write("work/site.conf", site);
    scene.up(&format!(
        "
services:
  app:
    image: mcp-tui-test/http
    labels: *seen
    stop_grace_period: 0s
  proxy:
    image: nginx:alpine
    labels: *seen
    stop_grace_period: 0s
    depends_on: [app]
    volumes: ['{}:/etc/nginx/conf.d/default.conf:ro']
    command: [nginx, -g, 'daemon off; error_log /dev/stderr;']
",
        site.display()
    ));
    let ask = ["wget", "-qO-", "http://127.0.0.1/health"];
    eventually("the proxy answers", PATIENCE, || scene.exec("proxy", &ask).contains("200").then_some(()));
    // Somebody has its address for as long as it takes to be made anew.
    let (app, network) = (scene.name("app"), format!("{}_default", scene.project.name));
    remove(&app);
    let other = scene.run("other", &["--network", &network, "mcp-tui-test/busybox", "sleep", "600"]);
    scene.deploy().succeeded("up");
    remove(&other);
    scene.exec("proxy", &ask);
    Told::new(
        scene.wrote("proxy", "while connecting to upstream"),
        "proxy-1 sends to an address that nobody has any more",
        ["while connecting to upstream", "the one that had it was recreated"],
    )
}

pub fn storm_of_refusals(scene: &Scene) -> Told {
    let site =
        scene.workplace.write("work/site.conf", "server { listen 80; access_log /dev/stdout; return 401; }");
    scene.up(&format!(
        "
services:
  api:
    image: nginx:alpine
    labels: *seen
    stop_grace_period: 0s
    volumes: ['{}:/etc/nginx/conf.d/default.conf:ro']
  worker:
    image: mcp-tui-test/busybox
    labels: *seen
    stop_grace_period: 0s
    depends_on: [api]
    command: [sh, -c, 'while :; do wget -qO- http://api/jobs; sleep 0.1; done']
",
        site.display()
    ));
    // Twenty of them are a storm.
    Told::new(
        scene.wrote_times("api", "\" 401 ", 20),
        "",
        ["requests were refused for their credentials within a minute: ", "\"GET /jobs HTTP/1.1\" 401"],
    )
}
