//! What the tests of the whole program share: the real Engine and its images, names nobody else uses, a home of its own
//! for each run of the program, and a terminal to run it in.

pub mod engine;
pub mod http;
pub mod ports;
pub mod project;
pub mod pty;
pub mod wait;
pub mod workplace;

use libtest_mimic::Trial;

/// A test that needs nothing but the binary.
pub fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}
