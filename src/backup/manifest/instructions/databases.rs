//! The databases: into a server that runs, or into one that has to be made anew.

use super::super::{Content, Database, Manifest, ManifestPart, RedisData, Server};
use super::{quoted, unpacked};
use std::collections::BTreeSet;
use std::fmt::Write as _;

pub fn postgres(manifest: &Manifest) -> String {
    let mut text = String::new();
    let mut told = BTreeSet::new();
    for part in &manifest.parts {
        let Content::Postgres(Database { server, .. }) = &part.content else { continue };
        if told.insert(&server.service) {
            text.push_str(&one_server(manifest, server));
        }
    }
    text
}

fn one_server(manifest: &Manifest, server: &Server) -> String {
    let Server { service, image, server_version, .. } = server;
    let mut text = format!("\n## PostgreSQL of `{service}`\n\nIt ran `{image}`");
    if !server_version.is_empty() {
        let _ = write!(text, ", PostgreSQL {server_version}; an older one cannot read the dump");
    }
    let running = manifest.container(service);
    let _ = write!(
        text,
        ".\n\nInto the server that runs. This replaces what the database holds now, all of it or nothing; stop what \
         writes to it first.\n\n```sh\n{}```\n",
        restore(manifest, server, &running, false)
    );
    let Some(data) = &server.data else { return text };
    let name = quoted(&format!("restore-{service}"));
    let first = server.first_database.as_deref().unwrap_or("postgres");
    let _ = write!(
        text,
        "\nWhen nothing is left of it: a server of its own on a new volume, until the data is in. `POSTGRES_PASSWORD` is \
         the one that the stack uses.\n\n```sh\n\
         export POSTGRES_PASSWORD=…\n\
         {volume}\n\
         docker run -d --name {name} --network none -e POSTGRES_PASSWORD -e {user} -e {first} -v {mount} {image}\n\
         until docker exec {name} pg_isready -q -h 127.0.0.1; do sleep 1; done\n\
         {restore}\
         docker stop -t 120 {name} && docker rm {name}\n```\n",
        volume = manifest.create_volume(&data.volume, manifest.key_of(&data.volume)),
        user = quoted(&format!("POSTGRES_USER={}", server.user)),
        first = quoted(&format!("POSTGRES_DB={first}")),
        mount = quoted(&format!("{}:{}", data.volume, data.target)),
        image = quoted(image),
        restore = restore(manifest, server, &name, true),
    );
    text
}

/// The roles, then each database. A server made anew has none but its first.
fn restore(manifest: &Manifest, server: &Server, container: &str, anew: bool) -> String {
    let user = quoted(&server.user);
    let mut text = String::new();
    let of_server = |part: &&ManifestPart| match &part.content {
        Content::PostgresGlobals(other) => other.service == server.service,
        Content::Postgres(_)
        | Content::Redis(_)
        | Content::Volume(_)
        | Content::Bind(_)
        | Content::Files(_)
        | Content::Exec { .. }
        | Content::Compose
        | Content::Images => false,
    };
    if anew && let Some(part) = manifest.parts.iter().find(of_server) {
        let _ = writeln!(
            text,
            "# roles; that one exists already may be said of the first\n{} | docker exec -i {container} psql -X -q -U {user} \
             -d postgres",
            unpacked(part)
        );
    }
    for part in &manifest.parts {
        let Content::Postgres(database) = &part.content else { continue };
        if database.server.service != server.service {
            continue;
        }
        let name = quoted(&database.database);
        if anew && server.first_database.as_deref() != Some(&database.database) {
            let encoding = match database.encoding.as_str() {
                "" => String::new(),
                encoding => format!(" -E {}", quoted(encoding)),
            };
            let _ =
                writeln!(text, "docker exec {container} createdb -U {user} -T template0{encoding} {name}");
        }
        let _ = writeln!(
            text,
            "{} | docker exec -i {container} pg_restore -U {user} -d {name} --clean --if-exists --exit-on-error \
             --single-transaction",
            unpacked(part)
        );
    }
    text
}

pub fn redis(manifest: &Manifest) -> String {
    let mut text = String::new();
    for part in &manifest.parts {
        if let Content::Redis(redis) = &part.content {
            text.push_str(&one_cache(manifest, part, redis));
        }
    }
    text
}

fn one_cache(manifest: &Manifest, part: &ManifestPart, redis: &RedisData) -> String {
    let RedisData { service, image, keys, directory, file, .. } = redis;
    let mut text = format!("\n## Redis of `{service}`\n\nIt ran `{image}` and held {keys} keys.\n");
    let Some(data) = &redis.data else {
        text.push_str("It kept its files in no volume; place the file where the server looks for it before it starts.\n");
        return text;
    };
    let name = quoted(&format!("restore-{service}"));
    let mount = quoted(&format!("{}:{}", data.volume, data.target));
    let place = format!("{}/{file}", directory.trim_end_matches('/'));
    let aside = format!(
        "cd {} && for old in appendonlydir appendonly.aof {}; do if [ -e \"$old\" ]; then mv \"$old\" \
         \"$old.before-restore\"; fi; done",
        quoted(directory),
        quoted(file)
    );
    let _ = write!(
        text,
        "\nThe server reads its append-only files before this one, so those are moved aside, and made anew once the data \
         is in.\n\n```sh\n\
         docker stop {running}\n\
         {volume}\n\
         docker run --rm --network none --entrypoint sh -v {mount} {image} -c {aside}\n\
         {unpacked} | docker run --rm -i --network none --entrypoint sh -v {mount} {image} -c {write}\n\
         docker run -d --name {name} --network none -v {mount} {image} redis-server --appendonly no --dir {directory} \
         --dbfilename {file}\n\
         until docker exec {name} redis-cli ping | grep -q PONG; do sleep 1; done\n\
         docker exec {name} redis-cli info keyspace   # {keys} keys\n\
         docker exec {name} redis-cli config set appendonly {appendonly}\n\
         until docker exec {name} redis-cli info persistence | grep -q 'aof_rewrite_in_progress:0'; do sleep 1; done\n\
         docker stop {name} && docker rm {name}\n```\n",
        running = manifest.container(service),
        volume = manifest.create_volume(&data.volume, manifest.key_of(&data.volume)),
        image = quoted(image),
        aside = quoted(&aside),
        unpacked = unpacked(part),
        write = quoted(&format!(
            "cat > {place} && chown \"$(stat -c %u:%g {directory})\" {place}",
            place = quoted(&place),
            directory = quoted(directory)
        )),
        directory = quoted(directory),
        file = quoted(file),
        appendonly = if redis.appendonly { "yes" } else { "no" },
    );
    text
}
