//! The bucket, as much of it as copies need. What fails in passing is tried again here, with pauses that grow.

use super::cargo;
use super::credentials::Credentials;
use super::line::Lines;
use super::refusal;
use super::trouble::Trouble;
use crate::domain::stack::OffsitePlace;
use crate::domain::{Fault, FaultKind, units};
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use jiff::Timestamp;
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum};
use object_store::path::Path as Key;
use object_store::{
    Attribute, Attributes, BackoffConfig, GetOptions, MultipartUpload, ObjectStore, ObjectStoreExt,
    PutMultipartOptions, PutOptions, RetryConfig,
};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::error::Error;
use std::time::Duration;

/// What a bucket calls a region where nobody named one.
const REGION: &str = "us-east-1";
/// Under which name the sum of a file is noted with it there.
const SUM: &str = "sha256";

pub struct Bucket {
    store: AmazonS3,
    pub place: OffsitePlace,
    operation: &'static str,
}

/// What the bucket tells of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub bytes: u64,
    /// What was noted when it was copied; of what somebody else put there, nothing.
    pub sha256: Option<String>,
    pub e_tag: Option<String>,
}

impl Bucket {
    /// Connects to nothing yet. `operation` is what is being done, for whoever reads a fault.
    pub fn open(place: &OffsitePlace, operation: &'static str) -> Result<Self, Fault> {
        let Credentials { id, secret, token } = Credentials::of(place)?;
        let mut builder = AmazonS3Builder::new()
            .with_http_connector(Lines)
            .with_bucket_name(&place.bucket)
            .with_region(place.region.as_deref().unwrap_or(REGION))
            .with_virtual_hosted_style_request(!place.path_style)
            // Every byte is in the signature; with it the bucket keeps a sum that it can be asked for later.
            .with_checksum_algorithm(Checksum::SHA256)
            .with_disable_bulk_delete(true)
            .with_access_key_id(id)
            .with_secret_access_key(secret)
            .with_retry(RetryConfig {
                backoff: BackoffConfig {
                    init_backoff: Duration::from_millis(200),
                    max_backoff: Duration::from_secs(15),
                    base: 3.,
                },
                max_retries: 6,
                retry_timeout: Duration::from_mins(3),
            });
        if let Some(token) = token {
            builder = builder.with_token(token);
        }
        if let Some(endpoint) = endpoint(place) {
            builder = builder.with_endpoint(endpoint);
        }
        let built = builder.build();
        let store = built.map_err(|error| refusal::fault(operation, "", place, &error))?;
        Ok(Self { store, place: place.clone(), operation })
    }

    pub fn fault(&self, object: &str, error: &(dyn Error + 'static)) -> Fault {
        refusal::fault(self.operation, object, &self.place, error)
    }

    fn key(&self, key: &str) -> Result<Key, Fault> {
        Key::parse(key).map_err(|error| {
            Fault::new(FaultKind::Invalid, self.operation, key)
                .because("a bucket cannot have a file of this name")
                .caused_by(&error)
        })
    }

    /// Whether it is there and lets us in. To be asked before anything else: of a single file a refusal says nothing but a
    /// number.
    pub async fn reach(&self, stack: &str) -> Result<(), Trouble> {
        let prefix = self.key(&cargo::below(&self.place, stack)).map_err(Trouble::other)?;
        match self.store.list(Some(&prefix)).next().await {
            Some(Err(error)) => Err(Trouble {
                fault: self.fault("", &error),
                is_lacking: refusal::says_there_is_no_bucket(&error),
            }),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    /// The names of the directories in a stack's.
    pub async fn directories(&self, stack: &str) -> Result<Vec<String>, Fault> {
        let prefix = self.key(&cargo::below(&self.place, stack))?;
        let listed = self.store.list_with_delimiter(Some(&prefix)).await;
        let listed = listed.map_err(|error| self.fault("", &error))?;
        let names = listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned));
        Ok(names.collect())
    }

    /// All that begins so: each key, and when it was written last.
    pub async fn keys(&self, prefix: &str) -> Result<Vec<(String, Timestamp)>, Fault> {
        let prefix = self.key(prefix)?;
        let mut keys = Vec::new();
        let mut listed = self.store.list(Some(&prefix));
        while let Some(found) = listed.next().await {
            let found = found.map_err(|error| self.fault("", &error))?;
            // A time that makes no sense is taken for the newest.
            let written = Timestamp::from_second(found.last_modified.timestamp()).unwrap_or(Timestamp::MAX);
            keys.push((found.location.to_string(), written));
        }
        Ok(keys)
    }

    /// What is there under a name, if anything is.
    pub async fn look(&self, key: &str) -> Result<Option<Held>, Fault> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        match self.store.get_opts(&self.key(key)?, options).await {
            Ok(found) => Ok(Some(Held {
                bytes: found.meta.size,
                sha256: sum_of(&found.attributes),
                e_tag: found.meta.e_tag,
            })),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.fault(key, &error)),
        }
    }

    /// All of a short file, if it is there. One that is longer is a fault, and so is one that is not what was noted with it.
    pub async fn short(&self, key: &str, most: u64) -> Result<Option<Bytes>, Trouble> {
        let wrong = |cause: &str| {
            Fault::new(FaultKind::Invalid, self.operation, format!("{key} in {}", self.place.words()))
                .because(cause)
        };
        let found = match self.store.get(&self.key(key).map_err(Trouble::other)?).await {
            Ok(found) if found.meta.size > most => return Err(Trouble::lacking(wrong("it is far too long"))),
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(Trouble::other(self.fault(key, &error))),
        };
        let expected = sum_of(&found.attributes);
        let bytes = found.bytes().await.map_err(|error| Trouble::other(self.fault(key, &error)))?;
        match expected {
            Some(sum) if sum != units::hexadecimal(&Sha256::digest(&bytes)) => {
                let fault = wrong("its bytes are not those that were written");
                Err(Trouble::lacking(fault.hint(
                    "what lies there is damaged: pull another backup, or mend it with `backup push --again` where it still is",
                )))
            }
            Some(_) | None => Ok(Some(bytes)),
        }
    }

    /// The bytes of a file as they come; what breaks off is gone on with.
    pub async fn read(&self, key: &str) -> Result<BoxStream<'static, object_store::Result<Bytes>>, Fault> {
        match self.store.get(&self.key(key)?).await {
            Ok(found) => Ok(found.into_stream()),
            Err(object_store::Error::NotFound { .. }) => {
                Err(Fault::new(FaultKind::NotFound, self.operation, key)
                    .because("it is not in the bucket any more"))
            }
            Err(error) => Err(self.fault(key, &error)),
        }
    }

    /// A short file; what the bucket calls its state.
    pub async fn put(&self, key: &str, bytes: Bytes, sha256: &str) -> Result<Option<String>, Fault> {
        let options = PutOptions { attributes: noted(sha256), ..PutOptions::default() };
        let put = self.store.put_opts(&self.key(key)?, bytes.into(), options).await;
        put.map(|put| put.e_tag).map_err(|error| self.fault(key, &error))
    }

    /// A long file, in pieces. It is not there before the last of them is.
    pub async fn begin(&self, key: &str, sha256: &str) -> Result<Box<dyn MultipartUpload>, Fault> {
        let options = PutMultipartOptions { attributes: noted(sha256), ..PutMultipartOptions::default() };
        let begun = self.store.put_multipart_opts(&self.key(key)?, options).await;
        begun.map_err(|error| self.fault(key, &error))
    }

    pub async fn remove(&self, key: &str) -> Result<(), Fault> {
        match self.store.delete(&self.key(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.fault(key, &error)),
        }
    }
}

fn sum_of(attributes: &Attributes) -> Option<String> {
    attributes.get(&Attribute::Metadata(Cow::Borrowed(SUM))).map(|sum| sum.as_ref().to_owned())
}

fn noted(sha256: &str) -> Attributes {
    let mut attributes = Attributes::new();
    attributes.insert(Attribute::Metadata(Cow::Borrowed(SUM)), sha256.to_owned().into());
    attributes
}

/// Where the bucket is named in the host's name, the library wants it there.
fn endpoint(place: &OffsitePlace) -> Option<String> {
    let endpoint = place.endpoint.as_ref()?;
    if place.path_style {
        return Some(endpoint.clone());
    }
    let (scheme, host) = endpoint.split_once("://")?;
    Some(format!("{scheme}://{}.{host}", place.bucket))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_is_in_the_path_or_in_the_host_s_name() {
        let mut place = OffsitePlace::of_url("s3://backups/a").unwrap();
        assert_eq!(endpoint(&place), None, "Amazon's own are known");
        place.endpoint = Some("https://minio:9000".to_owned());
        assert_eq!(endpoint(&place).as_deref(), Some("https://backups.minio:9000"));
        place.path_style = true;
        assert_eq!(endpoint(&place).as_deref(), Some("https://minio:9000"));
    }
}
