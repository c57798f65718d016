//! Databases: servers of their own that hear nobody, filled and asked what they hold.

use super::{Reporter, differs};
use crate::backup::ManifestPart;
use crate::backup::deep::{SCRATCH, present, scratch, toolbox};
use crate::backup::job::{Place, PostgresServer};
use crate::backup::manifest::{Content, Database, RedisData, Server};
use crate::backup::postgres::{COUNTS, Question, ask, differing};
use crate::backup::redis::field;
use crate::backup::source::Shelf;
use crate::backup::workshop::Workshop;
use crate::domain::container::ContainerDetails;
use crate::domain::{Container, ContainerId, Fault, FaultKind};
use crate::engine::ExecRequest;
use serde_json::json;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

/// A server makes its files anew, or reads all of its data.
const READY_LIMIT: Duration = Duration::from_mins(10);

pub async fn postgres(
    workshop: &Workshop,
    shelf: &Shelf,
    server: &Server,
    (globals, databases): (Option<&ManifestPart>, &[&ManifestPart]),
    watch: &Reporter<'_>,
) -> Result<(), Fault> {
    let image = present(workshop, &server.image_id, &server.image).await?;
    let first = server.first_database.clone().unwrap_or_else(|| server.user.clone());
    let password = format!("{:016x}{:016x}", RandomState::new().hash_one(1), RandomState::new().hash_one(2));
    let body = json!({
        "Image": image,
        "Env": [
            format!("POSTGRES_USER={}", server.user),
            format!("POSTGRES_DB={first}"),
            format!("POSTGRES_PASSWORD={password}"),
        ],
        "HostConfig": { "NetworkMode": "none", "ShmSize": 256 << 20 },
    });
    let container = workshop.container("postgres", body).await?;
    let user = format!("--username={}", server.user);
    // While it is being set up it listens on its socket only.
    wait(workshop, &container, &["pg_isready", "-q", "-h", "127.0.0.1", &user]).await?;
    if let Some(part) = globals {
        // The first role is there already, and is told to be one.
        let words = ["psql", "-X", "-q", &user, "--dbname=postgres"];
        watch.feed(workshop, &container, &words, (shelf, part)).await?;
    }
    for part in databases {
        let Content::Postgres(database) = &part.content else { continue };
        let name = &database.database;
        let object = format!("database {name}");
        if *name != first {
            let encoding = format!("--encoding={}", database.encoding);
            let mut words = vec!["createdb", &user, "--template=template0"];
            words.extend((!database.encoding.is_empty()).then_some(encoding.as_str()));
            words.push(name);
            let (code, said) = workshop.output(&container, &words).await?;
            if code != 0 {
                return Err(differs(&object, format!("it could not be created: {said}")));
            }
        }
        let dbname = format!("--dbname={name}");
        let words = ["pg_restore", &user, &dbname, "--exit-on-error", "--single-transaction"];
        let ended = watch.feed(workshop, &container, &words, (shelf, part)).await?;
        if ended.code != 0 {
            let cause = format!("pg_restore ended with exit code {}", ended.code);
            return Err(ended.explain(differs(&object, cause)));
        }
        compare(workshop, &container, server, database).await?;
    }
    workshop.remove(&container).await;
    Ok(())
}

/// Every table is there again, and those that were counted have as many rows.
async fn compare(
    workshop: &Workshop,
    container: &ContainerId,
    server: &Server,
    database: &Database,
) -> Result<(), Fault> {
    let place = Place {
        container: container.clone(),
        name: format!("the rehearsal of {}", server.service),
        service: server.service.clone(),
        image: server.image.clone(),
        image_id: server.image_id.clone(),
        ends_tools: false,
    };
    let asked = PostgresServer {
        place,
        user: server.user.clone(),
        password: None,
        version: server.server_version.clone(),
        first_database: database.database.clone(),
        data: None,
        path: String::new(),
    };
    let object = format!("database {}", database.database);
    let answer = ask(workshop.engine(), &asked, &Question::of(&database.database, TABLES)).await?;
    let tables: Vec<String> = serde_json::from_str(&answer).unwrap_or_default();
    if let Some(missing) = database.row_estimates.keys().find(|table| !tables.contains(table)) {
        return Err(differs(&object, format!("the table {missing} is not there any more")));
    }
    if database.rows.is_empty() {
        return Ok(());
    }
    let answer = ask(workshop.engine(), &asked, &Question::of(&database.database, COUNTS)).await?;
    let rows: BTreeMap<String, u64> = serde_json::from_str(&answer).unwrap_or_default();
    match differing(&database.rows, &rows).filter(|_| database.counted_in_dump) {
        Some((table, now, then)) => {
            Err(differs(&object, format!("{table} has {now} rows instead of {then}")))
        }
        None => Ok(()),
    }
}

const TABLES: &str = "SELECT COALESCE(json_agg(n.nspname || '.' || c.relname), '[]') \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm')";

pub async fn redis(
    workshop: &Workshop,
    shelf: &Shelf,
    part: &ManifestPart,
    watch: &Reporter<'_>,
) -> Result<(), Fault> {
    let Content::Redis(redis) = &part.content else { return Ok(()) };
    let image = present(workshop, &redis.image_id, &redis.image).await?;
    let volume = scratch(workshop).await?;
    let tools = toolbox(workshop, &image, Some(&volume)).await?;
    let copy = format!("cat > {SCRATCH}/dump.rdb");
    let copied = watch.feed(workshop, &tools, &["sh", "-c", &copy], (shelf, part)).await?;
    workshop.remove(&tools).await;
    if copied.code != 0 {
        return Err(copied.explain(Fault::new(FaultKind::Refused, "copy", &part.part.path)));
    }
    let body = json!({
        "Image": image,
        "Entrypoint": ["redis-server"],
        "Cmd": ["--appendonly", "no", "--save", "", "--dir", SCRATCH, "--dbfilename", "dump.rdb"],
        "User": "0:0",
        "HostConfig": {
            "NetworkMode": "none",
            "Mounts": [{ "Type": "volume", "Source": volume, "Target": SCRATCH }],
        },
    });
    let server = workshop.container("redis", body).await?;
    let ready = wait(workshop, &server, &["sh", "-c", "redis-cli ping | grep -q PONG"]).await;
    if let Err(fault) = ready {
        let ended = workshop.engine().inspect(&server).await?;
        return Err(blamed(redis, &ended, fault));
    }
    let (_, told) = workshop.output(&server, &["redis-cli", "INFO"]).await?;
    let (_, size) = workshop.output(&server, &["redis-cli", "DBSIZE"]).await?;
    workshop.remove(&server).await;
    judge(redis, &told, &size)
}

/// A server that gives up by itself has nothing but the snapshot to give up for; one that was killed says nothing of it.
fn blamed(redis: &RedisData, server: &Container, fault: Fault) -> Fault {
    let gave_up = |details: &ContainerDetails| details.exit_code == 1 && !details.oom_killed;
    if server.is_running() || !server.details.as_ref().is_some_and(gave_up) {
        return fault;
    }
    differs(&format!("Redis of {}", redis.service), "the server does not start with the snapshot".to_owned())
}

/// Keys whose time came since are not loaded, and are counted by newer servers.
fn judge(redis: &RedisData, told: &str, size: &str) -> Result<(), Fault> {
    let told = told.replace('\r', "");
    let number = |name: &str| field(&told, name).and_then(|text| text.parse::<u64>().ok());
    let size: u64 = size.trim().parse().unwrap_or_default();
    let expired = number("rdb_last_load_keys_expired").unwrap_or_default();
    let loaded = number("rdb_last_load_keys_loaded").unwrap_or(size);
    if loaded + expired == redis.keys {
        return Ok(());
    }
    let cause = format!("it has {loaded} keys and {expired} that expired, instead of {}", redis.keys);
    Err(differs(&format!("Redis of {}", redis.service), cause))
}

async fn wait(workshop: &Workshop, container: &ContainerId, words: &[&str]) -> Result<(), Fault> {
    let began = Instant::now();
    loop {
        let tried =
            crate::backup::stream::text(workshop.engine(), container, ExecRequest::from(owned(words))).await;
        match tried {
            Ok(ended) if ended.code == 0 => return Ok(()),
            Ok(_) => {}
            // It ended, and there is nothing to wait for any more.
            Err(fault) if !workshop.engine().inspect(container).await?.is_running() => {
                return Err(Fault::new(
                    FaultKind::Refused,
                    "rehearse",
                    words.first().copied().unwrap_or_default(),
                )
                .because("the container that was to be restored into ended at once")
                .because(fault.to_string()));
            }
            Err(fault) => return Err(fault),
        }
        if began.elapsed() > READY_LIMIT {
            return Err(Fault::new(
                FaultKind::Timeout,
                "rehearse",
                words.first().copied().unwrap_or_default(),
            )
            .because(format!("it was not ready within {} minutes", READY_LIMIT.as_secs() / 60)));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ContainerState, fixtures};
    use rstest::rstest;

    #[rstest]
    #[case::it_gave_up(1, false, FaultKind::Invalid)]
    #[case::it_was_killed(137, false, FaultKind::Refused)]
    #[case::for_want_of_memory(1, true, FaultKind::Refused)]
    fn a_server_that_gives_up_on_the_snapshot_says_that_it_is_bad(
        #[case] exit_code: i64,
        #[case] oom_killed: bool,
        #[case] kind: FaultKind,
    ) {
        let mut server = fixtures::container("rehearsal");
        server.state = ContainerState::Exited;
        server.details = Some(ContainerDetails { exit_code, oom_killed, ..fixtures::details() });
        let fault = Fault::new(FaultKind::Refused, "rehearse", "sh");
        assert_eq!(blamed(&RedisData::default(), &server, fault).kind, kind);
    }

    #[rstest]
    #[case::as_many("rdb_last_load_keys_loaded:1000\r\nrdb_last_load_keys_expired:0\r\n", "1000", true)]
    #[case::some_expired("rdb_last_load_keys_loaded:998\r\nrdb_last_load_keys_expired:2\r\n", "998", true)]
    #[case::an_older_server("redis_version:6.2\r\n", "1000\n", true)]
    #[case::lost("rdb_last_load_keys_loaded:998\r\nrdb_last_load_keys_expired:0\r\n", "998", false)]
    #[case::nothing("", "", false)]
    fn as_many_keys_as_were_taken(#[case] told: &str, #[case] size: &str, #[case] good: bool) {
        let redis = RedisData { keys: 1000, ..RedisData::default() };
        assert_eq!(judge(&redis, told, size).is_ok(), good);
    }
}
