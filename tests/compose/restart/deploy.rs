//! A daemon that goes away in the middle of an `update`, at each state of the deploy: asked for again, it goes on, and
//! each place has one healthy container in the end, all of one version.

use super::{IMAGE, NAME, Shop};
use crate::journal::Journal;
use crate::support::wait::{PATIENCE, eventually};
use crate::support::workplace::finish;
use rustix::process::Signal;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::thread::spawn;

fn text(version: usize) -> String {
    format!(
        "services:\n  api:\n    image: {IMAGE}\n    command: sleep 1000\n    init: true\n    restart: always\n    \
         environment: {{VERSION: 'v{version}'}}\n    healthcheck: {{test: [CMD, 'true'], interval: 1s}}\n    \
         deploy: {{replicas: 2}}\n    x-mcp: {{update: {{min_healthy_time: 1s, soak: 1s}}}}\n"
    )
}

pub fn an_update_goes_on_from_every_state(mut shop: Shop) {
    shop.workplace.stack(NAME, &text(0));
    shop.run(&["up", "--wait"]).succeeded("up");
    let states = ["green_created", "green_healthy", "soaking", "drained", "old_removed"];
    for (version, state) in (1_usize..).zip(states) {
        shop.workplace.stack(NAME, &text(version));
        shop.update_while(state, if version.is_multiple_of(2) { Signal::KILL } else { Signal::TERM });
        // Whether it outlasted that or not: asked for again, it ends well.
        shop.run(&["update"]).succeeded(&format!("the update after a restart at {state}"));
        shop.is_one(version, state);
    }
    shop.has_nothing_to_do();
    shop.run(&["down"]).succeeded("down");
    assert_eq!(shop.containers(&["--all"]), [""; 0]);
}

impl Shop {
    fn tasks(&self) -> BTreeSet<PathBuf> {
        let tasks = std::fs::read_dir(self.workplace.path("state/mcp-tui/tasks"));
        tasks.map(|tasks| tasks.flatten().map(|task| task.path()).collect()).unwrap_or_default()
    }

    /// An update whose daemon ends and comes back as soon as the journal tells of this state.
    fn update_while(&mut self, state: &str, signal: Signal) {
        let before = self.tasks();
        let command = self.workplace.command(["-H", &self.daemon.host(), "-s", NAME, "update"]);
        let update = spawn(move || finish(command, "update"));
        let task = eventually("a task", PATIENCE, || self.tasks().difference(&before).next().cloned());
        eventually(&format!("{state} in the journal"), PATIENCE, || {
            Journal::of(&task)?.has_reached(state).then_some(())
        });
        self.daemon.end(signal);
        self.daemon.again();
        let ended = update.join().expect("the update ends");
        // Done, or no daemon, or in need of an operator, or refused: nothing else can come of it.
        assert!(matches!(ended.code, Some(0 | 3 | 5 | 7)), "{state}: {:?} {}", ended.code, ended.stderr);
    }

    fn is_one(&self, version: usize, state: &str) {
        let names: Vec<String> = (1..=2).map(|number| format!("{NAME}-api-{number}")).collect();
        assert_eq!(self.containers(&["--all"]), names, "after a restart at {state}");
        // A daemon that came back begins to check anew, and an update that is done waits for nobody.
        eventually(&format!("healthy containers after a restart at {state}"), PATIENCE, || {
            (self.containers(&["--filter", "health=healthy"]) == names).then_some(())
        });
        for name in &names {
            let told = self.daemon.docker(&["inspect", "--format", "{{json .Config.Env}}", name]).concat();
            assert!(told.contains(&format!("VERSION=v{version}\"")), "{name} after {state}: {told}");
        }
    }

    pub(super) fn has_nothing_to_do(&self) {
        let plan = self.run(&["plan", "--json", "up"]).succeeded("plan").json();
        assert_eq!(plan["stacks"][0]["changes"], false, "{plan}");
    }
}
