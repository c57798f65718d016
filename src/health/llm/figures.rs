//! The figures that matter, out of Prometheus' text format.

use crate::domain::units;

/// Over all models and engines of one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) waiting: u64,
    pub(super) running: u64,
    /// Ever read or written. Compared with itself only: any change is progress.
    pub(super) tokens: u64,
}

/// As `vLLM` and `SGLang` name them.
const WAITING: [&str; 2] = ["vllm:num_requests_waiting", "sglang:num_queue_reqs"];
const RUNNING: [&str; 2] = ["vllm:num_requests_running", "sglang:num_running_reqs"];
const TOKENS: [&str; 6] = [
    "vllm:prompt_tokens_total",
    "vllm:generation_tokens_total",
    "vllm:prompt_tokens",
    "vllm:generation_tokens",
    "sglang:prompt_tokens_total",
    "sglang:generation_tokens_total",
];

impl Figures {
    /// `None` without a queue or a counter: there is nothing to go by then.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (mut waiting, mut running, mut tokens) = (None, None, None);
        // Prometheus writes whole numbers as others, too.
        let add = |sum: &mut Option<u64>, value: f64| {
            *sum = Some(sum.unwrap_or(0).saturating_add(units::whole(value)));
        };
        for (name, value) in text.lines().filter_map(sample) {
            if WAITING.contains(&name) {
                add(&mut waiting, value);
            } else if RUNNING.contains(&name) {
                add(&mut running, value);
            } else if TOKENS.contains(&name) {
                add(&mut tokens, value);
            }
        }
        Some(Self { waiting: waiting?, running: running.unwrap_or(0), tokens: tokens? })
    }

    /// Whether anybody waits for a token.
    pub(super) fn asks(self) -> bool {
        self.waiting > 0 || self.running > 0
    }

    pub(super) fn words(self) -> String {
        format!("{} requests wait, {} run", self.waiting, self.running)
    }
}

/// The name and the value of a line: `vllm:num_requests_waiting{model_name="m"} 3.0 1700000000`.
fn sample(line: &str) -> Option<(&str, f64)> {
    if line.starts_with('#') {
        return None;
    }
    let end = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(end);
    // A label's value may hold a brace; the last one closes them.
    let rest = if rest.starts_with('{') { &rest[rest.rfind('}')? + 1..] } else { rest };
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some((name, value))
}
