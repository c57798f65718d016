//! Which databases to dump, from which containers, as whom. Pure.

use crate::domain::container::ContainerDetails;
use crate::domain::stack::BackupSource;
use crate::domain::{Container, Fault, FaultKind, StackFile};

/// One database to dump.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresDump {
    pub container: Container,
    pub service: String,
    pub database: String,
    pub user: String,
    /// Goes into the environment of the dump alone; never shown, logged or written.
    pub password: Option<String>,
    /// Relative to the bundle.
    pub path: String,
}

/// What the stack's file asks for, met with the containers that run. They must have been inspected.
pub fn dumps(stack: &StackFile, containers: &[Container]) -> Result<Vec<PostgresDump>, Fault> {
    if stack.backup.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "back up", &stack.reference.project)
            .because("the stack names nothing to back up and has no PostgreSQL service")
            .hint("name what to save under `x-mcp.backup` in the stack's file"));
    }
    let databases: Vec<_> = stack
        .backup
        .iter()
        .filter_map(|source| match source {
            BackupSource::Postgres { service, database, user } => Some((service, database, user)),
            BackupSource::Redis { .. }
            | BackupSource::Volume { .. }
            | BackupSource::Bind { .. }
            | BackupSource::Files { .. }
            | BackupSource::Exec { .. } => None,
        })
        .collect();
    let alone = databases.len() == 1;
    let dump = |(service, database, user): (&String, &Option<String>, &Option<String>)| {
        let container = running(&stack.reference.project, service, containers)?;
        let details = container.details.as_ref();
        let user = user.clone().or_else(|| variable(details, "POSTGRES_USER"));
        let user = user.unwrap_or_else(|| "postgres".to_owned());
        let database = database.clone().or_else(|| variable(details, "POSTGRES_DB"));
        let database = database.unwrap_or_else(|| user.clone());
        let stem = if alone { file_name(&database) } else { file_name(&format!("{service}-{database}")) };
        Ok(PostgresDump {
            container: container.clone(),
            service: service.clone(),
            password: variable(details, "POSTGRES_PASSWORD"),
            path: format!("postgres/{stem}.dump"),
            database,
            user,
        })
    };
    databases.into_iter().map(dump).collect()
}

impl PostgresDump {
    /// The container's own tool: it fits the server, whatever this machine has installed.
    pub fn command(&self) -> Vec<String> {
        // Without a password it must fail, not ask; behind another's lock it must not wait for ever.
        let fixed = ["pg_dump", "-Fc", "--no-password", "--lock-wait-timeout=60s"].map(str::to_owned);
        let named = [format!("--username={}", self.user), format!("--dbname={}", self.database)];
        fixed.into_iter().chain(named).collect()
    }

    pub fn environment(&self, job: &str) -> Vec<String> {
        let name = format!("PGAPPNAME=mcp-tui {job}");
        let password = self.password.as_ref().map(|password| format!("PGPASSWORD={password}"));
        std::iter::once(name).chain(password).collect()
    }
}

/// The service's running container with the lowest number.
fn running<'list>(
    project: &str,
    service: &str,
    containers: &'list [Container],
) -> Result<&'list Container, Fault> {
    let of_service = containers.iter().filter(|container| {
        container
            .compose
            .as_ref()
            .is_some_and(|labels| labels.project == project && labels.service == service && !labels.oneoff)
    });
    of_service
        .filter(|container| container.is_running())
        .min_by_key(|container| container.compose.as_ref().and_then(|labels| labels.number))
        .ok_or_else(|| {
            Fault::new(FaultKind::Conflict, "back up", format!("{project}/{service}"))
                .because("the service has no running container, and a database is dumped by itself")
                .hint(format!("start it first: `mcp-tui -s {project} up {service}`"))
        })
}

fn variable(details: Option<&ContainerDetails>, name: &str) -> Option<String> {
    let lines = &details?.environment;
    let value = lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    (!value.is_empty()).then(|| value.to_owned())
}

fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect()
}

#[cfg(test)]
pub(super) mod tests;
