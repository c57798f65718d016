//! The life of each stack: deployed, healthy, used, scaled, restarted, taken down.

use super::http::{get, request, request_with};
use super::{STAND_IN, Shipped};
use crate::support::engine::{docker, trial};
use crate::support::wait::{PATIENCE, eventually};
use libtest_mimic::Trial;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("shipped::mcp_lives", mcp_lives),
        trial("shipped::mlflow_lives_and_backs_itself_up", mlflow_lives_and_backs_itself_up),
        trial("shipped::onyx_lives", onyx_lives),
        trial("shipped::onyx_lives_with_all_overlays", onyx_lives_with_all_overlays),
        trial("shipped::replicas_live_and_nginx_follows_them", replicas_live_and_nginx_follows_them),
    ]
}

const MCP: &str = "
services:
  mcp-training: &small
    deploy: {resources: {reservations: {devices: !reset []}, limits: {cpus: '0.5'}}}
  mcp-inference: *small
";

fn mcp_lives() {
    let stack = Shipped::new("mcp", &["tls"], MCP, &[]);
    stack.prepare();
    stack.up();
    let (http, https) = (stack.port("HTTP_PORT"), stack.port("HTTPS_PORT"));
    assert_eq!(get(http, "/x").0, 301, "plain HTTP is sent to HTTPS");
    let ask = format!(
        "import ssl, urllib.request as r; print(r.urlopen('https://127.0.0.1:{https}/inference/x', \
         context=ssl._create_unverified_context()).read().decode())"
    );
    let page = docker(["run", "--rm", "--network", "host", STAND_IN, "python", "-c", &ask]);
    assert!(page.ends_with("/x"), "{page}");
    let database =
        &stack.docker.containers().into_iter().find(|name| name.contains("postgresql")).expect("a database");
    let tables = docker([
        "exec",
        database,
        "psql",
        "-U",
        "mcp_user",
        "-d",
        "mcp_db",
        "-Atc",
        "TABLE mcp.model_versions",
    ]);
    assert_eq!(tables, "", "the table of models is there and empty");
    stack.scaled("mcp-inference", 3);
    stack.restarted("mcp-api");
    stack.down();
}

fn mlflow_lives_and_backs_itself_up() {
    let stack = Shipped::new("mlflow", &[], "services: {}\n", &[("BACKUP_AT", "off")]);
    stack.prepare();
    stack.up();
    let run = MlflowRun::logged(stack.port("MLFLOW_PORT"));

    let token = std::fs::read_to_string(stack.directory().join("secrets/backup_token.txt"));
    let token = token.expect("prepare has made a token");
    let api = Bearer { port: stack.port("BACKUP_PORT"), token: token.trim().to_owned() };
    assert_eq!(get(api.port, "/backups").0, 401, "nobody is answered without the token");
    assert_eq!(api.ask("GET", "/backups", "", 200), serde_json::json!([]));
    let finished = |path: &str, body: &str| {
        let started = api.ask("POST", path, body, 202);
        let path = format!("/tasks/{}", started["task_id"].as_str().expect("an id"));
        let ended = eventually("the task to end", PATIENCE * 3, || {
            let task = api.ask("GET", &path, "", 200);
            task["completed_at"].is_string().then_some(task)
        });
        assert_eq!(ended["status"], "completed", "{ended:#}");
    };
    finished("/backups", "{}");
    let backups = api.ask("GET", "/backups", "", 200);
    let name = backups[0]["name"].as_str().expect("a backup's name").to_owned();
    let listed = stack.run(&["backup", "list", "--json"]).succeeded("backup list").json();
    assert_eq!(
        listed[0]["name"], *name,
        "the console of this server sees what the service has taken: {listed:#}"
    );

    let container = |service: &str| format!("{}-{service}-1", stack.docker.name);
    let (database, emptied) = (container("postgres"), "TRUNCATE runs CASCADE");
    docker(["exec", &database, "psql", "-U", "mlflow_user", "-d", "mlflow", "-qc", emptied]);
    docker(["exec", &container("mlflow"), "sh", "-c", "rm -r /mlflow/artifacts/*"]);
    assert_eq!(run.found(), (404, 500), "neither the run nor its model is there any more");
    finished("/restore", &format!("{{\"backup_name\": \"{name}\", \"mode\": \"full\"}}"));
    stack.healthy();
    assert_eq!(run.found(), (200, 200));
    run.is_whole();
    stack.run(&["backup", "accept", "--yes"]).succeeded("backup accept");
    api.ask("DELETE", &format!("/backups/{name}"), "", 200);
    let left = api.ask("GET", "/backups", "", 200);
    assert!(!left.to_string().contains(&name), "{left:#}");
    stack.restarted("mlflow-backup");
    stack.down();
}

/// A run with a figure and a model, as a training script leaves it.
struct MlflowRun {
    port: u16,
    id: String,
    model: String,
}

impl MlflowRun {
    const MODEL: &str = "weights of a model";

    fn logged(port: u16) -> Self {
        let ask = |what: &str, body: Value| -> Value {
            let (status, answer) =
                request(port, "POST", &format!("/api/2.0/mlflow/{what}"), &body.to_string());
            assert_eq!(status, 200, "{what}: {answer}");
            serde_json::from_str(&answer).expect("JSON")
        };
        let experiment = ask("experiments/create", json!({ "name": "fine-tuning" }));
        let experiment = experiment["experiment_id"].as_str().expect("an id");
        let created = ask("runs/create", json!({ "experiment_id": experiment, "start_time": 1 }));
        let id = created["run"]["info"]["run_id"].as_str().expect("an id").to_owned();
        ask("runs/log-metric", json!({ "run_id": id, "key": "loss", "value": 0.25, "timestamp": 1 }));
        let model = format!("/api/2.0/mlflow-artifacts/artifacts/{experiment}/{id}/artifacts/model.txt");
        let (status, answer) = request(port, "PUT", &model, Self::MODEL);
        assert_eq!(status, 200, "{answer}");
        Self { port, id, model }
    }

    /// How the server answers for the run and for its model.
    fn found(&self) -> (u16, u16) {
        (get(self.port, &self.path()).0, get(self.port, &self.model).0)
    }

    fn is_whole(&self) {
        let told: Value = serde_json::from_str(&get(self.port, &self.path()).1).expect("JSON");
        assert_eq!(told["run"]["data"]["metrics"][0]["value"], 0.25, "{told:#}");
        assert_eq!(get(self.port, &self.model).1, Self::MODEL);
    }

    fn path(&self) -> String {
        format!("/api/2.0/mlflow/runs/get?run_id={}", self.id)
    }
}

/// Whoever has the token of MLflow's backup service.
struct Bearer {
    port: u16,
    token: String,
}

impl Bearer {
    fn ask(&self, method: &str, path: &str, body: &str, status: u16) -> Value {
        let authorization = format!("Authorization: Bearer {}", self.token);
        let (found, answer) = request_with(self.port, &authorization, &format!("{method} {path}"), body);
        assert_eq!(found, status, "{method} {path} {body}: {answer}");
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{method} {path}: {error}: {answer}"))
    }
}

fn onyx_lives() {
    let stack = Shipped::new("onyx", &[], "services: {}\n", &[]);
    stack.up();
    let port = stack.port("HTTP_PORT");
    for (path, behind) in [("/page", "/page"), ("/api/docs", "/docs"), ("/model/x", "/x")] {
        let (status, body) = get(port, path);
        assert!(status == 200 && body.ends_with(behind), "{path}: {status} {body}");
    }
    stack.scaled("celery-worker", 2);
    stack.restarted("api-backend");
    stack.down();
}

/// The root of a test machine need not be a shared mount, which `rslave` wants.
const ONYX: &str = "
services:
  postgres-master: &small {deploy: {resources: {limits: {cpus: '0.5'}}}}
  redis-master: *small
  api-backend-1: *small
  api-backend-2: *small
  model-server-1: *small
  model-server-2: *small
  celery-worker-1: *small
  celery-worker-2: *small
  node-exporter: {volumes: !override ['/:/host:ro']}
";

fn onyx_lives_with_all_overlays() {
    let stack = Shipped::new("onyx", &["prod", "monitoring", "logging"], ONYX, &[]);
    stack.prepare();
    stack.up();
    let name = |service: &str| format!("{}-{service}-1", stack.docker.name);
    let (master, slave) = (&name("postgres-master"), &name("postgres-slave"));
    docker([
        "exec",
        master,
        "psql",
        "-U",
        "onyx_user",
        "-d",
        "onyx",
        "-qc",
        "CREATE TABLE told AS SELECT 42 AS id",
    ]);
    eventually("the standby to follow", PATIENCE, || {
        let words = "SELECT to_regclass('told') IS NOT NULL AND pg_is_in_recovery()";
        let answer = docker([
            "exec",
            slave,
            "psql",
            "-h",
            "127.0.0.1",
            "-U",
            "onyx_user",
            "-d",
            "onyx",
            "-Atc",
            words,
        ]);
        (answer == "t").then_some(())
    });
    docker(["exec", &name("redis-master"), "redis-cli", "set", "told", "42"]);
    eventually("the second Redis to follow", PATIENCE, || {
        (docker(["exec", &name("redis-slave"), "redis-cli", "get", "told"]) == "42").then_some(())
    });
    assert_eq!(get(stack.port("HTTP_PORT"), "/").0, 301);
    let closed = docker([
        "network",
        "inspect",
        "--format",
        "{{.Internal}}",
        &format!("{}_onyx-backend-network", stack.docker.name),
    ]);
    assert_eq!(closed, "true");
    stack.scaled("celery-worker-1", 2);
    stack.restarted("nginx-lb");
    stack.down();
}

const REPLICAS: &str = "
services:
  api: {deploy: {resources: {reservations: {devices: !reset []}}}}
";

fn replicas_live_and_nginx_follows_them() {
    let stack = Shipped::new("replicas", &[], REPLICAS, &[("API_REPLICAS", "2")]);
    stack.up();
    let port = stack.port("HTTP_PORT");
    let seen = |requests: usize| -> BTreeSet<String> {
        let answer = |_| {
            let (status, body) = request(port, "POST", "/detect", "{}");
            assert_eq!(status, 200, "{body}");
            let body: Value = serde_json::from_str(&body).expect("JSON");
            body["replica"].as_str().expect("a replica").to_owned()
        };
        (0..requests).map(answer).collect()
    };
    let all_take_part = |replicas: usize| {
        eventually("a request at every replica", PATIENCE, || (seen(8).len() == replicas).then_some(()));
    };
    all_take_part(2);
    stack.scaled("api", 4);
    all_take_part(4);
    stack.scaled("api", 1);
    all_take_part(1);
    // Nobody is sent to those that are gone: no request had to wait for a second try.
    assert_eq!(seen(20).len(), 1);
    stack.restarted("nginx");
    stack.down();
}
