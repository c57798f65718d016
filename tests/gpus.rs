//! GPUs, on a library that plays NVML and is loaded as the real one is: what the reader makes of it, and whole stacks
//! that ask an Engine for them.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so at once")]

#[path = "support/daemon.rs"]
#[expect(dead_code, reason = "shared with the tests of Compose projects")]
mod daemon;
#[path = "support/nvml.rs"]
mod nvml;
#[expect(dead_code, reason = "shared with the tests of the whole program")]
mod support;

#[path = "gpus/reader.rs"]
mod reader;
#[path = "gpus/stacks.rs"]
mod stacks;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let trials: Vec<Trial> = [reader::trials(), stacks::trials()].into_iter().flatten().collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
