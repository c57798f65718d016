use super::*;

#[test]
fn times_are_asked_for_to_the_nanosecond() {
    let time: Timestamp = "2026-11-20T10:31:04.000000009Z".parse().unwrap();
    let request = LogRequest { follow: true, tail: Some(200), since: Some(time), ..LogRequest::default() };
    assert_eq!(
        path(&ContainerId("abc".to_owned()), &request),
        "/containers/abc/logs?stdout=true&stderr=true&timestamps=true&follow=true&tail=200&since=1795170664.000000009"
    );
}
