//! Messages in, whole effects and state out.

mod acceptance;
mod actions;
mod backups;
mod cancel;
mod console;
mod drift;
mod figures;
mod findings;
mod host;
mod inspect;
mod log_follow;
mod log_pane;
mod older;
mod patterns;
mod plan_rows;
mod previous;
mod properties;
mod seen;
mod verbs;
