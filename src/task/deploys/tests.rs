use super::record::superfluous;
use super::*;
use crate::compose::config_hash;
use crate::compose::file::fixtures::shop;
use crate::domain::task::UpdateOptions;
use crate::domain::{PlannedStep, StepVerb, TaskId, fixtures};
use std::os::unix::fs::PermissionsExt;

fn deploy(number: u64, outcome: Outcome) -> Deploy {
    Deploy {
        number,
        operation: "up".to_owned(),
        back_to: None,
        task: TaskId(number.to_string()),
        who: "me".to_owned(),
        from: None,
        at: Timestamp::UNIX_EPOCH,
        outcome,
        ended: None,
        stack: StackRef::named("shop"),
        images: BTreeMap::default(),
    }
}

fn spec() -> TaskSpec {
    TaskSpec {
        id: TaskId("1".to_owned()),
        operation: Operation::Rollback { to: None },
        target: crate::domain::TaskTarget::Stack(StackRef::named("shop")),
        requested_by: "me".to_owned(),
        requested_from: None,
        requested_at: Timestamp::UNIX_EPOCH,
        endpoint: String::new(),
        terms: crate::domain::TaskTerms::default(),
    }
}

fn plan(steps: &[(StepVerb, &str)]) -> Plan {
    let step = |(verb, service): &(StepVerb, &str)| PlannedStep::new(*verb, *service, "").of(*service);
    Plan { steps: steps.iter().map(step).collect(), ..Plan::default() }
}

const SHOP: &str = r#"
x-mcp: {title: Shop}
services:
  api:
    image: app
    command: ["sh", "-c", "echo $$HOME costs 5$$"]
    environment: {PASSWORD: "a$$b{c}", EMPTY: ""}
    healthcheck: {test: [CMD, "true"], interval: 5s}
    volumes: ["data:/data", "./conf:/conf:ro"]
    networks: {front: {aliases: [shop-api]}}
    deploy: {replicas: 3, resources: {limits: {cpus: "0.5", memory: 64M}}}
    x-mcp:
      update: {min_healthy_time: 2s}
      on_scale: [{exec: web, command: [nginx, -s, reload]}]
  web:
    image: nginx
    ports: ["8080:80"]
    networks: [front]
    depends_on: {api: {condition: service_healthy}}
volumes: {data: }
networks: {front: }
"#;

#[test]
fn a_deploy_is_had_back_as_it_was_and_only_its_owner_reads_it() {
    let root = tempfile::tempdir().unwrap();
    let deploys = Deploys::of(root.path(), &Endpoint::unix("/run/docker.sock"), "shop");
    let project = shop(SHOP);
    let spec = spec();
    let plan = plan(&[(StepVerb::CreateContainer, "api"), (StepVerb::CreateContainer, "web")]);
    deploys.begin(&spec, &project, &plan, &[]).unwrap().unwrap();
    let kept = deploys.list().unwrap().remove(0);
    let again = deploys.project(&kept).unwrap();
    assert_eq!(again.files, project.files);
    assert_eq!(again.services["api"].mcp, project.services["api"].mcp);
    for (name, service) in &project.services {
        let hashes = |service| config_hash(service, crate::compose::Flavour::Current);
        assert_eq!(hashes(&again.services[name]), hashes(service), "{name}");
    }
    let mode = std::fs::metadata(deploys.path(1, "yaml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        deploys.begin(&spec, &project, &Plan::default(), &[]).unwrap().is_none(),
        "nothing is done by it"
    );
}

#[test]
fn what_only_starts_containers_is_no_deploy_unless_it_ends_one_that_was_half_done() {
    let root = tempfile::tempdir().unwrap();
    let deploys = Deploys::of(root.path(), &Endpoint::unix("/run/docker.sock"), "shop");
    files::make_directory(&deploys.directory).unwrap();
    let (spec, project) = (spec(), shop(SHOP));
    let starts = plan(&[(StepVerb::StartContainer, "api"), (StepVerb::Await, "api")]);
    deploys.write(&deploy(1, Outcome::Good)).unwrap();
    assert!(deploys.begin(&spec, &project, &starts, &[]).unwrap().is_none());
    let makes = plan(&[(StepVerb::RecreateContainer, "api")]);
    assert_eq!(deploys.begin(&spec, &project, &makes, &[]).unwrap().unwrap().deploy.number, 2);
    // Its worker died, and what it made is started by the next one.
    assert_eq!(deploys.begin(&spec, &project, &starts, &[]).unwrap().unwrap().deploy.number, 3);
}

#[test]
fn a_deploy_of_some_services_is_written_down_with_what_the_others_run() {
    let root = tempfile::tempdir().unwrap();
    let deploys = Deploys::of(root.path(), &Endpoint::unix("/run/docker.sock"), "shop");
    let file = |version: u32| {
        shop(&format!("services:\n  api: {{image: 'api:{version}'}}\n  web: {{image: 'web:{version}'}}\n"))
    };
    let (first, second) = (file(1), file(2));
    let both = plan(&[(StepVerb::CreateContainer, "api"), (StepVerb::CreateContainer, "web")]);
    let begun = deploys.begin(&spec(), &first, &both, &[]).unwrap().unwrap();
    deploys.write(&Deploy { outcome: Outcome::Good, ..begun.deploy }).unwrap();
    let containers: Vec<Container> = first
        .services
        .values()
        .map(|service| {
            let hash = config_hash(service, crate::compose::Flavour::Current);
            let labels = fixtures::labels("shop", &service.name, 1);
            let labels = crate::domain::ComposeLabels { config_hash: Some(hash), ..labels };
            Container { compose: Some(labels), ..fixtures::replica("shop", &service.name, 1) }
        })
        .collect();
    let only = UpdateOptions { services: vec!["api".to_owned()], ..UpdateOptions::default() };
    let update = TaskSpec { operation: Operation::Update(only), ..spec() };
    let only_api = plan(&[(StepVerb::CreateContainer, "api")]);
    deploys.begin(&update, &second, &only_api, &containers).unwrap().unwrap();
    let written = deploys.project(&deploys.list().unwrap()[0]).unwrap();
    let images: Vec<&str> = written.services.values().map(|service| service.image.as_str()).collect();
    assert_eq!(images, ["api:2", "web:1"]);
}

#[test]
fn what_repeats_the_present_version_is_not_gone_back_to() {
    let root = tempfile::tempdir().unwrap();
    let deploys = Deploys::of(root.path(), &Endpoint::unix("/run/docker.sock"), "shop");
    files::make_directory(&deploys.directory).unwrap();
    for (number, version) in [(1, "one"), (2, "two"), (3, "two"), (4, "two")] {
        deploys.write(&deploy(number, Outcome::Good)).unwrap();
        std::fs::write(deploys.path(number, "yaml"), version).unwrap();
    }
    assert_eq!(deploys.target(None).unwrap().number, 1);
    // With another image of the same name it is another version.
    let image = DeployedImage { reference: "api".to_owned(), id: "new".to_owned(), digests: Vec::new() };
    let images = BTreeMap::from([("api".to_owned(), image)]);
    deploys.write(&Deploy { images, ..deploy(4, Outcome::Good) }).unwrap();
    assert_eq!(deploys.target(None).unwrap().number, 3);
    // What failed half-way is no version: even the same is gone back to.
    deploys.write(&deploy(4, Outcome::Failed)).unwrap();
    assert_eq!(deploys.target(None).unwrap().number, 3);
}

#[test]
fn what_is_gone_back_to_is_the_last_good_one_before_the_present_one() {
    let root = tempfile::tempdir().unwrap();
    let deploys = Deploys::of(root.path(), &Endpoint::unix("/run/docker.sock"), "shop");
    files::make_directory(&deploys.directory).unwrap();
    assert!(deploys.target(None).is_err());
    for (number, outcome) in
        [(1, Outcome::Good), (2, Outcome::Good), (3, Outcome::Failed), (4, Outcome::Good)]
    {
        deploys.write(&deploy(number, outcome)).unwrap();
    }
    assert_eq!(deploys.target(None).unwrap().number, 2);
    assert_eq!(deploys.target(Some(1)).unwrap().number, 1);
    assert!(deploys.target(Some(3)).unwrap_err().to_string().contains("no good deploy 3"));

    // What failed half-way is what runs now, if only in part.
    deploys.write(&deploy(5, Outcome::Failed)).unwrap();
    assert_eq!(deploys.target(None).unwrap().number, 4);
    assert_eq!(deploys.half_done().unwrap().unwrap().number, 5);
    deploys.write(&deploy(5, Outcome::Unfinished)).unwrap();
    assert_eq!(deploys.target(None).unwrap().number, 4);
    assert_eq!(deploys.stays(&deploys.target(None).unwrap()).unwrap(), None);
    deploys.was_taken_back().unwrap();
    assert_eq!(deploys.half_done().unwrap(), None);
    deploys.was_taken_back().unwrap();
    assert_eq!(deploys.list().unwrap()[1].outcome, Outcome::Good, "there is nothing to take back");
}

#[test]
fn after_one_that_was_taken_back_the_deploy_that_serves_again_is_not_left() {
    let root = tempfile::tempdir().unwrap();
    let deploys = Deploys::of(root.path(), &Endpoint::unix("/run/docker.sock"), "shop");
    files::make_directory(&deploys.directory).unwrap();
    for (number, outcome) in [(1, Outcome::Good), (2, Outcome::Good), (3, Outcome::WentBack)] {
        deploys.write(&deploy(number, outcome)).unwrap();
    }
    let target = deploys.target(None).unwrap();
    assert_eq!(target.number, 2);
    assert_eq!(
        deploys.stays(&target).unwrap().unwrap(),
        "deploy 3 was taken back already, so this keeps to deploy 2, which served before it; \
         `mcp-tui -p shop rollback --to 1` leaves it for the one before"
    );
    assert_eq!(deploys.target(Some(1)).unwrap().number, 1);
    // Whose way to the first one failed asks for the same again.
    let to_first = Deploy { back_to: Some(1), ..deploy(3, Outcome::WentBack) };
    deploys.write(&to_first).unwrap();
    assert_eq!(deploys.target(None).unwrap().number, 1);
    // What was taken back has left what was half done as it was.
    deploys.write(&deploy(2, Outcome::Failed)).unwrap();
    assert_eq!(deploys.half_done().unwrap().unwrap().number, 2);
}

#[test]
fn only_what_is_older_than_the_last_good_ones_is_forgotten() {
    let all = [
        deploy(6, Outcome::Failed),
        deploy(5, Outcome::Good),
        deploy(4, Outcome::Failed),
        deploy(3, Outcome::Good),
        deploy(2, Outcome::Failed),
        deploy(1, Outcome::Good),
    ];
    let numbers = |kept, are_same: fn(&Deploy, &Deploy) -> bool| {
        superfluous(&all, kept, are_same).iter().map(|deploy| deploy.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(2, |_, _| false), [2, 1]);
    assert_eq!(numbers(3, |_, _| false), Vec::<u64>::new());
    assert_eq!(numbers(9, |_, _| false), Vec::<u64>::new());
    // What repeats the newest version pushes no other one out, and is not kept for ever itself.
    let repeats = |one: &Deploy, other: &Deploy| one.number.min(other.number) >= 3;
    assert_eq!(numbers(2, repeats), Vec::<u64>::new());
    assert_eq!(numbers(1, repeats), [4, 3, 2, 1]);
}
