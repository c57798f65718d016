//! Nothing is left of a stack but its files and one bundle: what `RESTORE.md` says must be enough.

use super::shop::Shop;
use crate::support::engine::docker;
use std::fs;
use std::path::Path;
use std::process::Command;

pub fn mended_by_the_bundle_alone() {
    let shop = Shop::open("disaster");
    let pages = shop.pages();
    let bundle = shop.backup();
    shop.run(["down", "--volumes"]).succeeded("down");
    assert!(shop.project.volumes().is_empty() && shop.project.containers().is_empty());

    let text = fs::read_to_string(bundle.join("RESTORE.md")).expect("instructions");
    assert!(text.contains("`POSTGRES_PASSWORD`"), "what must be supplied is named: {text}");
    let text = text.replace("POSTGRES_PASSWORD=…", "POSTGRES_PASSWORD=canary-of-the-database");
    let blocks: Vec<&str> = text
        .split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        // There is no server that runs.
        .filter(|block| !block.starts_with("zstd -dc 'postgres/"))
        .collect();
    assert_eq!(blocks.len(), 4, "sums, the database, the cache and the volume: {text}");
    for block in blocks {
        run(&bundle, &shop.project.name, block);
    }

    shop.run(["up"]).succeeded("up");
    shop.wait_for_database();
    let ask = |database: &str, user: &str, statement: &str| {
        let (container, database) = (shop.container("db"), format!("--dbname={database}"));
        docker(["exec", &container, "psql", "-U", user, &database, "-tAc", statement]).trim().to_owned()
    };
    assert_eq!(ask("ledger", "ledger", "select count(*), max(what) from entries"), "1000|entry 999");
    assert_eq!(ask("ledger", "reader", "select count(*) from entries"), "1000", "roles and their rights");
    assert_eq!(ask("archive", "ledger", "select sum(id) from old"), "3");
    let cache = shop.container("cache");
    assert_eq!(docker(["exec", &cache, "redis-cli", "dbsize"]).trim(), "500");
    assert_eq!(docker(["exec", &cache, "redis-cli", "get", "key250"]).trim(), "value250");
    assert_eq!(
        docker(["exec", &cache, "redis-cli", "config", "get", "appendonly"]).lines().nth(1),
        Some("yes")
    );
    assert_eq!(shop.pages(), pages, "every file is what it was");
}

/// As an operator would type it, but under names that no other test has.
fn run(bundle: &Path, project: &str, block: &str) {
    let block = block.replace("'restore-", &format!("'{project}-restore-"));
    let ended = Command::new("bash").args(["-c", &block]).current_dir(bundle).output().expect("a shell");
    assert!(
        ended.status.success(),
        "{block}\n{}{}",
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr)
    );
}
