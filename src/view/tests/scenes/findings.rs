//! What is wrong, listed, opened, and on the timeline.

use super::driving::{ago, answer_plan, press, tell};
use super::looks::focus;
use crate::app::fixtures::{self, plan};
use crate::app::{Msg, PaneId, State};
use crate::domain::daemon::DaemonEvent;
use crate::domain::{FleetEvent, Safe, StepVerb};

/// The findings, of which the operator has taken note of the last.
pub fn findings() -> State {
    let mut state = focus(PaneId::Findings);
    press(&mut state, &["G", "a", "g"]);
    state
}

/// What happened before the containers' trouble, as the daemon tells it.
fn events(state: &mut State) {
    let inference = state
        .fleet
        .containers()
        .values()
        .filter(|container| container.name.contains("inference"))
        .map(|container| container.id.0.clone())
        .max();
    let events = [
        (95, "image", "pull", "mcp-finetune:latest", None),
        (70, "container", "start", "", None),
        (42, "container", "health_status: unhealthy", "", None),
        (31, "container", "oom", "", None),
        (30, "container", "die", "", Some(137)),
        (29, "network", "disconnect", "mcp_default", None),
        (24, "container", "start", "", None),
        (24, "network", "connect", "mcp_default", None),
    ];
    for (seconds, kind, action, name, exit_code) in events {
        let id = if kind == "container" { inference.clone() } else { None };
        let event = DaemonEvent {
            time: Some(ago(seconds)),
            kind: kind.to_owned(),
            action: Safe::new(action),
            id: id.unwrap_or_else(|| name.to_owned()),
            name: Safe::new(name),
            service: None,
            exit_code,
        };
        tell(state, Msg::Fleet(FleetEvent::Noted(event)));
    }
}

/// The finding about the service that runs out of memory, with what its fix would do.
pub fn finding_opened(zoomed: bool) -> State {
    let mut state = focus(PaneId::Findings);
    let about = |state: &State| {
        let finding = state.finding();
        finding.is_some_and(|finding| finding.about.service.as_deref() == Some("mcp-inference"))
    };
    press(&mut state, &["g"]);
    for _ in 0..20 {
        if about(&state) {
            break;
        }
        press(&mut state, &["j"]);
    }
    assert!(about(&state), "it can be selected");
    let effects = fixtures::press(&mut state, "enter");
    if state.fix().is_some() {
        answer_plan(&mut state, &effects, Ok(plan("restart mcp", &[StepVerb::RestartContainer])));
    }
    if zoomed {
        press(&mut state, &["f"]);
    }
    state
}

pub fn timeline(zoomed: bool) -> State {
    let mut state = focus(PaneId::Findings);
    events(&mut state);
    press(&mut state, &["i", "k", "k"]);
    if zoomed {
        press(&mut state, &["f"]);
    }
    state
}
