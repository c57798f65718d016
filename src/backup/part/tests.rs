use super::*;
use crate::domain::units;
use sha2::{Digest, Sha256};
use std::io::Read;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

async fn written(path: &str, chunks: &[&[u8]], form: Form) -> (Written, Vec<u8>) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("part");
    let mut writer =
        PartWriter::new(File::create(&file).unwrap(), path, form, None, &Recipients::default()).unwrap();
    for chunk in chunks {
        writer.write(Bytes::copy_from_slice(chunk)).await.unwrap();
    }
    let written = writer.finish().await.unwrap();
    (written, std::fs::read(file).unwrap())
}

#[test]
fn a_plain_part_is_counted_and_summed_up() {
    let (part, bytes) = run(written("p", &[b"ab", b"c"], Form::Plain));
    // The sum of `abc` is the first example of the standard.
    assert_eq!(part.part.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!((part.part.bytes, part.raw_bytes, part.head.as_slice()), (3, 3, b"abc".as_slice()));
    assert_eq!(bytes, b"abc");
}

#[test]
fn a_packed_part_unpacks_to_what_was_written_and_its_sum_is_that_of_the_file() {
    let long: Vec<u8> = (0..5_000_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
    let chunks: Vec<&[u8]> = long.chunks(32 << 10).collect();
    let (part, bytes) = run(written("p.zst", &chunks, Form::Plain));
    assert_eq!(part.raw_bytes, 20_000_000);
    assert_eq!(part.part.sha256, units::hexadecimal(&Sha256::digest(&bytes)));
    assert_eq!(part.part.bytes, bytes.len() as u64);
    let mut unpacked = Vec::new();
    zstd::Decoder::new(bytes.as_slice()).unwrap().read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == long, "it unpacks to something else");
}

#[test]
fn a_disk_that_takes_no_more_fails_the_part() {
    let file = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let error = run(async {
        let mut writer = PartWriter::new(file, "p", Form::Plain, None, &Recipients::default()).unwrap();
        loop {
            if let Err(error) = writer.write(Bytes::from_static(&[7; 4096])).await {
                return error;
            }
        }
    });
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}
