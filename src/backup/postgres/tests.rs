use super::*;
use crate::domain::{ContainerId, ContainerState, StackOrigin, StackRef, fixtures};

pub fn container(service: &str, number: u32, environment: &[&str]) -> Container {
    let environment = environment.iter().map(|line| (*line).to_owned()).collect();
    Container {
        id: ContainerId(format!("mlflow-{service}-{number}")),
        details: Some(ContainerDetails { environment, ..fixtures::details() }),
        ..fixtures::replica("mlflow", service, number)
    }
}

pub fn stack(backup: Vec<BackupSource>) -> StackFile {
    StackFile {
        reference: StackRef {
            project: "mlflow".to_owned(),
            files: Vec::new(),
            directory: None,
            env_files: Vec::new(),
            profiles: Vec::new(),
        },
        origin: StackOrigin::Directory,
        title: None,
        services: Vec::new(),
        checks: Vec::new(),
        backup,
        backup_policy: crate::domain::stack::BackupPolicy::default(),
        addresses: Vec::new(),
        overlays: Vec::new(),
        profiles: Vec::new(),
    }
}

pub fn source(service: &str, database: Option<&str>, user: Option<&str>) -> BackupSource {
    BackupSource::Postgres {
        service: service.to_owned(),
        database: database.map(str::to_owned),
        user: user.map(str::to_owned),
    }
}

#[test]
fn what_the_file_leaves_out_comes_from_the_containers_environment() {
    let running = container("db", 1, &["POSTGRES_USER=u", "POSTGRES_DB=d", "POSTGRES_PASSWORD=p=q"]);
    let found = dumps(&stack(vec![source("db", None, None)]), &[running]).unwrap();
    let [dump] = found.as_slice() else { panic!("one dump") };
    assert_eq!(
        (dump.user.as_str(), dump.database.as_str(), dump.path.as_str()),
        ("u", "d", "postgres/d.dump")
    );
    assert!(dump.environment("job").contains(&"PGPASSWORD=p=q".to_owned()));
    assert!(!dump.command().join(" ").contains("p=q"), "a password has no place on a command line");
}

#[test]
fn the_file_overrules_the_environment_and_the_image_has_the_last_default() {
    let running = container("db", 1, &["POSTGRES_USER=u", "POSTGRES_DB="]);
    let found = dumps(&stack(vec![source("db", Some("x/y"), Some("v"))]), &[running]).unwrap();
    assert_eq!((found[0].user.as_str(), found[0].path.as_str()), ("v", "postgres/x_y.dump"));
    let bare = container("db", 1, &[]);
    let found = dumps(&stack(vec![source("db", None, None)]), &[bare]).unwrap();
    assert_eq!((found[0].user.as_str(), found[0].database.as_str()), ("postgres", "postgres"));
}

#[test]
fn two_sources_never_share_a_file() {
    let running = [container("a", 1, &["POSTGRES_DB=d"]), container("b", 1, &["POSTGRES_DB=d"])];
    let found = dumps(&stack(vec![source("a", None, None), source("b", None, None)]), &running).unwrap();
    assert_ne!(found[0].path, found[1].path);
}

#[test]
fn a_stopped_database_and_a_stack_without_one_say_what_to_do() {
    let mut stopped = container("db", 1, &[]);
    stopped.state = ContainerState::Exited;
    let fault = dumps(&stack(vec![source("db", None, None)]), &[stopped]).err().unwrap();
    assert_eq!(fault.kind, FaultKind::Conflict);
    assert!(fault.hint.unwrap().contains("mcp-tui -s mlflow up db"));
    let fault = dumps(&stack(Vec::new()), &[]).err().unwrap();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.hint.unwrap().contains("x-mcp.backup"));
}
