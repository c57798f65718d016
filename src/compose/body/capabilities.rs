//! Linux capabilities, in the one form that the Engine compares.

use std::collections::BTreeSet;

const ALL: &str = "ALL";

/// What to add and what to drop, sorted and each once. `ALL` stands for all others, and what is added is not dropped.
pub fn effective(add: &[String], drop: &[String]) -> (Vec<String>, Vec<String>) {
    let added = normal(add);
    let dropped = normal(drop).into_iter().filter(|name| !added.contains(name)).collect();
    (added.into_iter().collect(), dropped)
}

fn normal(names: &[String]) -> BTreeSet<String> {
    let names: BTreeSet<String> = names.iter().map(|name| prefixed(name.trim())).collect();
    if names.contains(ALL) { BTreeSet::from([ALL.to_owned()]) } else { names }
}

fn prefixed(name: &str) -> String {
    let name = name.to_ascii_uppercase();
    if name == ALL || name.starts_with("CAP_") { name } else { format!("CAP_{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(add: &[&str], drop: &[&str]) -> (Vec<String>, Vec<String>) {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        effective(&owned(add), &owned(drop))
    }

    #[test]
    fn they_are_prefixed_sorted_and_unique() {
        let (add, drop) = given(&["sys_admin", "CAP_BPF", "SYS_ADMIN"], &["NET_RAW"]);
        assert_eq!(add, ["CAP_BPF", "CAP_SYS_ADMIN"]);
        assert_eq!(drop, ["CAP_NET_RAW"]);
    }

    #[test]
    fn all_stands_for_all_and_what_is_added_is_not_dropped() {
        assert_eq!(
            given(&["ALL", "BPF"], &["NET_RAW"]),
            (vec!["ALL".to_owned()], vec!["CAP_NET_RAW".to_owned()])
        );
        assert_eq!(given(&["CHOWN"], &["cap_chown"]).1, Vec::<String>::new());
    }
}
