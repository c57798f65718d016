//! The way back from deploys of some services, of none, and of services by other names.

use crate::support::engine::{docker, trial};
use crate::support::project::Project;
use crate::support::workplace::{Workplace, finish};
use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    vec![
        trial(
            "rollbacks::a_deploy_of_some_services_comes_back_as_it_was",
            a_deploy_of_some_services_comes_back_as_it_was,
        ),
        trial("rollbacks::a_service_by_another_name_comes_back", a_service_by_another_name_comes_back),
    ]
}

struct Site {
    workplace: Workplace,
    project: Project,
}

impl Site {
    fn new() -> Self {
        Self { workplace: Workplace::new(), project: Project::new("rollbacks") }
    }

    /// Services, each with its version.
    fn write(&self, services: &[(&str, &str)]) {
        let service = |(name, version): &(&str, &str)| {
            format!(
                "  {name}:\n    image: mcp-tui-test/busybox\n    command: sleep 1000\n    init: true\n    \
                 environment: {{NAME: {version}}}\n    x-mcp: {{update: {{min_healthy_time: 1s, soak: 1s}}}}\n"
            )
        };
        let services: String = services.iter().map(service).collect();
        self.workplace.stack(&self.project.name, &format!("services:\n{services}"));
    }

    fn run(&self, words: &[&str]) -> String {
        let mut command = self.workplace.command(["-s", &self.project.name]);
        command.args(words);
        finish(command, &words.join(" ")).succeeded(&words.join(" ")).stdout
    }

    fn version(&self, service: &str) -> String {
        let told = docker([
            "inspect",
            "--format",
            "{{range .Config.Env}}{{println .}}{{end}}",
            &format!("{}-{service}-1", self.project.name),
        ]);
        let name = told.lines().find_map(|line| line.strip_prefix("NAME="));
        name.expect("the version").to_owned()
    }

    /// The numbers of the deploys, the newest first.
    fn deploys(&self) -> Vec<u64> {
        let told = self.workplace.run(["-s", &self.project.name, "history", "--json"]).json();
        told.as_array().expect("deploys").iter().filter_map(|deploy| deploy["number"].as_u64()).collect()
    }
}

fn a_deploy_of_some_services_comes_back_as_it_was() {
    let site = Site::new();
    site.write(&[("api", "one"), ("web", "one")]);
    site.run(&["up"]);
    site.write(&[("api", "two"), ("web", "two")]);
    site.run(&["update", "api"]);
    assert_eq!((site.version("api"), site.version("web")), ("two".to_owned(), "one".to_owned()));
    site.run(&["update"]);
    assert_eq!((site.version("api"), site.version("web")), ("two".to_owned(), "two".to_owned()));
    // What only starts again is no deploy, and what makes the same anew is no other version.
    site.run(&["stop", "web"]);
    site.run(&["up"]);
    assert_eq!(site.deploys(), [3, 2, 1]);
    site.run(&["up", "--force-recreate"]);
    assert_eq!(site.deploys(), [4, 3, 2, 1]);
    site.run(&["rollback"]);
    assert_eq!((site.version("api"), site.version("web")), ("two".to_owned(), "one".to_owned()));
}

fn a_service_by_another_name_comes_back() {
    let site = Site::new();
    site.write(&[("api", "one"), ("web", "one")]);
    site.run(&["up"]);
    site.write(&[("server", "two"), ("web", "two")]);
    site.run(&["up", "--remove-orphans"]);
    assert_eq!(site.project.running("api"), Vec::<String>::new());
    let told = site.run(&["rollback"]);
    assert_eq!((site.version("api"), site.version("web")), ("one".to_owned(), "one".to_owned()));
    assert_eq!(site.project.running("api").len(), 1);
    assert!(told.contains("has no service server"), "{told}");
    site.run(&["rm", "--stop", "--force", "server"]);
    assert_eq!(site.project.running("server"), Vec::<String>::new());
}
