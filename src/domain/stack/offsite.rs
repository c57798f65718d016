//! Copies of backups away from this server: where they go, and what is known of each.

use crate::domain::units;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `x-mcp.backup.offsite`: a bucket of S3, or of what speaks as S3 does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsitePlace {
    pub bucket: String,
    /// What all names there begin with, without slashes around it; may be empty.
    pub prefix: String,
    /// `https://minio.example.org:9000`; none of Amazon's own.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    /// Whether the bucket is named in the path, and not in the host's name.
    pub path_style: bool,
    /// Where the keys stand; else they are in the environment.
    pub credentials_file: Option<PathBuf>,
    /// Whether what the stack's policy lets go goes there, too.
    pub prune: bool,
}

impl OffsitePlace {
    /// The bucket and the prefix of `s3://bucket/prefix`, and all else as it is where nothing is said of it. What is wrong
    /// is said without the text: whoever writes keys into it by mistake must not find them in a log.
    pub fn of_url(url: &str) -> Result<Self, &'static str> {
        let rest = url.strip_prefix("s3://").ok_or("it must be such as s3://bucket/prefix")?;
        if rest.contains(['@', '?', '#']) {
            return Err("it must be such as s3://bucket/prefix, and keys do not belong into it");
        }
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let inside = |byte: u8| alphanumeric(byte) || matches!(byte, b'-' | b'.');
        let edges = bucket.bytes().next().zip(bucket.bytes().last());
        let is_bucket = (3..=63).contains(&bucket.len())
            && bucket.bytes().all(inside)
            && edges.is_some_and(|(first, last)| alphanumeric(first) && alphanumeric(last));
        if !is_bucket {
            return Err("a bucket's name has 3 to 63 small letters, digits, dots and hyphens");
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let is_piece = |piece: &str| {
            !matches!(piece, "" | "." | "..") && !piece.bytes().any(|byte| byte.is_ascii_control())
        };
        if !prefix.is_empty() && !prefix.split('/').all(is_piece) {
            return Err("the prefix must be such as `backups/server1`, without empty pieces and `..`");
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: None,
            region: None,
            path_style: false,
            credentials_file: None,
            prune: false,
        })
    }

    /// `s3://bucket/prefix`
    pub fn url(&self) -> String {
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        format!("s3://{}{slash}{}", self.bucket, self.prefix)
    }

    /// Where the files of a stack's backup are.
    pub fn url_of(&self, stack: &str, name: &str) -> String {
        format!("{}/{stack}/{name}", self.url())
    }

    /// For the operator, who may have several.
    pub fn words(&self) -> String {
        match &self.endpoint {
            Some(endpoint) => format!("{} at {endpoint}", self.url()),
            None => self.url(),
        }
    }

    /// Whether this backup lies there, as far as is known.
    pub fn holds(&self, entry: &super::BackupEntry) -> bool {
        entry.offsite.as_ref().is_some_and(|copy| {
            copy.copied.is_some()
                && copy.url == self.url_of(&entry.stack, &entry.name)
                && copy.endpoint == self.endpoint
        })
    }
}

/// What is known of the copy of one backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsiteCopy {
    /// `s3://bucket/prefix/stack/name`
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// When all of it had arrived and had been looked at there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied: Option<Timestamp>,
    /// How the last attempt failed, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<OffsiteFailure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsiteFailure {
    pub at: Timestamp,
    pub what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl OffsiteCopy {
    /// `off site 3h ago`, `not off site`.
    pub fn words(&self, now: Timestamp) -> String {
        match self.copied {
            Some(copied) => format!("off site {} ago", units::duration(units::since(copied, now))),
            None => "not off site".to_owned(),
        }
    }
}

/// How a stack stands with its copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsiteStanding {
    /// Where they go.
    pub place: String,
    /// When the newest of those that lie there was taken.
    pub last: Option<Timestamp>,
    /// The newest good backup, where it does not lie there.
    pub lacking: Option<OffsiteLack>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsiteLack {
    pub name: String,
    pub created: Timestamp,
    pub failed: Option<OffsiteFailure>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::with_a_prefix("s3://backups/server1/nightly", Some(("backups", "server1/nightly")))]
    #[case::a_slash_at_its_end("s3://backups/server1/", Some(("backups", "server1")))]
    #[case::the_bucket_alone("s3://my.bucket-2", Some(("my.bucket-2", "")))]
    #[case::of_another_kind("https://backups/server1", None)]
    #[case::no_bucket("s3:///server1", None)]
    #[case::capitals("s3://Backups", None)]
    #[case::an_edge("s3://-backups", None)]
    #[case::two_letters("s3://ab", None)]
    #[case::upwards("s3://backups/../other", None)]
    #[case::an_empty_piece("s3://backups/a//b", None)]
    #[case::keys("s3://AKIA:secret@backups/x", None)]
    fn a_place_is_a_bucket_and_a_prefix(#[case] url: &str, #[case] expected: Option<(&str, &str)>) {
        let place = OffsitePlace::of_url(url);
        let borrowed = place.as_ref().ok().map(|place| (place.bucket.as_str(), place.prefix.as_str()));
        assert_eq!(borrowed, expected, "{place:?}");
        assert!(place.err().is_none_or(|wrong| !wrong.contains("secret")));
    }
}
