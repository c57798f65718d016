//! Whatever comes, in whatever order: nothing panics, and every selection is a row.

use super::figures::used;
use crate::app::fixtures::*;
use crate::app::hit::{HitMap, PaneArea, Rect};
use crate::app::{Effect, LogBatch, Msg, PaneId, State, update};
use crate::domain::{FleetEvent, GpuSample, Safe};
use jiff::SignedDuration;
use proptest::prelude::*;

const KEYS: [&str; 61] = [
    "<",
    ">",
    "I",
    "v",
    "&",
    "!",
    "T",
    "Y",
    "0",
    "alt-3",
    "alt-1",
    "j",
    "k",
    "g",
    "G",
    "^d",
    "^u",
    "h",
    "l",
    "left",
    "right",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "tab",
    "f",
    "enter",
    "esc",
    "/",
    "a",
    "m",
    ".",
    "u",
    "r",
    "s",
    "S",
    "D",
    "b",
    "B",
    "e",
    "i",
    "space",
    "n",
    "N",
    "t",
    "w",
    "y",
    "x",
    "R",
    "M",
    ":",
    "?",
    "backspace",
    "+",
    "^s",
];

/// Some of them belong to the one before, some are filtered by what is typed.
const TEXTS: [&str; 6] =
    ["a line", "  indented", "ERROR m", "    more", "DEBUG .", "{\"level\":\"warn\",\"msg\":\"am\"}"];

#[derive(Debug, Clone)]
enum Step {
    Key(usize),
    List(usize),
    Change(usize),
    Remove(usize),
    Lost,
    Connected,
    Lines(usize, i64),
    NoGpu,
    Figures(u32),
    Drawn(u16),
    Wake,
    Plan(u64, bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..KEYS.len()).prop_map(Step::Key),
        1 => (0usize..16).prop_map(Step::List),
        2 => (0usize..16).prop_map(Step::Change),
        1 => (0usize..16).prop_map(Step::Remove),
        1 => Just(Step::Lost),
        1 => Just(Step::Connected),
        2 => ((0usize..40), (-50i64..50)).prop_map(|(count, time)| Step::Lines(count, time)),
        1 => Just(Step::NoGpu),
        3 => (0u32..2000).prop_map(Step::Figures),
        1 => (0u16..30).prop_map(Step::Drawn),
        2 => Just(Step::Wake),
        1 => ((1u64..20), any::<bool>()).prop_map(|(request, ok)| Step::Plan(request, ok)),
    ]
}

fn message(state: &State, step: &Step) -> Msg {
    let containers = platform_containers();
    match step {
        Step::Key(index) => key(KEYS[*index]),
        Step::List(count) => Msg::Fleet(FleetEvent::Listed(containers.into_iter().take(*count).collect())),
        Step::Change(index) => {
            Msg::Fleet(FleetEvent::Changed(Box::new(containers[index % containers.len()].clone())))
        }
        Step::Remove(index) => {
            Msg::Fleet(FleetEvent::Removed(containers[index % containers.len()].id.clone()))
        }
        Step::Lost => Msg::Fleet(FleetEvent::Lost { fault: fault("gone"), retry_in_ms: 200 }),
        Step::Connected => Msg::Fleet(FleetEvent::Connected(daemon())),
        Step::Lines(count, time) => {
            let streams: Vec<_> = state.panes.logs.streams.keys().collect();
            let lines = (0..*count)
                .filter_map(|index| {
                    let id = streams.get(index % streams.len().max(1))?;
                    let offset = time + i64::try_from(index).unwrap() % 7;
                    Some(log_line(
                        id,
                        now() + SignedDuration::from_millis(offset),
                        TEXTS[index % TEXTS.len()],
                    ))
                })
                .collect();
            Msg::Logs(LogBatch { generation: state.panes.logs.generation, lines, ..LogBatch::default() })
        }
        Step::NoGpu => Msg::Gpu(GpuSample::Absent { reason: Safe::new("none") }),
        Step::Figures(seed) => Msg::Figures(
            (*seed..)
                .zip(&containers)
                .map(|(at, made)| (made.id.clone(), used(f64::from(at * 7919 % 400), i64::from(seed / 40))))
                .collect(),
        ),
        Step::Drawn(height) => {
            let area = Rect { x: 0, y: 0, width: 80, height: *height };
            let panes = PaneId::ALL.map(|pane| PaneArea { pane, area, body: area }).to_vec();
            Msg::Drawn(HitMap { panes, ..HitMap::default() })
        }
        Step::Wake => Msg::Wake,
        Step::Plan(request, ok) => Msg::Plan {
            request: *request,
            result: if *ok {
                Ok(plan("up", &[crate::domain::StepVerb::StartContainer]))
            } else {
                Err(fault("no"))
            },
        },
    }
}

fn is_sound(state: &State) -> Result<(), TestCaseError> {
    let services = &state.panes.services.list;
    prop_assert_eq!(services.selected(), services.index().and_then(|index| services.keys().get(index)));
    prop_assert_eq!(services.selected().is_none(), services.keys().is_empty());
    let mut rows: Vec<_> = services.keys().to_vec();
    rows.sort();
    rows.dedup();
    prop_assert_eq!(rows.len(), services.keys().len(), "no row stands there twice");
    let health = &state.panes.health.list;
    prop_assert_eq!(health.selected(), health.index().and_then(|index| health.keys().get(index)));
    let findings = &state.panes.findings.list;
    prop_assert_eq!(findings.selected(), findings.index().and_then(|index| findings.keys().get(index)));
    if let Some(place) = state.panes.logs.place
        && !state.logs.is_empty()
    {
        prop_assert!(state.logs.line(place.cursor).is_some(), "{:?}", place);
        prop_assert!(state.logs.line(place.top).is_some() && place.top <= place.cursor, "{:?}", place);
        if state.logs.shown() > 0 {
            prop_assert!(state.logs.is_shown(place.cursor), "{:?}", place);
            prop_assert!(state.logs.is_shown(place.top), "{:?}", place);
        }
    }
    for marked in &state.panes.logs.marked {
        prop_assert!(state.logs.line(*marked).is_some());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_selection_is_valid_whatever_comes(steps in proptest::collection::vec(step(), 1..60)) {
        let mut state = platform();
        let mut time = now();
        for step in &steps {
            let msg = message(&state, step);
            update(&mut state, msg, time);
            time += SignedDuration::from_millis(700);
            is_sound(&state)?;
        }
        // In read-only mode nothing is ever asked to change.
        state.dialogs.clear();
        state.prompt = None;
        state.read_only = crate::app::ReadOnly::Locked;
        for step in &steps {
            let msg = message(&state, step);
            let effects = update(&mut state, msg, time);
            let changes = effects.iter().any(|effect| {
                matches!(effect, Effect::StartTask { .. } | Effect::OpenShell(_))
            });
            prop_assert!(!changes);
        }
    }
}
