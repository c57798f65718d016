//! The rooms that read Compose files, built on their own: what they do not need is not built with them.

#[path = "../../../src"]
mod rooms {
    pub mod domain;
}

pub use rooms::domain;

#[path = "../../../src/compose"]
pub mod compose {
    pub mod file;
    pub mod hash;

    pub use hash::config_hash;
}
