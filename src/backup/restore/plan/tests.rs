use super::*;
use crate::backup::job::{Place as Container_, PostgresServer};
use crate::backup::manifest::{Archive, Mounted, Server};
use crate::backup::manifest::{Database, PathArchive, VolumeArchive};
use crate::backup::restore::look::LiveServer;
use crate::backup::restore::look::{Client, LiveDatabase};
use crate::backup::restore::order::needs;
use crate::backup::restore::roles::Lacking;
use crate::backup::restore::state::{Pending, Phase};
use crate::domain::container::{Attachment, MountPoint};
use crate::domain::stack::BackupPart;
use crate::domain::{Container, ContainerId, fixtures};
use rstest::rstest;

const GLOBALS: &str = "postgres/globals-db.sql.zst";

fn part(path: &str, content: Content) -> ManifestPart {
    let part = BackupPart { path: path.to_owned(), bytes: 10, sha256: "ab".repeat(32) };
    ManifestPart { part, raw_bytes: None, objects: Vec::new(), content }
}

/// `web` needs `db` by the file and has the volume; `worker` is only connected.
fn facts() -> Facts {
    let mut web = fixtures::replica("shop", "web", 1);
    web.mounts = vec![MountPoint {
        kind: "volume".to_owned(),
        source: "shop_files".to_owned(),
        target: "/files".to_owned(),
        read_write: true,
    }];
    let mut worker = fixtures::replica("shop", "worker", 1);
    let address = Some([10, 0, 0, 7].into());
    worker.networks = vec![Attachment { network: "shop".to_owned(), address, prefix: None }];
    let containers = vec![web, worker, fixtures::replica("shop", "db", 1)];
    let server = Server {
        service: "db".to_owned(),
        user: "shop".to_owned(),
        server_version: "15.8".to_owned(),
        ..Server::default()
    };
    let database = Database {
        server: server.clone(),
        database: "shop".to_owned(),
        rows: [("public.orders".to_owned(), 12)].into(),
        ..Database::default()
    };
    let archive = Archive {
        entries: 3,
        tool: "tar (GNU tar) 1.34".to_owned(),
        image: "debian".to_owned(),
        changed: Vec::new(),
    };
    let volume = VolumeArchive {
        volume: "shop_files".to_owned(),
        mounted: vec![Mounted { service: "web".to_owned(), target: "/files".to_owned() }],
        archive,
        ..VolumeArchive::default()
    };
    let parts = vec![
        part("postgres/shop.dump.zst", Content::Postgres(database)),
        part(GLOBALS, Content::PostgresGlobals(server.clone())),
        part("volumes/files.tar.zst", Content::Volume(volume)),
        part("images.json", Content::Images),
    ];
    let name = "20261120T103104Z-3f9c".to_owned();
    let live = LiveServer {
        server: PostgresServer {
            place: Container_::of(&containers[2], "db"),
            user: "shop".to_owned(),
            password: None,
            version: "15.9".to_owned(),
            first_database: "postgres".to_owned(),
            data: None,
            path: String::new(),
        },
        databases: [("shop".to_owned(), LiveDatabase { bytes: 10, rows: Some(13) })].into(),
        extensions: ["plpgsql".to_owned()].into(),
        clients: vec![client("10.0.0.7")],
        lacks: Lacking { part: Some(GLOBALS.to_owned()), can_be_made: true, ..Lacking::default() },
        directory: None,
        free: None,
    };
    let file = [("web", vec!["db".to_owned()])];
    Facts {
        stack: "shop".to_owned(),
        endpoint: "unix".to_owned(),
        needs: needs(file.iter().map(|(service, on)| (*service, on.as_slice())), &containers),
        manifest: Manifest::new(name.clone(), "shop".to_owned(), Timestamp::UNIX_EPOCH, parts),
        found: crate::backup::Found { stack: "shop".to_owned(), name, directory: "/b".into() },
        containers,
        foreign: Vec::new(),
        servers: [("db".to_owned(), live)].into(),
        redis: BTreeMap::new(),
        volumes: ["shop_files".to_owned()].into(),
        tools: Some(("debian".to_owned(), "tar (GNU tar) 1.34".to_owned())),
        pending: None,
    }
}

fn client(address: &str) -> Client {
    Client { database: "shop".to_owned(), address: address.parse().ok(), application: "psql".to_owned() }
}

fn course(facts: &Facts, options: &RestoreOptions) -> Result<Course, Fault> {
    plan(facts, options, "1a2b", None, Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(72))
}

fn forced() -> RestoreOptions {
    RestoreOptions { force: true, ..RestoreOptions::default() }
}

#[test]
fn staged_saved_stopped_switched_and_started() {
    let course = course(&facts(), &RestoreOptions::default()).unwrap();
    let lines: Vec<String> = course
        .plan
        .steps
        .iter()
        .map(|step| format!("{} {}: {}", step.verb.words(), step.object, step.reason))
        .collect();
    assert_eq!(
        lines,
        [
            "check backup 20261120T103104Z-3f9c: 40B, taken 3d ago",
            "stage database shop of db: from postgres/shop.dump.zst: 12 rows then, 13 now",
            "stage volume shop_files: from volumes/files.tar.zst: 3 entries",
            "dump safety backup of shop: of what is there now; checked and pinned",
            "stop shop-worker-1: until the data is switched",
            "stop shop-web-1: until the data is switched",
            "switch database shop of db: what is there now is kept until accepted",
            "switch volume shop_files: what is there now is kept until accepted",
            "start shop-web-1: it ran before",
            "start shop-worker-1: it ran before",
            "check data of shop: ",
        ]
    );
    assert_eq!(course.actions.len(), lines.len());
    let Target::Database(target) = &course.targets[0] else { panic!("a database first") };
    assert_eq!((target.new.as_str(), target.old.as_str()), ("shop__new_1a2b", "shop__old_1a2b"));
    assert!(course.plan.warnings.iter().any(|warning| warning.contains("images.json")));
}

#[test]
fn what_is_agreed_to_does_not_depend_on_numbers_that_move() {
    let (first, mut later) = (facts(), facts());
    if let Some(database) = later.servers.get_mut("db").and_then(|live| live.databases.get_mut("shop")) {
        database.rows = Some(14);
    }
    let print = |facts: &Facts| course(facts, &RestoreOptions::default()).unwrap().plan.fingerprint();
    assert_eq!(print(&first), print(&later));
    later.containers.retain(|container| container.name.as_str() != "shop-web-1");
    assert_ne!(print(&first), print(&later));
}

#[rstest]
#[case::database(RestoreMode::Database, &[], 1)]
#[case::artifacts(RestoreMode::Artifacts, &[], 1)]
#[case::all(RestoreMode::Full, &[], 2)]
#[case::named(RestoreMode::Full, &["volumes/files.tar.zst"], 1)]
fn only_what_is_chosen_is_switched(
    #[case] mode: RestoreMode,
    #[case] parts: &[&str],
    #[case] targets: usize,
) {
    let parts = parts.iter().map(|part| (*part).to_owned()).collect();
    let options = RestoreOptions { mode, parts, ..RestoreOptions::default() };
    assert_eq!(course(&facts(), &options).unwrap().targets.len(), targets);
}

#[rstest]
#[case::no_such_part(RestoreMode::Full, "volumes/none")]
#[case::to_be_read_only(RestoreMode::Full, "images.json")]
#[case::not_of_the_mode(RestoreMode::Database, "volumes/files.tar.zst")]
fn what_cannot_be_chosen_is_refused(#[case] mode: RestoreMode, #[case] part: &str) {
    let options = RestoreOptions { mode, parts: vec![part.to_owned()], ..RestoreOptions::default() };
    assert_eq!(course(&facts(), &options).err().map(|fault| fault.kind), Some(FaultKind::Invalid));
}

type Change = fn(&mut Facts);

fn with_server(facts: &mut Facts, change: impl FnOnce(&mut LiveServer)) {
    facts.servers.entry("db".to_owned()).and_modify(change);
}

fn a_newer_server(facts: &mut Facts) {
    with_server(facts, |live| live.server.version = "14.12".to_owned());
}

fn no_space(facts: &mut Facts) {
    with_server(facts, |live| live.free = Some(1));
}

fn a_client(facts: &mut Facts) {
    with_server(facts, |live| live.clients.push(client("192.0.2.1")));
}

fn anothers_volume(facts: &mut Facts) {
    let mut other = facts.containers[0].clone();
    other.id = ContainerId("other".to_owned());
    facts.foreign.push(other);
}

fn no_tar(facts: &mut Facts) {
    facts.tools = None;
}

fn an_old_side_waits(facts: &mut Facts) {
    let mut pending = Pending::new("0".to_owned(), "shop", "b", "unix".to_owned(), Timestamp::UNIX_EPOCH);
    pending.phase = Phase::Waiting;
    facts.pending = Some(pending);
}

fn taken_elsewhere(facts: &mut Facts) {
    facts.manifest.endpoint = Some("ssh://other".to_owned());
}

fn an_old_side_waits_elsewhere(facts: &mut Facts) {
    an_old_side_waits(facts);
    "ssh://other".clone_into(&mut facts.endpoint);
}

#[rstest]
#[case(a_newer_server, "cannot read it", false)]
#[case(no_space, "are free", false)]
#[case(anothers_volume, "not of this stack", false)]
#[case(a_client, "192.0.2.1", true)]
#[case(no_tar, "not here", false)]
#[case(an_old_side_waits, "shop", true)]
#[case(taken_elsewhere, "ssh://other", true)]
#[case(an_old_side_waits_elsewhere, "ssh://other", false)]
fn what_speaks_against_it_is_said_and_force_overrides_only_some(
    #[case] change: Change,
    #[case] cause: &str,
    #[case] can_be_forced: bool,
) {
    let mut facts = facts();
    change(&mut facts);
    let fault = course(&facts, &RestoreOptions::default()).err().expect("a fault");
    assert!(fault.to_string().contains(cause), "{fault}");
    assert_eq!(course(&facts, &forced()).is_ok(), can_be_forced);
}

#[test]
fn without_a_safety_backup_only_by_force() {
    let fault = Fault::new(FaultKind::Conflict, "back up", "shop/db").because("it is broken");
    let now = Timestamp::UNIX_EPOCH;
    assert!(plan(&facts(), &RestoreOptions::default(), "1", Some(&fault), now).is_err());
    let course = plan(&facts(), &forced(), "1", Some(&fault), now).unwrap();
    assert!(!course.actions.contains(&Action::Safety));
    assert!(course.plan.warnings.iter().any(|warning| warning.contains("it is broken")));
}

/// The same stack with these paths in the backup, and nothing else.
fn with_paths(paths: &[&str]) -> Facts {
    let mut facts = facts();
    let archive = Archive { entries: 1, tool: "tar (GNU tar) 1.34".to_owned(), ..Archive::default() };
    facts.manifest.parts = paths
        .iter()
        .map(|path| {
            let content = Content::Files(PathArchive {
                path: (*path).to_owned(),
                archive: archive.clone(),
                ..PathArchive::default()
            });
            part(&format!("files{path}.tar.zst"), content)
        })
        .collect();
    facts
}

#[test]
fn two_paths_of_one_directory_are_kept_apart() {
    let course = course(&with_paths(&["/srv/shop/licence.key", "/srv/shop/.env"]), &forced()).unwrap();
    let names: BTreeSet<String> = course
        .targets
        .iter()
        .filter_map(|target| match target {
            Target::Directory(target) => Some(target.new_name()),
            Target::Database(_) => None,
        })
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[rstest]
#[case::the_same(&["/srv/shop/conf", "/srv/shop/conf"])]
#[case::one_in_the_other(&["/srv/shop/conf", "/srv/shop/conf/tls"])]
#[case::the_other_way_round(&["/srv/shop/conf/tls", "/srv/shop/conf"])]
fn what_lies_in_one_another_cannot_both_change_places(#[case] paths: &[&str]) {
    let fault = course(&with_paths(paths), &forced()).err().expect("a fault");
    assert_eq!(fault.kind, FaultKind::Conflict);
    assert!(fault.hint.is_some_and(|hint| hint.contains("--part")));
}

fn mounted(source: &str, read_write: bool) -> Container {
    let mut other = fixtures::container("other");
    other.mounts = vec![MountPoint {
        kind: "bind".to_owned(),
        source: source.to_owned(),
        target: "/mnt".to_owned(),
        read_write,
    }];
    other
}

#[rstest]
#[case::writes_in_it("/srv/shop/conf", true, true, false)]
#[case::writes_around_it("/srv", true, true, true)]
#[case::reads_it("/srv/shop/conf", false, false, true)]
#[case::reads_around_it("/", false, false, false)]
#[case::elsewhere("/srv/blog", true, false, false)]
fn who_else_has_a_path_mounted_is_looked_for(
    #[case] source: &str,
    #[case] read_write: bool,
    #[case] is_refused: bool,
    #[case] is_said: bool,
) {
    let mut facts = with_paths(&["/srv/shop/conf"]);
    facts.foreign.push(mounted(source, read_write));
    assert_eq!(course(&facts, &RestoreOptions::default()).is_err(), is_refused);
    // What is refused whatever is asked for says nothing more.
    let said = course(&facts, &forced())
        .is_ok_and(|course| course.plan.warnings.iter().any(|warning| warning.contains("not of this stack")));
    assert_eq!(said, is_said);
}

#[test]
fn the_databases_of_one_server_must_fit_together() {
    let mut facts = facts();
    let one = facts.manifest.parts[0].clone();
    facts.manifest.parts = ["one", "two", "three"]
        .iter()
        .map(|name| {
            let mut other = one.clone();
            other.part.path = format!("postgres/{name}.dump.zst");
            if let Content::Postgres(database) = &mut other.content {
                (*name).clone_into(&mut database.database);
                database.database_bytes = 100 << 30;
            }
            other
        })
        .collect();
    with_server(&mut facts, |live| live.free = Some(130 << 30));
    let fault = course(&facts, &forced()).err().expect("a fault");
    assert_eq!(fault.kind, FaultKind::Exhausted);
    with_server(&mut facts, |live| live.free = Some(370 << 30));
    assert!(course(&facts, &forced()).is_ok());
}

#[test]
fn what_waits_goes_only_when_the_new_side_is_there_and_the_one_in_use_is_saved() {
    let mut facts = facts();
    an_old_side_waits(&mut facts);
    let actions = course(&facts, &forced()).unwrap().actions;
    let at = |wanted: &Action| actions.iter().position(|action| action == wanted).expect("it is planned");
    for before in [Action::Check, Action::Stage(0), Action::Stage(1), Action::Safety] {
        assert!(at(&before) < at(&Action::Accept), "{before:?}");
    }
    assert!(at(&Action::Accept) < at(&Action::Stop(0)));
}

fn lacking(facts: &mut Facts, change: impl FnOnce(&mut Lacking)) {
    with_server(facts, |live| {
        live.lacks.roles = vec!["audit".to_owned(), "reader".to_owned()];
        change(&mut live.lacks);
    });
}

#[test]
fn roles_that_are_missing_are_made_before_the_databases_that_name_them() {
    let mut facts = facts();
    lacking(&mut facts, |_| ());
    let course = course(&facts, &RestoreOptions::default()).unwrap();
    let at =
        |wanted: &Action| course.actions.iter().position(|action| action == wanted).expect("it is planned");
    let roles = at(&Action::Roles("db".to_owned()));
    assert!(at(&Action::Check) < roles && roles < at(&Action::Stage(0)));
    let step = &course.plan.steps[roles];
    assert_eq!((step.verb.words(), step.object.as_str()), ("create roles", "audit, reader of db"));
    assert!(step.reason.contains(GLOBALS) && step.reason.contains("they stay"), "{}", step.reason);
    assert_eq!(roles_said(&course), Vec::<&str>::new());
    assert!(!course.plan.warnings.iter().any(|warning| warning.contains(GLOBALS)), "it is put to use");
}

#[test]
fn no_roles_are_made_for_what_is_no_database() {
    let mut facts = facts();
    // Of a server that no part is of nothing is looked at.
    facts.servers.clear();
    let options = RestoreOptions { mode: RestoreMode::Artifacts, ..RestoreOptions::default() };
    let course = course(&facts, &options).unwrap();
    assert!(!course.actions.iter().any(|action| matches!(action, Action::Roles(_))));
    assert_eq!(roles_said(&course), Vec::<&str>::new());
}

#[rstest]
#[case::no_superuser(|lacks: &mut Lacking| lacks.can_be_made = false, "its user shop is no superuser", false)]
#[case::no_globals(|lacks: &mut Lacking| *lacks = Lacking::default(), "the backup has no roles of db", false)]
#[case::no_password(
    |lacks: &mut Lacking| lacks.without_password = vec!["reader".to_owned()],
    "reader of db will have none, and must get one",
    true
)]
#[case::a_superuser(|lacks: &mut Lacking| lacks.superusers = vec!["audit".to_owned()], "they had: audit", true)]
fn what_must_be_known_of_roles_is_said(
    #[case] change: fn(&mut Lacking),
    #[case] warning: &str,
    #[case] are_made: bool,
) {
    let mut facts = facts();
    lacking(&mut facts, change);
    let course = course(&facts, &RestoreOptions::default()).unwrap();
    assert_eq!(course.actions.contains(&Action::Roles("db".to_owned())), are_made);
    let said = roles_said(&course);
    assert!(matches!(said.as_slice(), [one] if one.contains(warning)), "{said:?}");
}

fn roles_said(course: &Course) -> Vec<&str> {
    let about = |warning: &&str| warning.contains("role") || warning.contains("superuser");
    course.plan.warnings.iter().map(String::as_str).filter(about).collect()
}
