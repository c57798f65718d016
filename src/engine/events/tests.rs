use super::*;
use serde_json::json;

#[test]
fn an_ending_tells_its_code() {
    let found = occurrence(&json!({
        "Type": "container", "Action": "die", "timeNano": 1_795_170_664_000_000_001_i64, "time": 1_795_170_664,
        "Actor": { "ID": "abc", "Attributes": { "name": "web-1", "exitCode": "137" } },
    }));
    assert_eq!(found.container, Some(ContainerId("abc".to_owned())));
    assert_eq!((found.event.action.as_str(), found.event.name.as_str()), ("die", "web-1"));
    assert_eq!(found.event.exit_code, Some(137));
    assert_eq!(found.event.time.unwrap().as_nanosecond(), 1_795_170_664_000_000_001);
}

#[test]
fn an_attached_network_concerns_a_container() {
    let found = occurrence(&json!({
        "Type": "network", "Action": "connect", "time": 1_795_170_664,
        "Actor": { "ID": "net", "Attributes": { "name": "backend", "container": "abc" } },
    }));
    assert_eq!(found.container, Some(ContainerId("abc".to_owned())));
    assert_eq!(found.event.id, "net");
}

#[test]
fn a_container_of_a_project_tells_its_service() {
    let found = occurrence(&json!({
        "Type": "container", "Action": "die",
        "Actor": { "ID": "abc", "Attributes": {
            "name": "shop-web-1", "com.docker.compose.project": "shop", "com.docker.compose.service": "web",
        } },
    }));
    assert_eq!(found.event.service, Some(("shop".to_owned(), "web".to_owned())));
}

#[test]
fn what_is_missing_is_not_made_up() {
    let found = occurrence(&json!({ "Type": "daemon", "Action": "reload" }));
    assert_eq!((found.container, found.event.time, found.event.exit_code), (None, None, None));
    assert_eq!(found.event.service, None);
}
