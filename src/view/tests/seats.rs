//! The seating plan of the GPUs where it has little room, and what is wrong with it.

use super::*;
use crate::app::store::findings::{Finding, Severity};
use crate::app::{Msg, update};
use crate::domain::{GpuSample, Safe};

const ROWS: [&str; 3] = ["mcp/mcp-inference ×3", "mcp/mcp-training", "processes of the host"];

#[test]
fn at_every_height_it_is_said_how_many_rows_there_are() {
    let state = scenes::gpus_in_detail();
    let mut seen = [false; 4];
    for height in 12..60 {
        for width in [60, 80, 120] {
            let screen = text(&state, width, height);
            let shown = ROWS.iter().filter(|row| screen.contains(**row)).count();
            seen[shown] = true;
            let left_out = screen.contains(&format!("service, {shown} of 3"));
            assert!(shown == 3 || left_out, "{width}x{height}:\n{screen}");
        }
    }
    assert_eq!(seen, [true; 4], "none, some and all");
}

#[test]
fn what_was_asked_is_not_cut_for_the_sake_of_blanks() {
    let screen = text(&scenes::gpus_in_detail(), 80, 40);
    for words in ["id 1 → 1", "id 0 → 0", "76.0G of 80.0G", "70.0G of 80.0G"] {
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
}

#[test]
fn what_is_wrong_with_it_stands_above_it_until_it_is_taken_note_of() {
    let mut state = scenes::gpus_in_detail();
    let finding = |id: &str, title: &str| {
        let mut finding = Finding::made(id, Severity::Warning);
        finding.title = Safe::new(title);
        finding
    };
    let (seats, astray) = (finding("gpu-seats/0", "a and b share"), finding("gpu-astray/c", "c is astray"));
    let other = finding("disk//", "the disk is full");
    let told = |state: &mut State, findings: &[&Finding]| {
        drop(state.findings.apply(findings.iter().copied().cloned().collect(), scenes::ago(1)));
        text(state, 80, 40)
    };
    let screen = told(&mut state, &[&other, &seats]);
    assert!(screen.contains("⚠ a and b share") && !screen.contains("the disk is full"), "{screen}");
    let screen = told(&mut state, &[&other, &seats, &astray]);
    assert!(screen.contains("⚠ 1 of 2: a and b share"), "{screen}");
    state.findings.acknowledge("gpu-seats/0");
    let screen = text(&state, 80, 40);
    assert!(screen.contains("⚠ c is astray"), "{screen}");
    let screen = told(&mut state, &[&other]);
    assert!(!screen.contains("c is astray"), "{screen}");
}

#[test]
fn what_a_device_never_told_has_no_graph() {
    let mut state = scenes::gpus_in_detail();
    assert!(text(&state, 120, 60).contains("PCIe 1.0G/s, peak"));
    let mut devices = state.gpus.devices().to_vec();
    // One whose course is new.
    devices[0].index = 7;
    devices.truncate(1);
    if let Ok(reading) = &mut devices[0].reading {
        (reading.pcie, reading.clocks) = <_>::default();
    }
    drop(update(&mut state, Msg::Gpu(GpuSample::Devices(devices)), scenes::ago(0)));
    let screen = text(&state, 120, 60);
    assert!(screen.contains("temperature 62°C of 89°C, peak"), "{screen}");
    assert!(!screen.contains("peak –"), "{screen}");
}
