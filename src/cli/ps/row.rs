//! One container in the words of `docker ps`: what a column, a template and a JSON line are made of.

use super::state;
use crate::domain::{Container, Health, units};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::time::Duration;

/// So much of a command is shown, quotes aside.
const COMMAND_LENGTH: usize = 20;
const NAME_LENGTH: usize = 15;

/// `listed` is the daemon's own entry of the container; `exit_code` only an inspect tells.
pub fn row(container: &Container, listed: &Value, exit_code: i64, cut: bool, now: Timestamp) -> Value {
    let labels = container.compose.as_ref();
    let health = container.health.map_or("", Health::word);
    let created = container
        .created
        .map(|created| created.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S %z %Z").to_string());
    let pairs = |key: &str| listed.get(key).and_then(Value::as_object);
    let all_labels = pairs("Labels").into_iter().flatten();
    let all_labels = all_labels.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    let volumes = container.mounts.iter().filter(|mount| mount.kind == "volume").count();
    let mounts = container.mounts.iter().map(|mount| shortened(&mount.source, NAME_LENGTH, cut));
    let networks = container.networks.iter().map(|attachment| attachment.network.clone());
    let publishers = listed.get("Ports").and_then(Value::as_array).into_iter().flatten().map(|port| {
        let number = |key: &str| port.get(key).and_then(Value::as_u64).unwrap_or(0);
        json!({
            "URL": port.get("IP").and_then(Value::as_str).unwrap_or_default(),
            "TargetPort": number("PrivatePort"),
            "PublishedPort": number("PublicPort"),
            "Protocol": port.get("Type"),
        })
    });
    let publishers: Vec<Value> = publishers.collect();
    json!({
        "Command": command(listed, cut),
        "CreatedAt": created,
        "ExitCode": exit_code,
        "Health": health,
        "ID": if cut { container.id.short() } else { &container.id.0 },
        "Image": container.image,
        "Labels": all_labels.collect::<Vec<_>>().join(","),
        "LocalVolumes": volumes.to_string(),
        "Mounts": mounts.collect::<Vec<_>>().join(","),
        "Name": container.name,
        "Names": container.name,
        "Networks": networks.collect::<Vec<_>>().join(","),
        "Ports": ports(&publishers),
        "Project": labels.map(|labels| labels.project.as_str()),
        "Publishers": publishers,
        "RunningFor": ago(container, now),
        "Service": labels.map(|labels| labels.service.as_str()),
        "Size": "0B",
        "State": state(container.state),
        "Status": container.status,
    })
}

/// In quotes, as it was given to the container.
pub fn command(listed: &Value, cut: bool) -> String {
    let command = listed.get("Command").and_then(Value::as_str).unwrap_or_default();
    format!("\"{}\"", shortened(command, COMMAND_LENGTH, cut))
}

/// `3 minutes ago`
pub fn ago(container: &Container, now: Timestamp) -> String {
    let created = container.created;
    created.map_or_else(|| "–".to_owned(), |created| format!("{} ago", human(units::since(created, now))))
}

fn shortened(text: &str, length: usize, cut: bool) -> String {
    if !cut || text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length - 1).chain(['…']).collect()
}

fn ports(publishers: &[Value]) -> String {
    let texts = publishers.iter().map(|port| {
        let text = |key: &str| port[key].as_str().unwrap_or_default().to_owned();
        let inner = format!("{}/{}", port["TargetPort"], text("Protocol"));
        if port["PublishedPort"] == 0 {
            return inner;
        }
        format!("{}:{}->{inner}", text("URL"), port["PublishedPort"])
    });
    texts.collect::<Vec<_>>().join(", ")
}

/// As docker rounds: `About a minute`, `47 hours`, `3 days`.
fn human(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours) = (seconds / 60, (seconds + 1800) / 3600);
    match () {
        () if seconds < 1 => "Less than a second".to_owned(),
        () if seconds == 1 => "1 second".to_owned(),
        () if seconds < 60 => format!("{seconds} seconds"),
        () if minutes == 1 => "About a minute".to_owned(),
        () if minutes < 60 => format!("{minutes} minutes"),
        () if hours == 1 => "About an hour".to_owned(),
        () if hours < 48 => format!("{hours} hours"),
        () if hours < 24 * 14 => format!("{} days", hours / 24),
        () if hours < 24 * 60 => format!("{} weeks", hours / 24 / 7),
        () if hours < 24 * 365 * 2 => format!("{} months", hours / 24 / 30),
        () => format!("{} years", hours / 24 / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "Less than a second")]
    #[case(1, "1 second")]
    #[case(59, "59 seconds")]
    #[case(61, "About a minute")]
    #[case(3 * 60, "3 minutes")]
    #[case(70 * 60, "About an hour")]
    #[case(47 * 3600, "47 hours")]
    #[case(48 * 3600, "2 days")]
    #[case(15 * 86_400, "2 weeks")]
    #[case(70 * 86_400, "2 months")]
    #[case(800 * 86_400, "2 years")]
    fn an_age_is_rounded_as_docker_does(#[case] seconds: u64, #[case] text: &str) {
        assert_eq!(human(Duration::from_secs(seconds)), text);
    }

    #[test]
    fn a_command_is_quoted_and_cut() {
        let listed = json!({ "Command": "sh -c 'echo started; sleep 1'" });
        assert_eq!(command(&listed, true), "\"sh -c 'echo started…\"");
        assert_eq!(command(&listed, false), "\"sh -c 'echo started; sleep 1'\"");
    }
}
