//! The real binary, as its users meet it: the console in a real terminal, and the headless commands.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so at once")]

#[expect(dead_code, reason = "the tests that use the rest of it come with the parts they test")]
mod support;

#[path = "end_to_end/harness.rs"]
mod harness;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let trials: Vec<Trial> = [harness::trials()].into_iter().flatten().collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
