#![no_main]

use fuzz::compose::file::fuzz::short_forms;

libfuzzer_sys::fuzz_target!(|text: &str| short_forms(text));
