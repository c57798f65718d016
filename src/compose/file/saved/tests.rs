use super::*;
use crate::compose::file::tests::load_one;
use crate::domain::stack::Retention;

const STACK: &str = "services:
  db: {image: 'postgres:15', volumes: ['rows:/var/lib/postgresql/data', 'exports:/exports']}
  cache: {image: 'redis:7', volumes: ['keys:/data']}
  web: {image: nginx, volumes: ['pages:/pages', './conf:/etc/nginx/conf.d:ro', '/anonymous']}
  client: {image: 'postgres:15', command: [psql, -c, select]}
volumes: {rows: {}, exports: {}, keys: {}, pages: {name: shared-pages}}
";

fn volume(name: &str, key: &str) -> BackupSource {
    BackupSource::Volume { name: name.to_owned(), key: Some(key.to_owned()) }
}

#[test]
fn undeclared_databases_come_first_and_their_files_are_no_source() {
    let project = load_one(STACK).unwrap();
    let postgres = BackupSource::Postgres { service: "db".to_owned(), database: None, user: None };
    let redis = BackupSource::Redis { service: "cache".to_owned() };
    let exports = format!("{}_exports", project.name);
    assert_eq!(
        project.backup_sources(),
        [postgres, redis, volume(&exports, "exports"), volume("shared-pages", "pages")]
    );
}

#[test]
fn what_is_declared_is_all_there_is_and_is_found_where_it_lies() {
    let declared = "x-mcp:
  backup:
    keep_days: 30
    weekly: 4
    schedule: '03:30'
    prune: no
    volumes: [pages]
    binds: [{service: web, target: /etc/nginx/conf.d}, /srv/models]
    files: [.env.example]
    exec: [{service: web, command: [nginx, -T], path: web/nginx.conf}]
    redis: [cache]
";
    let project = load_one(&format!("{declared}{STACK}")).unwrap();
    let inside = |path: &str| project.directory.join(path).display().to_string();
    let bind = |path: &str, at: Option<&str>| BackupSource::Bind {
        path: path.to_owned(),
        service: at.map(|_| "web".to_owned()),
        target: at.map(str::to_owned),
    };
    assert_eq!(
        project.backup_sources(),
        [
            BackupSource::Redis { service: "cache".to_owned() },
            BackupSource::Exec {
                service: "web".to_owned(),
                command: vec!["nginx".to_owned(), "-T".to_owned()],
                path: "web/nginx.conf".to_owned()
            },
            volume("shared-pages", "pages"),
            bind(&inside("conf"), Some("/etc/nginx/conf.d")),
            bind("/srv/models", None),
            BackupSource::Files { path: inside(".env.example") },
        ]
    );
    let policy = &project.mcp.backup.policy;
    let retention = Retention { keep_days: Some(30), weekly: Some(4), ..Retention::default() };
    assert_eq!(
        (&policy.retention, policy.prune, policy.schedule.as_deref()),
        (&retention, false, Some("03:30"))
    );
}

#[test]
fn a_policy_alone_leaves_the_sources_to_the_images() {
    let project = load_one(&format!("x-mcp: {{backup: {{keep_last: 3}}}}\n{STACK}")).unwrap();
    assert_eq!(project.backup_sources().len(), 4);
    assert_eq!(
        load_one(&format!("x-mcp: {{backup: {{postgres: []}}}}\n{STACK}")).unwrap().backup_sources(),
        []
    );
}

#[test]
fn how_large_a_file_must_be_to_lie_beside_the_backups_is_said_or_known() {
    let over = |text: &str| {
        let project = load_one(&format!("x-mcp: {{backup: {{{text}}}}}\n{STACK}")).unwrap();
        project.mcp.backup.policy.objects_over
    };
    assert_eq!(over("keep_last: 3"), Some(64 << 20));
    assert_eq!((over("objects_over: 1g"), over("objects_over: off")), (Some(1 << 30), None));
    let wrong = load_one(&format!("x-mcp: {{backup: {{objects_over: much}}}}\n{STACK}")).unwrap_err();
    assert!(wrong.join("\n").contains("a size such as"), "{wrong:?}");
}

#[test]
fn copies_go_where_the_file_says_and_keys_stand_elsewhere() {
    let place = |text: &str| {
        let project = load_one(&format!("x-mcp: {{backup: {{offsite: {text}}}}}\n{STACK}")).unwrap();
        project.mcp.backup.policy.offsite.unwrap()
    };
    let amazon = place("s3://backups/server1");
    assert_eq!(
        (amazon.url().as_str(), amazon.path_style, amazon.prune),
        ("s3://backups/server1", false, false)
    );
    let own = place(
        "{url: s3://backups, endpoint: 'https://minio:9000/', region: eu, credentials_file: keys, prune: yes}",
    );
    assert_eq!((own.endpoint.as_deref(), own.region.as_deref()), (Some("https://minio:9000"), Some("eu")));
    assert!(own.path_style && own.prune && own.credentials_file.unwrap().is_absolute());
    assert!(!place("{url: s3://backups, endpoint: 'https://minio', path_style: no}").path_style);
    for (wrong, words) in [
        ("{url: 'https://backups'}", "such as s3://bucket/prefix"),
        ("{endpoint: 'https://minio'}", "expected `url`"),
        ("{url: s3://backups, endpoint: 'https://me:canary@minio'}", "without keys"),
        ("{url: 's3://me:canary@backups'}", "keys do not belong"),
        ("{url: s3://backups, secret: canary}", "secret"),
    ] {
        let text =
            load_one(&format!("x-mcp: {{backup: {{offsite: {wrong}}}}}\n{STACK}")).unwrap_err().join("\n");
        assert!(text.contains(words) && !text.contains("canary"), "{wrong}: {text}");
    }
}

#[test]
fn what_cannot_be_saved_is_a_mistake_that_names_its_place() {
    let wrong = "x-mcp: {backup: {postgres: [nobody], volumes: [rows, keys], binds: [{service: web, target: /nowhere}], \
                 exec: [{service: web, command: [x], path: ../out}], keep_days: soon}}\n";
    let faults = load_one(&format!("{wrong}{STACK}")).unwrap_err();
    let text = faults.join("\n");
    for words in ["below the bundle's `exec/`", "a whole number from 0 on"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let wrong = "x-mcp: {backup: {postgres: [nobody], volumes: [rows, keys], binds: [{service: web, target: /nowhere}]}}\n";
    let faults = load_one(&format!("{wrong}{STACK}")).unwrap_err();
    assert_eq!(faults.len(), 4, "{faults:#?}");
    let text = faults.join("\n");
    for words in
        ["no service `nobody`", "`rows` holds a database", "`keys` holds a database", "at `/nowhere`"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
}
