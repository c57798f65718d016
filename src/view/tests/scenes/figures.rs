//! A quarter of an hour of figures.

use super::driving::{ago, press, tell};
use super::{containers, server};
use crate::app::tree::Subject;
use crate::app::{Msg, State};
use crate::domain::ContainerFigures;
use crate::domain::figures::{FigureSource, Pressure, Stall, Throttling};
use crate::domain::fixtures::container_id;

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

/// The services on the whole screen, by what they use, with the graphs of one.
pub fn measured() -> State {
    let mut state = server::incident();
    for second in (0..900).rev().step_by(5) {
        // One that wanders, one that works in turns, one that grows towards its limit.
        let step = u64::from((900_u32 - second) / 5);
        let wave = f64::from(u32::try_from(step * 37 % 11).unwrap());
        let works = if step / 20 % 2 == 0 { 60.0 } else { 1210.0 };
        let figures = [
            used("mcp-mcp-training-1", second, works + wave * 6.0, 38 * GIB, Some(64 * GIB), step),
            used("mcp-mcp-inference-1", second, 70.0 + wave * 2.0, 9 * GIB, Some(16 * GIB), step),
            used("mcp-mcp-inference-2", second, 60.0 + wave, 9 * GIB, Some(16 * GIB), step * 2),
            used("mcp-postgresql-1", second, 3.0, (300 + step) * MIB, Some(512 * MIB), step * 9),
            used("mcp-redis-1", second, 1.4, 88 * MIB, None, step / 7),
            used("mcp-nginx-1", second, 0.3, 21 * MIB, None, step * 30),
            used("mlflow-server-1", second, 1.9 + wave, 1700 * MIB, Some(2 * GIB), 0),
        ];
        tell(&mut state, Msg::Figures(figures.to_vec()));
    }
    let training = Subject::Service { project: "mcp".to_owned(), service: "mcp-training".to_owned() };
    assert!(state.panes.services.reveal(&training, &state.tree));
    // By name first, then by the processor.
    press(&mut state, &["1", "v", ">", ">"]);
    state
}

/// The same among the other panes.
pub fn sorted() -> State {
    let mut state = measured();
    press(&mut state, &["f"]);
    state
}

fn used(
    name: &str,
    second: u32,
    cpu: f64,
    memory: u64,
    limit: Option<u64>,
    moved: u64,
) -> (crate::domain::ContainerId, ContainerFigures) {
    let (id, figures) = containers::figures(name, cpu, memory);
    let figures = ContainerFigures {
        time: ago(i64::from(second)),
        memory_limit_bytes: limit,
        network_received_bytes: Some(moved * moved * 40_000),
        network_sent_bytes: Some(moved * 90_000),
        block_read_bytes: Some(0),
        block_written_bytes: Some(moved * 700_000),
        pids: Some(12 + moved % 3),
        cpu_limit_cores: limit.map(|_| 16.0),
        throttling: limit.map(|_| Throttling {
            periods: 100 + moved * 50,
            throttled_periods: moved * 4,
            throttled_nanoseconds: 0,
        }),
        memory_peak_bytes: Some(memory + 3 * GIB),
        pressure: Pressure {
            cpu: Some(Stall { some_percent: cpu.min(300.0) / 10.0, full_percent: None }),
            memory: None,
            io: Some(Stall { some_percent: 0.4, full_percent: Some(0.1) }),
        },
        oom_kills: Some(u64::from(name.contains("inference-2"))),
        ..figures
    };
    (id, figures)
}

/// The daemon is asked for the figures: of some containers, or of all.
pub fn asked(all: bool) -> State {
    let mut state = server::incident();
    let containers = state.fleet.containers().keys().cloned();
    let known = containers.filter_map(|id| Some((id.clone(), *state.figures.get(&id)?)));
    let asked =
        known.filter(|(id, _)| all || id.0.contains("inference") || id == &container_id("mcp-redis-1"));
    let asked =
        asked.map(|(id, figures)| (id, ContainerFigures { source: FigureSource::StatsApi, ..figures }));
    let asked = asked.collect();
    tell(&mut state, Msg::Figures(asked));
    state
}
