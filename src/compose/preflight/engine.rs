//! The daemon and its API.

use super::Facts;
use crate::compose::observe::Observed;
use crate::domain::ChecklistLine;

/// Engine 20.10's, the oldest that is tried.
const OLDEST: (usize, usize) = (1, 41);

pub fn check(observed: &Observed, facts: &Facts) -> Vec<ChecklistLine> {
    let (major, minor) = observed.api_version;
    let version =
        facts.engine_version.as_ref().map_or_else(String::new, |version| format!("Engine {version}, "));
    let found = format!("{version}API {major}.{minor}");
    vec![if observed.api_version < OLDEST {
        ChecklistLine::warning(
            "engine",
            found,
            "nothing older than Engine 20.10 (API 1.41) is tried; update Docker",
        )
    } else {
        ChecklistLine::ok("engine", found)
    }]
}
