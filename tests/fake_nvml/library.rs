//! A library that plays NVML, for machines without a GPU: what the devices are and say stands in a scenario file.
//!
//! It is built as `libfake_nvml.so` beside the other examples and loaded as the real one would be. The scenario is
//! `scenario.yaml` beside the library, or the file that `FAKE_NVML_SCENARIO` names; it is read again when it changes, so
//! that something can happen to the devices. What it does not say, a device does not support.

#![expect(unsafe_code, reason = "a C library is what is played: its functions take pointers")]
#![expect(non_snake_case, reason = "the functions have the names that NVML gives them")]

#[path = "play/answer.rs"]
mod answer;
#[path = "play/basics.rs"]
mod basics;
#[path = "play/errors.rs"]
mod errors;
#[path = "play/events.rs"]
mod events;
#[path = "play/instances.rs"]
mod instances;
#[path = "play/links.rs"]
mod links;
#[path = "play/processes.rs"]
mod processes;
#[path = "play/scenario.rs"]
mod scenario;
#[path = "play/speeds.rs"]
mod speeds;
