//! Backups of a stack with everything in it, on the real Engine: taken, proven, damaged, interrupted, and put back with
//! nothing but what the bundle says itself.

#[path = "backup/disaster.rs"]
mod disaster;
#[path = "backup/disk.rs"]
mod disk;
#[path = "backup/dumps.rs"]
mod dumps;
#[path = "backup/encrypted.rs"]
mod encrypted;
#[path = "backup/faults.rs"]
mod faults;
#[path = "backup/keys.rs"]
mod keys;
#[path = "backup/objects.rs"]
mod objects;
#[path = "backup/offsite.rs"]
mod offsite;
#[path = "backup/rehearsal.rs"]
mod rehearsal;
#[path = "backup/shop.rs"]
mod shop;

use crate::support::engine::{docker, trial};
use libtest_mimic::Trial;
use shop::Shop;
use std::fs;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("backup::a_whole_stack_is_saved_and_proven", a_whole_stack_is_saved_and_proven),
        trial("backup::a_damaged_backup_is_found_out", faults::a_damaged_backup_is_found_out),
        trial("backup::a_killed_backup_leaves_nothing_behind", faults::a_killed_backup_leaves_nothing_behind),
        trial("backup::a_file_that_is_written_to_meanwhile", faults::a_file_that_is_written_to_meanwhile),
        trial("backup::files_that_shrink_and_vanish", faults::files_that_shrink_and_vanish),
        trial("backup::what_files_are_marked_with", faults::what_files_are_marked_with),
        trial("backup::a_dump_that_was_cut", dumps::a_dump_that_was_cut),
        trial("backup::roles_that_are_missing", dumps::roles_that_are_missing),
        trial("backup::a_role_that_cannot_be_made", dumps::a_role_that_cannot_be_made),
        trial("backup::a_snapshot_that_fails", faults::a_snapshot_that_fails),
        trial("backup::names_that_are_none", faults::names_that_are_none),
        trial("backup::a_disk_that_is_too_small", disk::a_disk_that_is_too_small),
        trial("backup::objects::large_files_lie_there_once", objects::large_files_lie_there_once),
        trial("backup::objects::damaged_ones_are_found_out", objects::damaged_ones_are_found_out),
        trial("backup::objects::put_back_by_hand", objects::put_back_by_hand),
        trial("backup::the_console_s_keys_do_what_the_commands_do", keys::do_what_the_commands_do),
        trial(
            "backup::rehearsal::starts_the_services_on_what_came_back",
            rehearsal::starts_the_services_on_what_came_back,
        ),
        encrypted::trial(
            "backup::encrypted::only_the_identity_reads_it",
            encrypted::only_the_identity_reads_it,
        ),
        encrypted::trial("backup::encrypted::a_role_that_is_missing", encrypted::a_role_that_is_missing),
        encrypted::trial("backup::encrypted::put_back_with_age_alone", encrypted::put_back_with_age_alone),
        encrypted::trial("backup::encrypted::a_key_that_is_none", encrypted::a_key_that_is_none),
        trial(
            "backup::on_a_new_server_another_images_tar_will_do",
            on_a_new_server_another_images_tar_will_do,
        ),
        trial("backup::offsite::a_server_that_burnt_down", offsite::a_server_that_burnt_down),
        trial("backup::offsite::killed_in_the_middle", offsite::killed_in_the_middle),
        trial("backup::offsite::a_bit_that_flipped_there", offsite::a_bit_that_flipped_there),
        trial("backup::offsite::who_is_not_let_in_is_told", offsite::who_is_not_let_in_is_told),
        trial("backup::offsite::over_tls", offsite::over_tls),
        trial(
            "backup::offsite::only_where_asked_a_policy_reaches_there",
            offsite::only_where_asked_a_policy_reaches_there,
        ),
        trial("backup::a_disaster_is_mended_by_the_bundle_alone", disaster::mended_by_the_bundle_alone),
    ]
}

/// Archives are made with the tar of the stack's own image, which a new server has not built yet, or under another tag.
fn on_a_new_server_another_images_tar_will_do() {
    let image = format!("mcptest-ours-{}:1", std::process::id());
    docker(["tag", "debian:bookworm-slim", &image]);
    let compose = objects::COMPOSE
        .replace("mcp-tui-test/busybox", &image)
        .replace("    binds: [{ service: web, target: /models }]\n    objects_over: 1m\n", "");
    let shop = Shop::empty("newserver", &compose);
    shop.run(["up"]).succeeded("up");
    shop.in_pages("cd /pages && echo one > one && ln -s one two");
    let manifest = fs::read_to_string(shop.backup().join("manifest.json")).expect("a manifest");
    assert!(manifest.contains(&image), "{manifest}");
    shop.run(["down"]).succeeded("down");
    // The tag alone goes.
    docker(["rmi", &image]);
    shop.in_pages("rm /pages/one");
    shop.run(["backup", "rehearse", "latest"]).succeeded("rehearse");
    shop.run(["backup", "restore", "latest", "--yes"]).succeeded("restore");
    assert_eq!(shop.in_pages("cat /pages/two").trim(), "one");
}

fn a_whole_stack_is_saved_and_proven() {
    let shop = Shop::open("proven");
    let dry = shop.run(["--dry-run", "backup", "create"]).succeeded("dry run").stdout;
    for words in ["database ledger", "cache-1 keys", "volume ", "to images.json"] {
        assert!(dry.contains(words), "{words}: {dry}");
    }
    assert_eq!(shop.bundles().len(), 0, "a plan takes nothing");

    let bundle = shop.backup();
    for file in shop::files(&bundle) {
        let bytes = fs::read(&file).expect("a file of the bundle");
        let packed = file.extension().is_some_and(|extension| extension == "zst");
        let text = if packed { shop::unpacked(&file) } else { bytes };
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains("canary"), "a secret stands in {}", file.display());
    }
    let listed = shop.run(["backup", "list", "--json"]).succeeded("list").json();
    assert_eq!(listed[0]["proof"]["level"], "taken", "{listed}");

    let verified = shop.run(["backup", "verify", "latest", "--deep", "--json"]).succeeded("verify").json();
    assert_eq!(verified["good"], true, "{verified}");
    shop.run(["backup", "rehearse", "latest"]).succeeded("rehearse");
    let listed = shop.run(["backup", "list", "--json"]).succeeded("list").json();
    assert_eq!(listed[0]["proof"]["level"], "restored", "{listed}");
    assert!(listed[0]["proof"]["proven"]["took_ms"].as_u64().is_some_and(|took| took > 0), "{listed}");
    assert!(shop.run(["backup", "list"]).succeeded("list").stdout.contains("proven"));
    assert_eq!(shop.helpers(), "", "nothing stays of a rehearsal");
    shop.run(["backup", "verify", "latest"]).succeeded("a proof does not change what it is about");

    shop.run(["backup", "pin", "latest"]).succeeded("pin");
    shop.run(["backup", "rm", "latest", "--force"]).failed(5, ["pinned"]);
    let file = shop.workplace.path("one.tar").display().to_string();
    shop.run(["backup", "export", "latest", "-o", &file]).succeeded("export");
    let name = bundle.file_name().expect("a name").to_string_lossy().into_owned();
    let listed = shop::output("tar", &["-tf", &file]);
    assert!(listed.contains(&format!("{name}/manifest.json")), "{listed}");
    shop.run(["backup", "unpin", "latest"]).succeeded("unpin");
    shop.run(["backup", "rm", &name, "--force"]).succeeded("rm");
    assert_eq!(shop.bundles().len(), 0);
    // The database goes on as if nothing had been.
    let rows = docker([
        "exec",
        &shop.container("db"),
        "psql",
        "-U",
        "ledger",
        "-tAc",
        "select count(*) from entries",
    ]);
    assert_eq!(rows.trim(), "1000");
}
