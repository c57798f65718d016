//! `config.yaml`: what the operator prefers.
//!
//! ```yaml
//! theme: default            # a built-in theme, or a file in the directory `themes` beside this one
//! colours: auto             # auto, none, 16, 256 or true
//! ascii: false              # borders and symbols in ASCII; by default as the locale says
//! mouse: true
//! read_only: false
//! frames_per_second: 60
//! logs:
//!   memory: 64MiB           # what the log pane keeps, in all
//!   tail: 500               # lines to begin with
//! stacks: [./stacks, /srv/stacks]   # where stacks are looked for, the first place first
//! notify:                   # who is told of a task's end; nobody by default
//!   when: failure           # failure, completion or both
//!   timeout: 5s             # for each of three tries
//!   webhook: https://hooks.example.org/services/…    # gets JSON
//!   email: {server: mail.example.org:587, security: starttls, from: console@example.org, to: [ops@example.org],
//!     user: console, password_file: smtp-password}   # security: none, starttls or tls
//! keys:                     # a command's name → its key or keys; an empty list unbinds it
//!   restart: r
//!   down: [D, "^d"]
//! ```

mod notify;
mod read;
mod size;

use super::Paths;
use super::file;
use super::keys::Override;
use super::theme::ColourDepth;
use crate::domain::Fault;
use crate::domain::notify::NotifySettings;
use std::path::PathBuf;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub theme: String,
    /// `None`: found out from the environment.
    pub colours: Option<ColourDepth>,
    /// `None`: as the locale says.
    pub ascii: Option<bool>,
    pub mouse: bool,
    pub read_only: bool,
    /// Drawn at most so often.
    pub frames_per_second: u32,
    pub log_memory_bytes: u64,
    /// How many lines of a log are asked for to begin with.
    pub log_tail: u64,
    /// Where stacks are looked for, the first place first; the built-in ones come after all of them.
    pub stacks: Vec<PathBuf>,
    pub notify: NotifySettings,
    /// For [`KeyMap::build`](super::keys::KeyMap::build).
    pub keys: Vec<Override>,
}

impl Settings {
    pub fn defaults(paths: &Paths) -> Self {
        Self {
            theme: "default".to_owned(),
            colours: None,
            ascii: None,
            mouse: true,
            read_only: false,
            frames_per_second: 60,
            log_memory_bytes: 64 << 20,
            log_tail: 500,
            stacks: paths.stack_directories(),
            notify: NotifySettings::default(),
            keys: Vec::new(),
        }
    }

    /// The settings file laid over the defaults. No file is no fault.
    pub fn load(paths: &Paths) -> (Self, Vec<Fault>) {
        let path = paths.settings_file();
        let defaults = Self::defaults(paths);
        match file::read("read settings", &path) {
            Ok(None) => (defaults, Vec::new()),
            Err(fault) => (defaults, vec![fault]),
            Ok(Some(text)) => {
                let (settings, complaints) = read::settings(&text, &path, defaults);
                let fault = |complaint: crate::domain::yaml::Complaint| {
                    complaint
                        .to_fault("read settings", &path.display())
                        .hint("the default is used in its place; correct the file and start again")
                };
                (settings, complaints.into_iter().map(fault).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests;
