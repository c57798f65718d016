use super::*;
use rstest::rstest;
use serde_json::json;

fn taken(messages: &[Value]) -> Transfer {
    let mut transfer = Transfer::default();
    for message in messages {
        transfer.take(message);
    }
    transfer
}

fn layer(id: &str, status: &str, detail: &Value) -> Value {
    json!({ "id": id, "status": status, "progressDetail": detail })
}

#[test]
fn layers_are_counted_and_their_bytes_summed() {
    let mut messages = vec![
        json!({ "id": "latest", "status": "Pulling from library/nginx" }),
        layer("a", "Already exists", &json!({})),
        layer("b", "Pulling fs layer", &json!({})),
        layer("c", "Pulling fs layer", &json!({})),
    ];
    let transfer = taken(&messages);
    assert_eq!((transfer.ready(), transfer.bytes()), ((1, 3), None));
    assert_eq!(transfer.words(), "1 of 3 layers");
    messages.push(layer("b", "Downloading", &json!({ "current": 10, "total": 100 })));
    messages.push(layer("c", "Downloading", &json!({ "current": 50, "total": 50 })));
    assert_eq!(taken(&messages).bytes(), Some((60, 150)));
    messages.push(layer("c", "Download complete", &json!({})));
    messages.push(layer("b", "Verifying Checksum", &json!({})));
    messages.push(layer("b", "Extracting", &json!({ "current": 5, "total": 300 })));
    let transfer = taken(&messages);
    assert_eq!(transfer.bytes(), Some((150, 150)), "what is unpacked is not what goes over the wire");
    assert_eq!(transfer.words(), "1 of 3 layers, extracting");
    assert!(!transfer.is_over());
    messages.push(layer("b", "Pull complete", &json!({})));
    messages.push(json!({ "status": "Status: Downloaded newer image for nginx:latest" }));
    let transfer = taken(&messages);
    assert!(transfer.is_over());
    assert_eq!(transfer.ready(), (2, 3));
}

#[rstest]
#[case(
    "pull access denied for x, repository does not exist or may require 'docker login'",
    FaultKind::NotFound
)]
#[case("manifest for 127.0.0.1:5000/x:2 not found: manifest unknown: no such tag", FaultKind::NotFound)]
#[case("Head http://r/v2/x/manifests/1: unauthorized: authentication required", FaultKind::Permission)]
#[case("Get https://r/v2/: dial tcp: lookup r: no such host", FaultKind::Refused)]
#[case("unexpected EOF", FaultKind::Refused)]
#[case("toomanyrequests: You have reached your pull rate limit", FaultKind::Exhausted)]
#[case("write /var/lib/docker/tmp/x: no space left on device", FaultKind::Exhausted)]
fn refusals_have_a_kind_and_a_hint(#[case] message: &str, #[case] kind: FaultKind) {
    let fault = refused(500, message, OPERATION, "x");
    assert_eq!(fault.kind, kind, "{fault}");
    assert!(fault.hint.is_some());
    assert_eq!(fault.object, "x");
}

#[test]
fn a_refused_access_says_what_was_known() {
    let fault = || refused(500, "unauthorized", OPERATION, "registry.example/x");
    let known = Header { value: Some("e30=".to_owned()), doubt: None };
    assert!(
        explained(fault(), "registry.example", known).to_string().contains("does not accept the credentials")
    );
    let unknown = explained(fault(), "registry.example", Header::default());
    assert_eq!(unknown.hint.as_deref(), Some("`docker login registry.example` stores them"));
    let doubt = Some(Fault::new(FaultKind::Timeout, "ask the credential helper", "docker-credential-x"));
    let doubtful = explained(fault(), "registry.example", Header { value: None, doubt });
    assert!(doubtful.to_string().contains("docker-credential-x"), "{doubtful}");
}
