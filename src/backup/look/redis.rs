//! Where a Redis server keeps its data, and how much of it there is.

use super::{Scene, container, data_mount, file_name, place, variable};
use crate::backup::job::{Job, RedisServer, Survey};
use crate::backup::redis::{ask, field};
use crate::domain::container::ContainerDetails;
use crate::domain::{Fault, FaultKind};

pub async fn look(scene: &Scene<'_>, service: &str, survey: &mut Survey) -> Result<(), Fault> {
    let place = place(scene, service).await?;
    let found = container(scene, &place);
    let details = found.and_then(|container| container.details.as_ref());
    let mut server = RedisServer {
        password: password(details),
        version: String::new(),
        directory: String::new(),
        file: String::new(),
        appendonly: false,
        data: None,
        bytes: 0,
        path: format!("redis/{}.rdb.zst", file_name(service)),
        place,
    };
    let told = ask(scene.engine, &server, &["INFO"]).await?;
    server.version = field(&told, "redis_version").unwrap_or_default().to_owned();
    server.bytes = field(&told, "used_memory").and_then(|bytes| bytes.parse().ok()).unwrap_or_default();
    let set = |name: &'static str| setting(scene, &server, name);
    let (directory, file) = (set("dir").await?, set("dbfilename").await?);
    let appendonly = set("appendonly").await? == "yes";
    server.data = found.and_then(|container| data_mount(container, &directory));
    (server.directory, server.file, server.appendonly) = (directory, file, appendonly);
    survey.jobs.push(Job::Redis(server));
    Ok(())
}

/// `CONFIG GET` answers with the name on one line and the value on the next.
async fn setting(scene: &Scene<'_>, server: &RedisServer, name: &str) -> Result<String, Fault> {
    let answer = ask(scene.engine, server, &["CONFIG", "GET", name]).await?;
    let mut lines = answer.lines();
    match (lines.next(), lines.next()) {
        (Some(key), Some(value)) if key == name && !value.is_empty() => Ok(value.to_owned()),
        (_, _) => Err(Fault::new(FaultKind::Refused, "ask", &server.place.name)
            .because(format!("it does not tell `{name}`: {}", answer.lines().next().unwrap_or_default()))
            .hint("CONFIG must not be switched off for the user that backs it up")),
    }
}

/// From the environment, or from the command line of the server.
pub fn password(details: Option<&ContainerDetails>) -> Option<String> {
    let by_name = ["REDIS_PASSWORD", "REDISCLI_AUTH"].iter().find_map(|name| variable(details, name));
    let command = &details?.command;
    let by_option = || {
        let at = command.iter().position(|word| word == "--requirepass")?;
        command.get(at + 1).map(String::as_str)
    };
    by_option().or(by_name).filter(|password| !password.is_empty()).map(str::to_owned)
}
