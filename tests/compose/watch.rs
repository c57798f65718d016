//! `watch` on a real Engine: what is changed here is there, and what is gone is gone.

#[path = "watch/site.rs"]
mod site;

use crate::support::engine::docker;
use crate::support::wait::{PATIENCE, eventually};
use libtest_mimic::Trial;
use site::{Site, Watching};
use std::fs;
use std::process::Command;

/// Names the cases.
macro_rules! cases {
    ($($case:ident),+) => {
        vec![$(crate::support::engine::trial(concat!("watch::", stringify!($case)), || $case(&Site::new()))),+]
    };
}

pub fn trials() -> Vec<Trial> {
    cases!(
        edits_arrive_in_all_replicas,
        what_is_gone_here_is_gone_there,
        what_is_ignored_stays_away,
        trees_and_links_arrive_as_they_are,
        a_burst_of_files_arrives,
        a_restart_follows_the_files,
        a_command_follows_the_files,
        a_failing_command_ends_nothing,
        what_cannot_be_told_yet_is_told_once_and_done_later,
        a_daemon_that_is_away_gets_all_when_it_is_back,
        a_container_that_cannot_start_gets_what_mends_it,
        a_rebuild_makes_the_containers_anew,
        what_is_newer_than_the_image_is_sent_first,
        ctrl_c_ends_it_and_nothing_else,
        an_up_that_watches_shows_the_logs_and_is_stopped_by_ctrl_c,
        an_up_that_is_ended_in_mid_rebuild_stops_what_that_has_made,
        without_rules_it_says_what_is_missing,
        too_many_directories_are_told
    )
}

const SYNC: &str = "{action: sync, path: ./src, target: /srv, ignore: ['*.tmp', gen/]}";

fn edits_arrive_in_all_replicas(site: &Site) {
    site.write("src/page.html", "one");
    site.describe(3, &[SYNC]);
    let mut watching = site.watch(&[]);
    for text in ["two", "three"] {
        site.write("src/page.html", text);
        for number in 1..=3 {
            site.wait_content(number, "/srv/page.html", Some(text));
        }
    }
    watching.wait_line("web: 1 sent, 3 containers");
    let owner = docker(["exec", &site.container(1), "stat", "-c", "%u:%g %a", "/srv/page.html"]);
    assert_eq!(owner, "0:0 644");
}

fn what_is_gone_here_is_gone_there(site: &Site) {
    site.write("src/keep", "keep");
    site.describe(2, &[SYNC]);
    let _watching = site.watch(&[]);
    site.write("src/file", "text");
    site.write("src/tree/deep/file", "text");
    for number in 1..=2 {
        site.wait_content(number, "/srv/file", Some("text"));
        site.wait_content(number, "/srv/tree/deep/file", Some("text"));
    }
    fs::remove_file(site.path("src/file")).expect("it is there");
    fs::remove_dir_all(site.path("src/tree")).expect("it is there");
    for number in 1..=2 {
        site.wait_content(number, "/srv/file", None);
        let listed = || docker(["exec", &site.container(number), "ls", "/srv"]);
        eventually("the tree is gone", PATIENCE, || (!listed().contains("tree")).then_some(()));
    }
}

fn what_is_ignored_stays_away(site: &Site) {
    site.write("src/page.html", "one");
    site.write("src/gen/made", "before");
    site.describe(1, &[SYNC]);
    let _watching = site.watch(&[]);
    for ignored in
        ["src/a.tmp", "src/gen/made", "src/.page.html.swp", "src/page.html~", "src/.git/index", "other"]
    {
        site.write(ignored, "ignored");
    }
    // What is sent last comes last: had the others been sent, they would be there.
    site.write("src/page.html", "two");
    site.wait_content(1, "/srv/page.html", Some("two"));
    assert_eq!(docker(["exec", &site.container(1), "ls", "-A", "/srv"]), "page.html");
}

fn trees_and_links_arrive_as_they_are(site: &Site) {
    site.write("src/page.html", "one");
    site.describe(1, &[SYNC]);
    let _watching = site.watch(&[]);
    site.write("away/tree/a/b/run.sh", "#!/bin/sh\necho it runs\n");
    fs::create_dir_all(site.path("away/tree/empty")).expect("a directory");
    std::os::unix::fs::symlink("a/b/run.sh", site.path("away/tree/link")).expect("a link");
    std::os::unix::fs::symlink("/etc", site.path("away/tree/outside")).expect("a link");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(site.path("away/tree/a/b/run.sh"), mode).expect("a file");
    fs::rename(site.path("away/tree"), site.path("src/tree")).expect("a rename");
    site.wait_content(1, "/srv/tree/a/b/run.sh", Some("#!/bin/sh\necho it runs\n"));
    let run = |line: &str| docker(["exec", &site.container(1), "sh", "-c", line]);
    assert_eq!(
        run("/srv/tree/link; readlink /srv/tree/link; readlink /srv/tree/outside"),
        "it runs\na/b/run.sh\n/etc"
    );
    assert_eq!(run("test -d /srv/tree/empty && ls -A /srv/tree/empty"), "");
    // A directory takes the place of a file, and a file that of a directory.
    fs::remove_file(site.path("src/page.html")).expect("it is there");
    site.write("src/page.html/inner", "inner");
    fs::remove_dir_all(site.path("src/tree")).expect("it is there");
    site.write("src/tree", "a file");
    site.wait_content(1, "/srv/page.html/inner", Some("inner"));
    site.wait_content(1, "/srv/tree", Some("a file"));
}

fn a_burst_of_files_arrives(site: &Site) {
    site.write("src/page.html", "one");
    site.describe(2, &[SYNC]);
    let _watching = site.watch(&[]);
    for number in 0..500 {
        site.write(&format!("src/many/{}/{number}.txt", number % 20), &number.to_string());
    }
    for container in 1..=2 {
        let name = site.container(container);
        let count = || docker(["exec", &name, "sh", "-c", "cat /srv/many/*/*.txt 2>&1 | wc -c"]);
        // One digit ten times, two ninety times, three four hundred times.
        eventually("all files are there", PATIENCE, || (count() == "1390").then_some(()));
    }
}

fn a_restart_follows_the_files(site: &Site) {
    site.write("app.conf", "one");
    site.write("trigger", "one");
    site.describe(
        2,
        &[
            "{action: sync+restart, path: ./app.conf, target: /etc/app.conf}",
            "{action: restart, path: ./trigger}",
        ],
    );
    let mut watching = site.watch(&[]);
    let started = || {
        [1, 2].map(|number| {
            docker(["inspect", "--format", "{{.Id}} {{.State.StartedAt}}", &site.container(number)])
        })
    };
    let mut before = started();
    for (file, text) in [("app.conf", "two"), ("trigger", "two")] {
        site.write(file, text);
        before = eventually(&format!("both are restarted after {file}"), PATIENCE, || {
            let after = started();
            (after[0] != before[0] && after[1] != before[1]).then_some(after)
        });
    }
    site.wait_content(2, "/etc/app.conf", Some("two"));
    watching.wait_line("restart");
    assert_eq!(site.docker.running("web").len(), 2);
}

fn a_command_follows_the_files(site: &Site) {
    site.write("src/page.html", "one");
    site.describe(
        2,
        &["{action: sync+exec, path: ./src, target: /srv, exec: {command: 'sh -c \"cp /srv/page.html /tmp/$$NAME; echo told by $$NAME\"', \
           environment: {NAME: copy}, working_dir: /srv}}"],
    );
    let mut watching = site.watch(&[]);
    site.write("src/page.html", "two");
    for number in 1..=2 {
        site.wait_content(number, "/tmp/copy", Some("two"));
    }
    watching.wait_line("told by copy");
}

fn a_failing_command_ends_nothing(site: &Site) {
    site.write("src/page.html", "one");
    site.describe(
        1,
        &["{action: sync+exec, path: ./src, target: /srv, exec: {command: [sh, -c, 'echo it went wrong; exit 7', hidden]}}"],
    );
    let mut watching = site.watch(&[]);
    site.write("src/page.html", "two");
    watching.wait_line("`sh` ended with exit code 7: it went wrong");
    watching.wait_line("services.web.develop.watch[0].exec asks for it");
    assert!(!watching.lines().iter().any(|line| line.contains("hidden")), "arguments may be secrets");
    site.write("src/page.html", "three");
    site.wait_content(1, "/srv/page.html", Some("three"));
}

/// In a container that is paused no command can be run, neither the one asked for nor one that removes.
fn what_cannot_be_told_yet_is_told_once_and_done_later(site: &Site) {
    site.write("src/old", "old");
    site.describe(
        2,
        &["{action: sync+exec, path: ./src, target: /srv, exec: {command: 'sh -c \"cp /srv/page.html /tmp/copy; echo x >> /tmp/times\"'}}"],
    );
    let mut watching = site.watch(&[]);
    site.write("src/page.html", "one");
    site.wait_content(1, "/tmp/copy", Some("one"));
    site.wait_content(2, "/tmp/copy", Some("one"));
    docker(["pause", &site.container(2)]);
    site.write("src/page.html", "two");
    site.wait_content(1, "/tmp/copy", Some("two"));
    watching.wait_line("is paused");
    watching.wait_line("tried again");
    site.write("src/page.html", "three");
    site.write("src/late", "late");
    site.wait_content(1, "/tmp/copy", Some("three"));
    site.wait_content(1, "/srv/late", Some("late"));
    docker(["unpause", &site.container(2)]);
    site.wait_content(2, "/tmp/copy", Some("three"));
    site.wait_content(2, "/srv/late", Some("late"));
    let told = watching.lines().iter().filter(|line| line.contains("is paused")).count();
    assert_eq!(told, 1, "it is told once: {:#?}", watching.lines());
    assert_eq!(
        site.content(1, "/tmp/times"),
        Some("x\n".repeat(3)),
        "the other is told nothing twice, and changes of a moment together"
    );
}

/// The way to the daemon is a link that the test takes away.
fn a_daemon_that_is_away_gets_all_when_it_is_back(site: &Site) {
    site.write("src/page.html", "one");
    site.write("src/gone", "text");
    site.describe(1, &[SYNC]);
    site.workplace.run(["-p", site.name(), "up"]).succeeded("up");
    let socket = docker(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
    let socket = socket.strip_prefix("unix://").expect("a local daemon");
    let way = site.workplace.path("docker.sock");
    std::os::unix::fs::symlink(socket, &way).expect("a link");
    let mut command = site.workplace.command([]);
    command.arg("-H").arg(format!("unix://{}", way.display())).args(["-p", site.name(), "watch", "--no-up"]);
    let mut watching = Watching::start(command);
    watching.wait_line("watching ");
    site.write("src/gone", "more");
    site.wait_content(1, "/srv/gone", Some("more"));
    fs::remove_file(&way).expect("the link");
    site.write("src/page.html", "two");
    watching.wait_line("tried again");
    site.write("src/other", "other");
    fs::remove_file(site.path("src/gone")).expect("it is there");
    std::os::unix::fs::symlink(socket, &way).expect("a link");
    site.wait_content(1, "/srv/page.html", Some("two"));
    site.wait_content(1, "/srv/other", Some("other"));
    site.wait_content(1, "/srv/gone", None);
}

/// It is restarted again and again, and hardly ever runs.
fn a_container_that_cannot_start_gets_what_mends_it(site: &Site) {
    site.write("src/program", "exit 1");
    site.write(
        "compose.yaml",
        "services:\n  web:\n    image: mcp-tui-test/busybox\n    command: sh /srv/program\n    restart: always\n    init: true\n    \
         stop_grace_period: 1s\n    develop:\n      watch:\n        - {action: sync, path: ./src, target: /srv}\n",
    );
    let _watching = site.watch(&[]);
    let restarts = || docker(["inspect", "--format", "{{.RestartCount}}", &site.container(1)]);
    eventually("it is restarted", PATIENCE, || (restarts().parse::<u32>().ok()? > 3).then_some(()));
    site.write("src/program", "echo mended > /tmp/state; exec sleep 1000");
    site.wait_content(1, "/tmp/state", Some("mended\n"));
}

fn a_rebuild_makes_the_containers_anew(site: &Site) {
    site.write("app/Dockerfile", "FROM mcp-tui-test/busybox\nCOPY version /version\n");
    site.write("app/version", "one");
    site.write("app/.dockerignore", "notes\n");
    site.write("app/notes", "none");
    site.write(
        "compose.yaml",
        "services:\n  web:\n    build: ./app\n    command: sleep 1000\n    init: true\n    stop_grace_period: 1s\n    scale: 2\n    \
         develop:\n      watch:\n        - {action: rebuild, path: ./app}\n",
    );
    let image = format!("{}-web", site.name());
    let mut watching = site.watch(&[]);
    site.wait_content(1, "/version", Some("one"));
    let before = docker(["inspect", "--format", "{{.Id}}", &site.container(1)]);
    site.write("app/notes", "some");
    site.write("app/version", "two");
    for number in 1..=2 {
        site.wait_content(number, "/version", Some("two"));
    }
    assert_ne!(docker(["inspect", "--format", "{{.Id}}", &site.container(1)]), before);
    // What cannot be built leaves what runs alone, and the next change may mend it.
    site.write("app/Dockerfile", "FROM mcp-tui-test/busybox\nRUN false\n");
    watching.wait_line("error:");
    assert_eq!(site.content(1, "/version").as_deref(), Some("two"));
    site.write("app/Dockerfile", "FROM mcp-tui-test/busybox\nRUN echo three > /version\n");
    site.wait_content(1, "/version", Some("three\n"));
    watching.interrupt();
    drop(Command::new("docker").args(["rmi", "--force", &image]).output());
}

fn what_is_newer_than_the_image_is_sent_first(site: &Site) {
    site.write("src/page.html", "one");
    site.write("src/deep/file", "deep");
    site.describe(1, &["{action: sync, path: ./src, target: /srv, initial_sync: true}"]);
    let _watching = site.watch(&[]);
    site.wait_content(1, "/srv/page.html", Some("one"));
    site.wait_content(1, "/srv/deep/file", Some("deep"));
}

fn ctrl_c_ends_it_and_nothing_else(site: &Site) {
    site.write("src/page.html", "one");
    site.describe(1, &[SYNC]);
    let mut watching = site.watch(&[]);
    assert_eq!(watching.interrupt(), Some(130));
    assert_eq!(site.docker.running("web").len(), 1);
    // What runs already is watched without bringing anything up.
    docker(["stop", &site.container(1)]);
    let mut watching = site.watch(&["--no-up"]);
    assert!(site.docker.running("web").is_empty());
    docker(["start", &site.container(1)]);
    site.write("src/page.html", "two");
    site.wait_content(1, "/srv/page.html", Some("two"));
    assert_eq!(watching.interrupt(), Some(130));
}

fn an_up_that_watches_shows_the_logs_and_is_stopped_by_ctrl_c(site: &Site) {
    site.write("src/page.html", "one");
    site.write(
        "compose.yaml",
        "services:\n  web:\n    image: mcp-tui-test/busybox\n    init: true\n    stop_grace_period: 1s\n    \
         command: sh -c 'echo begun; while ! grep -s two /srv/page.html; do sleep 0.1; done; exec sleep 1000'\n    \
         develop:\n      watch:\n        - {action: sync, path: ./src, target: /srv}\n  \
         aux:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n    stop_grace_period: 1s\n",
    );
    let mut command = site.workplace.command([]);
    command.args(["-p", site.name(), "up", "--watch"]);
    let mut watching = Watching::start(command);
    watching.wait_line("watching ");
    watching.wait_line("web-1  | begun");
    site.write("src/page.html", "two");
    watching.wait_line("web-1  | two");
    // What a container writes after it was started again is shown as well, and nothing twice.
    let begun =
        |watching: &Watching| watching.lines().iter().filter(|line| line.contains("web-1  | begun")).count();
    docker(["restart", "--time", "1", &site.container(1)]);
    eventually("it begins again", PATIENCE, || (begun(&watching) == 2).then_some(()));
    assert_eq!(watching.interrupt(), Some(130));
    assert_eq!(begun(&watching), 2);
    assert!(site.docker.running("web").is_empty() && site.docker.running("aux").is_empty());
    assert_eq!(site.docker.containers().len(), 2, "they are stopped, and there");
}

fn an_up_that_is_ended_in_mid_rebuild_stops_what_that_has_made(site: &Site) {
    let dockerfile = |line: &str| format!("FROM mcp-tui-test/busybox\nRUN {line}\n");
    site.write("app/Dockerfile", &dockerfile("echo one > /version"));
    site.write(
        "compose.yaml",
        "services:\n  web:\n    build: ./app\n    command: sleep 1000\n    init: true\n    stop_grace_period: 1s\n    \
         develop:\n      watch:\n        - {action: rebuild, path: ./app}\n",
    );
    let mut command = site.workplace.command([]);
    command.args(["-p", site.name(), "up", "--watch"]);
    let mut watching = Watching::start(command);
    watching.wait_line("watching ");
    site.write("app/Dockerfile", &dockerfile("sleep 3; echo two > /version"));
    watching.wait_line("RUN sleep 3");
    assert_eq!(watching.interrupt(), Some(130));
    assert!(site.docker.running("web").is_empty());
    let copied = site.workplace.path("version");
    docker(["cp", &format!("{}:/version", site.container(1)), &copied.to_string_lossy()]);
    assert_eq!(fs::read_to_string(copied).expect("the file"), "two\n", "the rebuild went on to its end");
    drop(Command::new("docker").args(["rmi", "--force", &format!("{}-web", site.name())]).output());
}

fn without_rules_it_says_what_is_missing(site: &Site) {
    site.write("compose.yaml", "services:\n  web:\n    image: mcp-tui-test/busybox\n");
    site.workplace.run(["watch"]).failed(2, ["nothing is to be watched", "develop.watch"]);
    assert!(site.docker.containers().is_empty());
}

/// In a name space of its own, whose limit can be lowered without anybody else noticing.
fn too_many_directories_are_told(site: &Site) {
    for number in 0..10 {
        site.write(&format!("src/{number}/file"), "text");
    }
    site.describe(1, &[SYNC]);
    let line = "echo 3 > /proc/sys/user/max_inotify_watches && exec \"$0\" watch --no-up";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "sh", "-c", line, crate::support::workplace::BINARY]);
    command.env_clear().envs(site.workplace.environment()).current_dir(site.workplace.work());
    crate::support::workplace::finish(command, "watch").failed(6, ["src/", "max_user_watches"]);
}
