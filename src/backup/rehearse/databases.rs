//! Databases: servers of their own that hear nobody, filled and asked what they hold.

use super::stage::Restored;
use super::{Reporter, differs};
use crate::backup::ManifestPart;
use crate::backup::deep::{SCRATCH, present, scratch, toolbox};
use crate::backup::job::{Place, PostgresServer};
use crate::backup::manifest::{Content, Database, RedisData, Server};
use crate::backup::postgres::{COUNTS, Question, ask, differing};
use crate::backup::redis::field;
use crate::backup::source::Shelf;
use crate::backup::workshop::Workshop;
use crate::compose::file::Service;
use crate::compose::within;
use crate::domain::container::ContainerDetails;
use crate::domain::{Container, ContainerId, Fault, FaultKind};
use crate::engine::ExecRequest;
use serde_json::json;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

/// A server makes its files anew, or reads all of its data.
const READY_LIMIT: Duration = Duration::from_mins(10);
/// How long a server may take to write out what it has, before its files are another one's.
const STOP_LIMIT: Duration = Duration::from_mins(2);
/// What a server's files depend on once they are made.
const MADE_WITH: [&str; 4] =
    ["PGDATA", "POSTGRES_INITDB_ARGS", "POSTGRES_HOST_AUTH_METHOD", "POSTGRES_PASSWORD"];
const DATA: &str = "/var/lib/postgresql/data";

/// Leaves the files of a server that was stopped in order, where `service`, its service today, looks for them.
pub async fn postgres(
    workshop: &Workshop,
    shelf: &Shelf,
    (server, service): (&Server, Option<&Service>),
    (globals, databases): (Option<&ManifestPart>, &[&ManifestPart]),
    (watch, restored): (&Reporter<'_>, &mut Restored),
) -> Result<(), Fault> {
    let image = present(workshop, &server.image_id, &server.image).await?;
    let first = server.first_database.clone().unwrap_or_else(|| server.user.clone());
    let password = format!("{:016x}{:016x}", RandomState::new().hash_one(1), RandomState::new().hash_one(2));
    let mut environment = BTreeMap::from([("POSTGRES_PASSWORD", password)]);
    let declared = |name| service?.environment.get(name)?.clone();
    environment.extend(MADE_WITH.into_iter().filter_map(|name| Some((name, declared(name)?))));
    environment.insert("POSTGRES_USER", server.user.clone());
    environment.insert("POSTGRES_DB", first.clone());
    let environment: Vec<_> = environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (volume, target) = (scratch(workshop).await?, home(server, service));
    let body = json!({
        "Image": image,
        "Env": environment,
        "User": service.map_or("", |service| &service.user),
        "HostConfig": {
            "NetworkMode": "none",
            "ShmSize": 256 << 20,
            "Mounts": [{ "Type": "volume", "Source": volume, "Target": target }],
        },
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
    workshop.engine().stop(&container, Some(STOP_LIMIT)).await?;
    workshop.remove(&container).await;
    restored.images.insert(server.service.clone(), image);
    restored.server(&server.service, target, server.data.as_ref().map(|data| data.volume.clone()), &volume);
    Ok(())
}

/// Where the server's files are mounted: as it was recorded, else as its service has it today.
fn home(server: &Server, service: Option<&Service>) -> String {
    if let Some(data) = &server.data {
        return data.target.clone();
    }
    let named = service.and_then(|service| service.environment.get("PGDATA")?.clone());
    let directory = named.unwrap_or_else(|| DATA.to_owned());
    let mounts = service.into_iter().flat_map(|service| &service.volumes);
    let around = mounts.filter(|mount| within(&directory, &mount.target)).map(|mount| mount.target.clone());
    around.max_by_key(String::len).unwrap_or(directory)
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

/// Leaves the files that a server with the same settings starts from: with `appendonly` it reads no snapshot.
pub async fn redis(
    workshop: &Workshop,
    shelf: &Shelf,
    part: &ManifestPart,
    watch: &Reporter<'_>,
    restored: &mut Restored,
) -> Result<(), Fault> {
    let Content::Redis(redis) = &part.content else { return Ok(()) };
    let image = present(workshop, &redis.image_id, &redis.image).await?;
    let volume = scratch(workshop).await?;
    let tools = toolbox(workshop, &image, Some(&volume)).await?;
    let target = redis.data.as_ref().map_or(&redis.directory, |data| &data.target);
    let below = redis.directory.strip_prefix(target.as_str()).unwrap_or_default();
    let directory = format!("{SCRATCH}{}", below.trim_end_matches('/'));
    let copy = ["sh", "-c", "mkdir -p \"$1\" && cat > \"$1/$2\"", "sh", &directory, &redis.file];
    let copied = watch.feed(workshop, &tools, &copy, (shelf, part)).await?;
    if copied.code != 0 {
        return Err(copied.explain(Fault::new(FaultKind::Refused, "copy", &part.part.path)));
    }
    let body = json!({
        "Image": image,
        "Entrypoint": ["redis-server"],
        "Cmd": ["--appendonly", "no", "--save", "", "--dir", directory, "--dbfilename", redis.file],
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
    judge(redis, &told, &size)?;
    if redis.appendonly {
        let all_appended = "redis-cli CONFIG SET appendonly yes && n=0 && \
            until redis-cli INFO persistence | tr -d '\\r' | grep -c -e aof_rewrite_in_progress:0 \
              -e aof_rewrite_scheduled:0 -e aof_last_bgrewrite_status:ok | grep -q 3; \
            do n=$((n + 1)); test $n -lt 6000 || exit 1; sleep 0.1; done";
        let (code, said) = workshop.looked_through(&server, &["sh", "-c", all_appended]).await?;
        if code != 0 {
            return Err(Fault::new(FaultKind::Refused, "write the append-only files of", &redis.service)
                .because(said)
                .hint(
                    "a server of the same image was to write them of the snapshot, in a throw-away volume",
                ));
        }
    }
    workshop.engine().stop(&server, Some(STOP_LIMIT)).await?;
    workshop.remove(&server).await;
    // Whoever the service runs as: nobody else sees the volume.
    let (_, _) = workshop.looked_through(&tools, &["chmod", "-R", "a+rwX", SCRATCH]).await?;
    workshop.remove(&tools).await;
    let named = redis.data.as_ref().map(|data| data.volume.clone());
    restored.images.insert(redis.service.clone(), image);
    restored.server(&redis.service, target.clone(), named, &volume);
    Ok(())
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
