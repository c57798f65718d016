#![no_main]

use fuzz::compose::file::fuzz::variables;

libfuzzer_sys::fuzz_target!(|text: &str| variables(text));
