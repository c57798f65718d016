//! Which containers are databases, and not somebody who came in their image to ask one.

use crate::domain::Container;

const DATABASES: [&str; 5] = ["postgres", "pgvector", "timescale", "mysql", "mariadb"];
const CACHES: [&str; 2] = ["redis", "valkey"];

/// What clients and scripts begin with; an entrypoint's own script is passed over.
const CLIENTS: [&str; 10] =
    ["sh", "bash", "ash", "psql", "pg_dump", "pg_dumpall", "mysql", "mysqldump", "redis-cli", "valkey-cli"];

pub(super) fn is_server(container: &Container) -> bool {
    is_redis(container) || runs(container, &DATABASES)
}

pub(super) fn is_redis(container: &Container) -> bool {
    runs(container, &CACHES)
}

fn runs(container: &Container, images: &[&str]) -> bool {
    let image = container.image.rsplit('/').next().unwrap_or_default();
    let command = container.details.as_ref().map(|details| details.command.as_slice()).unwrap_or_default();
    let mut words = command.iter().filter_map(|word| word.rsplit('/').next());
    let is_script = |word: &str| word.rsplit_once('.').is_some_and(|(_, extension)| extension == "sh");
    let program = words.find(|word| !is_script(word)).unwrap_or_default();
    images.iter().any(|name| image.contains(name)) && !CLIENTS.contains(&program)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Safe, fixtures};
    use rstest::rstest;

    #[rstest]
    #[case("postgres:15-alpine", &["docker-entrypoint.sh", "postgres"], true)]
    #[case("registry:5000/bitnami/redis:7", &["/opt/entrypoint.sh", "/run.sh"], true)]
    #[case("postgres:15-alpine", &[], true)]
    #[case("postgres:15-alpine", &["sh", "-c", "while :; do pg_dump > x; sleep 60; done"], false)]
    #[case("postgres:15-alpine", &["docker-entrypoint.sh", "/usr/bin/pg_dump"], false)]
    #[case("redis:7-alpine", &["docker-entrypoint.sh", "redis-cli", "-h", "cache"], false)]
    #[case("mlflow:2", &["mlflow", "server"], false)]
    fn who_came_to_ask_is_no_server(#[case] image: &str, #[case] command: &[&str], #[case] expected: bool) {
        let details = crate::domain::container::ContainerDetails {
            command: command.iter().map(|word| (*word).to_owned()).collect(),
            ..fixtures::details()
        };
        let container = Container {
            image: Safe::new(image),
            details: Some(details),
            ..fixtures::replica("mcp", "db", 1)
        };
        assert_eq!(is_server(&container), expected);
    }
}
