//! The `backup` room; see the crate's documentation.
