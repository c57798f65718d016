//! The `config` room; see the crate's documentation.
