use super::*;
use crate::compose::file::{LoadRequest, load};
use crate::compose::watch::jobs;
use std::collections::BTreeSet;
use std::fs;
use tempfile::TempDir;

/// A project whose services are given; `app` and its `.dockerignore` are there.
fn project(services: &str) -> (TempDir, Project) {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("app/src")).unwrap();
    fs::write(directory.path().join("app/.dockerignore"), "secret.txt\n**/target\n").unwrap();
    let file = directory.path().join("compose.yaml");
    fs::write(&file, format!("services:\n{services}")).unwrap();
    let project = load(&LoadRequest { files: vec![file], ..LoadRequest::default() }).unwrap();
    (directory, project)
}

/// What the changes of some paths mean, a line for each service.
fn meaning(services: &str, changed: &[&str]) -> Vec<String> {
    let (directory, project) = project(services);
    let changed: BTreeSet<PathBuf> = changed.iter().map(|path| directory.path().join(path)).collect();
    let found = rules(&project, &[]).unwrap();
    let line = |job: crate::compose::watch::Job| {
        let mut words = vec![job.service];
        words.extend(job.rebuild.then(|| "rebuild".to_owned()));
        words.extend(job.files.into_keys());
        words.extend(
            job.commands
                .into_iter()
                .map(|command| format!("run {}", command.hook.command.unwrap_or_default().join(" "))),
        );
        words.extend(job.restart.then(|| "restart".to_owned()));
        words.join(" ")
    };
    jobs(&found.rules, &changed).into_iter().map(line).collect()
}

const WEB: &str = "  web:
    build: ./app
    develop:
      watch:
        - {action: sync, path: ./app/src, target: /srv//app/./src/, ignore: ['*.tmp', gen/]}
        - {action: sync+restart, path: ./app/app.conf, target: /etc/app.conf}
        - {action: rebuild, path: ./app/package.json}
  worker:
    image: busybox
    develop:
      watch:
        - {action: sync+exec, path: ./app/src, target: srv, include: '**/*.py', exec: {command: [kill, -HUP, '1'], user: root}}
        - {action: restart, path: ./app/package.json}
";

#[test]
fn a_change_means_what_the_rules_of_each_service_say() {
    assert_eq!(meaning(WEB, &["app/src/a/b.html"]), ["web /srv/app/src/a/b.html"]);
    assert_eq!(
        meaning(WEB, &["app/src/main.py", "app/app.conf"]),
        ["web /etc/app.conf /srv/app/src/main.py restart", "worker /srv/main.py run kill -HUP 1"]
    );
    assert_eq!(meaning(WEB, &["app/src"]), ["web /srv/app/src", "worker /srv run kill -HUP 1"]);
    assert!(meaning(WEB, &["app/Dockerfile", "elsewhere"]).is_empty());
}

#[test]
fn a_rebuild_contains_all_else() {
    assert_eq!(
        meaning(WEB, &["app/src/main.py", "app/app.conf", "app/package.json"]),
        ["web rebuild", "worker /srv/main.py run kill -HUP 1 restart"]
    );
}

#[test]
fn what_is_ignored_means_nothing() {
    let ignored =
        ["app/src/a.tmp", "app/src/gen/a", "app/src/target/x", "app/src/.a.swp", "app/src/.git/index"];
    assert!(meaning(WEB, &ignored).is_empty());
    assert_eq!(meaning(WEB, &["app/src/deep/a.tmp"]).len(), 1, "patterns are anchored at the path");
}

#[test]
fn patterns_beside_the_dockerfile_come_before_those_of_the_context() {
    let (directory, project) = project(
        "  web:\n    build: {context: ./app, dockerfile: web.Dockerfile}\n    develop:\n      watch:\n        - {action: sync, path: ./app, target: /srv}\n",
    );
    let concerns = |name: &str| {
        let rules = rules(&project, &[]).unwrap().rules;
        rules[0].concerns(&directory.path().join("app").join(name))
    };
    assert_eq!((concerns("secret.txt"), concerns("notes.md")), (false, true));
    // The Dockerfile itself need not be there yet.
    fs::write(directory.path().join("app/web.Dockerfile.dockerignore"), "*.md\n").unwrap();
    assert_eq!((concerns("secret.txt"), concerns("notes.md")), (true, false));
}

#[test]
fn a_command_leaves_variables_without_a_value_as_the_container_has_them() {
    let (directory, project) = project(
        "  web:\n    image: busybox\n    develop:\n      watch:\n        - {action: sync+exec, path: ./app, target: /srv, exec: {command: env, environment: {SAME: , KEY: value}}}\n",
    );
    let changed = [directory.path().join("app/file")].into();
    let job = jobs(&rules(&project, &[]).unwrap().rules, &changed).remove(0);
    assert_eq!(job.commands[0].key, "services.web.develop.watch[0].exec");
    assert_eq!(job.commands[0].hook.environment, [("KEY".to_owned(), Some("value".to_owned()))].into());
}

#[test]
fn what_is_mounted_needs_no_watching() {
    let mounted = "  web:\n    image: busybox\n    volumes: ['./app:/srv']\n    develop:\n      watch:\n        - {action: sync, path: ./app/src, target: /srv/src}\n        - {action: restart, path: ./other}\n";
    let (_directory, mounted) = project(mounted);
    let found = rules(&mounted, &[]).unwrap();
    assert_eq!(found.rules.len(), 1);
    assert!(
        found.warnings[0].contains("services.web.develop.watch[0]") && found.warnings[0].contains("/srv")
    );
}

#[test]
fn a_rule_that_cannot_be_followed_is_told_by_its_key() {
    let refused = |trigger: &str| {
        let (_directory, project) = project(&format!(
            "  web:\n    image: busybox\n    develop:\n      watch:\n        - {trigger}\n"
        ));
        rules(&project, &[]).unwrap_err()
    };
    let fault = refused("{action: rebuild, path: ./app}");
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::Invalid, "services.web.develop.watch[0]"));
    let fault = refused("{action: sync, path: ./app, target: /a, ignore: ['a', '[']}");
    assert_eq!(fault.object, "services.web.develop.watch[0].ignore");
    assert!(fault.to_string().contains("`[`"), "{fault}");
    let fault = refused("{action: sync+exec, path: ./app, target: /a}");
    assert!(fault.to_string().contains("no command"), "{fault}");
}

#[test]
fn a_project_without_rules_has_nothing_to_watch() {
    let (_directory, plain) = project("  web:\n    image: busybox\n");
    let fault = rules(&plain, &[]).unwrap_err();
    assert!(fault.hint.unwrap().contains("develop.watch"));
    let (_directory, both) = project(WEB);
    assert_eq!(rules(&both, &["worker".to_owned()]).unwrap().rules.len(), 2);
}
