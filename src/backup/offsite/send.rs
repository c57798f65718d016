//! One file on its way to the bucket. It is summed up as it is read: what is not any more what the manifest says never
//! appears there.

use super::bucket::Bucket;
use super::cargo::Item;
use super::unless_cancelled;
use crate::domain::{Fault, FaultKind};
use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt};
use object_store::MultipartUpload;
use sha2::{Digest, Sha256};
use std::io;
use std::time::Duration;
use tokio::io::AsyncReadExt;

use crate::domain::units;

/// A file of no more goes in one piece. What is at work in memory is a few of them.
const PIECE: u64 = 8 << 20;
const IN_MEMORY: u64 = 32 << 20;
const AT_ONCE: u64 = 4;
/// A bucket takes 10,000 pieces of a file.
const MOST_PIECES: u64 = 9_000;
/// What is left of a file that will not be there.
const ABORT_LIMIT: Duration = Duration::from_secs(10);

/// How a file is cut up: bytes of a piece, and how many of them go at a time.
fn pieces(bytes: u64) -> (u64, usize) {
    let whole_mebibytes = bytes.div_ceil(MOST_PIECES).next_multiple_of(1 << 20);
    let piece = whole_mebibytes.max(PIECE);
    (piece, usize::try_from((IN_MEMORY / piece).clamp(1, AT_ONCE)).unwrap_or(1))
}

/// What the bucket calls the state of the file then; `went` is told of each piece that has arrived, `cancelled` is asked
/// before each.
pub async fn send(
    bucket: &Bucket,
    item: &Item,
    file: std::fs::File,
    went: &dyn Fn(u64),
    cancelled: &dyn Fn() -> bool,
) -> Result<Option<String>, Fault> {
    let (piece, at_once) = pieces(item.bytes);
    let mut source =
        Source { file: tokio::fs::File::from_std(file), left: item.bytes, piece, sum: Sha256::new() };
    let stopped = || stopped(&item.path);
    if item.bytes <= piece {
        let bytes = source.next(item).await?.unwrap_or_default();
        source.finish(item).await?;
        let put = bucket.put(&item.key, bytes, &item.sha256);
        let e_tag = unless_cancelled(put, cancelled).await.ok_or_else(stopped)??;
        went(item.bytes);
        return Ok(e_tag);
    }
    let begun = unless_cancelled(bucket.begin(&item.key, &item.sha256), cancelled).await;
    let mut upload = begun.ok_or_else(stopped)??;
    let sent = all(bucket, item, &mut *upload, &mut source, at_once, went, cancelled).await;
    if sent.is_err() {
        // Pieces without a file cost money until somebody looks for them.
        let _ = tokio::time::timeout(ABORT_LIMIT, upload.abort()).await;
    }
    sent
}

async fn all(
    bucket: &Bucket,
    item: &Item,
    upload: &mut dyn MultipartUpload,
    source: &mut Source,
    at_once: usize,
    went: &dyn Fn(u64),
    cancelled: &dyn Fn() -> bool,
) -> Result<Option<String>, Fault> {
    let stopped = || stopped(&item.path);
    let mut under_way = FuturesUnordered::new();
    let mut at_end = false;
    loop {
        while !at_end && under_way.len() < at_once {
            match source.next(item).await? {
                Some(bytes) => {
                    let length = bytes.len() as u64;
                    let part = upload.put_part(bytes.into());
                    under_way.push(async move { part.await.map(|()| length) });
                }
                None => at_end = true,
            }
        }
        match unless_cancelled(under_way.next(), cancelled).await.ok_or_else(stopped)? {
            Some(Ok(length)) => went(length),
            Some(Err(error)) => return Err(bucket.fault(&item.key, &error)),
            None => break,
        }
    }
    source.finish(item).await?;
    let done = unless_cancelled(upload.complete(), cancelled).await.ok_or_else(stopped)?;
    done.map(|put| put.e_tag).map_err(|error| bucket.fault(&item.key, &error))
}

fn stopped(path: &str) -> Fault {
    Fault::new(FaultKind::Cancelled, "copy off site", path).because("ended on request")
}

/// The file here, a piece at a time.
struct Source {
    file: tokio::fs::File,
    left: u64,
    piece: u64,
    sum: Sha256,
}

impl Source {
    async fn next(&mut self, item: &Item) -> Result<Option<Bytes>, Fault> {
        let length = self.piece.min(self.left);
        if length == 0 {
            return Ok(None);
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        self.file.read_exact(&mut bytes).await.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => changed(item),
            _ => Fault::io("read", &item.path, &error),
        })?;
        self.left -= length;
        self.sum.update(&bytes);
        Ok(Some(bytes.into()))
    }

    /// It is at its end, and was what it should be.
    async fn finish(&mut self, item: &Item) -> Result<(), Fault> {
        let more = self.file.read(&mut [0]).await.map_err(|error| Fault::io("read", &item.path, &error))?;
        let sum = units::hexadecimal(&self.sum.finalize_reset());
        if more == 0 && sum == item.sha256 { Ok(()) } else { Err(changed(item)) }
    }
}

fn changed(item: &Item) -> Fault {
    Fault::new(FaultKind::Invalid, "copy off site", &item.path)
        .because("it is not any more what was written when the backup was taken")
        .hint("do not rely on this backup: take another one, and look at the disk that it lies on")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::a_small_one(1, 8, 4)]
    #[case::a_large_one(60 << 30, 8, 4)]
    #[case::a_larger_one(200 << 30, 23, 1)]
    #[case::as_large_as_can_be(5 << 40, 583, 1)]
    fn a_file_of_any_size_goes_in_few_enough_pieces(
        #[case] bytes: u64,
        #[case] mebibytes: u64,
        #[case] at_once: usize,
    ) {
        let (piece, together) = pieces(bytes);
        assert_eq!((piece >> 20, together), (mebibytes, at_once));
        assert!(bytes.div_ceil(piece) <= 10_000);
    }

    #[tokio::test]
    async fn a_file_that_has_changed_is_found_out_at_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("part");
        let item = |bytes: &[u8]| Item {
            path: "part".to_owned(),
            key: "part".to_owned(),
            bytes: bytes.len() as u64,
            sha256: units::hexadecimal(&Sha256::digest(bytes)),
        };
        let written = item(b"as it was");
        for (now, is_same) in
            [("as it was", true), ("as it WAS", false), ("as it was not", false), ("as", false)]
        {
            std::fs::write(&path, now).unwrap();
            let file = tokio::fs::File::open(&path).await.unwrap();
            let mut source = Source { file, left: written.bytes, piece: 4, sum: Sha256::new() };
            let read = async {
                while source.next(&written).await?.is_some() {}
                source.finish(&written).await
            };
            assert_eq!(read.await.is_ok(), is_same, "{now}");
        }
    }
}
