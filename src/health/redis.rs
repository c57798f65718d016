//! Redis and its kin: what they say to `PING`. No password is sent, for who asks for one is alive.

use super::line::Line;
use super::{Answer, Outcome, dial};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// An answer is one line; what is longer is somebody else's.
const LONGEST: u64 = 512;

pub(super) async fn ask(line: Line<'_>, host: &str, port: u16) -> Outcome {
    let start = Instant::now();
    let mut stream = match line.connect(host, port).await {
        Ok(stream) => stream,
        Err(outcome) => return outcome,
    };
    let exchange = async {
        stream.write_all(b"PING\r\n").await?;
        let mut bytes = Vec::new();
        let mut answer = stream.take(LONGEST);
        while !bytes.contains(&b'\n') && answer.read_buf(&mut bytes).await? > 0 {}
        Ok::<_, std::io::Error>(bytes)
    };
    match exchange.await {
        Err(error) => Outcome::down(dial::words(&error, host)),
        Ok(bytes) if bytes.is_empty() => Outcome::refused("connection closed before the answer"),
        Ok(bytes) => {
            judge(bytes.split(|byte| *byte == b'\n').next().unwrap_or_default()).after(start.elapsed())
        }
    }
}

fn judge(line: &[u8]) -> Outcome {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end();
    let Some(error) = line.strip_prefix('-') else {
        return match line {
            "+PONG" => Outcome::up("PONG"),
            _ => Outcome::refused("the answer is not Redis's"),
        };
    };
    match error.split(' ').next().unwrap_or_default() {
        "LOADING" => Outcome::new(Answer::Starting, error),
        "NOAUTH" | "NOPERM" | "DENIED" => Outcome::up(format!("alive, refuses strangers: {error}")),
        // It still reads, or answers others.
        "MISCONF" | "MASTERDOWN" | "BUSY" | "READONLY" | "OOM" => Outcome::new(Answer::Degraded, error),
        // `ERR max number of clients reached`, and what is not known.
        _ => Outcome::refused(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("+PONG\r", Answer::Up, "PONG")]
    #[case(
        "-LOADING Redis is loading the dataset in memory\r",
        Answer::Starting,
        "LOADING Redis is loading the dataset in memory"
    )]
    #[case(
        "-NOAUTH Authentication required.\r",
        Answer::Up,
        "alive, refuses strangers: NOAUTH Authentication required."
    )]
    #[case(
        "-MISCONF Redis is configured to save RDB snapshots\r",
        Answer::Degraded,
        "MISCONF Redis is configured to save RDB snapshots"
    )]
    #[case("-ERR max number of clients reached\r", Answer::Down, "ERR max number of clients reached")]
    #[case("HTTP/1.1 400 Bad Request\r", Answer::Down, "the answer is not Redis's")]
    #[case("\u{1b}[31m", Answer::Down, "the answer is not Redis's")]
    fn the_first_word_decides(#[case] line: &str, #[case] answer: Answer, #[case] message: &str) {
        let outcome = judge(line.as_bytes());
        assert_eq!((outcome.answer, outcome.message.as_str()), (answer, message));
    }
}
