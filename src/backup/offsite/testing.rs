//! What the tests of this room share.

use crate::domain::stack::OffsitePlace;

/// # Panics
/// Where the URL is none.
pub fn place(url: &str) -> OffsitePlace {
    let (bucket, prefix) = OffsitePlace::parse_url(url).unwrap();
    OffsitePlace {
        bucket,
        prefix,
        endpoint: None,
        region: None,
        path_style: false,
        credentials_file: None,
        prune: false,
    }
}
