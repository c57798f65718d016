//! The main job, in a real terminal on the real Engine: deploy, watch, scale, restart, back up, read, leave.

use super::demo::{quit, wait_task};
use super::headless::check_bundle;
use super::stacks::{DATABASE, TABLES, WEB};
use super::tree::{go_on_to_service, go_to_stack};
use crate::support::engine::trial;
use crate::support::ports;
use crate::support::project::Project;
use crate::support::pty::Pty;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;
use rustix::process::Signal;
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("operate::mlflow_is_deployed_watched_and_backed_up", mlflow_is_deployed_watched_and_backed_up),
        trial("operate::a_service_is_scaled_and_restarted", a_service_is_scaled_and_restarted),
        trial("operate::a_killed_console_changes_nothing_about_a_deploy", a_killed_console_changes_nothing),
    ]
}

/// Presses Enter on the card that asks about this.
fn confirm(console: &Pty, question: &str) {
    console.wait_text(question);
    // The plan has come when the card shows what it would take on the command line.
    console.wait_text("same as  docker");
    console.keys("<enter>");
    console.wait_gone(question);
}

fn mlflow_is_deployed_watched_and_backed_up() {
    let (workplace, project) = (Workplace::new(), Project::new("mlflow"));
    let stack = project.name.as_str();
    shipped_mlflow(&workplace, &project);

    let mut console = workplace.console((160, 48), []);
    go_to_stack(&console, stack);
    console.keys("<right>");
    go_on_to_service(&console, stack, "postgres");
    console.keys("u");
    confirm(&console, &format!("Deploy postgres of {stack}?"));
    eventually("the database to be healthy", PATIENCE, || {
        (project.health("postgres").as_deref() == Some("healthy")).then_some(())
    });
    console
        .wait("a healthy database on the screen", PATIENCE, |screen| row(screen, "postgres").contains("1/1"));

    console.keys("l");
    console.wait_text("ready to accept connections");
    console.keys("<a-1>");

    console.keys("b");
    confirm(&console, &format!("Back up {stack}?"));
    console.keys("6");
    wait_task(&console, "backup  mcptest");
    console.keys("7");
    console.wait_text("7 Backups");
    check_bundle(&workplace, &project);

    let before = started(&project, "postgres");
    console.keys("1r");
    confirm(&console, &format!("Restart postgres of {stack}?"));
    eventually("another start", PATIENCE, || (started(&project, "postgres") != before).then_some(()));
    quit(&mut console);
}

fn a_service_is_scaled_and_restarted() {
    let (workplace, project) = (Workplace::new(), Project::new("web"));
    let stack = project.name.as_str();
    workplace.stack(stack, WEB);
    workplace.run(["-s", stack, "up"]).succeeded("up");

    let mut console = workplace.console((160, 48), []);
    go_to_stack(&console, stack);
    go_on_to_service(&console, stack, "web");
    console.keys("s");
    console.wait_text(&format!("Scale web of {stack}?"));
    console.keys("3");
    confirm(&console, &format!("Scale web of {stack}?"));
    // Of the one that the file asks for.
    console.wait("three replicas on the screen", PATIENCE, |screen| row(screen, "web").contains("3/1"));
    assert_eq!(project.running("web").len(), 3);

    let before = started(&project, "web");
    console.keys("r");
    confirm(&console, &format!("Restart web of {stack}?"));
    eventually("another start", PATIENCE, || (started(&project, "web") != before).then_some(()));
    quit(&mut console);
}

/// When the service was started last.
fn started(project: &Project, service: &str) -> String {
    project.inspect(service).expect("a container of the service")["State"]["StartedAt"].to_string()
}

fn row<'a>(screen: &'a str, service: &str) -> &'a str {
    screen.lines().find(|line| is_row(line, service)).unwrap_or_default()
}

/// A row of the services: the name stands by itself, behind its state's sign.
fn is_row(line: &str, service: &str) -> bool {
    let services = line.split('│').nth(1).unwrap_or_default();
    services.split_whitespace().take(3).any(|word| word == service)
}

fn a_killed_console_changes_nothing() {
    let (workplace, project) = (Workplace::new(), Project::new("kill"));
    let stack = project.name.as_str();
    workplace.stack(stack, DATABASE);
    workplace.write(&format!("work/stacks/{stack}/tables.sql"), TABLES);
    let mut console = workplace.console((160, 48), []);
    go_to_stack(&console, stack);
    console.keys("u");
    confirm(&console, &format!("Deploy {stack}?"));
    // As soon as the daemon has begun, the console is gone without a chance to say goodbye.
    eventually("the first step", PATIENCE, || (!project.networks().is_empty()).then_some(()));
    console.signal(Signal::KILL);
    console.wait_exit(Duration::from_secs(5));
    eventually("a database that nobody watches any more", PATIENCE, || {
        (project.health("postgres").as_deref() == Some("healthy")).then_some(())
    });
    let tasks = eventually("the task's end in its journal", PATIENCE, || {
        let tasks = workplace.run(["tasks", "list", "--json"]).succeeded("tasks list").json();
        let over = tasks.as_array().is_some_and(|tasks| tasks.iter().all(|task| task["state"] != "running"));
        over.then_some(tasks)
    });
    assert_eq!(tasks.as_array().map(Vec::len), Some(1), "{tasks}");
    assert_eq!(tasks[0]["state"], "completed", "{tasks}");
}

/// The stack as it is shipped, under a name and on ports of this test's own.
fn shipped_mlflow(workplace: &Workplace, project: &Project) {
    workplace.shipped_stack("mlflow", &project.name);
    let settings = format!("POSTGRES_PORT={}\nMLFLOW_PORT={}\n", ports::take(1), ports::take(1));
    workplace.write(&format!("work/stacks/{}/.env", project.name), &settings);
}
