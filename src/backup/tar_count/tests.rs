use super::*;
use rstest::rstest;

fn archive(files: &[(&str, usize)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, size) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(*size as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, vec![b'x'; *size].as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn count(bytes: &[u8], piece: usize) -> TarSummary {
    let mut counter = TarCounter::default();
    bytes.chunks(piece).for_each(|chunk| counter.see(chunk));
    counter.finish()
}

#[rstest]
#[case::byte_by_byte(1)]
#[case::across_blocks(777)]
#[case::at_once(1 << 20)]
fn entries_are_counted_however_the_bytes_come(#[case] piece: usize) {
    let long = "directory/".repeat(30) + "file";
    let bytes = archive(&[("empty", 0), ("one", 1), ("block", 512), (&long, 1500)]);
    assert_eq!(count(&bytes, piece), TarSummary { entries: 4, ended: true });
    let mut recorded = bytes.clone();
    recorded.resize(bytes.len().next_multiple_of(10_240), 0);
    assert!(count(&recorded, piece).ended, "tar fills its last record");
}

#[test]
fn an_archive_that_was_cut_anywhere_has_no_end() {
    let bytes = archive(&[("one", 700), ("two", 0), ("three", 512)]);
    for length in 0..bytes.len() {
        assert!(!count(&bytes[..length], 512).ended, "cut after {length} of {} bytes", bytes.len());
    }
}

#[test]
fn what_is_no_header_is_no_archive() {
    let mut bytes = archive(&[("one", 700), ("two", 0)]);
    assert!(count(&bytes, 512).ended);
    bytes[0] ^= 1;
    assert!(!count(&bytes, 512).ended);
    bytes[0] ^= 1;
    bytes.extend_from_slice(&[1; 512]);
    assert!(!count(&bytes, 512).ended, "something came after the end");
}

#[test]
fn a_size_beyond_the_header_stands_in_the_extended_one() {
    // As tar writes a file of more than eight gibibytes, only shorter: the header's own size is left at none.
    let mut header = tar::Header::new_ustar();
    let record = b"17 size=00000600\n";
    header.set_entry_type(tar::EntryType::XHeader);
    header.set_size(record.len() as u64);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(record);
    bytes.resize(1024, 0);
    let mut header = tar::Header::new_ustar();
    header.set_path("big").unwrap();
    header.set_size(0);
    header.set_cksum();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(&[9; 600]);
    bytes.resize(1024 + 512 + 1024 + 1024, 0);
    assert_eq!(count(&bytes, 100), TarSummary { entries: 1, ended: true });
}

/// What is left of the archive, and the large files with their names.
fn parted(bytes: &[u8], piece: usize, over: u64) -> (Vec<u8>, Vec<(String, usize)>) {
    let (mut counter, mut kept, mut large) = (TarCounter::apart(Some(over)), Vec::new(), Vec::new());
    let mut length = 0;
    for mut chunk in bytes.chunks(piece) {
        while !chunk.is_empty() {
            let (count, found) = counter.next(chunk);
            match found {
                Piece::Archive => kept.extend_from_slice(&chunk[..count]),
                Piece::Large { last } => {
                    length += count;
                    if last {
                        large.push((counter.large_name(), std::mem::take(&mut length)));
                    }
                }
            }
            chunk = &chunk[count..];
        }
    }
    assert!(counter.finish().ended);
    (kept, large)
}

#[rstest]
#[case::byte_by_byte(1)]
#[case::across_blocks(777)]
#[case::at_once(1 << 20)]
fn large_files_are_told_apart_with_their_names(#[case] piece: usize) {
    let long = "directory/".repeat(30) + "file";
    let bytes = archive(&[("small", 600), ("exactly", 1000), ("one", 1001), (&long, 1024), ("last", 5)]);
    let (kept, large) = parted(&bytes, piece, 1000);
    assert_eq!(large, [("one".to_owned(), 1001), (long, 1024)]);
    assert_eq!(kept.len(), bytes.len() - 1001 - 1024);
    assert_eq!(parted(&bytes, piece, 1 << 20), (bytes.clone(), Vec::new()));
}

#[test]
fn a_sparse_file_is_known_by_its_own_name() {
    let record = b"24 GNU.sparse.name=disk\n33 path=./GNUSparseFile.7/disk.i\n";
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::XHeader);
    header.set_size(record.len() as u64);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(record);
    bytes.resize(1024, 0);
    let mut header = tar::Header::new_ustar();
    header.set_path("GNUSparseFile.7/disk").unwrap();
    header.set_size(512);
    header.set_cksum();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + 512 + 1024, 0);
    assert_eq!(parted(&bytes, 1 << 20, 100).1, [("disk".to_owned(), 512)]);
}
