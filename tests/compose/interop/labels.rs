//! What a container's labels make of it, in ours as in docker compose.

use super::forged::container;
use super::{Both, Tool};
use crate::real;
use crate::support::engine::docker;
use libtest_mimic::Trial;

/// A case for each of the two.
macro_rules! each {
    ($($case:ident),+) => {
        vec![$(
            real::trial(concat!("interop::labels::", stringify!($case), "::ours"), || $case(&Both::new(), Tool::Ours)),
            real::trial(concat!("interop::labels::", stringify!($case), "::theirs"), || $case(&Both::new(), Tool::Theirs)),
        )+]
    };
}

pub fn trials() -> Vec<Trial> {
    each!(
        right_ones_keep_it,
        without_a_hash_it_is_in_the_way,
        a_wrong_hash_recreates_once,
        an_empty_hash_recreates_once,
        without_the_image_it_is_recreated,
        another_image_recreates,
        without_a_number_it_is_kept,
        a_one_off_is_no_replica
    )
    .into_iter()
    .chain([real::trial("interop::labels::without_oneoff_only_ours_copes", || {
        without_oneoff_only_ours_copes(&Both::new());
    })])
    .collect()
}

fn name(both: &Both) -> String {
    format!("{}-web-1", both.name())
}

fn stands(both: &Both) -> (Vec<String>, String) {
    (both.docker.containers(), docker(["inspect", "--format", "{{.Id}}", &name(both)]))
}

/// The container is replaced by one `up`, and by no other.
fn is_recreated_once(both: &Both, tool: Tool, before: &str) {
    both.up(tool);
    let (containers, after) = stands(both);
    assert_eq!(containers, [name(both)]);
    assert_ne!(after, before);
    both.up(tool);
    assert_eq!(stands(both), (containers, after));
}

fn right_ones_keep_it(both: &Both, tool: Tool) {
    let id = container(both, |_| {});
    both.up(tool);
    assert_eq!(stands(both), (vec![name(both)], id));
}

fn without_a_hash_it_is_in_the_way(both: &Both, tool: Tool) {
    let id = container(both, |labels| {
        labels.remove("config-hash");
    });
    let refused = both.run(tool, &["up", "-d"]);
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains(&name(both)), "{}", refused.stderr);
    assert_eq!(stands(both), (vec![name(both)], id));
}

fn a_wrong_hash_recreates_once(both: &Both, tool: Tool) {
    let id = container(both, |labels| {
        labels.insert("config-hash".to_owned(), "0".repeat(64));
    });
    is_recreated_once(both, tool, &id);
}

fn an_empty_hash_recreates_once(both: &Both, tool: Tool) {
    let id = container(both, |labels| {
        labels.insert("config-hash".to_owned(), String::new());
    });
    is_recreated_once(both, tool, &id);
}

fn without_the_image_it_is_recreated(both: &Both, tool: Tool) {
    let id = container(both, |labels| {
        labels.remove("image");
    });
    is_recreated_once(both, tool, &id);
}

fn another_image_recreates(both: &Both, tool: Tool) {
    let id = container(both, |labels| {
        labels.insert("image".to_owned(), format!("sha256:{}", "0".repeat(64)));
    });
    is_recreated_once(both, tool, &id);
}

fn without_a_number_it_is_kept(both: &Both, tool: Tool) {
    let id = container(both, |labels| {
        labels.remove("container-number");
    });
    both.up(tool);
    assert_eq!(stands(both), (vec![name(both)], id));
}

fn a_one_off_is_no_replica(both: &Both, tool: Tool) {
    let one_off = container(both, |labels| {
        labels.insert("oneoff".to_owned(), "True".to_owned());
    });
    let aside = format!("{}-web-run-0123456789ab", both.name());
    docker(["rename", &name(both), &aside]);
    both.up(tool);
    let (containers, id) = stands(both);
    assert_eq!(containers, [name(both), aside]);
    assert_ne!(id, one_off);
}

/// Docker compose finds such a container, counts it, and then fails because it does not find it again.
fn without_oneoff_only_ours_copes(both: &Both) {
    let id = container(both, |labels| {
        labels.remove("oneoff");
    });
    let refused = both.run(Tool::Theirs, &["up", "-d"]);
    assert!(
        refused.code != Some(0) && refused.stderr.contains("has no container to start"),
        "{}",
        refused.stderr
    );
    both.up(Tool::Ours);
    assert_eq!(stands(both), (vec![name(both)], id));
}
