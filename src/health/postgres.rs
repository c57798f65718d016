//! PostgreSQL's first word to a client. No password is sent: whoever asks for one has accepted the client, and a server
//! that cannot says so before. That is what `pg_isready` goes by, and it leaves nothing in the server's log.

use super::line::Line;
use super::{Answer, Outcome, dial};
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Version 3.0 of the protocol.
const VERSION: u32 = 3 << 16;
/// No message to a client that is not known yet is longer.
const LONGEST: usize = 8 * 1024;
/// Where nothing else is named: it is there by default, and where a host is trusted a user that is not there would be
/// noted as a fatal error in the server's log at every run.
const USER: &str = "postgres";

pub(super) async fn ask(line: Line<'_>, host: &str, port: u16, user: Option<&str>) -> Outcome {
    let start = Instant::now();
    let mut stream = match line.connect(host, port).await {
        Ok(stream) => stream,
        Err(outcome) => return outcome,
    };
    let exchange = async {
        stream.write_all(&startup(user.unwrap_or(USER))).await?;
        let mut head = [0; 5];
        stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let length = usize::try_from(length).unwrap_or(usize::MAX).saturating_sub(4).min(LONGEST);
        let mut body = vec![0; if head[0] == b'E' { length } else { 0 }];
        stream.read_exact(&mut body).await?;
        Ok::<_, std::io::Error>((head[0], body))
    };
    match exchange.await {
        Ok((kind, body)) => judge(kind, &body).after(start.elapsed()),
        Err(error) => Outcome::down(dial::words(&error, host)),
    }
}

fn startup(user: &str) -> Vec<u8> {
    let mut body = VERSION.to_be_bytes().to_vec();
    for word in ["user", user, "application_name", "mcp-tui health check"] {
        body.extend(word.bytes().filter(|byte| *byte != 0));
        body.push(0);
    }
    body.push(0);
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    [length.to_be_bytes().as_slice(), &body].concat()
}

fn judge(kind: u8, body: &[u8]) -> Outcome {
    match kind {
        b'R' => Outcome::up("accepts connections"),
        b'E' => refusal(body),
        _ => Outcome::refused("the answer is not PostgreSQL's"),
    }
}

fn refusal(body: &[u8]) -> Outcome {
    let field = |name: u8| {
        let mut fields = body.split(|byte| *byte == 0);
        let found = fields.find(|field| field.first() == Some(&name))?;
        Some(String::from_utf8_lossy(&found[1..]).into_owned())
    };
    let code = field(b'C').unwrap_or_default();
    let text = field(b'M').unwrap_or_else(|| "it refuses and does not say why".to_owned());
    match code.as_str() {
        // It comes up, replays its log, or goes down.
        "57P03" => Outcome::new(Answer::Starting, text),
        "53300" => Outcome::refused(format!("too many clients: {text}")),
        // Who is refused for his name has met a server that answers.
        code if code.starts_with("28") || code == "3D000" => {
            Outcome::up(format!("alive, refuses strangers: {text}"))
        }
        _ => Outcome::refused(format!("{text} ({code})")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn the_packet_is_what_the_protocol_asks_for() {
        let packet = startup("runs");
        assert_eq!(packet[..4], u32::try_from(packet.len()).unwrap().to_be_bytes());
        assert_eq!(packet[4..8], [0, 3, 0, 0]);
        assert!(packet.starts_with(&[packet[0], packet[1], packet[2], packet[3], 0, 3, 0, 0, b'u']));
        assert!(packet.ends_with(b"\0\0"));
    }

    #[rstest]
    #[case(b'R', "", Answer::Up, "accepts connections")]
    #[case(
        b'E',
        "SFATAL\0C57P03\0Mthe database system is starting up\0\0",
        Answer::Starting,
        "the database system is starting up"
    )]
    #[case(
        b'E',
        "SFATAL\0C53300\0Msorry, too many clients already\0\0",
        Answer::Down,
        "too many clients: sorry, too many clients already"
    )]
    #[case(
        b'E',
        "C28000\0Mno pg_hba.conf entry\0\0",
        Answer::Up,
        "alive, refuses strangers: no pg_hba.conf entry"
    )]
    #[case(
        b'E',
        "C3D000\0Mdatabase \"x\" does not exist\0\0",
        Answer::Up,
        "alive, refuses strangers: database \"x\" does not exist"
    )]
    #[case(b'E', "CXX000\0Mbroken\0\0", Answer::Down, "broken (XX000)")]
    #[case(b'E', "", Answer::Down, "it refuses and does not say why ()")]
    #[case(b'H', "", Answer::Down, "the answer is not PostgreSQL's")]
    fn the_first_word_decides(
        #[case] kind: u8,
        #[case] body: &str,
        #[case] answer: Answer,
        #[case] message: &str,
    ) {
        let outcome = judge(kind, body.as_bytes());
        assert_eq!((outcome.answer, outcome.message.as_str()), (answer, message));
    }
}
