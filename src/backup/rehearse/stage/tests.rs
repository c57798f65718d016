use super::*;
use crate::compose::file::fixtures::shop;

const SHOP: &str = "
services:
  db:
    image: postgres:15
    container_name: the-database
    restart: always
    volumes: [rows:/var/lib/postgresql/data, ./init.sql:/init.sql:ro]
    networks: {back: {ipv4_address: 10.9.0.5, aliases: [database]}}
  web:
    build: .
    ports: ['8080:80']
    labels: {traefik.enable: 'true'}
    volumes: [/srv/pages:/pages, /srv/conf:/conf, cache:/cache]
    depends_on: {db: {condition: service_healthy}, llm: {condition: service_started, required: false}}
    networks: [back]
    deploy: {replicas: 3, restart_policy: {condition: any}}
    x-mcp:
      checks: [{http: 'http://localhost:8080/ok?full'}, {http: 'http://shop.example/', name: users}]
      on_scale: [{exec: web, command: [reload]}]
  llm: {image: vllm, gpus: all}
networks: {back: {ipam: {config: [{subnet: 10.9.0.0/24}]}}}
volumes: {rows: {name: shop_rows}, cache: {driver_opts: {type: nfs}}}
";

/// All but `llm`, on data that came back.
fn staged(restored: &Restored) -> (Project, Project) {
    let mut project = shop(SHOP);
    project.services.remove("llm");
    let images = BTreeMap::from([("web".to_owned(), "sha256:web".to_owned())]);
    let staged = stage(&project, "mcp-tui-helper-1", &images, restored);
    (project, staged)
}

fn came_back() -> Restored {
    let mut restored = Restored::default();
    restored.server("db", "/var/lib/postgresql/data".to_owned(), Some("shop_rows".to_owned()), "scratch-1");
    restored.paths.insert("/srv/pages".to_owned(), "/volumes/scratch-2/pages".to_owned());
    restored
}

#[test]
fn nothing_of_it_can_be_taken_for_the_stack_in_use() {
    let (_, staged) = staged(&came_back());
    let back = &staged.networks["back"];
    assert_eq!(
        (back.name.as_str(), back.internal, back.ipam.config.len()),
        ("mcp-tui-helper-1_back", true, 0)
    );
    let (db, web) = (&staged.services["db"], &staged.services["web"]);
    assert_eq!((db.container_name.as_str(), db.restart.as_str()), ("", "on-failure:5"));
    let membership = db.networks["back"].as_ref().unwrap();
    assert_eq!(
        (membership.ipv4_address.as_str(), membership.aliases.as_slice()),
        ("", &["database".to_owned()][..])
    );
    assert_eq!((web.replicas(), web.ports.len(), web.labels["traefik.enable"].as_str()), (1, 0, "false"));
    assert!(web.mcp.on_scale.is_empty(), "no command is run for what did not change");
    assert_eq!((web.image.as_str(), web.build.is_none()), ("sha256:web", true));
    assert_eq!(web.depends_on.keys().collect::<Vec<_>>(), ["db"]);
}

#[test]
fn services_get_what_came_back_and_what_is_in_no_backup_is_empty() {
    let restored = came_back();
    let (project, staged) = staged(&restored);
    let mounted = |service: &str, target: &str| {
        let mounts = &staged.services[service].volumes;
        let found: Vec<_> = mounts.iter().filter(|mount| mount.target == target).collect();
        assert_eq!(found.len(), 1, "{target}");
        found[0].clone()
    };
    let volume = |key: &str| (staged.volumes[key].name.as_str(), staged.volumes[key].external);
    let rows = mounted("db", "/var/lib/postgresql/data");
    assert_eq!(volume(&rows.source), ("scratch-1", true));
    assert_eq!(volume("rows"), ("scratch-1", true));
    assert_eq!(volume("cache"), ("mcp-tui-helper-1_cache", false));
    assert!(staged.volumes["cache"].driver_opts.is_empty(), "an NFS share would be the one in use");
    assert_eq!(empty_volumes(&project, &restored), ["cache"]);
    let pages = mounted("web", "/pages");
    assert_eq!((pages.source.as_str(), pages.read_only), ("/volumes/scratch-2/pages", false));
}

#[test]
fn what_it_may_write_to_and_did_not_come_back_is_copied_or_lent_to_read() {
    let mut restored = came_back();
    let (project, lent) = staged(&restored);
    let unsaved = unsaved_paths(&project, &restored);
    assert!(unsaved["/srv/conf"]);
    let init = unsaved.into_iter().find(|(path, _)| path.ends_with("init.sql"));
    assert_eq!(init.map(|(_, is_written)| is_written), Some(false));
    let conf = |staged: &Project| {
        let mounts = &staged.services["web"].volumes;
        let conf = mounts.iter().find(|mount| mount.target == "/conf").unwrap();
        (conf.source.clone(), conf.read_only)
    };
    assert_eq!(conf(&lent), ("/srv/conf".to_owned(), true));
    // Below what came back there may be a link to what is in use.
    restored.origins.insert("/srv".to_owned(), ("scratch-3".to_owned(), "srv".to_owned()));
    assert_eq!(restored.origin("/srv/conf"), Some(("scratch-3", "srv/conf".to_owned())));
    assert_eq!(restored.origin("/srv-2/conf"), None);
    restored.paths.insert("/srv/conf".to_owned(), "/volumes/scratch-4/0".to_owned());
    assert!(!unsaved_paths(&project, &restored).contains_key("/srv/conf"));
    assert_eq!(conf(&staged(&restored).1), ("/volumes/scratch-4/0".to_owned(), false));
}

#[test]
fn its_checks_ask_what_was_started_where_it_listens() {
    let (project, staged) = staged(&came_back());
    let (found, outside) = checks(&project, &staged);
    assert_eq!(outside, ["web: http /"], "the stack in use must not prove the backup");
    let web = found.iter().find(|check| check.id.service == "web").unwrap();
    assert_eq!(web.id.stack, "mcp-tui-helper-1");
    let CheckKind::Http { url, .. } = &web.kind else { panic!("{:?}", web.kind) };
    assert_eq!(url, "http://web:80/ok?full");
    assert!(web.asks_replicas(), "it is asked at the container's own address");
}
