//! Figures of a fleet, as its sampler would tell them.

use crate::fleet::container;
use jiff::Timestamp;
use mcp_tui::app::Msg;
use mcp_tui::domain::figures::FigureSource;
use mcp_tui::domain::{ContainerFigures, ContainerId};

/// Of so many containers; with each second everything that is shown reads differently.
pub fn figures(containers: usize, second: u32, now: Timestamp) -> Msg {
    let of = |number: usize| {
        let moved = Some(number as u64 + 7_000_000 * u64::from(second));
        let figures = ContainerFigures {
            cpu_percent: Some(f64::from(second) * 1.3),
            memory_bytes: moved,
            network_received_bytes: moved,
            network_sent_bytes: moved,
            block_read_bytes: moved,
            block_written_bytes: moved,
            pids: Some(number as u64 % 90 + u64::from(second)),
            ..ContainerFigures::unknown(now, FigureSource::Cgroup)
        };
        (container(number).id, figures)
    };
    Msg::Figures((0..containers).map(of).collect::<Vec<(ContainerId, _)>>())
}
