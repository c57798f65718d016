//! The same library as an old driver's: functions that came later are not in it at all, and so cannot be looked up.

#![expect(unsafe_code, reason = "a C library is what is played: its functions take pointers")]
#![expect(dead_code, reason = "the scenario tells more than this library can")]

#[path = "play/answer.rs"]
mod answer;
#[path = "play/basics.rs"]
mod basics;
#[path = "play/scenario.rs"]
mod scenario;
