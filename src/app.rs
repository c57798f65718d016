//! The `app` room; see the crate's documentation.
