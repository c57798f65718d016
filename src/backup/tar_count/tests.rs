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
