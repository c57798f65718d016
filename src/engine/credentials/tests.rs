use super::*;
use std::os::unix::fs::PermissionsExt;

fn decoded(header: &Header) -> Value {
    let value = header.value.as_ref().expect("credentials");
    serde_json::from_slice(&URL_SAFE.decode(value).unwrap()).unwrap()
}

fn written(text: &str) -> (tempfile::TempDir, Credentials) {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("config.json"), text).unwrap();
    let credentials = Credentials::at(directory.path());
    (directory, credentials)
}

#[tokio::test]
async fn passwords_and_tokens_stand_in_the_file() {
    let (_directory, credentials) = written(
        r#"{ "auths": {
            "https://index.docker.io/v1/": { "auth": "bWU6b3duOnNlY3JldA==" },
            "https://registry.example/v2/": { "auth": "bWU6b3du" },
            "cr.example": { "identitytoken": "tok" },
            "empty.example": {}
        } }"#,
    );
    let index = credentials.for_server(INDEX_SERVER).await;
    assert_eq!(
        decoded(&index),
        json!({ "username": "me", "password": "own:secret", "serveraddress": INDEX_SERVER })
    );
    let quay = credentials.for_server("registry.example").await;
    assert_eq!(decoded(&quay)["password"], "own");
    assert_eq!(decoded(&credentials.for_server("cr.example").await)["identitytoken"], "tok");
    for server in ["empty.example", "other.example"] {
        let header = credentials.for_server(server).await;
        assert!(header.value.is_none() && header.doubt.is_none(), "{server}");
    }
    let all = decoded(&credentials.for_all().await);
    assert_eq!(
        all.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["cr.example", "https://index.docker.io/v1/", "https://registry.example/v2/"]
    );
    assert_eq!(format!("{:?}", Secret::IdentityToken("tok".to_owned())), "Secret(…)");
}

#[tokio::test]
async fn without_a_file_there_are_no_credentials() {
    let directory = tempfile::tempdir().unwrap();
    let header = Credentials::at(&directory.path().join("none")).for_server("registry.example").await;
    assert!(header.value.is_none() && header.doubt.is_none());
}

#[tokio::test]
async fn what_is_wrong_in_the_file_is_told_without_what_stands_there() {
    for text in [
        r#"{ "auths": { "registry.example": { "auth": "c2VjcmV0" } } }"#,
        r#"{ "auths": { "registry.example": { "auth": "!secret!" } } }"#,
        r#"{ "auths": "secret" }"#,
        r#"{ "auths": { "registry.example": secret } }"#,
    ] {
        let (_directory, credentials) = written(text);
        let doubt = credentials.for_server("registry.example").await.doubt.expect("a fault");
        assert!(doubt.object.ends_with("config.json") && doubt.hint.is_some(), "{doubt}");
        assert!(!doubt.to_string().contains("secret"), "{doubt}");
    }
}

/// Runs a script in the place of a helper.
async fn answer(script: &str) -> Result<Option<Secret>, Fault> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("docker-credential-one");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    helper::ask(path.to_str().unwrap(), "registry.example").await
}

#[tokio::test]
async fn helpers_are_asked_for_one_registry() {
    let question = r#"[ "$1 $(cat)" = "get registry.example" ] && echo '{"Username":"me","Secret":"own"}'"#;
    let password = Secret::Password { user: "me".to_owned(), password: "own".to_owned() };
    assert!(answer(question).await == Ok(Some(password)));
    let token = answer(r#"echo '{"Username":"<token>","Secret":"tok"}'"#).await;
    assert!(token == Ok(Some(Secret::IdentityToken("tok".to_owned()))));
    let unknown = "echo credentials not found in native keychain; exit 1";
    assert!(answer(unknown).await == Ok(None));
}

#[tokio::test]
async fn what_a_helper_wrote_is_not_repeated() {
    for script in ["echo secret; exit 1", "echo secret", "echo secret >&2; exit 3"] {
        let fault = answer(script).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Refused);
        assert!(!fault.to_string().contains("secret"), "{fault}");
    }
}

#[tokio::test]
async fn a_helper_that_is_missing_is_told_and_no_path_is_run() {
    for name in ["mcp-tui-no-such", "../../bin/sh", "a b"] {
        let text = json!({ "credHelpers": { "registry.example": name }, "auths": {} }).to_string();
        let (_directory, credentials) = written(&text);
        let header = credentials.for_server("registry.example").await;
        assert!(header.value.is_none());
        let doubt = header.doubt.expect("a fault");
        assert!(doubt.object.contains(name), "{doubt}");
    }
}
