//! The `engine` room; see the crate's documentation.
