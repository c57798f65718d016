//! Realistic states for tests, all made by messages, the way the console makes them.

mod build;
mod platform;

pub(crate) use build::{
    compose_container, container, fault, gpu_device, key, keys, log_line, plan, press, published, send,
    stack_file, wait,
};
pub(crate) use platform::{daemon, host, platform_containers, platform_messages};

use super::state::Setup;
use super::{LogBatch, Msg, State};
use crate::domain::{ContainerId, FleetEvent, GpuSample, LogSource, Safe};
use jiff::Timestamp;
use std::sync::Mutex;

/// Our own log is one for the whole process, so tests that write to it take turns.
pub(crate) static OWN_LOG: Mutex<()> = Mutex::new(());

/// 2026-11-20 10:31:07 UTC
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_795_170_667).unwrap()
}

/// Before anything was heard.
pub(crate) fn connecting() -> State {
    let setup = Setup {
        endpoint: Safe::new("unix:///var/run/docker.sock"),
        tried: vec![
            Safe::new("DOCKER_HOST: not set"),
            Safe::new("DOCKER_CONTEXT: not set"),
            Safe::new("/var/run/docker.sock: the default"),
        ],
        ..Setup::default()
    };
    State::new(setup).0
}

/// The platform of ten services with a service in trouble, four GPUs of which one is lost, logs, checks, a task.
pub(crate) fn platform() -> State {
    let mut state = connecting();
    for msg in platform_messages() {
        send(&mut state, msg);
    }
    send(&mut state, Msg::Wake);
    for key in ["j", "j", "j"] {
        press(&mut state, key);
    }
    let generation = state.panes.logs.generation;
    let inference: Vec<ContainerId> = state.panes.logs.streams.keys().cloned().collect();
    let line = |index: usize, text: &str| {
        let nanosecond =
            now().as_nanosecond() - 10_000_000_000 + i128::try_from(index).unwrap() * 120_000_000;
        let mut line = log_line(
            &inference[index % inference.len()],
            Timestamp::from_nanosecond(nanosecond).unwrap(),
            text,
        );
        if text.contains("error") {
            line.source = LogSource::Stderr;
        }
        line
    };
    let mut lines: Vec<_> = (0..60)
        .map(|index| line(index, &format!("INFO request {index} answered in {} ms", index % 37 + 9)))
        .collect();
    lines.push(line(60, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB"));
    lines.push(line(61, "\u{1b}[31merror\u{1b}[0m worker exits with 137"));
    let dropped = vec![(inference[0].clone(), 1_204)];
    send(&mut state, Msg::Logs(LogBatch { generation, lines: lines.into(), dropped, ended: Vec::new() }));
    state
}

/// So many containers in stacks of ten, and the last few without a stack.
pub(crate) fn crowd(count: usize) -> State {
    let mut state = connecting();
    let loose = count.min(5) / 2;
    let containers = (0..count)
        .map(|index| {
            if index + loose >= count {
                container(&format!("lonely-{index}"))
            } else {
                compose_container(&format!("stack-{:02}", index / 10), &format!("service-{}", index % 10), 1)
            }
        })
        .collect();
    send(&mut state, Msg::Fleet(FleetEvent::Connected(daemon())));
    send(&mut state, Msg::Fleet(FleetEvent::Listed(containers)));
    send(&mut state, Msg::Host(host()));
    send(&mut state, Msg::Gpu(GpuSample::Absent { reason: Safe::new("no NVIDIA driver is loaded") }));
    send(&mut state, Msg::Wake);
    state
}

/// The platform, half a minute after its daemon went away.
pub(crate) fn stale() -> State {
    let mut state = platform();
    let lost = FleetEvent::Lost { fault: fault("no answer within 5s"), retry_in_ms: 5_000 };
    let then = now() - jiff::SignedDuration::from_secs(30);
    super::update(&mut state, Msg::Fleet(lost), then);
    send(&mut state, Msg::Wake);
    state
}

/// No daemon was ever reached.
pub(crate) fn no_docker() -> State {
    let mut state = connecting();
    let fault = fault("No such file or directory (os error 2)")
        .hint("is Docker installed and running? `systemctl status docker` tells");
    send(&mut state, Msg::Fleet(FleetEvent::Lost { fault, retry_in_ms: 200 }));
    send(&mut state, Msg::Wake);
    state
}

/// The platform on a machine without a GPU.
pub(crate) fn no_gpu() -> State {
    let mut state = platform();
    send(&mut state, Msg::Gpu(GpuSample::Absent { reason: Safe::new("no NVIDIA driver is loaded") }));
    send(&mut state, Msg::Wake);
    state
}
