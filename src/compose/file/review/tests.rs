use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// A stack of these files; a name that ends in `*` may be executed.
fn stack(files: &[(&str, &str)]) -> (tempfile::TempDir, Subject) {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("demo");
    let mut overlays = BTreeMap::new();
    for (name, text) in files {
        let path = directory.join(name.trim_end_matches('*'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(
            &path,
            fs::Permissions::from_mode(if name.ends_with('*') { 0o755 } else { 0o644 }),
        )
        .unwrap();
        if let Some(overlay) = name.strip_prefix("compose.").and_then(|rest| rest.strip_suffix(".yaml"))
            && !overlay.is_empty()
        {
            overlays.insert(overlay.to_owned(), path);
        }
    }
    let subject = Subject {
        project: None,
        env_files: Vec::new(),
        files: vec![directory.join("compose.yaml")],
        directory,
        overlays,
        environment: BTreeMap::new(),
    };
    (root, subject)
}

/// `error compose.yaml:3:5: …`, the stack's directory left out.
fn told(subject: &Subject) -> Vec<String> {
    let word = |severity| match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let here = format!("{}/", subject.directory.display());
    let problems = review(subject).problems.into_iter();
    problems
        .map(|problem| {
            let fault = problem.fault;
            let text = format!("{}: {}", fault.object, fault.causes.join("; ")).replace(&here, "");
            format!("{} {text}", word(problem.severity))
        })
        .collect()
}

#[test]
fn a_stack_without_faults_has_none() {
    let (_root, subject) = stack(&[
        (
            "compose.yaml",
            "x-mcp: {title: Demo, overlays: {prod: many}, addresses: ['http://localhost:${PORT:-80}']}\n\
             services:\n  web:\n    image: nginx\n    ports: ['${PORT:-80}:80']\n    volumes: ['./data:/data', './run.sh:/run.sh']\n    \
             x-mcp: {checks: [{tcp: 'localhost:${PORT:-80}'}]}\n",
        ),
        ("compose.prod.yaml", "services: {web: {environment: {KEY: '${KEY}'}}}\n"),
        (".env.example", "PORT=80\nKEY=\n"),
        (".env", "KEY=x\n"),
        ("run.sh*", "#!/bin/sh\n"),
    ]);
    let found = review(&subject);
    assert_eq!(told(&subject), [""; 0]);
    assert_eq!((found.variants, found.errors(), found.warnings()), (4, 0, 0));
}

#[test]
fn what_lies_beside_the_files_is_looked_at() {
    let (_root, subject) = stack(&[
        (
            "compose.yaml",
            "x-mcp: {title: Demo}\nservices:\n  web:\n    build: ./missing\n    \
             volumes:\n      - ./nginx.conf:/etc/nginx.conf\n      - ./run.sh:/run.sh\n      - ./data:/data\n    \
             secrets: [open, to_make, gone]\nsecrets:\n  open: {file: ./open.txt}\n  to_make: {file: ./to_make.txt}\n  \
             gone: {file: ./gone.txt}\n  unused: {file: ./unused.txt}\n",
        ),
        ("run.sh", "#!/bin/sh\n"),
        ("open.txt", "x"),
        ("to_make.txt.example", "x"),
        ("prepare*", "#!/bin/sh\n"),
    ]);
    fs::set_permissions(&subject.directory, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(
        told(&subject),
        [
            "error compose.yaml:6:9: services.web.volumes[0]: there is no nginx.conf",
            "error compose.yaml:7:9: services.web.volumes[1]: run.sh is a script that nobody may execute",
            "error compose.yaml:4:12: services.web.build: there is no directory missing",
            "error compose.yaml:13:9: secrets.gone: there is no file gone.txt",
            "error compose.yaml:11:9: secrets.open: open.txt can be read by other users of this host",
            "warning compose.yaml:12:12: secrets.to_make: there is no file to_make.txt",
        ]
    );
    let hint = |word: &str| {
        let problems = review(&subject).problems;
        let found = problems.into_iter().find(|problem| problem.fault.to_string().contains(word));
        found.and_then(|problem| problem.fault.hint).unwrap()
    };
    assert!(hint("to_make").starts_with(&format!("run {}", subject.directory.join("prepare").display())));
    assert!(hint("can be read").starts_with("chmod 0700"));
    // A closed directory keeps others away from what has to be readable in containers.
    fs::set_permissions(&subject.directory, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(!told(&subject).iter().any(|problem| problem.contains("can be read")));
}

#[test]
fn ports_that_meet_and_ports_that_lead_nowhere_are_told() {
    let (_root, subject) = stack(&[
        (
            "compose.yaml",
            "x-mcp: {title: Demo, overlays: {more: x}, addresses: ['http://localhost:1', 'http://elsewhere:2']}\n\
             services:\n  a:\n    image: a\n    ports: ['8001-8004:80']\n  b:\n    image: b\n    ports: ['127.0.0.1:9000:80', '53:53/udp']\n  \
             c:\n    image: c\n    networks: [closed]\n    ports: ['127.0.0.2:9000:80', '53:53']\n    \
             x-mcp: {checks: [{http: 'http://localhost:8005/'}, {tcp: 'db.example:1'}]}\nnetworks: {closed: {internal: true}}\n",
        ),
        ("compose.more.yaml", "services:\n  d:\n    image: d\n    ports: ['8003:80']\n"),
    ]);
    assert_eq!(
        told(&subject),
        [
            "error compose.yaml:13:22: services.c.x-mcp.checks[0]: no service of the stack publishes port 8005",
            "error compose.more.yaml:4:13: services.d.ports[0]: port 8003 is a's already",
            "warning compose.yaml:12:12: services.c.ports: nobody will reach them: all networks of the service are `internal`",
            "warning compose.yaml:1:55: x-mcp.addresses[0]: no service of the stack publishes port 1",
        ]
    );
    let problems = review(&subject).problems;
    let with_overlay = problems.iter().find(|problem| problem.fault.object.contains("more")).unwrap();
    assert_eq!(with_overlay.overlays, ["more"]);
}

#[test]
fn variables_without_a_default_have_a_line_in_the_example() {
    let (_root, subject) = stack(&[
        (
            "compose.yaml",
            "x-mcp: {title: Demo}\nservices:\n  web:\n    image: web:${TAG:-1}\n    hostname: ${NAME}\n    \
             environment:\n      A: ${OUTER:-${INNER}}\n      B: ${REQUIRED:?set it}\n      C: ${COMPOSE_PROJECT_NAME}\n",
        ),
        (".env", "NAME=x\nREQUIRED=x\nINNER=x\n"),
        (".env.example", "REQUIRED=\nOLD=1\n"),
    ]);
    assert_eq!(
        told(&subject),
        [
            "error compose.yaml:7:10: the variable INNER has neither a default here nor a line in .env.example",
            "error compose.yaml:5:15: the variable NAME has neither a default here nor a line in .env.example",
            "warning .env.example: does not tell of OUTER, TAG",
            "warning .env.example: no file of the stack uses OLD",
        ]
    );
}

#[test]
fn what_cannot_be_loaded_is_told_once_with_the_overlays_it_needs() {
    let (_root, subject) = stack(&[
        ("compose.yaml", "x-mcp: {title: Demo, overlays: {gone: x}}\nservices: {web: {image: web}}\n"),
        ("compose.bad.yaml", "services:\n  web:\n    imagge: web\n"),
        ("compose.more.yaml", "services: {web: {tty: true}}\n"),
    ]);
    let problems = review(&subject).problems;
    let bad: Vec<_> =
        problems.iter().filter(|problem| problem.fault.to_string().contains("imagge")).collect();
    assert_eq!(bad.len(), 1, "{problems:#?}");
    assert_eq!(bad[0].overlays, ["bad"]);
    let told = told(&subject);
    assert!(told.iter().any(|problem| problem.ends_with("there is no file compose.gone.yaml")), "{told:#?}");
    assert!(
        told.iter()
            .any(|problem| problem.ends_with("compose.more.yaml: nothing says what this overlay is for"))
    );
}
