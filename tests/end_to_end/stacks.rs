//! The stacks that the tests deploy.

/// A web service that can be scaled (Docker chooses its ports) behind a cache, with checks a second apart.
pub const WEB: &str = r#"
services:
  cache:
    image: redis:7-alpine
    command: ["redis-server", "--appendonly", "yes"]
    volumes: ["cache_data:/data"]
    healthcheck:
      test: ["CMD", "redis-cli", "ping"]
      interval: 1s
      timeout: 3s
      retries: 10
  web:
    image: mcp-tui-test/http
    environment:
      NAME: web
      CHATTER: "0.5"
    ports: ["127.0.0.1::8000"]
    stop_grace_period: 3s
    depends_on:
      cache:
        condition: service_healthy
    healthcheck:
      test: ["CMD", "wget", "-q", "-O", "-", "http://127.0.0.1:8000/health"]
      interval: 1s
      timeout: 3s
      retries: 10
volumes:
  cache_data:
"#;

/// A PostgreSQL with something in it worth a backup.
pub const DATABASE: &str = r#"
services:
  postgres:
    image: postgres:15-alpine
    environment:
      POSTGRES_USER: ledger
      POSTGRES_PASSWORD: not-a-secret-of-anybody
      POSTGRES_DB: ledger
    volumes:
      - database:/var/lib/postgresql/data
      - ./tables.sql:/docker-entrypoint-initdb.d/tables.sql:ro
    healthcheck:
      test: ["CMD", "pg_isready", "-U", "ledger", "-d", "ledger", "-h", "127.0.0.1"]
      interval: 1s
      timeout: 3s
      retries: 30
volumes:
  database:
"#;

pub const TABLES: &str = "CREATE TABLE entries (id serial PRIMARY KEY, what text);\n\
    INSERT INTO entries (what) SELECT 'entry ' || n FROM generate_series(1, 1000) AS n;\n";
