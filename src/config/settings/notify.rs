//! `notify`: who is told of a task's end.

use crate::domain::check::HttpUrl;
use crate::domain::notify::{Email, MailSecurity, NotifySettings, NotifyWhen, Webhook};
use crate::domain::yaml::{Reader, Value};
use std::path::{Path, PathBuf};
use std::time::Duration;

const WHEN: [(&str, NotifyWhen); 3] =
    [("failure", NotifyWhen::Failure), ("completion", NotifyWhen::Completion), ("both", NotifyWhen::Both)];
const SECURITY: [(&str, MailSecurity); 3] =
    [("none", MailSecurity::None), ("starttls", MailSecurity::StartTls), ("tls", MailSecurity::Tls)];
/// Longer than this a worker must not stay for somebody who does not answer.
const LONGEST: Duration = Duration::from_mins(1);

pub(super) fn notify(value: &Reader<'_>, file: &Path) -> NotifySettings {
    value.only(&["when", "timeout", "webhook", "email"]);
    let mut settings = NotifySettings::default();
    if let Some(when) = value.get("when").and_then(|when| when.one_of(&WHEN)) {
        settings.when = when;
    }
    if let Some(timeout) = value.get("timeout") {
        match timeout.duration().filter(|limit| !limit.is_zero() && *limit <= LONGEST) {
            Some(limit) => settings.timeout = limit,
            None => timeout.expected("a duration of up to 1m"),
        }
    }
    settings.webhook = value.get("webhook").and_then(|webhook| {
        let url = webhook.text()?;
        let right = HttpUrl::parse(&url).is_ok();
        if !right {
            // What is wrong is said without the URL, which is a secret.
            webhook.complain("it is no URL such as https://hooks.example.org/path");
        }
        right.then_some(Webhook { url })
    });
    settings.email = value.get("email").and_then(|email| read_email(&email, file));
    settings
}

fn read_email(value: &Reader<'_>, file: &Path) -> Option<Email> {
    value.only(&["server", "security", "from", "to", "user", "password_file"]);
    let needed = |key: &str| {
        let found = value.get(key);
        if found.is_none() {
            value.complain(format!("`{key}` is missing"));
        }
        found
    };
    let (server, from, to) = (needed("server"), needed("from"), needed("to"));
    let security = match value.get("security") {
        Some(security) => security.one_of(&SECURITY)?,
        None => MailSecurity::StartTls,
    };
    let (host, port) = address(&server?, security)?;
    let to = to?;
    let to: Vec<String> = if matches!(to.node().value, Value::Text(_)) {
        vec![to.text()?]
    } else {
        to.list().iter().filter_map(Reader::text).collect()
    };
    // A relative path starts at the settings, which name it.
    let beside =
        |path: String| file.parent().map_or_else(|| PathBuf::from(&path), |folder| folder.join(&path));
    Some(Email {
        host,
        port,
        security,
        from: from?.text()?,
        to,
        user: value.get("user").and_then(|user| user.text()),
        password_file: value.get("password_file").and_then(|path| path.text()).map(beside),
    })
}

/// `mail.example.org` or `mail.example.org:587`.
fn address(value: &Reader<'_>, security: MailSecurity) -> Option<(String, u16)> {
    let text = value.text()?;
    let default = match security {
        MailSecurity::None => 25,
        MailSecurity::StartTls => 587,
        MailSecurity::Tls => 465,
    };
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host.to_owned(), port.parse().ok()),
        None => (text, Some(default)),
    };
    if host.is_empty() || port.is_none() {
        value.expected("a server such as mail.example.org:587");
    }
    Some((host, port?))
}
