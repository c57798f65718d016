//! `docker-credential-NAME get`: the registry on its standard input, the credentials on its standard output.

use super::Secret;
use crate::domain::{Fault, FaultKind};
use serde::Deserialize;
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// A key ring that waits for somebody to unlock it would wait for ever.
const LIMIT: Duration = Duration::from_secs(20);
/// By this name a helper says that what it gives is a token.
const TOKEN: &str = "<token>";
/// With these words helpers say that they know nothing of a registry.
const UNKNOWN: [&str; 3] =
    ["credentials not found in native keychain", "no credentials server URL", "no credentials username"];

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Username", default)]
    user: String,
    #[serde(rename = "Secret", default)]
    secret: String,
}

pub async fn get(name: &str, server: &str) -> Result<Option<Secret>, Fault> {
    let program = format!("docker-credential-{name}");
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
        return Err(fault(FaultKind::Invalid, &program, server, "it is no name of a program"));
    }
    ask(&program, server).await
}

fn fault(kind: FaultKind, program: &str, server: &str, cause: &str) -> Fault {
    Fault::new(kind, "ask the credential helper", program)
        .because(cause)
        .hint(format!("does `echo {server} | {program} get` answer? config.json of Docker names the helper"))
}

pub(super) async fn ask(program: &str, server: &str) -> Result<Option<Secret>, Fault> {
    let fault = |kind, cause: String| fault(kind, program, server, &cause);
    let output = match tokio::time::timeout(LIMIT, run(program, server)).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(fault(Fault::io("", "", &error).kind, error.to_string())),
        Err(_) => {
            return Err(fault(FaultKind::Timeout, format!("it did not answer within {} s", LIMIT.as_secs())));
        }
    };
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        // What it wrote is not repeated: nobody knows what is in it.
        return if UNKNOWN.iter().any(|words| text.contains(words)) {
            Ok(None)
        } else {
            Err(fault(FaultKind::Refused, format!("it ended with {}", output.status)))
        };
    }
    let answer: Answer = serde_json::from_str(&text)
        .map_err(|_| fault(FaultKind::Refused, "its answer is not what helpers answer".to_owned()))?;
    Ok(match (answer.user.as_str(), answer.secret) {
        (_, secret) if secret.is_empty() => None,
        (TOKEN, token) => Some(Secret::IdentityToken(token)),
        (user, password) => Some(Secret::Password { user: user.to_owned(), password }),
    })
}

async fn run(program: &str, server: &str) -> std::io::Result<Output> {
    let mut child = Command::new(program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // One that knows its answer need not listen to the question.
        let _ = input.write_all(server.as_bytes()).await;
    }
    child.wait_with_output().await
}
