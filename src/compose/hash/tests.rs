use super::*;
use crate::compose::file::Condition;
use crate::compose::file::{BindOptions, Dependency, FileReference, Mount, MountKind};
use rstest::rstest;

fn web() -> Service {
    Service {
        name: "web".to_owned(),
        image: "nginx".to_owned(),
        networks: [("default".to_owned(), None)].into(),
        ..Service::default()
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

#[test]
fn the_hash_is_that_of_docker_compose() {
    // `printf '{"command":null,"entrypoint":null,"image":"nginx","networks":{"default":null}}' | sha256sum`
    let hash = "daef7adc9ecc59d4881bd1ebc06f26a836d35656f8b5fb0adfdb95b2d856fbd3";
    assert_eq!(config_hash(&web(), Flavour::Current), hash);
    assert!(hashes(&web()).iter().any(|known| known == hash));
}

#[test]
fn only_what_makes_the_container_counts() {
    let plain = config_hash(&web(), Flavour::Current);
    let other =
        Service { scale: Some(4), profiles: vec!["x".to_owned()], pull_policy: "always".to_owned(), ..web() };
    assert_eq!(config_hash(&other, Flavour::Current), plain);
    assert!(!hashes(&Service { hostname: "a".to_owned(), ..web() }).contains(&plain));
}

#[test]
fn what_counts_has_changed_over_the_versions() {
    let service = Service {
        profiles: vec!["x".to_owned()],
        depends_on: [(
            "db".to_owned(),
            Dependency { condition: Condition::Started, restart: false, required: true },
        )]
        .into(),
        configs: vec![FileReference {
            source: "c".to_owned(),
            mode: "0440".to_owned(),
            ..FileReference::default()
        }],
        volumes: vec![Mount {
            kind: MountKind::Bind,
            source: "/s".to_owned(),
            target: "/t".to_owned(),
            bind: Some(BindOptions {
                selinux: "z".to_owned(),
                create_host_path: Some(true),
                recursive: "disabled".to_owned(),
                ..BindOptions::default()
            }),
            ..Mount::default()
        }],
        ..web()
    };
    let text = |profiles: &str, depends_on: &str, mode: &str, created: &str| {
        format!(
            "{{{profiles}\"command\":null,\"configs\":[{{\"source\":\"c\",\"mode\":{mode}}}],{depends_on}\"entrypoint\":null,\
             \"image\":\"nginx\",\"networks\":{{\"default\":null}},\"volumes\":[{{\"type\":\"bind\",\"source\":\"/s\",\
             \"target\":\"/t\",\"bind\":{{\"selinux\":\"z\",{created}\"recursive\":\"disabled\"}}}}]}}"
        )
    };
    let profiles = "\"profiles\":[\"x\"],";
    let depends_on = "\"depends_on\":{\"db\":{\"condition\":\"service_started\",\"required\":true}},";
    let created = "\"create_host_path\":true,";
    for (flavour, text) in [
        (Flavour::WithDependencies, text(profiles, depends_on, "288", created)),
        (Flavour::WithProfiles, text(profiles, "", "288", created)),
        (Flavour::WithHostPaths, text("", "", "\"0440\"", created)),
        (Flavour::Current, text("", "", "\"0440\"", "")),
    ] {
        assert_eq!(config_hash(&service, flavour), sha256(&text), "{flavour:?}");
        assert!(hashes(&service).contains(&sha256(&text)));
    }
    assert!(hashes(&service).contains(&sha256(&text("", "", "288", created))));
    assert!(!hashes(&service).contains(&sha256(&text(profiles, depends_on, "288", ""))));
}

#[rstest]
#[case("2.26.1", Some(Flavour::WithDependencies))]
#[case("2.26.1-4", Some(Flavour::WithDependencies))]
#[case("2.29.2", Some(Flavour::WithDependencies))]
#[case("2.29.3", Some(Flavour::WithProfiles))]
#[case("v2.30.1", Some(Flavour::WithProfiles))]
#[case("2.30.2", Some(Flavour::WithHostPaths))]
#[case("2.40.3-desktop.1", Some(Flavour::WithHostPaths))]
#[case("5.0.0", Some(Flavour::Current))]
#[case("1.29.2", None)]
#[case("", None)]
fn versions_have_their_flavours(#[case] version: &str, #[case] flavour: Option<Flavour>) {
    assert_eq!(Flavour::of_version(version), flavour);
}
