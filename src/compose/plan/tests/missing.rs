//! Secrets and configs whose files are not there.

use super::*;
use crate::compose::observe::Missing;

const FILE: &str = "
services:
  db: {image: 'postgres:15', secrets: [key], configs: [settings]}
  web: {image: nginx, depends_on: [db]}
secrets: {key: {file: /nowhere/key}}
configs: {settings: {file: /nowhere/settings}}
";

fn without_files(for_the_daemon: bool) -> Observed {
    let files = ["/nowhere/key", "/nowhere/settings"].map(str::to_owned).into();
    Observed { missing: Missing { files, for_the_daemon }, ..nothing() }
}

fn up(services: &[&str]) -> Operation {
    let services = services.iter().map(ToString::to_string).collect();
    Operation::Up(UpOptions { services, no_deps: true, ..UpOptions::default() })
}

#[test]
fn what_the_daemon_would_refuse_ends_the_plan_with_all_files_named() {
    let project = project(FILE);
    let fault = for_operation(Some(&project), &without_files(true), &up(&[])).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    let told: Vec<String> = fault.each().iter().map(|(fault, _)| fault.to_string()).collect();
    assert_eq!(
        told,
        [
            "up configs.settings: there is no file /nowhere/settings; and 1 more",
            "up secrets.key: there is no file /nowhere/key"
        ]
    );
    assert!(for_operation(Some(&project), &without_files(true), &up(&["web"])).is_ok(), "web needs neither");
}

#[test]
fn what_another_host_may_have_is_a_warning() {
    let plan = for_operation(Some(&project(FILE)), &without_files(false), &up(&[])).unwrap();
    let warnings = plan.summary().warnings;
    assert!(
        warnings.iter().any(|warning| warning.contains("secrets.key: there is no file /nowhere/key here"))
    );
    assert!(warnings.iter().any(|warning| warning.contains("/nowhere/settings")), "{warnings:?}");
}

#[test]
fn a_container_that_is_kept_needs_no_file_any_more() {
    let project = project(FILE);
    let observed = Observed { missing: without_files(true).missing, ..running(&project) };
    assert!(for_operation(Some(&project), &observed, &up(&[])).is_ok());
}
