//! Commands that a stack has run once it is up, on the real Engine.

use crate::support::engine::trial;
use crate::support::project::Project;
use crate::support::workplace::Workplace;
use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    vec![trial("hooks::one_that_failed_is_due_until_it_ends_well", one_that_failed_is_due_until_it_ends_well)]
}

const SHOP: &str = r#"
services:
  api:
    image: mcp-tui-test/busybox
    command: sleep 1000
    init: true
    volumes: ["./state:/state:ro"]
    environment: {DATABASE: "postgresql://shop:canary-of-the-hook@db/shop"}
    x-mcp:
      hooks:
        after_healthy: [{command: [sh, -c, "echo $$DATABASE; test -e /state/database"]}]
"#;

fn one_that_failed_is_due_until_it_ends_well() {
    let (workplace, project) = (Workplace::new(), Project::new("hooks"));
    let stack = project.name.as_str();
    workplace.stack(stack, SHOP);
    let state = format!("work/stacks/{stack}/state");
    std::fs::create_dir(workplace.path(&state)).expect("a directory");
    let up = workplace.run(["-s", stack, "up"]).failed(7, ["after_healthy[0]"]);
    assert!(up.stdout.contains(&format!("✓ start {stack}-api-1")), "the steps are told: {}", up.stdout);
    assert_eq!(project.running("api").len(), 1, "what was started stays");
    let told = workplace.run(["tasks", "--json"]).succeeded("tasks").stdout;
    let audit = workplace.run(["audit", "--json"]).succeeded("audit").stdout;
    for text in [&up.stdout, &up.stderr, &told, &audit] {
        assert!(!text.contains("canary"), "what a command writes is masked: {text}");
    }
    assert!(up.stderr.contains("postgresql://shop:"), "and told: {}", up.stderr);

    let plan = workplace.run(["-s", stack, "plan", "--exit-code"]).failed(10, []);
    assert!(plan.stdout.contains("did not end well the last time"), "{}", plan.stdout);
    workplace.run(["-s", stack, "up"]).failed(7, ["after_healthy[0]"]);

    workplace.write(&format!("{state}/database"), "");
    workplace.run(["-s", stack, "up"]).succeeded("up once the cause is gone");
    workplace.run(["-s", stack, "plan", "--exit-code"]).succeeded("a plan with nothing in it");
}
