//! A project as people write them.

use super::Both;
use crate::support::engine::docker;
use std::process::Command;

pub const FILE: &str = r#"
x-logging: &logging
  driver: json-file
  options: {max-size: 1m, max-file: "2"}

x-base: &base
  init: true
  stop_grace_period: 2s
  logging: *logging

services:
  db:
    <<: *base
    image: redis:7-alpine
    command: ["redis-server", "--save", "", "--appendonly", "yes"]
    restart: unless-stopped
    healthcheck:
      test: ["CMD", "redis-cli", "ping"]
      interval: 1s
      timeout: 3s
      retries: 30
    volumes: ["data:/data"]
    networks: [back]
  migrate:
    <<: *base
    image: mcp-tui-test/busybox
    command: sh -c 'echo "migrated <$$0> & done"; date > /shared/done'
    volumes: ["shared:/shared"]
    networks: [back]
    depends_on:
      db: {condition: service_healthy}
  worker:
    <<: *base
    image: mcp-tui-test/busybox
    command: ["sh", "-c", "echo working as $$NAME for $$LEVEL; exec sleep 1000"]
    scale: 3
    env_file: [worker.env]
    environment:
      LEVEL: ${LEVEL:-debug}
      EMPTY: ""
      PASSED:
    labels:
      shop.role: worker
      shop.text: "a <b> & 'c'"
    volumes:
      - /scratch
      - shared:/shared
      - ./conf:/etc/shop:ro
      - type: tmpfs
        target: /cache
        tmpfs: {size: 1m}
    secrets: [token]
    configs:
      - source: settings
        target: /etc/settings.ini
    networks: [back]
    depends_on:
      migrate: {condition: service_completed_successfully}
      db: {condition: service_healthy, restart: true}
  web:
    <<: *base
    image: mcp-tui-test/http
    environment: {NAME: web}
    ports: ["127.0.0.1::8000", "127.0.0.1::9000/udp"]
    expose: ["8000"]
    healthcheck:
      test: wget -q -O - http://127.0.0.1:8000/health
      interval: 1s
      timeout: 3s
      start_period: 1s
      retries: 30
    networks:
      front:
      back: {aliases: [shop]}
    depends_on: [worker]
    deploy:
      resources:
        limits: {cpus: "0.5", memory: 64M}
    ulimits: {nofile: {soft: 512, hard: 1024}}
    cap_drop: [NET_RAW]
    extra_hosts: ["elsewhere:10.1.2.3"]
    sysctls: {net.ipv4.ip_unprivileged_port_start: 0}
    tmpfs: [/run]
  app:
    <<: *base
    build: ./app
    command: sleep 1000
    networks: [front]
    user: "1000:1000"
    working_dir: /tmp
    read_only: true
  idle:
    <<: *base
    image: mcp-tui-test/busybox
    command: sleep 1000
    profiles: [never]

networks:
  front:
  back:
    driver: bridge
    labels: {shop.net: back}

volumes:
  data:
    labels: {shop.volume: data}
  shared:

secrets:
  token:
    file: ./token.txt

configs:
  settings:
    file: ./settings.ini
"#;

/// The services' containers when all is up.
pub const CONTAINERS: [&str; 7] = ["app-1", "db-1", "migrate-1", "web-1", "worker-1", "worker-2", "worker-3"];

/// The image that the project's own service is built to, as if it had been built before.
pub struct Built(String);

/// Writes the project; its image is there as long as what is returned.
pub fn write(both: &Both) -> Built {
    both.write("compose.yaml", FILE);
    both.write("worker.env", "# of the workers\nNAME='worker one'\nURL=\"http://${HOST:-db}/?a=1\"\n");
    both.write("conf/shop.conf", "open = always\n");
    both.write("token.txt", "not a secret of anybody");
    both.write("settings.ini", "[shop]\n");
    both.write("app/Dockerfile", "FROM mcp-tui-test/busybox\n");
    let image = format!("{}-app", both.name());
    docker(["tag", "mcp-tui-test/busybox", &image]);
    Built(image)
}

impl Drop for Built {
    fn drop(&mut self) {
        drop(Command::new("docker").args(["rmi", "--force", "--no-prune", &self.0]).output());
    }
}
