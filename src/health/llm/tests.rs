use super::*;
use crate::domain::gpu::GpuProcess;
use crate::domain::{GpuDevice, GpuReading, GpuSample, fixtures};
use crate::health::Gpus;
use std::sync::Arc;
use tokio::sync::watch;

const PAGE: &str = "# HELP vllm:num_requests_waiting Number of requests waiting to be processed.\n\
    # TYPE vllm:num_requests_waiting gauge\n\
    vllm:num_requests_waiting{engine=\"0\",model_name=\"a } b\"} 3.0\n\
    vllm:num_requests_waiting{engine=\"1\",model_name=\"m\"} 1.0 1700000000000\n\
    vllm:num_requests_running{engine=\"0\",model_name=\"m\"} 8.0\n\
    vllm:generation_tokens_total{engine=\"0\",model_name=\"m\"} 1.5e+06\n\
    vllm:prompt_tokens_total 100\n\
    python_gc_objects_collected_total{generation=\"0\"} 12.0\nnonsense\n{\n";

fn figures(waiting: u64, tokens: u64) -> Figures {
    Figures { waiting, running: 0, tokens }
}

#[test]
fn the_figures_of_all_engines_are_summed() {
    let told = Figures::read(PAGE);
    assert_eq!(told, Some(Figures { waiting: 4, running: 8, tokens: 1_500_100 }));
    assert_eq!(Figures::read("python_info 1\n"), None);
}

#[test]
fn requests_that_wait_for_tokens_that_do_not_come_mean_a_wedged_engine() {
    let start = Instant::now();
    let mut progress = None;
    let mut after = |seconds: u64, figures: Figures| {
        let outcome = judge(figures, None, &mut progress, start + Duration::from_secs(seconds));
        (outcome.answer, outcome.message.to_string())
    };
    assert_eq!(after(0, figures(2, 100)).0, Answer::Up, "nothing to compare with");
    assert_eq!(after(5, figures(2, 100)).0, Answer::Up, "a long prompt");
    assert_eq!(after(15, figures(2, 160)).0, Answer::Up, "tokens come");
    assert_eq!(after(27, figures(3, 160)).0, Answer::Degraded);
    let (answer, message) = after(45, figures(4, 160));
    assert_eq!(answer, Answer::Down);
    assert_eq!(message, "the engine is wedged: 4 requests wait, 0 run, and no token has come for 30s");
    assert_eq!(after(60, figures(4, 12)).0, Answer::Up, "it was started anew");
}

#[test]
fn an_engine_that_nobody_asks_anything_is_well() {
    let start = Instant::now();
    let mut progress = None;
    for minute in 0..10 {
        let outcome = judge(figures(0, 100), None, &mut progress, start + Duration::from_secs(minute * 60));
        assert_eq!(outcome.answer, Answer::Up);
    }
    let outcome = judge(figures(1, 100), None, &mut progress, start + Duration::from_secs(601));
    assert_eq!(outcome.answer, Answer::Up, "the request has only just come");
}

#[test]
fn who_looks_twice_within_one_run_tells_that_nothing_moves() {
    let mut progress = None;
    judge(figures(1, 100), None, &mut progress, Instant::now());
    let outcome = second(figures(1, 100), progress.as_ref()).unwrap();
    assert_eq!(outcome.answer, Answer::Degraded);
    assert_eq!(second(figures(1, 101), progress.as_ref()), None);
    assert_eq!(second(figures(0, 100), progress.as_ref()), None);
}

#[test]
fn a_second_look_is_only_taken_where_it_fits_into_the_time() {
    let fits = |limit, passed| {
        let latency = Duration::from_millis(passed);
        has_time(Duration::from_millis(limit), latency, latency)
    };
    assert!(fits(3000, 20));
    assert!(!fits(1000, 20), "the pause alone is longer");
    assert!(!fits(3000, 1000), "what took a second takes a second again");
}

#[test]
fn an_idle_gpu_reads_no_prompt_and_a_busy_one_may() {
    let start = Instant::now();
    let after = |percent: Option<u32>| {
        let container = fixtures::container("vllm");
        let process = GpuProcess {
            pid: 1,
            started_ticks: None,
            memory_bytes: None,
            sm_percent: None,
            instance: None,
            container: Some(container.id.0.clone()),
            gone: false,
        };
        let reading =
            GpuReading { utilisation_percent: percent, processes: vec![process], ..GpuReading::default() };
        let device = GpuDevice {
            index: 3,
            uuid: None,
            name: None,
            bus: None,
            reading: Ok(reading),
            silent_seconds: None,
            xids: Vec::new(),
        };
        let (_sender, readings) = watch::channel(Some(Arc::new(GpuSample::Devices(vec![device]))));
        let busy = Gpus::watched(readings).of(&container);
        let mut progress = None;
        judge(figures(1, 7), busy, &mut progress, start);
        let outcome = judge(figures(1, 7), busy, &mut progress, start + Duration::from_secs(12));
        (outcome.answer, outcome.message.to_string())
    };
    let text = "1 requests wait, 0 run, and no token has come for 12s";
    assert_eq!(after(Some(0)), (Answer::Down, format!("the engine is wedged: {text}, while GPU 3 is at 0%")));
    assert_eq!(after(Some(98)), (Answer::Degraded, format!("{text}, while GPU 3 is at 98%")));
    assert_eq!(after(None), (Answer::Degraded, text.to_owned()));
}
