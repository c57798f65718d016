//! Databases that refuse their clients.

use crate::scene::{Scene, Told};

pub fn wrong_password(scene: &Scene) -> Told {
    scene.up("
services:
  db:
    image: postgres:15-alpine
    labels: *seen
    stop_grace_period: 1s
    environment: {POSTGRES_PASSWORD: not-a-secret-of-anybody, POSTGRES_USER: mlflow}
    healthcheck: {test: [CMD, pg_isready, -h, 127.0.0.1, -U, mlflow], interval: 1s, timeout: 20s, retries: 60}
  tracker:
    image: postgres:15-alpine
    labels: *seen
    stop_grace_period: 0s
    depends_on: {db: {condition: service_healthy}}
    environment: {PGPASSWORD: another, PGHOST: db, PGUSER: mlflow}
    entrypoint: [sh, -c, 'while :; do psql -c \"select 1\"; sleep 1; done']
");
    Told::new(
        scene.wrote("tracker", "password authentication failed"),
        "tracker-1 is refused by its database: wrong password of the user mlflow",
        ["password authentication failed for user \"mlflow\""],
    )
}

pub fn too_many_connections(scene: &Scene) -> Told {
    scene.up("
services:
  db:
    image: postgres:15-alpine
    labels: *seen
    stop_grace_period: 1s
    command: [postgres, -c, max_connections=3, -c, superuser_reserved_connections=0, -c, max_wal_senders=0]
    environment: {POSTGRES_PASSWORD: not-a-secret-of-anybody}
    healthcheck: {test: [CMD, pg_isready, -h, 127.0.0.1], interval: 1s, timeout: 20s, retries: 60}
  worker:
    image: postgres:15-alpine
    labels: *seen
    stop_grace_period: 0s
    depends_on: {db: {condition: service_healthy}}
    environment: {PGPASSWORD: not-a-secret-of-anybody, PGHOST: db, PGUSER: postgres}
    entrypoint: [sh, -c, 'while :; do psql -c \"select pg_sleep(600)\" & sleep 1; done']
");
    Told::new(
        scene.wrote("db", "sorry, too many clients already"),
        "db-1 has too many clients",
        ["FATAL:  sorry, too many clients already"],
    )
}

pub fn redis_cannot_save(scene: &Scene) -> Told {
    scene.up("
services:
  cache:
    image: redis:7-alpine
    labels: *seen
    stop_grace_period: 1s
    command: [redis-server, --save, '3600 1']
  worker:
    image: redis:7-alpine
    labels: *seen
    stop_grace_period: 0s
    depends_on: [cache]
    entrypoint: [sh, -c, 'while :; do redis-cli -h cache incr jobs; sleep 1; done']
");
    scene.wrote("worker", "2");
    scene.exec("cache", &["chmod", "0555", "/data"]);
    scene.exec("cache", &["redis-cli", "bgsave"]);
    Told::new(
        scene.wrote("worker", "MISCONF"),
        "cache-1 takes no writes, as it cannot save to its disk",
        ["MISCONF Redis is configured to save RDB snapshots"],
    )
}

pub fn redis_is_full(scene: &Scene) -> Told {
    scene.up("
services:
  cache:
    image: redis:7-alpine
    labels: *seen
    stop_grace_period: 1s
    command: [redis-server, --save, '', --maxmemory, 2mb]
  worker:
    image: redis:7-alpine
    labels: *seen
    stop_grace_period: 0s
    depends_on: [cache]
    entrypoint:
      - sh
      - -c
      - while :; do redis-cli -h cache append page $$(head -c 100000 /dev/zero | tr '\\0' x); sleep 0.3; done
");
    Told::new(
        scene.wrote("worker", "OOM command not allowed"),
        "cache-1 is full and takes no writes",
        ["OOM command not allowed when used memory > 'maxmemory'"],
    )
}
