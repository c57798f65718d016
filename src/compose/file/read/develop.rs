//! `develop.watch`, and the hooks `pre_start`, `post_start` and `pre_stop`.

use super::Context;
use super::command::command;
use super::scalars::{flag, one_or_more, pairs, string};
use crate::compose::file::service::{Develop, Hook, Trigger, WatchAction};
use crate::domain::yaml::{Reader, Value};

pub fn develop(reader: &Reader<'_>, context: &Context<'_>) -> Develop {
    reader.only(&["watch"]);
    let triggers = reader.get("watch").map(|value| value.list()).unwrap_or_default();
    Develop { watch: triggers.iter().filter_map(|item| trigger(item, context)).collect() }
}

fn trigger(reader: &Reader<'_>, context: &Context<'_>) -> Option<Trigger> {
    reader.only(&["path", "action", "target", "exec", "include", "ignore", "initial_sync"]);
    let path = reader.get("path").and_then(|value| Some((string(&value)?, value)));
    let action = reader.get("action").and_then(|value| value.one_of(&WatchAction::WORDS));
    if path.is_none() && reader.get("path").is_none() {
        reader.complain("expected `path`, the files to watch");
    }
    if reader.get("action").is_none() {
        let words = WatchAction::WORDS.map(|(word, _)| word).join(", ");
        reader.complain(format!("expected `action`, one of {words}"));
    }
    let list = |key: &str| reader.get(key).map(|value| one_or_more(&value)).unwrap_or_default();
    let target = reader.get("target").and_then(|value| string(&value)).unwrap_or_default();
    let action = action?;
    let copies = match action {
        WatchAction::Sync | WatchAction::SyncRestart | WatchAction::SyncExec => true,
        WatchAction::Rebuild | WatchAction::Restart => false,
    };
    if copies && target.is_empty() {
        reader.complain("expected `target`, the path in the container to which files are copied");
    }
    let (path, written) = path?;
    Some(Trigger {
        path: context.absolute(&written, &path),
        action,
        target,
        exec: reader.get("exec").map(|value| hook(&value, context, &[])).unwrap_or_default(),
        include: list("include"),
        ignore: list("ignore"),
        initial_sync: reader.get("initial_sync").and_then(|value| flag(&value)).unwrap_or(false),
    })
}

pub fn hooks(reader: &Reader<'_>, key: &str, context: &Context<'_>) -> Vec<Hook> {
    // What runs before the start needs a container of its own.
    let more: &[&str] = if key == "pre_start" { &["image", "per_replica"] } else { &[] };
    let hooks = reader.get(key).map(|value| value.list()).unwrap_or_default();
    let one = |item: &Reader<'_>| {
        let hook = hook(item, context, more);
        if more.is_empty() && hook.command.is_none() && item.get("command").is_none() {
            item.complain("expected `command`");
        }
        hook
    };
    hooks.iter().map(one).collect()
}

fn hook(reader: &Reader<'_>, context: &Context<'_>, more: &[&str]) -> Hook {
    let keys = ["command", "user", "privileged", "working_dir", "environment"];
    reader.only(&[&keys[..], more].concat());
    let text = |key: &str| reader.get(key).and_then(|value| string(&value)).unwrap_or_default();
    let switch = |key: &str| reader.get(key).and_then(|value| flag(&value)).unwrap_or_default();
    if !matches!(reader.node().value, Value::Mapping(_)) {
        return Hook::default();
    }
    Hook {
        command: reader.get("command").and_then(|value| command(&value, context)),
        image: text("image"),
        user: text("user"),
        privileged: switch("privileged"),
        working_dir: text("working_dir"),
        environment: reader.get("environment").map(|value| pairs(&value)).unwrap_or_default(),
        per_replica: switch("per_replica"),
    }
}
