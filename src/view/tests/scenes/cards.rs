//! Cards that ask before anything is changed.

use super::driving::{answer_plan, press, tell};
use super::plans::{long_plan, plan, step};
use super::server::incident;
use crate::app::{Msg, State, Subject, fixtures};
use crate::domain::{Fault, FaultKind, Plan, StepVerb};

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
    let effects = fixtures::press(&mut state, "tab");
    let asked = |verb, object, downtime| step(verb, object, None, "asked for", downtime);
    let plan = Plan {
        title: "down mlflow".to_owned(),
        steps: vec![
            asked(StepVerb::StopContainer, "mlflow-server-1", Some(10)),
            asked(StepVerb::StopContainer, "mlflow-postgres-1", Some(60)),
            asked(StepVerb::RemoveContainer, "mlflow-server-1", None),
            asked(StepVerb::RemoveContainer, "mlflow-postgres-1", None),
            asked(StepVerb::RemoveVolume, "mlflow_postgres_data", None),
            asked(StepVerb::RemoveNetwork, "mlflow_default", None),
        ],
        warnings: Vec::new(),
        equivalent: "docker compose -p mlflow down --volumes".to_owned(),
        volumes: vec!["mlflow_postgres_data (deleted)".to_owned()],
        gpus: Vec::new(),
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
