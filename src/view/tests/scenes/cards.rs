//! Cards that ask before anything is changed.

use super::driving::{answer_plan, press, tell};
use super::plans::{long_plan, plan};
use super::server::incident;
use super::tasks::task_images;
use crate::app::dialog::Dialog;
use crate::app::{Msg, State, Subject, fixtures};
use crate::domain::stack::{Overlay, Profile};
use crate::domain::{Fault, FaultKind, Plan, PlannedStep, StepVerb};
use std::collections::BTreeMap;
use std::time::Duration;

pub fn confirm() -> State {
    let mut state = incident();
    let mlflow = Subject::Stack("mlflow".to_owned());
    assert!(state.panes.services.reveal(&mlflow, &state.tree));
    let effects = fixtures::press(&mut state, "u");
    answer_plan(&mut state, &effects, Ok(plan()));
    state
}

/// A plan that is longer than any card: most of a platform changes at once.
pub fn confirm_long() -> State {
    let mut state = incident();
    tell(&mut state, Msg::Resize { columns: 80, rows: 24 });
    let mcp = Subject::Stack("mcp".to_owned());
    assert!(state.panes.services.reveal(&mcp, &state.tree));
    let effects = fixtures::press(&mut state, "u");
    answer_plan(&mut state, &effects, Ok(long_plan()));
    state
}

pub fn confirm_destroying() -> State {
    let mut state = incident();
    let mlflow = Subject::Stack("mlflow".to_owned());
    assert!(state.panes.services.reveal(&mlflow, &state.tree));
    press(&mut state, &["D"]);
    let effects = fixtures::press(&mut state, "space");
    let asked = |verb, object| PlannedStep::new(verb, object, "asked for");
    let plan = Plan {
        title: "down mlflow".to_owned(),
        steps: vec![
            asked(StepVerb::StopContainer, "mlflow-server-1").away(Duration::from_secs(10)),
            asked(StepVerb::StopContainer, "mlflow-postgres-1").away(Duration::from_mins(1)),
            asked(StepVerb::RemoveContainer, "mlflow-server-1"),
            asked(StepVerb::RemoveContainer, "mlflow-postgres-1"),
            asked(StepVerb::RemoveVolume, "mlflow_postgres_data"),
            asked(StepVerb::RemoveNetwork, "mlflow_default"),
        ],
        warnings: Vec::new(),
        equivalent: "docker compose -p mlflow down --volumes".to_owned(),
        volumes: vec!["mlflow_postgres_data (deleted)".to_owned()],
        ..Plan::default()
    };
    answer_plan(&mut state, &effects, Ok(plan));
    press(&mut state, &["m", "l", "f"]);
    state
}

pub fn confirm_failed() -> State {
    let mut state = incident();
    let effects = fixtures::press(&mut state, "r");
    let fault = Fault::new(FaultKind::Invalid, "read Compose file", "/srv/stacks/mcp/compose.yaml:14:7")
        .because("services.nginx.ports: expected a list")
        .hint("correct the file");
    answer_plan(&mut state, &effects, Err(fault));
    state
}

pub fn scale() -> State {
    let mut state = incident();
    press(&mut state, &["s", "4"]);
    state
}

/// Overlays, profiles and orphans on the card of a deployment.
pub fn choices() -> State {
    let mut state = incident();
    let mut files = state.stacks.files().to_vec();
    let overlay = |name: &str| Overlay {
        name: name.to_owned(),
        file: format!("/srv/stacks/mlflow/compose.{name}.yaml").into(),
    };
    let profile = |name: &str, services: &[&str]| Profile {
        name: name.to_owned(),
        services: services.iter().map(ToString::to_string).collect(),
    };
    for file in files.iter_mut().filter(|file| file.reference.project == "mlflow") {
        file.overlays = vec![overlay("dev"), overlay("prod")];
        file.profiles = vec![profile("debug", &["shell", "pgadmin"]), profile("jobs", &["sweeper"])];
    }
    tell(&mut state, Msg::Stacks { files, faults: Vec::new(), unread: BTreeMap::new() });
    tell(&mut state, Msg::Wake);
    let mlflow = Subject::Stack("mlflow".to_owned());
    assert!(state.panes.services.reveal(&mlflow, &state.tree));
    press(&mut state, &["u", "tab", "tab"]);
    let effects = fixtures::press(&mut state, "space");
    let equivalent = "docker compose -p mlflow -f /srv/stacks/mlflow/compose.yaml -f \
                      /srv/stacks/mlflow/compose.prod.yaml --profile debug up -d";
    let plan = Plan { equivalent: equivalent.to_owned(), ..long_plan() };
    answer_plan(&mut state, &effects, Ok(plan));
    state
}

/// A task under way is to be cancelled.
pub fn cancel() -> State {
    let mut state = task_images();
    press(&mut state, &["x"]);
    assert!(matches!(state.dialog(), Some(Dialog::Cancel(_))));
    state
}
