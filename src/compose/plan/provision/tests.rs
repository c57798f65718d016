use crate::compose::file::fixtures::shop as project;
use crate::compose::observe::Observed;
use crate::compose::plan::{Action, ActionPlan, AdditionalContext, for_operation};
use crate::domain::resources::Image;
use crate::domain::{
    BuildOptions, Builder, Fault, FaultKind, Operation, PullOptions, PushOptions, UpOptions,
};
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;

fn now() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

/// A server with images that were pulled so many hours ago.
fn server(images: &[(&str, i64)]) -> Observed {
    let image = |hours: i64| Image {
        id: "sha256:1".to_owned(),
        tags: Vec::new(),
        size_bytes: 1,
        created: None,
        tagged: now().checked_sub(SignedDuration::from_hours(hours)).ok(),
        volumes: Vec::new(),
    };
    Observed {
        project: "shop".to_owned(),
        images: images.iter().map(|(name, hours)| ((*name).to_owned(), image(*hours))).collect(),
        looked_at: now(),
        api_version: (1, 41),
        ..Observed::default()
    }
}

fn planned(text: &str, observed: &Observed, operation: &Operation) -> Result<ActionPlan, Fault> {
    for_operation(Some(&project(text)), observed, operation)
}

/// The steps that concern images: `pull image nginx (not on this server)`.
fn image_steps(plan: &ActionPlan) -> Vec<String> {
    let steps = plan.plan().steps.iter().zip(plan.actions());
    let images = steps.filter(|(_, action)| {
        matches!(action, Action::Pull(_) | Action::Build(_) | Action::Push(_) | Action::Keep)
    });
    images.map(|(step, _)| format!("{} {} ({})", step.verb.words(), step.object, step.reason)).collect()
}

fn up(options: UpOptions) -> Operation {
    Operation::Up(options)
}

const MISSING: &str = "not on this server";

#[rstest]
#[case("", None, &[], Some(MISSING))]
#[case("", None, &[("nginx", 1)], None)]
#[case("missing", None, &[("nginx", 1)], None)]
#[case("if_not_present", None, &[("nginx", 1)], None)]
#[case("refresh", None, &[("nginx", 1)], None)]
#[case("always", None, &[("nginx", 1)], Some("it is always pulled"))]
#[case("never", None, &[("nginx", 1)], None)]
#[case("daily", None, &[("nginx", 23)], None)]
#[case("daily", None, &[("nginx", 25)], Some("its last pull is too long ago"))]
#[case("weekly", None, &[("nginx", 160)], None)]
#[case("weekly", None, &[("nginx", 170)], Some("its last pull is too long ago"))]
#[case("every_12h", None, &[("nginx", 13)], Some("its last pull is too long ago"))]
#[case("every_2d", None, &[("nginx", 13)], None)]
#[case("never", Some("always"), &[("nginx", 1)], Some("it is always pulled"))]
#[case("always", Some("missing"), &[("nginx", 1)], None)]
fn a_policy_decides_whether_an_image_is_pulled(
    #[case] policy: &str,
    #[case] flag: Option<&str>,
    #[case] images: &[(&str, i64)],
    #[case] reason: Option<&str>,
) {
    let policy = if policy.is_empty() { String::new() } else { format!("\n    pull_policy: {policy}") };
    let text = format!("services:\n  web:\n    image: nginx{policy}\n");
    let options = UpOptions { pull: flag.map(str::to_owned), ..UpOptions::default() };
    let plan = planned(&text, &server(images), &up(options)).unwrap();
    let expected: Vec<String> = reason.iter().map(|reason| format!("pull image nginx ({reason})")).collect();
    assert_eq!(image_steps(&plan), expected);
    assert_eq!(plan.again().is_some(), reason.is_some());
}

#[test]
fn an_image_that_may_not_be_had_is_refused() {
    let never = "services: {web: {image: nginx, pull_policy: never}}";
    let fault = planned(never, &server(&[]), &up(UpOptions::default())).unwrap_err();
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::NotFound, "nginx"));
    let built = "services: {web: {build: .}}";
    let no_build = UpOptions { no_build: true, ..UpOptions::default() };
    let fault = planned(built, &server(&[]), &up(no_build)).unwrap_err();
    assert_eq!(fault.object, "shop-web");
    let wrong = UpOptions { pull: Some("sometimes".to_owned()), ..UpOptions::default() };
    let fault = planned("services: {web: {image: nginx}}", &server(&[]), &up(wrong)).unwrap_err();
    assert_eq!(fault.object, "--pull");
}

#[test]
fn what_is_pulled_or_built_comes_before_everything() {
    let text = "
services:
  base: {build: {context: ., tags: ['base:2']}, image: base}
  api: {build: {context: .}, depends_on: [base]}
  web: {image: nginx}
  cache: {image: nginx}
";
    let plan = planned(text, &server(&[]), &up(UpOptions::default())).unwrap();
    assert_eq!(
        image_steps(&plan),
        [
            "pull image base (not on this server)",
            "build image base (not on this server)",
            "pull image nginx (not on this server)",
            "build image shop-api (not on this server)",
        ]
    );
    let steps = &plan.plan().steps;
    assert_eq!(steps[1].after, [0], "what can be pulled is not built");
    assert_eq!(steps[3].after, [1], "what one stands on comes first");
    assert!(steps[4..].iter().all(|step| !step.after.is_empty()));
    assert_eq!(steps[4].after, [0, 1, 2, 3]);
    let Action::Build(build) = &plan.actions()[1] else { panic!("a build") };
    assert_eq!(build.tags, ["base", "base:2"]);
    assert!(build.only_if_missing);
    assert_eq!(build.labels["com.docker.compose.image.builder"], "classic");
    let Action::Pull(pull) = &plan.actions()[0] else { panic!("a pull") };
    assert!(pull.optional);
    let there = [("base", 1), ("nginx", 1), ("shop-api", 1)];
    let plan = planned(text, &server(&there), &up(UpOptions::default())).unwrap();
    assert_eq!(image_steps(&plan), [""; 0]);
    let build = UpOptions { build: true, ..UpOptions::default() };
    let plan = planned(text, &server(&there), &up(build.clone())).unwrap();
    assert_eq!(image_steps(&plan), ["build image base (asked for)", "build image shop-api (asked for)"]);
    let provided = Observed { images_provided: true, ..server(&there) };
    let plan = planned(text, &provided, &up(build)).unwrap();
    assert_eq!(image_steps(&plan), [""; 0], "what was done is not done again");
}

#[test]
fn keys_that_the_builder_does_not_know_are_named() {
    let text = "
services:
  web:
    build:
      context: .
      ssh: [default]
      platforms: [linux/amd64, linux/arm64]
      provenance: false
";
    let fault = planned(text, &server(&[]), &up(UpOptions::default())).unwrap_err();
    assert_eq!((fault.kind, fault.object.as_str()), (FaultKind::Invalid, "web"));
    assert!(fault.to_string().contains("ssh, platforms") && fault.hint.is_some(), "{fault}");
    // What is there needs no build.
    planned(text, &server(&[("shop-web", 1)]), &up(UpOptions::default())).unwrap();
}

#[test]
fn pull_takes_what_can_be_pulled() {
    let text = "
services:
  a: {image: nginx}
  b: {image: nginx, depends_on: [c]}
  c: {image: redis, build: .}
  d: {build: .}
  e: {image: own, pull_policy: never}
";
    let pull = |options: PullOptions| {
        image_steps(&planned(text, &server(&[("redis", 1)]), &Operation::Pull(options)).unwrap())
    };
    assert_eq!(
        pull(PullOptions { ignore_buildable: true, ..PullOptions::default() }),
        [
            "pull image nginx (asked for)",
            "keep redis (it can be built)",
            "keep shop-d (it has no image to pull)",
            "keep own (its pull_policy forbids it)",
            "keep nginx (another service has the same image)",
        ]
    );
    let named = PullOptions { services: vec!["b".to_owned()], include_deps: true, ..PullOptions::default() };
    assert_eq!(pull(named.clone()), ["pull image redis (asked for)", "pull image nginx (asked for)"]);
    let missing = PullOptions { policy: Some("missing".to_owned()), ..named };
    assert_eq!(pull(missing), ["keep redis (it is on this server)", "pull image nginx (asked for)"]);
}

#[test]
fn build_and_push_take_what_is_built() {
    let text = "
services:
  a: {image: nginx}
  b: {image: 'r.example/b', build: {context: ., args: {A: '1'}}, depends_on: [c]}
  c: {build: .}
";
    let options = BuildOptions {
        services: vec!["b".to_owned()],
        with_dependencies: true,
        push: true,
        args: [("B".to_owned(), Some("secret".to_owned()))].into(),
        ..BuildOptions::default()
    };
    let plan = planned(text, &server(&[]), &Operation::Build(options)).unwrap();
    let expected = [
        "build image shop-c (asked for)",
        "build image r.example/b (asked for)",
        "push image r.example/b (asked for)",
    ];
    assert_eq!(image_steps(&plan), expected);
    assert_eq!(plan.plan().steps[2].after, [1]);
    assert!(!serde_json::to_string(plan.plan()).unwrap().contains("secret"));
    assert!(plan.plan().equivalent.contains("--build-arg=B"));
    let Action::Build(build) = &plan.actions()[1] else { panic!("a build") };
    assert_eq!(build.args.len(), 2);
    let only = BuildOptions { services: vec!["a".to_owned()], ..BuildOptions::default() };
    assert!(planned(text, &server(&[]), &Operation::Build(only)).unwrap_err().hint.is_some());
    let plan = planned(text, &server(&[]), &Operation::Push(PushOptions::default())).unwrap();
    assert_eq!(
        image_steps(&plan),
        [
            "keep nginx (it is not built)",
            "keep shop-c (it has no name of its own)",
            "push image r.example/b (asked for)",
        ]
    );
}

/// A server that builds with BuildKit and speaks this version.
fn with_buildkit(minor: usize) -> Observed {
    Observed { builder: Builder::BuildKit, api_version: (1, minor), ..server(&[]) }
}

#[rstest]
#[case("secrets: [key]")]
#[case("ssh: [default]")]
#[case("additional_contexts: {other: ./}")]
#[case("privileged: true")]
#[case("cache_to: [type=inline]")]
#[case("no_cache_filter: [one]")]
fn what_the_classic_builder_cannot_do_is_refused_and_buildkit_does_it(#[case] key: &str) {
    let text =
        format!("services: {{web: {{build: {{context: ., {key}}}}}}}\nsecrets: {{key: {{file: ./key}}}}");
    let build = Operation::Build(BuildOptions::default());
    let fault = planned(&text, &server(&[]), &build).unwrap_err();
    let name = key.split(':').next().unwrap_or_default();
    assert!(fault.to_string().contains(name) && fault.hint.is_some(), "{fault}");
    assert_eq!(image_steps(&planned(&text, &with_buildkit(43), &build).unwrap()).len(), 1);
}

#[rstest]
#[case("additional_contexts: {other: ./}", 41)]
#[case("additional_contexts: {other: 'oci-layout://x'}", 43)]
#[case("platforms: [linux/amd64, linux/arm64]", 43)]
#[case("provenance: mode=max", 43)]
#[case("sbom: true", 43)]
#[case("cache_to: ['type=local,dest=./x']", 43)]
#[case("cache_from: ['type=local,src=./x']", 43)]
#[case("isolation: hyperv", 43)]
#[case("network: own", 43)]
#[case("secrets: [far]", 43)]
fn what_buildkit_of_an_engine_cannot_do_is_refused_by_name(#[case] key: &str, #[case] minor: usize) {
    let text =
        format!("services: {{web: {{build: {{context: ., {key}}}}}}}\nsecrets: {{far: {{external: true}}}}");
    let fault =
        planned(&text, &with_buildkit(minor), &Operation::Build(BuildOptions::default())).unwrap_err();
    let name = key.split(':').next().unwrap_or_default();
    assert!(fault.to_string().contains(&format!("services.web.build.{name}")), "{fault}");
    assert!(fault.hint.is_some());
}

#[test]
fn what_has_no_effect_is_told() {
    let text = "
services:
  web:
    build: {context: ., shm_size: 1m, ulimits: {nofile: 9}, secrets: [{source: key, mode: 0400}]}
secrets: {key: {environment: MCP_TUI_NOT_SET}}
";
    let build = BuildOptions { memory: Some(1), ..BuildOptions::default() };
    let warned = |minor| {
        let plan = planned(text, &with_buildkit(minor), &Operation::Build(build.clone())).unwrap();
        plan.plan().warnings.join("\n")
    };
    let old = warned(41);
    for part in ["build.shm_size", "build.ulimits", "mode", "MCP_TUI_NOT_SET", "--memory"] {
        assert!(old.contains(part), "{part}: {old}");
    }
    let new = warned(43);
    assert!(!new.contains("shm_size") && !new.contains("ulimits") && new.contains("--memory"), "{new}");
}

#[test]
fn an_image_that_is_a_context_comes_first() {
    let text = "
services:
  app: {build: {context: ., additional_contexts: {base: 'service:base', more: 'https://example.org/x.git'}}}
  base: {build: .}
";
    let plan = planned(text, &with_buildkit(43), &Operation::Build(BuildOptions::default())).unwrap();
    let steps = &plan.plan().steps;
    let at = |name: &str| steps.iter().position(|step| step.object == name).unwrap();
    assert_eq!(steps[at("shop-app")].after, [at("shop-base")]);
    let Action::Build(build) = &plan.actions()[at("shop-app")] else { panic!("a build") };
    let remote = |address: &str| AdditionalContext::Remote(address.to_owned());
    assert_eq!(build.contexts["base"], remote("docker-image://shop-base"));
    assert_eq!(build.contexts["more"], remote("https://example.org/x.git"));
    assert!(build.labels.is_empty(), "the label is the classic builder's");
}
