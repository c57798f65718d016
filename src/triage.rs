//! The `triage` room; see the crate's documentation.
