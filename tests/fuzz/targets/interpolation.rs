#![no_main]

use fuzz::compose::file::fuzz::interpolation;

libfuzzer_sys::fuzz_target!(|text: &str| interpolation(text));
