use super::*;
use proptest::prelude::*;

fn framed(stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&[stream, 0, 0, 0], &length[..], payload].concat()
}

fn all(demultiplexer: &mut Demultiplexer) -> Vec<Frame> {
    std::iter::from_fn(|| demultiplexer.next().unwrap()).collect()
}

#[test]
fn streams_are_told_apart() {
    let mut frames = Demultiplexer::default();
    frames.push([framed(1, b"out"), framed(2, b"err"), framed(0, b""), framed(3, b"broken")].concat().into());
    let found: Vec<_> = all(&mut frames).into_iter().map(|frame| (frame.channel, frame.payload)).collect();
    let expected: Vec<(Channel, Bytes)> = vec![
        (Channel::Stdout, "out".into()),
        (Channel::Stderr, "err".into()),
        (Channel::Stdout, "".into()),
        (Channel::DaemonError, "broken".into()),
    ];
    assert_eq!(found, expected);
    assert_eq!(frames.finish(), Ok(()));
}

#[test]
fn what_is_no_frame_is_refused() {
    for bytes in
        [*b"HTTP/1.1", [4, 0, 0, 0, 0, 0, 0, 1], [1, 0, 1, 0, 0, 0, 0, 1], [1, 0, 0, 0, 255, 0, 0, 0]]
    {
        let mut frames = Demultiplexer::default();
        frames.push(Bytes::copy_from_slice(&bytes));
        assert_eq!(frames.next(), Err(FrameError::NotAFrame(bytes)));
    }
}

proptest! {
    /// Wherever a stream is cut, the cut is seen unless it lies between two frames.
    #[test]
    fn every_cut_inside_a_frame_is_seen(payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..6)) {
        let frames: Vec<_> = payloads.iter().map(|payload| framed(1, payload)).collect();
        let whole = frames.concat();
        let mut boundaries = vec![0];
        for frame in &frames {
            boundaries.push(boundaries.last().unwrap() + frame.len());
        }
        for cut in 0..=whole.len() {
            let mut demultiplexer = Demultiplexer::default();
            demultiplexer.push(Bytes::copy_from_slice(&whole[..cut]));
            all(&mut demultiplexer);
            prop_assert_eq!(demultiplexer.finish().is_ok(), boundaries.contains(&cut));
            demultiplexer.push(Bytes::copy_from_slice(&whole[cut..]));
            all(&mut demultiplexer);
            prop_assert_eq!(demultiplexer.finish(), Ok(()));
        }
    }
}
