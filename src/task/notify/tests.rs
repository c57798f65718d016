use super::*;
use crate::domain::notify::{MailSecurity, NotifyWhen, Webhook};
use crate::domain::{
    Fault, FaultKind, Operation, StackRef, TaskId, TaskSpec, TaskState, TaskTarget, TaskTerms,
};
use jiff::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

fn record(state: TaskState) -> TaskRecord {
    let mut record = TaskRecord::new(TaskSpec {
        id: TaskId("20261120T103104-up-shop-3f9c".to_owned()),
        operation: Operation::Backup,
        target: TaskTarget::Stack(StackRef::named("shop")),
        requested_by: "alice".to_owned(),
        requested_from: Some("10.0.0.7".to_owned()),
        requested_at: Timestamp::UNIX_EPOCH,
        endpoint: String::new(),
        terms: TaskTerms::default(),
    });
    record.state = state;
    let fault = Fault::new(FaultKind::Refused, "dump", "postgres").because("PGPASSWORD=hunter2 was refused");
    record.fault = (state == TaskState::Failed).then_some(fault);
    record
}

async fn told(settings: &NotifySettings, state: TaskState) -> Vec<Told> {
    let mut all = Vec::new();
    tell(settings, &record(state), &mut |told| all.push(told)).await;
    all
}

fn to(webhook: &str) -> NotifySettings {
    NotifySettings {
        timeout: Duration::from_millis(300),
        webhook: Some(Webhook { url: webhook.to_owned() }),
        ..NotifySettings::default()
    }
}

/// One request, whole: its length is announced.
async fn request(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.unwrap();
        text.extend_from_slice(&piece[..read]);
        let said = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = said.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() >= length.parse::<usize>().unwrap() {
            return said;
        }
    }
}

#[tokio::test]
async fn a_webhook_hears_of_a_failure_without_its_secrets_and_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = to(&format!("http://{}/hooks/T0pSecret", listener.local_addr().unwrap()));
    let server = async {
        let mut last = String::new();
        for status in ["503 Service Unavailable", "200 OK"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            last = request(&mut stream).await;
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        last
    };
    let (all, said) = tokio::join!(told(&settings, TaskState::Failed), server);
    assert!(all.len() == 1 && all[0].undelivered.is_none(), "{all:?}");
    assert!(all[0].to.starts_with("http://127.0.0.1:") && !all[0].to.contains("T0pSecret"), "{all:?}");
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /hooks/T0pSecret HTTP/1.1"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&body["state"], &body["target"], &body["requested_by"]),
        (&"failed".into(), &"shop".into(), &"alice".into())
    );
    assert!(!body.to_string().contains("hunter2"), "{body}");
}

#[tokio::test]
async fn what_hangs_or_refuses_is_given_up_and_why_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    // It accepts connections and never answers.
    let all = told(&to(&url), TaskState::Failed).await;
    assert_eq!(all[0].undelivered.as_deref(), Some("no answer within 0.3 s (3 tries)"));
    drop(listener);
    let all = told(&to(&url), TaskState::Failed).await;
    assert!(all[0].undelivered.as_ref().unwrap().contains("refused"), "{all:?}");
}

#[tokio::test]
async fn only_the_ends_that_were_asked_for_are_told() {
    let unreachable = |when| NotifySettings { when, ..to("ftp://nowhere") };
    for (when, states) in [
        (NotifyWhen::Failure, vec![TaskState::Failed]),
        (NotifyWhen::Completion, vec![TaskState::Completed]),
        (NotifyWhen::Both, vec![TaskState::Completed, TaskState::Failed, TaskState::Cancelled]),
    ] {
        for state in [TaskState::Completed, TaskState::Failed, TaskState::Cancelled] {
            let is_told = !told(&unreachable(when), state).await.is_empty();
            assert_eq!(is_told, states.contains(&state), "{when:?} {state:?}");
        }
    }
}

/// Talks as much SMTP as one letter needs, and gives what the client said.
async fn smtp(stream: TcpStream) -> Vec<String> {
    let mut stream = BufReader::new(stream);
    let mut said = Vec::new();
    let mut in_letter = false;
    stream.write_all(b"220 test\r\n").await.unwrap();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap() == 0 {
            return said;
        }
        let line = line.trim_end().to_owned();
        let answer: &[u8] = match line.as_str() {
            "." if in_letter => {
                in_letter = false;
                b"250 taken\r\n"
            }
            _ if in_letter => b"",
            "DATA" => {
                in_letter = true;
                b"354 go on\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            line if line.starts_with("EHLO") => b"250-test\r\n250 AUTH PLAIN\r\n",
            line if line.starts_with("AUTH") => b"235 welcome\r\n",
            _ => b"250 ok\r\n",
        };
        said.push(line);
        stream.write_all(answer).await.unwrap();
    }
}

#[tokio::test]
async fn an_e_mail_is_handed_to_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let password_file = directory.path().join("password");
    std::fs::write(&password_file, "s3cret\n").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = NotifySettings {
        webhook: None,
        timeout: Duration::from_secs(10),
        email: Some(Email {
            host: "127.0.0.1".to_owned(),
            port: listener.local_addr().unwrap().port(),
            security: MailSecurity::None,
            from: "console@example.org".to_owned(),
            to: vec!["ops@example.org".to_owned(), "Night Shift <night@example.org>".to_owned()],
            user: Some("console".to_owned()),
            password_file: Some(password_file),
        }),
        ..to("")
    };
    let server = tokio::spawn(async move { smtp(listener.accept().await.unwrap().0).await });
    let all = told(&settings, TaskState::Failed).await;
    assert!(all.len() == 1 && all[0].undelivered.is_none(), "{all:?}");
    let said = server.await.unwrap();
    let has = |line: &str| assert!(said.iter().any(|other| other.contains(line)), "{line}: {said:#?}");
    has("AUTH PLAIN");
    has("RCPT TO:<ops@example.org>");
    has("RCPT TO:<night@example.org>");
    has("Subject: [mcp-tui] backup shop failed on");
    has("Asked by  alice from 10.0.0.7");
    assert!(!said.iter().any(|line| line.contains("hunter2")), "{said:#?}");
}
