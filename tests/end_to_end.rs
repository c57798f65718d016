//! The real binary, as its users meet it: the console in a real terminal, and the headless commands.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so at once")]

#[expect(dead_code, reason = "the console's tests, which use the rest, come with the console")]
mod support;

#[path = "end_to_end/bad_input.rs"]
mod bad_input;
#[path = "end_to_end/harness.rs"]
mod harness;
#[path = "end_to_end/headless.rs"]
mod headless;
#[path = "end_to_end/stacks.rs"]
mod stacks;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let trials: Vec<Trial> =
        [harness::trials(), bad_input::trials(), headless::trials()].into_iter().flatten().collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
