//! Whether what runs is what the files say: told, filtered by, and mended.

use crate::app::command::{Command, hints};
use crate::app::fixtures::*;
use crate::app::tree::Subject;
use crate::app::{Msg, State};
use crate::domain::Drift;
use std::collections::BTreeMap;

fn told(drifts: &[(&str, Drift)]) -> State {
    let mut state = platform();
    let drifts = drifts.iter().map(|(service, drift)| (("mcp".to_owned(), (*service).to_owned()), *drift));
    send(&mut state, Msg::Drift(drifts.collect::<BTreeMap<_, _>>()));
    wait(&mut state);
    state
}

fn select(state: &mut State, service: &str) {
    let subject = Subject::Service { project: "mcp".to_owned(), service: service.to_owned() };
    assert!(state.panes.services.list.select_key(&subject), "{service} is in the list");
}

fn word_for_deploying(state: &State) -> &'static str {
    hints(state).into_iter().find(|hint| hint.command == Command::Deploy).unwrap().word
}

#[test]
fn drift_is_told_of_each_service() {
    let state = told(&[("redis", Drift::InSync), ("nginx", Drift::ImageNewer), ("minio", Drift::Unknown)]);
    let of = |service: &str| state.tree.service("mcp", service).unwrap().drift;
    assert_eq!(of("redis"), Some(Drift::InSync));
    assert_eq!(of("nginx"), Some(Drift::ImageNewer));
    assert_eq!(of("postgresql"), None, "what was not told is not in sync");
    assert_eq!(state.tree.drifting(Drift::Unknown), 1);
}

#[test]
fn what_drifted_can_be_filtered_for() {
    let mut state = told(&[("redis", Drift::Changed), ("nginx", Drift::InSync), ("minio", Drift::Changed)]);
    for character in ["/", "c", "h", "a", "n", "g", "e", "d", "enter"] {
        press(&mut state, character);
    }
    let services: Vec<&str> = state
        .panes
        .services
        .list
        .keys()
        .iter()
        .filter_map(|subject| match subject {
            Subject::Service { service, .. } => Some(service.as_str()),
            Subject::Stack(_) | Subject::Container(_) | Subject::Loose => None,
        })
        .collect();
    assert_eq!(services, ["minio", "redis"]);
}

#[test]
fn deploying_is_offered_as_the_cure_of_what_it_mends() {
    let mut state = told(&[
        ("redis", Drift::Changed),
        ("nginx", Drift::ImageNewer),
        ("minio", Drift::Unknown),
        ("grafana", Drift::Orphan),
        ("mcp-api", Drift::InSync),
    ]);
    for (service, mends) in
        [("redis", true), ("nginx", true), ("minio", false), ("grafana", false), ("mcp-api", false)]
    {
        select(&mut state, service);
        assert_eq!(word_for_deploying(&state) == "up to its file", mends, "{service}");
    }
    assert!(state.panes.services.list.select_key(&Subject::Stack("mcp".to_owned())));
    assert_eq!(word_for_deploying(&state), "up to its file", "an orphan beside it changes nothing");
}

#[test]
fn the_same_again_draws_nothing() {
    let mut state = told(&[("redis", Drift::Changed)]);
    state.dirty = false;
    let same = BTreeMap::from([(("mcp".to_owned(), "redis".to_owned()), Drift::Changed)]);
    send(&mut state, Msg::Drift(same));
    assert!(!state.dirty);
}
