use super::*;
use crate::backup::manifest::Content;
use crate::domain::stack::BackupPart;
use crate::domain::units;
use rstest::rstest;
use sha2::{Digest as _, Sha256};

/// What comes of giving a file to a tool, of which the manifest says this.
fn given(bytes: &[u8], sum_of: &[u8], raw_bytes: u64) -> Result<usize, Option<FaultKind>> {
    let bundle = tempfile::tempdir().unwrap();
    std::fs::write(bundle.path().join("dump.rdb"), bytes).unwrap();
    let part = BackupPart {
        path: "dump.rdb".to_owned(),
        bytes: bytes.len() as u64,
        sha256: units::hexadecimal(&Sha256::digest(sum_of)),
    };
    let part =
        ManifestPart { part, raw_bytes: Some(raw_bytes), objects: Vec::new(), content: Content::Compose };
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let shelf = Shelf { directory: bundle.path().to_owned(), keys: crate::backup::Keys::default() };
    let done = Feed::new(&shelf, &part, None).read(&sender);
    drop(sender);
    let mut read = 0;
    while let Some(piece) = receiver.blocking_recv() {
        read += piece.len();
    }
    match done {
        Ok(()) => Ok(read),
        Err(Stopped::Fault(fault)) => Err(Some(fault.kind)),
        Err(Stopped::Unwanted) => Err(None),
    }
}

#[rstest]
#[case::whole(b"REDIS", b"REDIS", 5, Ok(5))]
#[case::another_byte(b"REDIZ", b"REDIS", 5, Err(Some(FaultKind::Invalid)))]
#[case::cut(b"REDI", b"REDIS", 5, Err(Some(FaultKind::Invalid)))]
#[case::longer(b"REDISS", b"REDIS", 5, Err(Some(FaultKind::Invalid)))]
fn only_what_was_written_is_given(
    #[case] bytes: &[u8],
    #[case] sum_of: &[u8],
    #[case] raw_bytes: u64,
    #[case] expected: Result<usize, Option<FaultKind>>,
) {
    assert_eq!(given(bytes, sum_of, raw_bytes), expected);
}

#[test]
fn a_tool_that_has_all_it_wants_may_be_at_work_longer_than_one_that_takes_nothing() {
    assert!(patience(true) > patience(false) * 10);
}
