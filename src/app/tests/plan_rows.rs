//! The plan on the confirm card: folded where it is long, walked through, folded and unfolded.

use crate::app::dialog::confirm::Row;
use crate::app::dialog::{Confirm, Dialog};
use crate::app::fixtures::*;
use crate::app::hit::{HitMap, HitTarget, Rect};
use crate::app::{MouseInput, MouseKind, Msg, State};
use crate::domain::{Plan, PlannedStep, StepVerb};

fn card(state: &State) -> &Confirm {
    match state.dialog() {
        Some(Dialog::Confirm(confirm)) => confirm,
        other => panic!("no confirm card but {other:?}"),
    }
}

/// A new network, so many services that are recreated with two steps each, and one that stays.
fn planned(services: usize) -> State {
    let mut state = platform();
    press(&mut state, "u");
    let request = card(&state).parts[0].request;
    let mut steps = vec![PlannedStep::new(StepVerb::CreateNetwork, "net", "")];
    for index in 0..services {
        let service = format!("service-{index}");
        for verb in [StepVerb::RecreateContainer, StepVerb::StartContainer] {
            steps.push(PlannedStep::new(verb, format!("mcp-{service}-1"), "").of(service.as_str()));
        }
    }
    steps.push(PlannedStep::new(StepVerb::Keep, "mcp-db-1", "").of("db"));
    send(&mut state, Msg::Plan { request, result: Ok(Plan { steps, ..Plan::default() }) });
    state
}

fn branches(state: &State) -> usize {
    card(state).rows.keys().iter().filter(|row| matches!(row, Row::Branch { .. })).count()
}

fn steps_inside(state: &State) -> usize {
    card(state).rows.keys().iter().filter(|row| matches!(row, Row::Step { inside: true, .. })).count()
}

#[test]
fn a_short_plan_is_open_and_a_long_one_is_one_row_for_each_service() {
    let short = planned(3);
    assert_eq!((branches(&short), steps_inside(&short)), (4, 6));
    let long = planned(40);
    assert_eq!((branches(&long), steps_inside(&long)), (41, 0));
    let network = Row::Step { part: 0, step: 0, inside: false };
    assert_eq!(card(&long).rows.index(), Some(1), "the cursor begins where there is something to unfold");
    assert_eq!(card(&long).rows.keys()[0], network, "the stack's own steps are never hidden");
}

#[test]
fn branches_fold_and_unfold_by_keys() {
    let mut state = planned(40);
    keys(&mut state, "k j l");
    let first = Row::Branch { part: 0, branch: 1 };
    assert_eq!(card(&state).is_open(0, 1), Some(true));
    assert_eq!((steps_inside(&state), card(&state).rows.selected()), (2, Some(&first)));
    keys(&mut state, "j j h");
    assert_eq!(card(&state).is_open(0, 1), Some(false), "from a step, its branch is folded");
    assert_eq!((steps_inside(&state), card(&state).rows.selected()), (0, Some(&first)));
    keys(&mut state, "G l right");
    assert_eq!(steps_inside(&state), 0, "what only stays has nothing to unfold");
    assert_eq!(card(&state).is_open(0, 41), None);
}

#[test]
fn a_click_on_a_branch_turns_it() {
    let mut state = planned(40);
    let place = Rect { x: 5, y: 5, width: 10, height: 1 };
    let targets = vec![(place, HitTarget::PlanRow(2))];
    send(&mut state, Msg::Drawn(HitMap { targets, ..HitMap::default() }));
    let click = Msg::Mouse(MouseInput { x: 6, y: 5, kind: MouseKind::Click });
    send(&mut state, click.clone());
    assert_eq!((card(&state).is_open(0, 2), steps_inside(&state)), (Some(true), 2));
    send(&mut state, click);
    assert_eq!((card(&state).is_open(0, 2), steps_inside(&state)), (Some(false), 0));
}

#[test]
fn enter_confirms_wherever_the_cursor_is() {
    let mut state = planned(40);
    keys(&mut state, "j j l j");
    assert_eq!(press(&mut state, "enter").len(), 1);
}
