use super::frame::there_and_back;
use super::*;
use bytes::Bytes;
use http_body_util::StreamBody;
use hyper::body::Frame;
use prost::Message;

#[derive(Clone, PartialEq, Message)]
struct Word {
    #[prost(string, tag = "1")]
    text: String,
}

fn word(text: &str) -> Word {
    Word { text: text.to_owned() }
}

/// One that answers every call with what `answer` makes, and a channel to it.
async fn channel(answer: fn() -> Reply) -> Channel {
    let (here, there) = tokio::io::duplex(1024);
    tokio::spawn(serve(there, move |_| async move { answer() }));
    Channel::open(here).await.unwrap()
}

#[tokio::test]
async fn a_call_is_answered() {
    let channel = channel(|| reply(Ok(word("yes")))).await;
    assert_eq!(channel.call::<Word>("/service/Method", &word("is it?")).await, Ok(word("yes")));
}

#[tokio::test]
async fn a_refusal_keeps_its_words() {
    let channel = channel(|| reply(Err::<Word, _>(Status::new(NOT_FOUND, "keine Tür: 100%\n")))).await;
    let status = channel.call::<Word>("/service/Method", &word("")).await.unwrap_err();
    assert_eq!(status, Status::new(NOT_FOUND, "keine Tür: 100%\n"));
}

#[tokio::test]
async fn many_messages_come_one_by_one_and_then_the_end() {
    let channel = channel(|| {
        let (sender, reply) = streamed(1);
        tokio::spawn(async move {
            for text in ["one", &"two".repeat(100_000), ""] {
                sender.send(&word(text)).await.unwrap();
            }
            sender.fail(Status::new(UNKNOWN, "no more")).await;
        });
        reply
    })
    .await;
    let mut received = channel.stream("/service/Method", &word("")).await.unwrap();
    let mut lengths = Vec::new();
    while let Some(word) = received.next::<Word>().await {
        lengths.push(word.unwrap().text.len());
    }
    assert_eq!(lengths, [3, 300_000, 0]);
    assert_eq!(received.end(), Err(Status::new(UNKNOWN, "no more")));
}

#[tokio::test]
async fn what_is_cut_off_is_not_taken_for_the_end() {
    let pieces = [Bytes::from_static(&[0, 0, 0]), Bytes::from_static(&[0, 3, 10, 1, b'a'])];
    let frames = pieces.map(|piece| Ok::<_, std::convert::Infallible>(Frame::data(piece)));
    let mut received = Received::new(StreamBody::new(futures_util::stream::iter(frames)));
    assert_eq!(received.next::<Word>().await, Some(Ok(word("a"))));
    assert!(received.next::<Word>().await.is_none());
    assert!(received.end().unwrap_err().broken);
}

#[tokio::test]
async fn an_answer_that_something_is_not_to_be_had_is_no_broken_connection() {
    let unavailable = || Status::new(UNAVAILABLE, "the agent does not answer");
    let answering =
        channel(|| reply(Err::<Word, _>(Status::new(UNAVAILABLE, "the agent does not answer")))).await;
    assert_eq!(answering.call::<Word>("/service/Method", &word("")).await, Err(unavailable()));
    let (here, there) = tokio::io::duplex(1024);
    let silent = Channel::open(here).await.unwrap();
    drop(there);
    assert!(silent.call::<Word>("/service/Method", &word("")).await.unwrap_err().broken);
}

#[test]
fn words_survive_a_header() {
    for text in ["", "plain", "50% of it", "zwei\nZeilen – ä", "%", "%zz"] {
        assert_eq!(there_and_back(text), text);
    }
}
