use super::*;
use crate::app::fixtures::now;
use crate::app::store::findings::FindingStore;
use crate::triage::Origin;
use jiff::SignedDuration;

fn at(second: i64) -> Timestamp {
    now() + SignedDuration::from_secs(second)
}

fn warning(id: &str) -> Finding {
    Finding::made(id, Severity::Warning)
}

fn critical(id: &str) -> Finding {
    Finding::made(id, Severity::Critical)
}

fn turnings(news: &[News]) -> Vec<(&str, Turning)> {
    news.iter().map(|news| (news.id.as_str(), news.turning)).collect()
}

#[test]
fn what_comes_and_goes_is_one_incident_with_several_spans() {
    let mut store = IncidentStore::default();
    assert_eq!(turnings(&store.apply(&[warning("check/api")], at(0))), [("check/api", Turning::Began)]);
    assert_eq!(store.apply(&[warning("check/api")], at(5)), []);
    assert_eq!(turnings(&store.apply(&[], at(9))), [("check/api", Turning::Ended)]);
    store.apply(&[warning("check/api")], at(20));
    let incident = store.get("check/api").unwrap();
    let spans: Vec<_> = incident.spans.iter().map(|span| (span.begin, span.end)).collect();
    assert_eq!(spans, [(at(0), Some(at(9))), (at(20), None)]);
    assert_eq!((incident.since(), incident.times(), incident.is_over()), (Some(at(20)), 2, false));
}

#[test]
fn it_began_when_its_evidence_says_so_and_not_when_the_console_was_opened() {
    let mut store = IncidentStore::default();
    let finding = warning("sign/api").seen_at(Origin::Log, at(-30), "refused").seen_at(
        Origin::Inspect,
        at(-90_000),
        "created long before",
    );
    let news = store.apply(std::slice::from_ref(&finding), at(0));
    assert_eq!((news[0].time, store.get("sign/api").unwrap().since()), (at(-30), Some(at(-30))));
    store.apply(&[], at(10));
    store.apply(&[finding], at(20));
    assert_eq!(store.get("sign/api").unwrap().since(), Some(at(10)), "spans do not lie over each other");
}

#[test]
fn changes_of_severity_are_kept() {
    let mut store = IncidentStore::default();
    store.apply(&[warning("disk/root")], at(0));
    assert_eq!(turnings(&store.apply(&[critical("disk/root")], at(5))), [("disk/root", Turning::Worsened)]);
    assert_eq!(turnings(&store.apply(&[warning("disk/root")], at(9))), [("disk/root", Turning::Eased)]);
    let kept: Vec<_> = store.get("disk/root").unwrap().severities.iter().copied().collect();
    assert_eq!(kept, [(at(0), Severity::Warning), (at(5), Severity::Critical), (at(9), Severity::Warning)]);
}

#[test]
fn what_is_over_is_bounded_and_what_is_given_up_is_counted() {
    let mut store = IncidentStore::default();
    for number in 0..MOST_OVER + 5 {
        let second = i64::try_from(number).unwrap();
        store.apply(&[warning(&format!("check/{number}"))], at(second));
    }
    store.apply(&[], at(10_000));
    assert_eq!((store.oldest_first().len(), store.forgotten()), (MOST_OVER, 5));
    assert!(store.get("check/0").is_none() && store.get("check/204").is_some());
    for second in 0..40 {
        store.apply(&[warning("check/flaps")], at(20_000 + second * 2));
        store.apply(&[], at(20_001 + second * 2));
    }
    let flaps = store.get("check/flaps").unwrap();
    assert_eq!((flaps.spans.len(), flaps.times()), (MOST_SPANS, 40));
}

#[test]
fn what_is_acknowledged_stands_below_and_is_not_counted_until_it_gets_worse() {
    let mut store = FindingStore::default();
    let found = |a: Finding| vec![a, warning("check/b")];
    store.apply(found(warning("check/a")), at(0));
    assert_eq!(store.acknowledge("check/a"), Some(true));
    let order = |store: &FindingStore| -> Vec<String> {
        store.findings().iter().map(|finding| finding.id.clone()).collect()
    };
    assert_eq!(order(&store), ["check/b", "check/a"]);
    assert_eq!((store.count(Severity::Warning), store.acknowledged()), (1, 1));
    store.apply(found(warning("check/a")), at(1));
    assert_eq!(order(&store), ["check/b", "check/a"], "the next pass changes nothing of it");
    store.apply(found(critical("check/a")), at(2));
    assert_eq!((order(&store)[0].as_str(), store.acknowledged()), ("check/a", 0), "it got worse");
}

#[test]
fn what_is_acknowledged_is_new_when_it_comes_back() {
    let mut store = FindingStore::default();
    store.apply(vec![warning("check/a")], at(0));
    store.acknowledge("check/a");
    assert_eq!(store.acknowledge("check/a"), Some(false), "it can be taken back");
    store.acknowledge("check/a");
    store.apply(Vec::new(), at(1));
    assert_eq!(store.acknowledge("check/a"), None, "it is over");
    store.apply(vec![warning("check/a")], at(2));
    assert_eq!((store.acknowledged(), store.count(Severity::Warning)), (0, 1));
}

fn holding(id: &str, held: &[&str]) -> Finding {
    let mut finding = critical(id);
    finding.holds = held.iter().map(|&id| id.to_owned()).collect();
    finding
}

#[test]
fn what_is_told_with_another_finding_is_not_over() {
    let mut store = IncidentStore::default();
    store.apply(&[critical("crash-loop/api")], at(0));
    let news = store.apply(&[holding("log/api", &["crash-loop/api"])], at(5));
    assert_eq!(turnings(&news), [("log/api", Turning::Began)]);
    let held = store.get("crash-loop/api").unwrap();
    assert_eq!((held.is_over(), held.told_with.as_deref()), (false, Some("log/api")));
    let news = store.apply(&[critical("crash-loop/api")], at(10));
    assert_eq!(turnings(&news), [("log/api", Turning::Ended)], "the other one never went away");
    let held = store.get("crash-loop/api").unwrap();
    assert_eq!((held.times(), held.told_with.as_deref()), (1, None));
}

#[test]
fn a_better_name_for_what_is_known_is_not_told_anew() {
    let mut store = IncidentStore::default();
    store.apply(&[critical("crash-loop/api")], at(0));
    store.acknowledge("crash-loop/api");
    store.apply(&[holding("log/api", &["crash-loop/api"])], at(5));
    assert!(store.get("log/api").unwrap().is_acknowledged());
    store.apply(&[critical("crash-loop/api")], at(10));
    assert!(store.get("crash-loop/api").unwrap().is_acknowledged());

    store.apply(&[warning("check/db")], at(20));
    store.acknowledge("check/db");
    store.apply(&[holding("database/db", &["check/db"])], at(25));
    assert!(!store.get("database/db").unwrap().is_acknowledged(), "it is graver");
}

#[test]
fn a_beginning_that_becomes_known_later_is_believed() {
    let mut store = IncidentStore::default();
    store.apply(&[critical("crash-loop/api")], at(100));
    let known = |began: i64| {
        let mut finding = critical("crash-loop/api");
        finding.began = Some(at(began));
        finding
    };
    store.apply(&[known(40)], at(101));
    assert_eq!(store.get("crash-loop/api").unwrap().since(), Some(at(40)));
    store.apply(&[known(60)], at(102));
    assert_eq!(store.get("crash-loop/api").unwrap().since(), Some(at(40)), "it stood then already");
    store.apply(&[], at(110));
    store.apply(&[critical("crash-loop/api")], at(120));
    store.apply(&[known(40)], at(121));
    assert_eq!(store.get("crash-loop/api").unwrap().since(), Some(at(110)), "it was over in between");
}
