#![no_main]

use fuzz::compose::file::fuzz::documents;

libfuzzer_sys::fuzz_target!(|text: &str| documents(text));
